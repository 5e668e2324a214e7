#include "session/settings.h"

#include "options.h"
#include "options_text.h"
#include "session/commands.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_CACHE          256     /* MiB */
#define DEFAULT_DAEMON_TIMEOUT 1000    /* ms */
#define MAX_DAEMON_TIMEOUT     3600000 /* ms */

/* The members that the option table fills. */
struct values {
    const char *reference, *script, *talk, *font, *size;
    int no_daemon, forget, mode;
    int terminal; /* -1: not given */
    uint64_t seed;
    uint32_t threads, cache, daemon_timeout;
};

static const enum uqd_mode modes[] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

static const struct option_row rows[] = {
    {"reference", 'r', OPTION_TEXT, "FILE", offsetof(struct values, reference),
     "the original picture, PNG, JPEG or PNM, to measure against and to flip to", "Picture"},
    {"mode", 'm', OPTION_CHOICE, "denoised|ancestral|flow", offsetof(struct values, mode),
     "reconstruction to begin with", NULL},
    {"seed", 0, OPTION_U64, "N", offsetof(struct values, seed), "seed of the ancestral samples",
     NULL},
    {"size", 0, OPTION_TEXT, "WxH", offsetof(struct values, size), "size of the window", "Window"},
    {"font", 0, OPTION_TEXT, "FILE", offsetof(struct values, font),
     "TrueType font of all texts, or \"builtin\"", NULL},
    {"terminal", 0, OPTION_CHOICE_OR_FIRST, TERMINAL_WORDS, offsetof(struct values, terminal),
     "show it on the terminal, as it is without a display: by pictures of kitty's protocol or "
     "sixels, or by half blocks or letters",
     NULL},
    {"script", 0, OPTION_TEXT, "FILE", offsetof(struct values, script),
     "run the commands of a file, \"-\" for standard input", NULL},
    {"talk", 0, OPTION_TEXT, "FILE", offsetof(struct values, talk),
     "present the talk in a file to an audience, see TALKS in the manual page", NULL},
    {"forget", 0, OPTION_FLAG, NULL, offsetof(struct values, forget),
     "neither bring back settings and the place in the file nor save them; as with a script or a "
     "talk",
     NULL},
    {"cache", 0, OPTION_U32, "MIB", offsetof(struct values, cache),
     "memory for pictures that can come back without decoding, in MiB (256)", "Decoding"},
    {"no-daemon", 0, OPTION_FLAG, NULL, offsetof(struct values, no_daemon),
     "decode in this process", NULL},
    {"daemon-timeout", 0, OPTION_U32, "MS", offsetof(struct values, daemon_timeout),
     "silence after which a daemon counts as hung and this process decodes, in milliseconds "
     "(1000); 0 for none",
     NULL},
    {"threads", 't', OPTION_U32, "N", offsetof(struct values, threads),
     "threads for decoding in this process, 0 for all", NULL},
};

static const struct command view_command = {
    .synopsis = "FILE.uqd|-...",
    .summary = "show how a picture comes into being, step by step",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = SETTINGS_MAX_FILES,
};

static const struct command *const view_commands[] = {&view_command};

static const struct program program = {
    .name = "uqd-view",
    .version = UQD_VIEW_VERSION,
    .summary = "show how a picture comes into being, step by step",
    .description =
        "uqd-view shows a .uqd file as it is decoded: the picture of every step, its "
        "rate-distortion curve, and the three reconstructions that any part of the file allows. "
        "A file that was cut anywhere shows its best picture.\n"
        "\n"
        "Up to four files of pictures of one size, usually the same photograph with several models "
        "or settings, are shown side by side with one zoom and one plot; other files one at a "
        "time. Commands are for the active pane, the one whose caption is marked. The others "
        "follow to the step that costs most nearly as many bytes, so that pictures of about equal "
        "rate are compared; `link off` lets them stay where they are. Mode and seed are those of "
        "all files; two panes of one file have their own.\n"
        "\n"
        "Decoding is done by the daemon uqdd over D-Bus, or in the viewer itself where there is "
        "no session bus, where the daemon does not answer, or with --no-daemon. A daemon that ends "
        "is started again.\n"
        "\n"
        "In a terminal, by --terminal or where there is no display, the window has the size of the "
        "screen: pixels are sent by kitty's protocol or as sixels where the terminal says that it "
        "has them, else as half blocks, or as ASCII letters where the locale has no others; texts "
        "are letters. The variable UQD_VIEW_TERMINAL names the way to take where the option names "
        "none. Where neither COLORTERM nor the terminal itself says that it has colours of 24 "
        "bits, there are 256; ssh, sudo and tmux may leave COLORTERM out, and COLORTERM=truecolor "
        "before the command helps. On a terminal that is dumb by TERM nothing is drawn. tmux hands "
        "on the pictures of "
        "kitty's protocol, which have to be asked for there, "
        "if its option allow-passthrough is on. A path that is pasted is opened. With --script, "
        "where standard output is no terminal, there are no keys, the window has the size of "
        "--size with cells of 8 x 16, and it ends with the script: when what the last command "
        "wants is shown, that frame is written, as lines, unless it is pixels.",
    .commands = view_commands,
    .n_commands = 1,
};

/* "800x600" */
static int parse_size(const char *text, struct settings *settings)
{
    char *end;
    long width = strtol(text, &end, 10);
    if (*end != 'x' || text[0] < '0' || text[0] > '9' || end[1] < '0' || end[1] > '9')
        return -1;
    long height = strtol(end + 1, &end, 10);
    if (*end || width < 64 || height < 64 || width > 16384 || height > 16384)
        return -1;
    settings->width = (int)width;
    settings->height = (int)height;
    return 0;
}

/* What is wished for without an option is checked like one, whether it is needed or not. */
static int check_environment(struct message *message)
{
    const char *wish = getenv("UQD_VIEW_TERMINAL");
    if (wish && *wish && terminal_named(wish) == TERMINAL_OFF)
        return message_set(message, "UQD_VIEW_TERMINAL: \"%s\" is none of %s", wish,
                           TERMINAL_WORDS);
    return 0;
}

int settings_parse(struct settings *settings, int argc, char **argv, struct message *message)
{
    struct values values = {
        .terminal = -1, .cache = DEFAULT_CACHE, .daemon_timeout = DEFAULT_DAEMON_TIMEOUT};
    int operand = options_parse(&program, &view_command, argc, argv, &values, message);
    if (operand <= 0)
        return operand == OPTIONS_PRINTED ? SETTINGS_PRINTED : operand;
    *settings = (struct settings){
        .files = argv + operand,
        .n_files = argc - operand,
        .reference = values.reference,
        .script = values.script,
        .talk = values.talk,
        .font = values.font,
        .terminal = (enum terminal_mode)(TERMINAL_AUTO + values.terminal),
        .no_daemon = values.no_daemon,
        .forget = values.forget,
        .seed = values.seed,
        .mode = modes[values.mode],
        .threads = values.threads,
        .daemon_timeout = values.daemon_timeout,
        .cache = (size_t)values.cache << 20,
    };
    if (values.size && parse_size(values.size, settings))
        return message_set(message, "--size: \"%s\" is not a size like 800x600", values.size);
    if (settings->daemon_timeout > MAX_DAEMON_TIMEOUT)
        return message_set(message, "--daemon-timeout: at most %d milliseconds",
                           MAX_DAEMON_TIMEOUT);
    return check_environment(message);
}

/* ---- Manual -------------------------------------------------------------------------------- */

static int append(char *text, size_t size, size_t *length, const char *format, const char *a,
                  const char *b, const char *c)
{
    int n = snprintf(text + *length, size - *length, format, a, b, c);
    if (n < 0 || (size_t)n >= size - *length)
        return -1;
    *length += (size_t)n;
    return 0;
}

static void append_bindings(const struct viewer_command *command, char *text, size_t size,
                            size_t *length)
{
    for (int i = 0; i < COMMAND_N_BINDINGS && command->bindings[i].keys; i++) {
        const struct command_binding *binding = &command->bindings[i];
        append(text, size, length, "  %-26s %s %s\n", binding->keys, command->name,
               binding->arguments);
    }
}

static const char talks[] =
    "`present` shows pictures, curve and numbers to an audience, as does the option --talk with a "
    "talk of one's own: `uqd-view --talk talk.txt photo.uqd`. There, PageDown and Space, which "
    "remote controls for presenters send, go to the next point of the talk, PageUp and Backspace "
    "to the one before, Home and End to the first and the last; without a file of its own the talk "
    "is all steps, then the modes.\n"
    "\n"
    "The file of a talk is a script. A line `point`, with the caption of the point if it has a new "
    "one, begins each point; what comes before the first one opens the talk. The commands of a "
    "point are run when it begins, with pauses (`pause`, `wait`) if need be:\n"
    "\n"
    "  present on\n"
    "  point Few bytes\n"
    "  step 1\n"
    "  point What they leave open\n"
    "  mode ancestral\n"
    "  wait step 0\n"
    "  pause 2000\n"
    "  seed new\n"
    "\n"
    "Going on early does what is left of a point at once. Any other command may be run in between: "
    "then the point stops, and going on goes to the next one. Going back shows all as it was when "
    "the talk began, and runs it from there to that point again, without pauses and without "
    "writing or opening files; `seed new` gives the same samples as before. "
    "`autoplay` goes on by itself when a point was shown for 5 seconds. A mistake in a talk is "
    "told in the status line and left out. The same file runs as a script, too.\n";

int settings_print_text(int argc, char **argv)
{
    char names[16384] = "Commands are run by keys, by buttons, and by the lines of a script.\n\n";
    char keys[16384] =
        "Release+ means that a key is let go, Present. what it does while presenting, Help. while "
        "the list of keys is shown. What is done with the pointer stands with what it is "
        "done on: a picture, one that is wiped, the strip of steps (the scrubber where it counts "
        "in other units), a button, or the curtain, which is help or blank over everything; a "
        "press on a picture is one on that of another pane. X Y, DX DY, SHARE, PANE, STEP and "
        "BYTES are where the pointer is, how far it moved, and whose place that is.\n\n";
    size_t names_length = strlen(names), keys_length = strlen(keys);
    for (int i = 0; i < N_COMMANDS; i++) {
        const struct viewer_command *command = &viewer_commands[i];
        append(names, sizeof names, &names_length, "  %s %s\n    %s\n", command->name,
               command->usage, command->help);
        append_bindings(command, keys, sizeof keys, &keys_length);
    }
    const struct manual_section sections[] = {
        {"COMMANDS", names},
        {"KEYS AND POINTER", keys},
        {"TALKS", talks},
        {"EXIT STATUS",
         "0 when the viewer was closed, 1 when the file could not be shown whole "
         "or a script failed, 2 for wrong usage and where there is neither display nor terminal."},
        {"SEE ALSO", "uqd(1), uqdd(1), org.uqd.Decoder1(7)"},
    };
    struct program with_sections = program;
    with_sections.sections = sections;
    with_sections.n_sections = sizeof sections / sizeof *sections;
    return options_print_text(&with_sections, argc, argv);
}
