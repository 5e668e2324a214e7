/* Strings are rendered white into small textures, which are tinted when drawn and kept until others
 * need their place. */
#include "sdl/text.h"

#include "draw/font_builtin.h"

#include <SDL_ttf.h>
#include <stdlib.h>
#include <string.h>

#define N_CACHED   256
#define MAX_STRING 160

static const float sizes[TEXT_N_SIZES] = {12.5F, 14.5F, 18, 30};

static const char *const well_known[] = {
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/liberation-sans/LiberationSans-Regular.ttf",
    "/usr/share/fonts/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
    "/usr/local/share/fonts/dejavu/DejaVuSans.ttf",
};

struct cached {
    SDL_Texture *texture;
    int width, height;
    unsigned used; /* time of the last use */
    enum text_size size;
    char string[MAX_STRING];
};

struct text {
    SDL_Renderer *renderer;
    const char *path; /* NULL: built in */
    float scale;
    TTF_Font *fonts[TEXT_N_SIZES];
    unsigned clock;
    struct cached cache[N_CACHED];
};

/* How many display pixels a pixel of the built-in font takes. */
static int builtin_factor(const struct text *text, enum text_size size)
{
    int factor = (int)(sizes[size] * text->scale / BUILTIN_HEIGHT + 0.4F);
    return factor < 1 ? 1 : factor;
}

/* ---- Fonts --------------------------------------------------------------------------------- */

static void close_fonts(struct text *text)
{
    for (int i = 0; i < TEXT_N_SIZES; i++) {
        if (text->fonts[i])
            TTF_CloseFont(text->fonts[i]);
        text->fonts[i] = NULL;
    }
}

static int open_fonts(struct text *text)
{
    for (int i = 0; i < TEXT_N_SIZES; i++) {
        text->fonts[i] = TTF_OpenFont(text->path, (int)(sizes[i] * text->scale + 0.5F));
        if (!text->fonts[i]) {
            close_fonts(text);
            return -1;
        }
        TTF_SetFontHinting(text->fonts[i], TTF_HINTING_LIGHT);
    }
    return 0;
}

static void search_font(struct text *text)
{
    for (size_t i = 0; i < sizeof well_known / sizeof *well_known; i++) {
        text->path = well_known[i];
        if (open_fonts(text) == 0)
            return;
    }
    text->path = NULL;
}

struct text *text_new(SDL_Renderer *renderer, const char *font, struct message *message)
{
    struct text *text = calloc(1, sizeof *text);
    if (!text || TTF_Init()) {
        message_set(message, "the fonts cannot be set up: out of memory");
        free(text);
        return NULL;
    }
    text->renderer = renderer;
    text->scale = 1;
    if (!font) {
        search_font(text);
    } else if (strcmp(font, "builtin") != 0) {
        text->path = font;
        if (open_fonts(text)) {
            message_set(message, "%s: %s", font, TTF_GetError());
            text_free(text);
            return NULL;
        }
    }
    return text;
}

void text_free(struct text *text)
{
    if (!text)
        return;
    text_forget(text);
    close_fonts(text);
    TTF_Quit();
    free(text);
}

void text_set_scale(struct text *text, float scale)
{
    if (text->scale == scale)
        return;
    text_forget(text);
    close_fonts(text);
    text->scale = scale;
    if (text->path && open_fonts(text))
        text->path = NULL;
}

/* ---- Rendering ----------------------------------------------------------------------------- */

static int builtin_width(const char *string)
{
    int width = 0;
    for (uint32_t character; (character = utf8_next(&string)) != 0;)
        width += (int)builtin_glyph(character).width + BUILTIN_SPACING;
    return width;
}

static void builtin_paint(SDL_Surface *surface, int x, int factor,
                          const struct builtin_glyph *glyph)
{
    for (int row = 0; row < BUILTIN_HEIGHT; row++)
        for (int column = 0; column < (int)glyph->width; column++)
            if (glyph->rows[row] >> column & 1) {
                SDL_Rect dot = {(x + column) * factor, row * factor, factor, factor};
                SDL_FillRect(surface, &dot, 0xffffffff);
            }
}

static SDL_Surface *builtin_render(const char *string, int factor)
{
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(
        0, builtin_width(string) * factor, BUILTIN_HEIGHT * factor, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!surface)
        return NULL;
    int x = 0;
    for (uint32_t character; (character = utf8_next(&string)) != 0;) {
        struct builtin_glyph glyph = builtin_glyph(character);
        builtin_paint(surface, x, factor, &glyph);
        x += (int)glyph.width + BUILTIN_SPACING;
    }
    return surface;
}

static SDL_Surface *render(struct text *text, enum text_size size, const char *string)
{
    SDL_Color white = {255, 255, 255, 255};
    if (!text->path)
        return builtin_render(string, builtin_factor(text, size));
    return TTF_RenderUTF8_Blended(text->fonts[size], string, white);
}

static struct cached *find_cached(struct text *text, enum text_size size, const char *string)
{
    struct cached *oldest = &text->cache[0];
    for (int i = 0; i < N_CACHED; i++) {
        struct cached *entry = &text->cache[i];
        if (entry->texture && entry->size == size && !strcmp(entry->string, string))
            return entry;
        if (!entry->texture || (oldest->texture && entry->used < oldest->used))
            oldest = entry;
    }
    SDL_DestroyTexture(oldest->texture);
    *oldest = (struct cached){.size = size};
    snprintf(oldest->string, sizeof oldest->string, "%s", string);
    return oldest;
}

/* The texture of a string, or NULL if it is empty or cannot be rendered. */
static struct cached *get(struct text *text, enum text_size size, const char *string)
{
    if (!*string)
        return NULL;
    struct cached *entry = find_cached(text, size, string);
    entry->used = ++text->clock;
    if (entry->texture)
        return entry;
    SDL_Surface *surface = render(text, size, entry->string);
    if (!surface)
        return NULL;
    entry->width = surface->w;
    entry->height = surface->h;
    entry->texture = SDL_CreateTextureFromSurface(text->renderer, surface);
    SDL_FreeSurface(surface);
    return entry->texture ? entry : NULL;
}

void text_forget(struct text *text)
{
    for (int i = 0; i < N_CACHED; i++) {
        SDL_DestroyTexture(text->cache[i].texture);
        text->cache[i].texture = NULL;
    }
}

int text_height(const struct text *text, enum text_size size)
{
    if (!text->path)
        return BUILTIN_HEIGHT * builtin_factor(text, size);
    return TTF_FontHeight(text->fonts[size]);
}

int text_width(struct text *text, enum text_size size, const char *string)
{
    int width = 0;
    if (!text->path)
        return builtin_width(string) * builtin_factor(text, size);
    TTF_SizeUTF8(text->fonts[size], string, &width, NULL);
    return width;
}

void text_draw(struct text *text, enum text_size size, struct colour colour, enum text_align align,
               int x, int y, const char *string)
{
    struct cached *entry = get(text, size, string);
    if (!entry)
        return;
    SDL_Rect to = {x, y, entry->width, entry->height};
    if (align == TEXT_CENTRE)
        to.x -= entry->width / 2;
    else if (align == TEXT_RIGHT)
        to.x -= entry->width;
    SDL_SetTextureColorMod(entry->texture, colour.r, colour.g, colour.b);
    SDL_SetTextureAlphaMod(entry->texture, colour.a);
    SDL_RenderCopy(text->renderer, entry->texture, NULL, &to);
}
