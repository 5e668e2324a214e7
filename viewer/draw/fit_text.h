/* Texts made to fit, by measuring them. */
#ifndef UQD_VIEWER_DRAW_FIT_TEXT_H
#define UQD_VIEWER_DRAW_FIT_TEXT_H

#include "draw/surface.h"

struct fitted_text {
    char text[160];
    int width; /* display pixels; 0 if nothing fits */
};

/* The string, or as much of its beginning as fits with an ellipsis into so many display pixels,
 * whole characters of UTF-8; empty if not one of them does. */
void fit_text(struct surface *surface, enum text_size size, const char *string, int width,
              struct fitted_text *fitted);

/* The index of the widest of n strings that fits, the first of equals; -1 if none does. */
int fit_text_choose(struct surface *surface, enum text_size size, const char *const *strings, int n,
                    int width);

#endif
