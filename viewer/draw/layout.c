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

/* Two files. */
#define CAPTION        32.0F
#define SEAM           6.0F
#define PAIR_THUMBS    54.0F
#define PAIR_PANEL     0.38F /* of the width, beside the strips */
#define PAIR_BUTTON    104.0F
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

static void place_single(struct layout *layout, struct rect *rest,
                         const struct layout_wishes *wishes)
{
    bool filmstrip = wishes->filmstrip && wishes->height > layout_px(layout, 440);
    if (wishes->height > layout_px(layout, 320))
        place_strip(layout, &layout->strips[0], rest, wishes->n_columns[0], filmstrip ? THUMBS : 0);
    if (wishes->curve && rest->h > layout_px(layout, PANEL_SHORTEST))
        place_panel(layout, rest, wishes->profile ? PROFILE : 0);
    layout->pictures[0] = *rest;
}

/* ---- Two files ----------------------------------------------------------------------------- */

/* Cuts a rectangle into two of equal size, side by side or one above the other. */
static void halve(const struct layout *layout, const struct rect *whole, bool above,
                  struct rect half[2])
{
    int seam = layout_px(layout, SEAM);
    half[0] = half[1] = *whole;
    if (above) {
        half[0].h = half[1].h = whole->h > seam ? (whole->h - seam) / 2 : 0;
        half[1].y = whole->y + whole->h - half[1].h;
    } else {
        half[0].w = half[1].w = whole->w > seam ? (whole->w - seam) / 2 : 0;
        half[1].x = whole->x + whole->w - half[1].w;
    }
}

/* How large a whole picture can be shown below a caption. */
static float fit(const struct layout *layout, const struct rect *pane,
                 const struct layout_wishes *wishes)
{
    float across = (float)pane->w / (float)wishes->picture_width;
    float down = (float)(pane->h - layout_px(layout, CAPTION)) / (float)wishes->picture_height;
    return across < down ? across : down;
}

static void place_pane(struct layout *layout, int file, struct rect pane)
{
    layout->captions[file] = cut_top(&pane, layout_px(layout, CAPTION));
    layout->pictures[file] = pane;
}

/* Returns how large the pictures are shown. Where two would be tiny there is only the active one,
 * which counts as if it were as tiny. */
static float place_panes(struct layout *layout, const struct rect *rest,
                         const struct layout_wishes *wishes)
{
    struct rect beside[2], above[2];
    halve(layout, rest, false, beside);
    halve(layout, rest, true, above);
    const struct rect *panes =
        fit(layout, above, wishes) > fit(layout, beside, wishes) ? above : beside;
    int least = layout_px(layout, PICTURE_LEAST);
    if (panes->w < least || panes->h < least) {
        place_pane(layout, wishes->active, *rest);
    } else {
        place_pane(layout, 0, panes[0]);
        place_pane(layout, 1, panes[1]);
    }
    return fit(layout, panes, wishes);
}

static void place_strips(struct layout *layout, struct rect *rest,
                         const struct layout_wishes *wishes)
{
    bool filmstrip = wishes->filmstrip && wishes->height > layout_px(layout, 700);
    bool both = wishes->height > layout_px(layout, 480);
    bool one = wishes->height > layout_px(layout, 320);
    for (int file = 1; file >= 0; file--)
        if (both || (one && file == wishes->active))
            place_strip(layout, &layout->strips[file], rest, wishes->n_columns[file],
                        filmstrip ? PAIR_THUMBS : 0);
}

/* The numbers stand in the captions, so the panel has more room for the curve. */
static float place_panel_beside_pictures(struct layout *layout, struct rect rest,
                                         const struct layout_wishes *wishes)
{
    place_strips(layout, &rest, wishes);
    if (wishes->curve && rest.h > layout_px(layout, PANEL_SHORTEST))
        place_panel(layout, &rest, 0);
    layout->curve.h = layout->legend.y + layout->legend.h - layout->readout.y;
    layout->curve.y = layout->readout.y;
    layout->readout = layout->legend = (struct rect){0, 0, 0, 0};
    return place_panes(layout, &rest, wishes);
}

/* The buttons below each other, those of the modes as one segmented control. */
static void stack_buttons(struct layout *layout, struct rect column)
{
    int gap = layout_px(layout, GAP), height = layout_px(layout, BUTTON);
    int most = (column.h - 3 * gap) / N_BUTTONS;
    height = height < most ? height : most;
    for (int i = 0; i < N_BUTTONS; i++) {
        layout->buttons[i] = cut_top(&column, height);
        if (i >= BUTTON_FLOW)
            cut_top(&column, gap);
    }
}

/* Returns 0 if the panel finds no room there. */
static float place_panel_beside_strips(struct layout *layout, struct rect rest,
                                       const struct layout_wishes *wishes)
{
    struct rect left = rest;
    int width = (int)((float)rest.w * PAIR_PANEL), top = rest.y + rest.h;
    left.w -= width;
    place_strips(layout, &left, wishes);
    rest.h = left.h;
    layout->panel = (struct rect){left.x + left.w, rest.y + rest.h, width, top - rest.y - rest.h};
    if (width < layout_px(layout, PANEL_LEAST + PAIR_BUTTON) ||
        layout->panel.h < layout_px(layout, PANEL_SHORTEST))
        return 0;
    struct rect inner = inset(&layout->panel, layout_px(layout, PAD), layout_px(layout, PAD));
    struct rect column = inner;
    column.w = layout_px(layout, PAIR_BUTTON);
    column.x += inner.w - column.w;
    inner.w -= column.w + layout_px(layout, PAD);
    stack_buttons(layout, column);
    layout->title = cut_top(&inner, layout_px(layout, TITLE));
    layout->curve = inner;
    return place_panes(layout, &rest, wishes);
}

static void place_pair(struct layout *layout, const struct rect *rest,
                       const struct layout_wishes *wishes)
{
    struct layout other = *layout;
    float beside_pictures = place_panel_beside_pictures(layout, *rest, wishes);
    float beside_strips = wishes->curve ? place_panel_beside_strips(&other, *rest, wishes) : 0;
    if (beside_strips > 0 && (layout->panel.w == 0 || beside_strips > beside_pictures))
        *layout = other;
}

/* ---- All ----------------------------------------------------------------------------------- */

void layout_compute(struct layout *layout, const struct layout_wishes *wishes)
{
    *layout = (struct layout){.scale = choose_scale(wishes),
                              .window = {0, 0, wishes->width, wishes->height}};
    struct rect rest = layout->window;
    layout->status = cut_bottom(&rest, layout_px(layout, STATUS));
    if (wishes->n_columns[1] > 0)
        place_pair(layout, &rest, wishes);
    else
        place_single(layout, &rest, wishes);
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

const struct rect *layout_port(const struct layout *layout)
{
    return layout->pictures[0].w > 0 ? &layout->pictures[0] : &layout->pictures[1];
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
    for (int file = 0; file < LAYOUT_MAX_FILES; file++)
        if (rect_contains(&layout->pictures[file], x, y))
            return file;
    return -1;
}

int layout_strip_at(const struct layout *layout, int x, int y)
{
    for (int file = 0; file < LAYOUT_MAX_FILES; file++)
        if (rect_contains(&layout->strips[file].whole, x, y))
            return file;
    return -1;
}
