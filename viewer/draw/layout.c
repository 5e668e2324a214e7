#include "draw/layout_private.h"

#include <stddef.h>

#define STATUS        30.0F
#define STATUS_LINE   18.0F
#define CAPTION       32.0F
#define SEAM          6.0F
#define PICTURE_LEAST 120.0F

/* The smallest window that is laid out with texts as large as they are to be, units. */
#define LEAST_WIDTH  320.0F
#define LEAST_HEIGHT 240.0F

const struct button buttons[N_BUTTONS] = {
    [BUTTON_DENOISED] = {"Denoised", "Button.Denoised"},
    [BUTTON_ANCESTRAL] = {"Ancestral", "Button.Ancestral"},
    [BUTTON_FLOW] = {"Flow", "Button.Flow"},
    [BUTTON_SEED] = {"New seed", "Button.New_Seed"},
    [BUTTON_PLAY] = {"Play", "Button.Play"},
    [BUTTON_HELP] = {"Help", "Button.Help"},
};

/* ---- Lengths ------------------------------------------------------------------------------- */

int layout_px(const struct layout *layout, float units)
{
    return (int)(units * layout->scale + 0.5F);
}

/* Larger windows get larger controls: on a stage the window is large and the audience far. */
float layout_scale(const struct layout_wishes *wishes)
{
    if (wishes->presenting)
        return layout_present_scale(wishes);
    float across = (float)wishes->width / (1280 * wishes->density);
    float down = (float)wishes->height / (800 * wishes->density);
    float scale = across < down ? across : down;
    scale = scale < 1 ? 1 : scale > 2.5F ? 2.5F : scale;
    scale *= wishes->density * wishes->text_scale;
    across = (float)wishes->width / LEAST_WIDTH;
    down = (float)wishes->height / LEAST_HEIGHT;
    float most = across < down ? across : down;
    most = most < wishes->density ? wishes->density : most;
    return scale < most ? scale : most;
}

struct rect layout_cut_bottom(struct rect *rect, int height)
{
    height = height < rect->h ? height : rect->h;
    rect->h -= height;
    return (struct rect){rect->x, rect->y + rect->h, rect->w, height};
}

struct rect layout_cut_top(struct rect *rect, int height)
{
    height = height < rect->h ? height : rect->h;
    struct rect top = {rect->x, rect->y, rect->w, height};
    rect->y += height;
    rect->h -= height;
    return top;
}

struct rect layout_cut_right(struct rect *rect, int width)
{
    width = width < rect->w ? width : rect->w;
    rect->w -= width;
    return (struct rect){rect->x + rect->w, rect->y, width, rect->h};
}

struct rect layout_inset(const struct rect *rect, int x, int y)
{
    struct rect inner = {rect->x + x, rect->y + y, rect->w - 2 * x, rect->h - 2 * y};
    inner.w = inner.w < 0 ? 0 : inner.w;
    inner.h = inner.h < 0 ? 0 : inner.h;
    return inner;
}

int layout_row(const struct layout *layout, const struct layout_wishes *wishes, float units,
               enum text_size size, float around)
{
    int row = layout_px(layout, units);
    int text = wishes->metrics.heights[size] + layout_px(layout, around);
    return row > text ? row : text;
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

/* How large a whole picture can be shown in so much room. */
static float fit(int width, int height, const struct layout_wishes *wishes)
{
    float across = (float)width / (float)(wishes->picture_width > 0 ? wishes->picture_width : 1);
    float down = (float)height / (float)(wishes->picture_height > 0 ? wishes->picture_height : 1);
    return across < down ? across : down;
}

void layout_place_panes(struct layout *layout, const struct rect *rest,
                        const struct layout_wishes *wishes)
{
    struct rect cells[LAYOUT_MAX_PANES * LAYOUT_MAX_PANES], best[LAYOUT_MAX_PANES] = {*rest};
    int least = layout_px(layout, PICTURE_LEAST);
    int caption = layout_row(layout, wishes, CAPTION, TEXT_BODY, 10);
    float largest = 0;
    layout->n_panes = 1;
    for (int rows = 1; wishes->n_panes > 1 && rows <= wishes->n_panes; rows++) {
        int columns = (wishes->n_panes + rows - 1) / rows;
        cut_grid(layout, rest, columns, rows, cells);
        float size = fit(cells[0].w, cells[0].h - caption, wishes);
        if (cells[0].w < least || cells[0].h < least || size <= largest)
            continue;
        largest = size;
        layout->n_panes = wishes->n_panes;
        for (int i = 0; i < wishes->n_panes; i++)
            best[i] = cells[i];
    }
    for (int i = 0; i < layout->n_panes; i++) {
        if (wishes->n_panes > 1)
            layout->captions[i] = layout_cut_top(&best[i], caption);
        layout->pictures[i] = best[i];
    }
}

/* ---- All ----------------------------------------------------------------------------------- */

/* What to show, and how much of the window the pictures then have at least. */
struct plan {
    enum strip_kind strip;
    bool panel;
    int status_lines; /* at most */
    float share;
};

/* From everything to the pictures alone. */
static const struct plan plans[] = {
    {STRIP_THUMBS, true, 2, 0.40F},   {STRIP_NUMBERS, true, 2, 0.36F},
    {STRIP_NAMES, true, 2, 0.30F},    {STRIP_THUMBS, false, 2, 0.55F},
    {STRIP_NUMBERS, false, 2, 0.48F}, {STRIP_NAMES, false, 2, 0.42F},
    {STRIP_TRACK, false, 2, 0.34F},   {STRIP_TRACK, false, 1, 0.28F},
    {STRIP_NONE, false, 1, 0.28F},    {STRIP_NONE, false, 0, 0},
};

static void place_status(struct layout *layout, const struct layout_wishes *wishes, int most,
                         struct rect *rest)
{
    int status = wishes->metrics.status ? wishes->metrics.status : layout_px(layout, 560);
    int lines = status + 4 * layout_px(layout, LAYOUT_PAD) <= wishes->width ? 1 : 2;
    int height = layout_row(layout, wishes, STATUS, TEXT_SMALL, 8);
    layout->status_lines = lines < most ? lines : most;
    if (layout->status_lines == 2)
        height += layout_row(layout, wishes, STATUS_LINE, TEXT_SMALL, 2);
    layout->status = layout_cut_bottom(rest, layout->status_lines > 0 ? height : 0);
}

/* Whether all of a plan, and so many panes, have their places with the panel there. */
static bool follow_plan(struct layout *layout, const struct layout_wishes *wishes,
                        const struct plan *plan, enum panel_place panel, int n_panes)
{
    *layout = (struct layout){.scale = layout_scale(wishes),
                              .window = {0, 0, wishes->width, wishes->height}};
    struct rect rest = layout->window;
    bool first = panel == PANEL_RIGHT_HIGH || panel == PANEL_OVER;
    place_status(layout, wishes, plan->status_lines, &rest);
    if (first && !layout_place_panel(layout, wishes, panel, &rest))
        return false;
    if (panel != PANEL_OVER && !layout_place_strip(layout, wishes, plan->strip, &rest))
        return false;
    if (!first && !layout_place_panel(layout, wishes, panel, &rest))
        return false;
    layout_place_panes(layout, &rest, wishes);
    const struct rect *port = &layout->pictures[0];
    float area = (float)port->w * (float)port->h * (float)layout->n_panes;
    return layout->n_panes >= n_panes &&
           area >= plan->share * (float)wishes->width * (float)wishes->height;
}

/* By how much larger the pictures have to be for the panel to be put there. */
static float reluctance(const struct layout_wishes *wishes, enum panel_place panel)
{
    bool upright = wishes->height > wishes->width;
    return panel == PANEL_BELOW ? (upright ? 0 : 1.15F) : 1.08F;
}

/* The places that the plan's panel may have; the pictures are largest with the one that is taken.
 * False if there is none. */
static bool try_plan(struct layout *best, const struct layout_wishes *wishes,
                     const struct plan *plan, int n_panes)
{
    static const enum panel_place places[] = {PANEL_RIGHT, PANEL_RIGHT_HIGH, PANEL_BELOW};
    struct layout layout;
    float largest = 0;
    bool found = false;
    if (!plan->panel)
        return follow_plan(best, wishes, plan, PANEL_NONE, n_panes);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!follow_plan(&layout, wishes, plan, places[i], n_panes))
            continue;
        float size = fit(layout.pictures[0].w, layout.pictures[0].h, wishes);
        if (found && size < largest * reluctance(wishes, places[i]))
            continue;
        found = true;
        largest = size;
        *best = layout;
    }
    return found;
}

/* The richest plan that shows so many panes. */
static bool choose_plan(struct layout *layout, const struct layout_wishes *wishes, int n_panes)
{
    static const struct plan over = {STRIP_NONE, true, 1, 0};
    bool panel = wishes->curve || wishes->curve_over;
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        const struct plan *plan = &plans[i];
        if ((plan->panel && !panel) || (plan->strip == STRIP_THUMBS && !wishes->filmstrip))
            continue;
        if (!plan->panel && wishes->curve_over && follow_plan(layout, wishes, &over, PANEL_OVER, 1))
            return true;
        if (try_plan(layout, wishes, plan, n_panes))
            return true;
    }
    return false;
}

void layout_compute(struct layout *layout, const struct layout_wishes *wishes)
{
    if (wishes->presenting)
        layout_present(layout, wishes);
    else if (wishes->n_panes < 2 || !choose_plan(layout, wishes, wishes->n_panes))
        choose_plan(layout, wishes, 1);
}

/* ---- Places -------------------------------------------------------------------------------- */

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

/* From the middle of one button to that of the other. */
struct rect layout_mix_track(const struct layout *layout)
{
    const struct rect *from = &layout->buttons[BUTTON_DENOISED];
    const struct rect *to = &layout->buttons[BUTTON_ANCESTRAL];
    int left = from->x + from->w / 2, right = to->x + to->w / 2;
    return (struct rect){left, layout->mix.y, right - left, layout->mix.h};
}

int layout_mix_at(const struct layout *layout, int x)
{
    struct rect track = layout_mix_track(layout);
    int last = track.w > 1 ? track.w - 1 : 1; /* pixel */
    int percent = (int)(((long long)(x - track.x) * 100 + last / 2) / last);
    return percent < 0 ? 0 : percent > 100 ? 100 : percent;
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
    if (rect_contains(&layout->panel, x, y))
        return -1;
    for (int i = 0; i < layout->n_panes; i++)
        if (rect_contains(&layout->pictures[i], x, y))
            return i;
    return -1;
}
