#include "draw/layout.h"

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
#define PROFILE      18.0F
#define READOUT      70.0F
#define LEGEND       24.0F
#define PANEL_WIDEST 400.0F
#define PANEL_LEAST  250.0F

#define CAPTION        32.0F
#define SEAM           6.0F
#define PANEL_SHORTEST 260.0F
#define PICTURE_LEAST  140.0F

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

static struct rect cut_bottom(struct rect *rect, int height)
{
    height = height < rect->h ? height : rect->h;
    rect->h -= height;
    return (struct rect){rect->x, rect->y + rect->h, rect->w, height};
}

static struct rect cut_top(struct rect *rect, int height)
{
    height = height < rect->h ? height : rect->h;
    struct rect top = {rect->x, rect->y, rect->w, height};
    rect->y += height;
    rect->h -= height;
    return top;
}

static struct rect inset(const struct rect *rect, int x, int y)
{
    struct rect inner = {rect->x + x, rect->y + y, rect->w - 2 * x, rect->h - 2 * y};
    inner.w = inner.w < 0 ? 0 : inner.w;
    inner.h = inner.h < 0 ? 0 : inner.h;
    return inner;
}

static void place_buttons(struct layout *layout, struct rect *rest)
{
    for (int row = 1; row >= 0; row--) {
        struct rect line = cut_bottom(rest, layout_px(layout, BUTTON));
        int gap = row ? layout_px(layout, GAP) : 0; /* the modes are one segmented control */
        for (int i = 0; i < 3; i++) {
            int left = line.x + i * (line.w + gap) / 3;
            int right = line.x + (i + 1) * (line.w + gap) / 3 - gap;
            layout->buttons[row * 3 + i] = (struct rect){left, line.y, right - left, line.h};
        }
        cut_bottom(rest, layout_px(layout, GAP));
    }
}

/* The title has so much room below it. */
static void place_panel(struct layout *layout, struct rect *rest, float below_title)
{
    float width = (float)rest->w / layout->scale * 0.30F;
    width = width < PANEL_LEAST ? PANEL_LEAST : width > PANEL_WIDEST ? PANEL_WIDEST : width;
    int panel = layout_px(layout, width);
    if (panel * 2 > rest->w)
        return;
    rest->w -= panel;
    layout->panel = (struct rect){rest->x + rest->w, rest->y, panel, rest->h};
    struct rect inner = inset(&layout->panel, layout_px(layout, PAD), layout_px(layout, PAD));
    place_buttons(layout, &inner);
    layout->title = cut_top(&inner, layout_px(layout, TITLE + below_title));
    layout->readout = cut_top(&inner, layout_px(layout, READOUT));
    layout->legend = cut_bottom(&inner, layout_px(layout, LEGEND));
    layout->curve = inner;
}

/* thumbs is the height of the small pictures, 0 to hide them. */
static void place_strip(const struct layout *layout, struct layout_strip *strip, struct rect *rest,
                        int n_columns, float thumbs)
{
    strip->narrow_columns = rest->w < n_columns * layout_px(layout, NARROW);
    float labels = LABELS + (strip->narrow_columns ? NARROW_LABEL : 0);
    float above = thumbs > 0 ? PAD : GAP;
    strip->whole = cut_bottom(rest, layout_px(layout, TRACK + labels + GAP + above + thumbs));
    struct rect inner = inset(&strip->whole, layout_px(layout, PAD), 0);
    cut_top(&inner, layout_px(layout, above));
    if (thumbs > 0)
        strip->thumbs = cut_top(&inner, layout_px(layout, thumbs));
    strip->track = cut_top(&inner, layout_px(layout, TRACK));
    strip->labels = cut_top(&inner, layout_px(layout, labels));
}

/* ---- Panes --------------------------------------------------------------------------------- */

/* Cuts a rectangle into so many columns and rows of equal size. */
static void cut_grid(const struct layout *layout, const struct rect *whole, int columns, int rows,
                     struct rect *cells)
{
    int seam = layout_px(layout, SEAM);
    int width = (whole->w - (columns - 1) * seam) / columns;
    int height = (whole->h - (rows - 1) * seam) / rows;
    for (int i = 0; i < columns * rows; i++)
        cells[i] = (struct rect){whole->x + i % columns * (width + seam),
                                 whole->y + i / columns * (height + seam), width < 0 ? 0 : width,
                                 height < 0 ? 0 : height};
}

/* How large a whole picture can be shown below a caption. */
static float fit(const struct layout *layout, const struct rect *pane,
                 const struct layout_wishes *wishes)
{
    float across = (float)pane->w / (float)wishes->picture_width;
    float down = (float)(pane->h - layout_px(layout, CAPTION)) / (float)wishes->picture_height;
    return across < down ? across : down;
}

/* So many panes as show the pictures largest; where they would be tiny there is one only. */
static void place_panes(struct layout *layout, const struct rect *rest,
                        const struct layout_wishes *wishes)
{
    struct rect cells[LAYOUT_MAX_PANES * LAYOUT_MAX_PANES], best[LAYOUT_MAX_PANES];
    int least = layout_px(layout, PICTURE_LEAST);
    float largest = 0;
    layout->n_panes = 1;
    layout->pictures[0] = *rest;
    for (int rows = 1; wishes->n_panes > 1 && rows <= wishes->n_panes; rows++) {
        int columns = (wishes->n_panes + rows - 1) / rows;
        cut_grid(layout, rest, columns, rows, cells);
        float size = fit(layout, &cells[0], wishes);
        if (cells[0].w < least || cells[0].h < least || size <= largest)
            continue;
        largest = size;
        layout->n_panes = wishes->n_panes;
        for (int i = 0; i < wishes->n_panes; i++)
            best[i] = cells[i];
    }
    for (int i = 0; layout->n_panes > 1 && i < layout->n_panes; i++) {
        layout->captions[i] = cut_top(&best[i], layout_px(layout, CAPTION));
        layout->pictures[i] = best[i];
    }
}

/* ---- All ----------------------------------------------------------------------------------- */

void layout_compute(struct layout *layout, const struct layout_wishes *wishes)
{
    *layout = (struct layout){.scale = choose_scale(wishes),
                              .window = {0, 0, wishes->width, wishes->height}};
    struct rect rest = layout->window;
    layout->status = cut_bottom(&rest, layout_px(layout, STATUS));
    bool filmstrip = wishes->filmstrip && wishes->height > layout_px(layout, 440);
    if (wishes->height > layout_px(layout, 320))
        place_strip(layout, &layout->strip, &rest, wishes->n_columns, filmstrip ? THUMBS : 0);
    if (wishes->curve && rest.h > layout_px(layout, PANEL_SHORTEST))
        place_panel(layout, &rest, wishes->profile ? PROFILE : 0);
    place_panes(layout, &rest, wishes);
}

struct rect layout_column(const struct rect *row, int i, int n)
{
    int left = row->x + (int)((long long)row->w * i / n);
    int right = row->x + (int)((long long)row->w * (i + 1) / n);
    return (struct rect){left, row->y, right - left, row->h};
}

int layout_column_at(const struct rect *row, int x, int n)
{
    if (row->w <= 0 || x < row->x)
        return 0;
    int i = (int)((long long)(x - row->x) * n / row->w);
    return i < n ? i : n - 1;
}

int layout_button_at(const struct layout *layout, int x, int y)
{
    for (int i = 0; i < N_BUTTONS; i++)
        if (rect_contains(&layout->buttons[i], x, y))
            return i;
    return -1;
}

int layout_picture_at(const struct layout *layout, int x, int y)
{
    for (int i = 0; i < layout->n_panes; i++)
        if (rect_contains(&layout->pictures[i], x, y))
            return i;
    return -1;
}
