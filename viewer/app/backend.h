/* What the viewer runs on: a window, its clock and its input. All functions but wake are for the
 * main thread. */
#ifndef UQD_VIEWER_APP_BACKEND_H
#define UQD_VIEWER_APP_BACKEND_H

#include "draw/surface.h"
#include "message.h"
#include "session/terminal.h"

#include <limits.h>

enum input_type {
    INPUT_NONE,    /* somebody called wake */
    INPUT_QUIT,    /* the window is to be closed */
    INPUT_REDRAW,  /* the window must be drawn */
    INPUT_RESIZED, /* and laid out */
    INPUT_KEY,     /* key, with modifiers */
    INPUT_KEY_UP,  /* key, without */
    INPUT_PRESS,   /* x, y, clicks: of the main button */
    INPUT_RELEASE,
    INPUT_MOTION, /* x, y, dx, dy */
    INPUT_WHEEL,  /* x, y, turn */
    INPUT_DROP,   /* path: a file was dropped on the window; of several one after the other */
};

/* Lengths are display pixels. */
struct input {
    enum input_type type;
    char key[64]; /* its name in the table of commands */
    int x, y;     /* where the pointer is */
    float dx, dy; /* how far it moved */
    int clicks;   /* 2: a double click */
    int turn;     /* above 0: away from the user */
    char path[PATH_MAX];
};

struct backend_size {
    int width, height; /* display pixels */
    float density;     /* display pixels per window unit */
    int grain;         /* sides of what is seen as one, in display pixels; 0: each is seen */
};

struct backend;

struct backend_type {
    /* Milliseconds of a clock that never goes back. */
    uint64_t (*now)(struct backend *backend);
    /* Ends a wait; from any thread. Many calls may end one wait only. */
    void (*wake)(struct backend *backend);
    /* Waits for the next input at most so many milliseconds; below 0: for ever. Whether one came.
     */
    bool (*wait)(struct backend *backend, int timeout, struct input *input);
    struct backend_size (*size)(struct backend *backend);
    /* In window units. */
    void (*resize)(struct backend *backend, int width, int height);
    void (*set_title)(struct backend *backend, const char *title);
    void (*set_fullscreen)(struct backend *backend, bool on);
    bool (*is_fullscreen)(struct backend *backend);
    /* Whether the pointer is to be seen in the window; NULL: there is none. */
    void (*show_pointer)(struct backend *backend, bool on);
    /* What the screen shows is not known: the next frame is shown whole; NULL: every one is. */
    void (*forget)(struct backend *backend);
    /* Shows what was drawn on the surface since surface_begin. */
    void (*show)(struct backend *backend);
    /* Writes it to a PNG file, before it is shown. 0, or -1 with a message. */
    int (*screenshot)(struct backend *backend, const char *path, struct message *message);
    /* Takes the window from the screen before all ends; NULL: closing it takes no time. */
    void (*hide)(struct backend *backend);
    /* Hands on what was shown last, where that is done at the end; NULL: nowhere. 0, or -1 with a
     * message. */
    int (*finish)(struct backend *backend, struct message *message);
    void (*close)(struct backend *backend);
};

/* The first member of every backend. */
struct backend {
    const struct backend_type *type;
    struct surface *surface; /* to draw the window on */
    bool no_input;           /* nothing ever comes: the viewer ends with its script */
};

struct backend_wishes {
    const char *title;
    int width, height;           /* window units */
    const char *font;            /* a file, "builtin", or NULL */
    enum terminal_mode terminal; /* to be drawn on instead */
    bool scripted;               /* there is a script: input can do without */
};

/* There is no display to open a window on; also with a message. */
enum { BACKEND_NO_DISPLAY = 1 };

/* Opens a window. 0, BACKEND_NO_DISPLAY, or -1 with a message; *backend is NULL if not 0. */
typedef int backend_open(struct backend **backend, const struct backend_wishes *wishes,
                         struct message *message);

#endif
