/* The look: greys that do not disturb the judgement of a picture, and one accent colour. */
#ifndef UQD_VIEWER_DRAW_THEME_H
#define UQD_VIEWER_DRAW_THEME_H

#include <SDL.h>

#define THEME_SURROUND    ((SDL_Color){119, 119, 119, 255}) /* around the picture */
#define THEME_CHECK_LIGHT ((SDL_Color){153, 153, 153, 255}) /* behind transparent pictures */
#define THEME_CHECK_DARK  ((SDL_Color){102, 102, 102, 255})
#define THEME_BACKGROUND  ((SDL_Color){30, 31, 33, 255})
#define THEME_RAISED      ((SDL_Color){44, 46, 49, 255}) /* controls, plots, empty places */
#define THEME_OUTLINE     ((SDL_Color){64, 66, 70, 255}) /* grid lines, borders */
#define THEME_TEXT        ((SDL_Color){236, 236, 236, 255})
#define THEME_DIM         ((SDL_Color){162, 165, 170, 255}) /* secondary texts */
#define THEME_FAINT       ((SDL_Color){104, 107, 112, 255}) /* what is not there yet */
#define THEME_ACCENT      ((SDL_Color){245, 178, 66, 255})
#define THEME_SECOND                                                                               \
    ((SDL_Color){86, 180, 233, 255}) /* of the second file; told from the accent                   \
                                        by the colour-blind, too */
#define THEME_ON_ACCENT ((SDL_Color){28, 24, 16, 255})
#define THEME_CURTAIN   ((SDL_Color){20, 21, 22, 232}) /* behind the help */

#endif
