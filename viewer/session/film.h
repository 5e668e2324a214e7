/* The pictures of all steps together, and as an animation. */
#ifndef UQD_VIEWER_SESSION_FILM_H
#define UQD_VIEWER_SESSION_FILM_H

#include "session/frames.h"
#include "session/pane.h"

struct pixels;

struct film {
    struct pixels *frames; /* of one size */
    uint32_t n_frames;
};

/* Copies the pictures of all steps there are, in the mode of the pane, as sharp as all of them are
 * at hand. 0, or -1 with a message. Free with film_free in either case. */
int film_gather(struct film *film, const struct pane *pane, struct frames *frames,
                struct message *message);

void film_free(struct film *film);

/* An animated PNG file, a second for each step. 0, or -1 with a message. */
int film_write_animation(const struct film *film, const char *path, struct message *message);

#endif
