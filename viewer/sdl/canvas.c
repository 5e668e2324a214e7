#include "sdl/canvas.h"

#include "sdl/convert.h"

#define SUBPIXELS 8 /* per side, for the coverage of a pixel */

void canvas_forget(struct canvas *canvas)
{
    while (canvas->n_discs > 0)
        SDL_DestroyTexture(canvas->discs[--canvas->n_discs].texture);
}

void canvas_rect(struct canvas *canvas, const struct rect *rect, struct colour colour)
{
    SDL_Rect to = sdl_rect(rect);
    SDL_SetRenderDrawBlendMode(canvas->renderer, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(canvas->renderer, colour.r, colour.g, colour.b, colour.a);
    SDL_RenderFillRect(canvas->renderer, &to);
}

/* ---- Discs --------------------------------------------------------------------------------- */

/* How much of pixel (x, y) a disc covers that touches all sides of a square of `diameter` pixels,
 * 0 .. 255. Lengths are in half subpixels, so that all sample points are whole numbers. */
static Uint32 coverage(int x, int y, int diameter)
{
    int centre = diameter * SUBPIXELS, inside = 0;
    for (int j = 0; j < SUBPIXELS; j++)
        for (int i = 0; i < SUBPIXELS; i++) {
            int dx = 2 * (x * SUBPIXELS + i) + 1 - centre;
            int dy = 2 * (y * SUBPIXELS + j) + 1 - centre;
            inside += dx * dx + dy * dy <= centre * centre;
        }
    return (Uint32)(inside * 255 / (SUBPIXELS * SUBPIXELS));
}

static SDL_Texture *make_disc(SDL_Renderer *renderer, int diameter)
{
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, diameter, diameter, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!surface)
        return NULL;
    for (int y = 0; y < diameter; y++) {
        Uint32 *row = (Uint32 *)((Uint8 *)surface->pixels + y * surface->pitch);
        for (int x = 0; x < diameter; x++)
            row[x] = coverage(x, y, diameter) << 24 | 0xffffff;
    }
    SDL_Texture *texture = SDL_CreateTextureFromSurface(renderer, surface);
    SDL_FreeSurface(surface);
    return texture;
}

static SDL_Texture *get_disc(struct canvas *canvas, int diameter)
{
    for (unsigned i = 0; i < canvas->n_discs; i++)
        if (canvas->discs[i].diameter == diameter)
            return canvas->discs[i].texture;
    if (canvas->n_discs == CANVAS_N_DISCS)
        canvas_forget(canvas);
    SDL_Texture *texture = make_disc(canvas->renderer, diameter);
    if (texture)
        canvas->discs[canvas->n_discs++] = (struct canvas_disc){texture, diameter};
    return texture;
}

static int diameter_of(float radius)
{
    int diameter = (int)(2 * radius + 0.5F);
    return diameter < 2 ? 2 : diameter;
}

static SDL_Texture *get_tinted_disc(struct canvas *canvas, int diameter, struct colour colour)
{
    SDL_Texture *texture = get_disc(canvas, diameter);
    if (texture) {
        SDL_SetTextureColorMod(texture, colour.r, colour.g, colour.b);
        SDL_SetTextureAlphaMod(texture, colour.a);
    }
    return texture;
}

void canvas_disc(struct canvas *canvas, float x, float y, float radius, struct colour colour)
{
    int diameter = diameter_of(radius);
    SDL_Texture *texture = get_tinted_disc(canvas, diameter, colour);
    SDL_Rect to = {(int)(x - (float)diameter / 2 + 0.5F), (int)(y - (float)diameter / 2 + 0.5F),
                   diameter, diameter};
    if (texture)
        SDL_RenderCopy(canvas->renderer, texture, NULL, &to);
}

/* ---- Rectangles and lines ------------------------------------------------------------------ */

void canvas_round_rect(struct canvas *canvas, const struct rect *rect, float radius,
                       struct colour colour)
{
    int corner = diameter_of(radius) / 2;
    corner = 2 * corner > rect->h ? rect->h / 2 : corner;
    SDL_Texture *texture = get_tinted_disc(canvas, 2 * corner, colour);
    for (int i = 0; texture && i < 4; i++) {
        int right = i % 2, below = i / 2;
        SDL_Rect from = {right * corner, below * corner, corner, corner};
        SDL_Rect to = {right ? rect->x + rect->w - corner : rect->x,
                       below ? rect->y + rect->h - corner : rect->y, corner, corner};
        SDL_RenderCopy(canvas->renderer, texture, &from, &to);
    }
    struct rect middle = {rect->x, rect->y + corner, rect->w, rect->h - 2 * corner};
    struct rect top = {rect->x + corner, rect->y, rect->w - 2 * corner, corner};
    struct rect bottom = top;
    bottom.y = rect->y + rect->h - corner;
    canvas_rect(canvas, &middle, colour);
    canvas_rect(canvas, &top, colour);
    canvas_rect(canvas, &bottom, colour);
}

/* One column (or row, if steep) of a line: the display pixels between two heights. */
static void line_slice(struct canvas *canvas, int along, float low, float high, int steep,
                       struct colour colour)
{
    for (int across = (int)low - 1; across <= (int)high + 1; across++) {
        float top = low > (float)across ? low : (float)across;
        float bottom = high < (float)across + 1 ? high : (float)across + 1;
        if (bottom <= top)
            continue;
        SDL_SetRenderDrawColor(canvas->renderer, colour.r, colour.g, colour.b,
                               (Uint8)((float)colour.a * (bottom - top) + 0.5F));
        SDL_RenderDrawPoint(canvas->renderer, steep ? across : along, steep ? along : across);
    }
}

void canvas_line(struct canvas *canvas, struct point from, struct point to, float width,
                 struct colour colour)
{
    float dx = to.x - from.x, dy = to.y - from.y;
    int steep = SDL_fabsf(dy) > SDL_fabsf(dx);
    if (steep) {
        from = (struct point){from.y, from.x};
        to = (struct point){to.y, to.x};
    }
    if (from.x > to.x) {
        struct point swap = from;
        from = to;
        to = swap;
    }
    if (to.x - from.x < 0.01F)
        return;
    float slope = (to.y - from.y) / (to.x - from.x);
    float half = width / 2 * SDL_sqrtf(1 + slope * slope);
    SDL_SetRenderDrawBlendMode(canvas->renderer, SDL_BLENDMODE_BLEND);
    for (int along = (int)from.x; (float)along + 0.5F < to.x; along++) {
        float middle = from.y + ((float)along + 0.5F - from.x) * slope;
        line_slice(canvas, along, middle - half, middle + half, steep, colour);
    }
}
