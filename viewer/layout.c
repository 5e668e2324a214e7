#include "layout.h"

#define PAD          14.0F
#define GAP          8.0F
#define STATUS       30.0F
#define BUTTON       34.0F
#define THUMBS       76.0F
#define TRACK        26.0F
#define LABELS       40.0F
#define NARROW_LABEL 16.0F
#define NARROW       146.0F
#define TITLE        48.0F
#define READOUT      70.0F
#define LEGEND       24.0F
#define PANEL_WIDEST 400.0F
#define PANEL_LEAST  250.0F

const struct button buttons[N_BUTTONS] = {
    [BUTTON_DENOISED] = {"Denoised", "mode denoised"},
    [BUTTON_ANCESTRAL] = {"Ancestral", "mode ancestral"},
    [BUTTON_FLOW] = {"Flow", "mode flow"},
    [BUTTON_SEED] = {"New seed", "seed new"},
    [BUTTON_PLAY] = {"Play", "play"},
    [BUTTON_HELP] = {"Help", "help"},
};

int layout_px(const struct layout *layout, float units)
{
    return (int)(units * layout->scale + 0.5F);
}

/* Larger windows get larger controls: on a stage the window is large and the audience far. */
static float choose_scale(const struct layout_wishes *wishes)
{
    float across = (float)wishes->width / (1280 * wishes->density);
    float down = (float)wishes->height / (800 * wishes->density);
    float scale = across < down ? across : down;
    scale = scale < 1 ? 1 : scale > 2.5F ? 2.5F : scale;
    return scale * wishes->density * wishes->text_scale;
}

static SDL_Rect cut_bottom(SDL_Rect *rect, int height)
{
    height = height < rect->h ? height : rect->h;
    rect->h -= height;
    return (SDL_Rect){rect->x, rect->y + rect->h, rect->w, height};
}

static SDL_Rect cut_top(SDL_Rect *rect, int height)
{
    height = height < rect->h ? height : rect->h;
    SDL_Rect top = {rect->x, rect->y, rect->w, height};
    rect->y += height;
    rect->h -= height;
    return top;
}

static SDL_Rect inset(const SDL_Rect *rect, int x, int y)
{
    SDL_Rect inner = {rect->x + x, rect->y + y, rect->w - 2 * x, rect->h - 2 * y};
    inner.w = inner.w < 0 ? 0 : inner.w;
    inner.h = inner.h < 0 ? 0 : inner.h;
    return inner;
}

static void place_buttons(struct layout *layout, SDL_Rect *rest)
{
    for (int row = 1; row >= 0; row--) {
        SDL_Rect line = cut_bottom(rest, layout_px(layout, BUTTON));
        int gap = row ? layout_px(layout, GAP) : 0; /* the modes are one segmented control */
        for (int i = 0; i < 3; i++) {
            int left = line.x + i * (line.w + gap) / 3;
            int right = line.x + (i + 1) * (line.w + gap) / 3 - gap;
            layout->buttons[row * 3 + i] = (SDL_Rect){left, line.y, right - left, line.h};
        }
        cut_bottom(rest, layout_px(layout, GAP));
    }
}

static void place_panel(struct layout *layout, SDL_Rect *rest)
{
    float width = (float)rest->w / layout->scale * 0.30F;
    width = width < PANEL_LEAST ? PANEL_LEAST : width > PANEL_WIDEST ? PANEL_WIDEST : width;
    int panel = layout_px(layout, width);
    if (panel * 2 > rest->w)
        return;
    rest->w -= panel;
    layout->panel = (SDL_Rect){rest->x + rest->w, rest->y, panel, rest->h};
    SDL_Rect inner = inset(&layout->panel, layout_px(layout, PAD), layout_px(layout, PAD));
    place_buttons(layout, &inner);
    layout->title = cut_top(&inner, layout_px(layout, TITLE));
    layout->readout = cut_top(&inner, layout_px(layout, READOUT));
    layout->legend = cut_bottom(&inner, layout_px(layout, LEGEND));
    layout->curve = inner;
}

static void place_strip(struct layout *layout, SDL_Rect *rest, const struct layout_wishes *wishes)
{
    bool filmstrip = wishes->filmstrip && wishes->height > layout_px(layout, 440);
    layout->narrow_columns = rest->w < wishes->n_columns * layout_px(layout, NARROW);
    float labels = LABELS + (layout->narrow_columns ? NARROW_LABEL : 0);
    float height = TRACK + labels + GAP + (filmstrip ? THUMBS + PAD : GAP);
    layout->strip = cut_bottom(rest, layout_px(layout, height));
    SDL_Rect inner = inset(&layout->strip, layout_px(layout, PAD), 0);
    cut_top(&inner, layout_px(layout, filmstrip ? PAD : GAP));
    if (filmstrip)
        layout->thumbs = cut_top(&inner, layout_px(layout, THUMBS));
    layout->track = cut_top(&inner, layout_px(layout, TRACK));
    layout->labels = cut_top(&inner, layout_px(layout, labels));
}

void layout_compute(struct layout *layout, const struct layout_wishes *wishes)
{
    *layout = (struct layout){.scale = choose_scale(wishes),
                              .window = {0, 0, wishes->width, wishes->height}};
    SDL_Rect rest = layout->window;
    bool tall_enough = wishes->height > layout_px(layout, 320);
    layout->status = cut_bottom(&rest, layout_px(layout, STATUS));
    if (tall_enough)
        place_strip(layout, &rest, wishes);
    if (wishes->curve && rest.h > layout_px(layout, 260))
        place_panel(layout, &rest);
    layout->picture = rest;
}

SDL_Rect layout_column(const SDL_Rect *row, int i, int n)
{
    int left = row->x + (int)((long long)row->w * i / n);
    int right = row->x + (int)((long long)row->w * (i + 1) / n);
    return (SDL_Rect){left, row->y, right - left, row->h};
}

int layout_column_at(const SDL_Rect *row, int x, int n)
{
    if (row->w <= 0 || x < row->x)
        return 0;
    int i = (int)((long long)(x - row->x) * n / row->w);
    return i < n ? i : n - 1;
}

int layout_button_at(const struct layout *layout, int x, int y)
{
    SDL_Point point = {x, y};
    for (int i = 0; i < N_BUTTONS; i++)
        if (SDL_PointInRect(&point, &layout->buttons[i]))
            return i;
    return -1;
}
