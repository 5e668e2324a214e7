/* Texts in several lines. */
#ifndef UQD_VIEWER_DRAW_WRAP_TEXT_H
#define UQD_VIEWER_DRAW_WRAP_TEXT_H

#include "draw/surface.h"
#include "session/format.h"

/* Copies as much of a string as fits into so many display pixels, up to a space if there is one,
 * else as many characters of UTF-8, at least one. Returns the rest; "" if that was all. */
const char *wrap_text(struct surface *surface, enum text_size size, const char *string, int width,
                      struct text_line *line);

#endif
