/* Texts along an axis that never touch each other: the most worthy ones come first, and what then
 * has no room is left out. */
#ifndef UQD_VIEWER_DRAW_LABELS_H
#define UQD_VIEWER_DRAW_LABELS_H

#include "draw/surface.h"

#define LABELS_MAX 48

struct label_row {
    struct surface *surface;
    enum text_size size;
    int left, right, y; /* texts stay between these, and have their upper edges at y */
    int gap;            /* between two texts at least */
    int n;
    int from[LABELS_MAX], to[LABELS_MAX];
};

/* Draws a text around x, moved inside if need be, unless another one is in its way. Returns
 * whether it was drawn. */
bool label_row_put(struct label_row *row, double x, struct colour colour, const char *text);

#endif
