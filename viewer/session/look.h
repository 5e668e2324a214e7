/* How the window is set up, whatever file it shows. */
#ifndef UQD_VIEWER_SESSION_LOOK_H
#define UQD_VIEWER_SESSION_LOOK_H

#include <stdbool.h>

struct look {
    bool filmstrip, curve, blank, help;
    bool playing;
    bool linked; /* of two files the other one follows the active one */
    double text_scale;
    char feedback[160]; /* what the last command did */
};

/* As a new window has it. */
#define LOOK_DEFAULT                                                                               \
    ((struct look){.filmstrip = true, .curve = true, .linked = true, .text_scale = 1})

#endif
