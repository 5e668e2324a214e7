/* How the window is set up, whatever file it shows. */
#ifndef UQD_VIEWER_SESSION_LOOK_H
#define UQD_VIEWER_SESSION_LOOK_H

#include "session/curve_set.h"

#include <stdbool.h>
#include <stdint.h>

/* How two panes are compared. */
enum comparison {
    COMPARE_OFF,        /* the active pane alone */
    COMPARE_SIDE,       /* all panes beside each other */
    COMPARE_WIPE,       /* the active one left of a line, the other one right of it */
    COMPARE_FLICKER,    /* the other one while a key is down */
    COMPARE_DIFFERENCE, /* what differs between both */
    N_COMPARISONS
};

/* In what the scrubber counts. */
enum scrub_unit { SCRUB_STEPS, SCRUB_BYTES, SCRUB_RATE, SCRUB_PSNR, N_SCRUB_UNITS };

struct look {
    bool filmstrip, curve, blank, help;
    bool presenting; /* to an audience */
    bool grid, loupe, histogram;
    bool playing;
    bool linked; /* the other panes follow the active one */
    enum comparison comparison;
    bool flicker;  /* the other pane is shown now */
    bool absolute; /* a difference without its sign */
    uint32_t gain; /* differences are so many times as large */
    double wipe;   /* where the line is, share of the viewport's width */
    enum scrub_unit unit;
    enum metric metric; /* of the plot */
    double text_scale;
    char feedback[160]; /* what the last command did */
    char caption[160];  /* what is said of the picture; empty: nothing */
    char arrival[96];   /* of a file that comes slowly, how far it is; empty: it does not */
    char late[32];      /* "3.0 s late", where decoding does not keep up with that */
    bool arriving;      /* and that goes on */
    bool nothing_yet;   /* what is shown is not of what has come of it */
    double speed;       /* of all that goes on by itself */
};

/* As a new window has it. */
#define LOOK_DEFAULT                                                                               \
    ((struct look){.filmstrip = true,                                                              \
                   .curve = true,                                                                  \
                   .linked = true,                                                                 \
                   .gain = 4,                                                                      \
                   .wipe = 0.5,                                                                    \
                   .text_scale = 1,                                                                \
                   .speed = 1})

#endif
