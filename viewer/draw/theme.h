/* The look: greys that do not disturb the judgement of a picture, and one accent colour. */
#ifndef UQD_VIEWER_DRAW_THEME_H
#define UQD_VIEWER_DRAW_THEME_H

#include "draw/shapes.h"

#define THEME_SURROUND    ((struct colour){119, 119, 119, 255}) /* around the picture */
#define THEME_CHECK_LIGHT ((struct colour){153, 153, 153, 255}) /* behind transparent pictures */
#define THEME_CHECK_DARK  ((struct colour){102, 102, 102, 255})
#define THEME_BLACK       ((struct colour){0, 0, 0, 255}) /* nothing, on a stage */
#define THEME_BACKGROUND  ((struct colour){30, 31, 33, 255})
#define THEME_RAISED      ((struct colour){44, 46, 49, 255}) /* controls, plots, empty places */
#define THEME_OUTLINE     ((struct colour){64, 66, 70, 255}) /* grid lines, borders */
#define THEME_TEXT        ((struct colour){236, 236, 236, 255})
#define THEME_DIM         ((struct colour){162, 165, 170, 255}) /* secondary texts */
#define THEME_FAINT       ((struct colour){134, 137, 142, 255}) /* what is not there yet */
#define THEME_ACCENT      ((struct colour){245, 178, 66, 255})
#define THEME_SECOND                                                                               \
    ((struct colour){86, 180, 233, 255}) /* of the second file; told from the accent               \
                                        by the colour-blind, too */
#define THEME_THIRD     ((struct colour){120, 200, 120, 255}) /* of the third and fourth pane */
#define THEME_FOURTH    ((struct colour){214, 150, 214, 255})
#define THEME_ON_ACCENT ((struct colour){28, 24, 16, 255})
#define THEME_CURTAIN   ((struct colour){20, 21, 22, 232}) /* behind the help */

#endif
