/* Pixels as sequences that terminals show as pictures. */
#ifndef UQD_VIEWER_TERM_IMAGES_H
#define UQD_VIEWER_TERM_IMAGES_H

#include "buffer.h"
#include "term/canvas.h"

/* A part of the canvas as an image of kitty's protocol with this number: below letters, at the
 * cursor, which stays, scaled to so many cells. An older image of the number is replaced. If it
 * goes through tmux, the image has no place, but letters that stand for it. 0, or -1 if there is no
 * memory. */
int kitty_append(struct buffer *out, const struct canvas *canvas, const struct rect *part,
                 unsigned number, int columns, int rows, bool through_tmux);

/* Deletes images by their numbers, n from the first on. */
int kitty_append_delete(struct buffer *out, unsigned first, unsigned n, bool through_tmux);

/* A part of the canvas as sixels at the cursor, in colours made for it. 0, or -1 if
 * there is no memory. */
int sixel_append(struct buffer *out, const struct canvas *canvas, const struct rect *part);

#endif
