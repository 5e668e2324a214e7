/* Texts on the screen, in a TrueType font or the built-in one. */
#ifndef UQD_VIEWER_SDL_TEXT_H
#define UQD_VIEWER_SDL_TEXT_H

#include "draw/surface.h"
#include "message.h"

#include <SDL.h>

struct text;

/* font is a file, "builtin", or NULL: then some well-known places are searched, and the built-in
 * font is the last resort. NULL with a message if the file cannot be used. */
struct text *text_new(SDL_Renderer *renderer, const char *font, struct message *message);

void text_free(struct text *text);

/* Chooses the font sizes for a scale of the layout; drops cached texts if it changed. */
void text_set_scale(struct text *text, float scale);

/* Drops everything that lives in textures, for when the renderer has lost them. */
void text_forget(struct text *text);

/* Height of a line and width of a string, display pixels. */
int text_height(const struct text *text, enum text_size size);
int text_width(struct text *text, enum text_size size, const char *string);

/* Draws a string whose left end, centre or right end is at x, below y. */
void text_draw(struct text *text, enum text_size size, struct colour colour, enum text_align align,
               int x, int y, const char *string);

#endif
