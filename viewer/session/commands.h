/* Everything that the viewer can be told: one table that feeds keyboard, pointer, buttons, scripts
 * and the help. A command is one line of text, its name and its arguments separated by blanks. */
#ifndef UQD_VIEWER_SESSION_COMMANDS_H
#define UQD_VIEWER_SESSION_COMMANDS_H

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command_id {
    COMMAND_STEP,
    COMMAND_BYTES,
    COMMAND_UNIT,
    COMMAND_PLAY,
    COMMAND_MODE,
    COMMAND_PEEK,
    COMMAND_SEED,
    COMMAND_MIX,
    COMMAND_CODEC,
    COMMAND_CUT,
    COMMAND_ORIGINAL,
    COMMAND_FILE,
    COMMAND_OPEN,
    COMMAND_PANE,
    COMMAND_LINK,
    COMMAND_COMPARE,
    COMMAND_WIPE,
    COMMAND_FLICKER,
    COMMAND_ABSOLUTE,
    COMMAND_GAIN,
    COMMAND_MAP,
    COMMAND_GRID,
    COMMAND_LOUPE,
    COMMAND_HISTOGRAM,
    COMMAND_ZOOM,
    COMMAND_FIT,
    COMMAND_PAN,
    COMMAND_FILMSTRIP,
    COMMAND_CURVE,
    COMMAND_BLANK,
    COMMAND_FULLSCREEN,
    COMMAND_PRESENT,
    COMMAND_CAPTION,
    COMMAND_TALK,
    COMMAND_POINT,
    COMMAND_AUTOPLAY,
    COMMAND_BANDWIDTH,
    COMMAND_SPEED,
    COMMAND_TEXT,
    COMMAND_HELP,
    COMMAND_BACK,
    COMMAND_REDRAW,
    COMMAND_SCREENSHOT,
    COMMAND_METRIC,
    COMMAND_IMPORT,
    COMMAND_EXPORT,
    COMMAND_SHEET,
    COMMAND_RESIZE,
    COMMAND_WAIT,
    COMMAND_PAUSE,
    COMMAND_QUIT,
    N_COMMANDS
};

enum argument_type {
    ARGUMENT_NONE,
    ARGUMENT_STEP,        /* a number from 0, or next, previous, first, last */
    ARGUMENT_STEP_NUMBER, /* a number from 0, or last; may be left out */
    ARGUMENT_BYTES,       /* a number from 1 */
    ARGUMENT_UNIT,        /* steps, bytes, bpp, psnr, or next */
    ARGUMENT_METRIC,      /* psnr, ms-ssim, butteraugli, or next */
    ARGUMENT_FILE_NUMBER, /* a number from 1, or next, previous, other */
    ARGUMENT_PANE,        /* a number from 1, or other */
    ARGUMENT_MODE,        /* denoised, ancestral, flow, or next */
    ARGUMENT_SEED,        /* a number from 0, or new */
    ARGUMENT_PERCENT,     /* 0 to 100, or more, less */
    ARGUMENT_CODEC,       /* jpeg, webp, jxl, avif, jp2, off, or next */
    ARGUMENT_COMPARISON,  /* off, side, wipe, flicker, difference, or next */
    ARGUMENT_SHARE,       /* 0 to 1 */
    ARGUMENT_GAIN,        /* 1 to 64, or larger, smaller */
    ARGUMENT_MAP,         /* off, bits, variance, change, error, or next */
    ARGUMENT_TOGGLE,      /* toggle; may be left out */
    ARGUMENT_SWITCH,      /* on, off, toggle; may be left out: toggle */
    ARGUMENT_PAGE,        /* on, off, toggle, next, previous, first, last; may be left out: toggle,
                             page by page */
    ARGUMENT_ZOOM,        /* of what is seen as one (view_seen_zoom), or in, out */
    ARGUMENT_SCALE,       /* larger, smaller, or a factor */
    ARGUMENT_DISTANCE,    /* display pixels, may be negative */
    ARGUMENT_COORDINATE,  /* the same; may be left out */
    ARGUMENT_LENGTH,      /* window units, positive */
    ARGUMENT_FILE,        /* the rest of the line; may be left out */
    ARGUMENT_SOME_FILE,   /* the rest of the line */
    ARGUMENT_TEXT,        /* the rest of the line; may be left out */
    ARGUMENT_BANDWIDTH,   /* bits per second, also as 56k or 2M; or off, restart */
    ARGUMENT_SPEED,       /* a factor */
    ARGUMENT_TALK,        /* next, previous, first, last, off, or a file: the rest of the line; may
                             be left out */
    ARGUMENT_AUTOPLAY,    /* on, off, toggle, loop; may be left out: toggle */
    ARGUMENT_WAIT,        /* idle, or step */
    ARGUMENT_TIME,        /* milliseconds */
};

enum word {
    WORD_NONE, /* the argument is a number, a text, or left out */
    WORD_NEXT,
    WORD_PREVIOUS,
    WORD_FIRST,
    WORD_LAST,
    WORD_OTHER,
    WORD_DENOISED,
    WORD_ANCESTRAL,
    WORD_FLOW,
    WORD_NEW,
    WORD_ON,
    WORD_OFF,
    WORD_TOGGLE,
    WORD_IN,
    WORD_OUT,
    WORD_LARGER,
    WORD_SMALLER,
    WORD_MORE,
    WORD_LESS,
    WORD_SIDE,
    WORD_WIPE,
    WORD_FLICKER,
    WORD_DIFFERENCE,
    WORD_BITS,
    WORD_VARIANCE,
    WORD_CHANGE,
    WORD_ERROR,
    WORD_STEPS,
    WORD_BYTES,
    WORD_RATE,
    WORD_PSNR,
    WORD_MS_SSIM,
    WORD_BUTTERAUGLI,
    WORD_RESTART,
    WORD_JPEG, /* in the order of enum codec */
    WORD_WEBP,
    WORD_JXL,
    WORD_AVIF,
    WORD_JP2,
    WORD_LOOP,
    WORD_IDLE,
    WORD_STEP,
    N_WORDS
};

struct argument {
    bool given; /* not left out */
    enum word word;
    uint64_t integer; /* steps, bytes, seeds, numbers of files */
    double number;    /* everything else that is a number */
};

#define COMMAND_N_ARGUMENTS 3

struct command_call {
    enum command_id id;
    struct argument arguments[COMMAND_N_ARGUMENTS];
    char file[4096]; /* of an ARGUMENT_FILE or ARGUMENT_TEXT; empty if it was left out */
};

/* What runs the command with these arguments: keys, and the same way what is done with the pointer.
 *
 * A digit or sign is named by itself, whatever is held to write it on the keyboard at hand. Other
 * keys, and all with Ctrl, have the names that SDL gives them, blanks in them as _, modifiers in
 * front as Ctrl+ and Shift+. Release+ in front of the plain name means that the key is let go.
 *
 * While presenting, a key with Present. in front, as Present.PageDown, comes before the key itself;
 * while the list of keys is shown, one with Help. does.
 *
 * The pointer's are Wheel_Up and Wheel_Down, anywhere or on a Picture; Press on a Picture that is
 * not of the active pane, or on the Curtain, which is help or blank over everything; Motion over a
 * picture that is wiped; Double_Click on a Picture; and Drag, which begins where it is pressed: of
 * a Picture, of the Strip, or of the Scrubber, which is the strip where it counts in other units
 * than steps. The place is in front: "Picture.Drag". A button is named by what it is for:
 * Button.Play. Words of the arguments in capitals stand for numbers: see struct command_pointer. */
struct command_binding {
    const char *keys; /* separated by blanks; NULL ends the list */
    const char *arguments;
    const char *help;
};

#define COMMAND_N_BINDINGS 8

struct viewer_command {
    const char *name;
    enum argument_type types[COMMAND_N_ARGUMENTS];
    const char *usage; /* of the arguments, e.g. "on|off" */
    const char *help;
    struct command_binding bindings[COMMAND_N_BINDINGS];
};

/* Indexed by command_id. */
extern const struct viewer_command viewer_commands[N_COMMANDS];

/* Whether a command makes sense with several panes only. */
bool command_needs_panes(enum command_id id);

/* Reads one line. 0: *call is the command; 1: the line is empty or a comment (#); -1 with a
 * message. */
int command_parse(const char *line, struct command_call *call, struct message *message);

/* Where the pointer is, in the words of bindings. */
struct command_pointer {
    double x, y;    /* X Y: display pixels from the corner of the picture's viewport */
    double dx, dy;  /* DX DY: how far it moved, display pixels */
    int pane;       /* PANE: the one that it is on, from 1 */
    double share;   /* SHARE: how far it is across the viewport, 0 to 1 */
    int percent;    /* PERCENT: where it is on the slider of the mixture */
    int step;       /* STEP: whose part of the strip */
    uint64_t bytes; /* BYTES: of the file, by the scrubber */
};

/* The command line that a key runs, or something done with the pointer, or NULL if it is not bound.
 * The pointer may be NULL for keys. line_size bytes of line are enough for any binding: at least
 * 128. */
const char *command_for_key(const char *key, const struct command_pointer *pointer, char *line,
                            size_t line_size);

/* Whether a blank-separated list of keys holds the key. */
int command_keys_contain(const char *keys, const char *key);

#endif
