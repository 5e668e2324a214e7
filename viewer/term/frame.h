/* Frames for a terminal: of each, only what differs from the one before is sent. */
#ifndef UQD_VIEWER_TERM_FRAME_H
#define UQD_VIEWER_TERM_FRAME_H

#include "term/cells.h"

/* Zero-initialise. */
struct frame {
    unsigned first_image; /* number of the first tile's image; set by the owner */
    struct cell *cells, *sent;
    uint32_t *pixels; /* of the canvas, as they were sent */
    int columns, rows, width, height;
    bool known; /* what the terminal shows */
};

void frame_free(struct frame *frame);

/* The terminal shows nothing of what was sent. */
void frame_forget(struct frame *frame);

/* Appends what makes the terminal show the surface; lines as for cells_write, when all is sent. 0,
 * or -1 if there is no memory: then what the terminal shows is not known. */
int frame_write(struct frame *frame, const struct term_surface *surface,
                const struct term_look *look, bool lines, struct buffer *out);

#endif
