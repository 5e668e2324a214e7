/* The pictures of all steps on one page, as for a slide or a paper. */
#ifndef UQD_VIEWER_DRAW_SHEET_H
#define UQD_VIEWER_DRAW_SHEET_H

#include "session/film.h"

#define SHEET_GAP     8 /* pixels around a picture */
#define SHEET_N_FACTS 3

/* What is said below a picture; an empty one is left out. */
struct sheet_caption {
    struct text_line facts[SHEET_N_FACTS];
};

/* Writes a PNG file with the pictures in rows, as nearly 16:9 as they go, black on white below each
 * its caption, of which there are as many. 0, or -1 with a message. */
int sheet_write(const struct film *film, const struct sheet_caption *captions, const char *path,
                struct message *message);

#endif
