/* A small bitmap font that is always there. */
#ifndef UQD_VIEWER_DRAW_FONT_BUILTIN_H
#define UQD_VIEWER_DRAW_FONT_BUILTIN_H

#include <stdint.h>

#define BUILTIN_HEIGHT  13 /* rows of a line */
#define BUILTIN_SPACING 1  /* columns between glyphs */

struct builtin_glyph {
    unsigned width;               /* columns, at most 8 */
    uint8_t rows[BUILTIN_HEIGHT]; /* bit x is set where column x has ink */
};

/* An empty box for characters that the font does not have. */
struct builtin_glyph builtin_glyph(uint32_t character);

/* Takes the next character off a UTF-8 text; 0 at its end, which is not passed. */
uint32_t utf8_next(const char **text);

#endif
