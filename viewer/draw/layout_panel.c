/* The panel: name of the file, numbers, curve and buttons, below each other or in two columns. */
#include "draw/layout_private.h"

#define BUTTON       34.0F
#define MIX          24.0F
#define SLIDER_LEAST 400.0F /* height of the window */
#define READOUT      70.0F
#define TITLE        48.0F
#define TITLE_LINE   18.0F
#define FILE_LINE    20.0F
#define WIDEST       400.0F
#define LEAST        250.0F
#define CURVE_LEAST  96.0F
#define CURVE_GOOD   170.0F
#define CURVE_WIDE   220.0F /* beside a column of everything else */
#define BELOW_MOST   480.0F

/* Heights of the parts above the curve; 0: left out. */
struct parts {
    int title, readout;
};

static int button_height(const struct layout *layout, const struct layout_wishes *wishes)
{
    return layout_row(layout, wishes, BUTTON, TEXT_BODY, 8);
}

/* Where the window is low, keys must do. */
static bool has_slider(const struct layout *layout, const struct layout_wishes *wishes)
{
    return wishes->height >= layout_px(layout, SLIDER_LEAST);
}

static int mix_height(const struct layout *layout, const struct layout_wishes *wishes)
{
    return has_slider(layout, wishes) ? layout_row(layout, wishes, MIX, TEXT_SMALL, 4)
                                      : layout_px(layout, LAYOUT_GAP);
}

/* Of both rows, the slider between them and the gap above. */
static int buttons_height(const struct layout *layout, const struct layout_wishes *wishes)
{
    return 2 * button_height(layout, wishes) + mix_height(layout, wishes) +
           layout_px(layout, LAYOUT_GAP);
}

static void place_buttons(struct layout *layout, const struct layout_wishes *wishes,
                          struct rect *rest)
{
    for (int row = 1; row >= 0; row--) {
        struct rect line = layout_cut_bottom(rest, button_height(layout, wishes));
        int gap = row ? layout_px(layout, LAYOUT_GAP) : 0; /* the modes are one segmented control */
        for (int i = 0; i < 3; i++) {
            int left = line.x + i * (line.w + gap) / 3;
            int right = line.x + (i + 1) * (line.w + gap) / 3 - gap;
            layout->buttons[row * 3 + i] = (struct rect){left, line.y, right - left, line.h};
        }
        int below = row ? mix_height(layout, wishes) : layout_px(layout, LAYOUT_GAP);
        struct rect slider = layout_cut_bottom(rest, below);
        if (row && has_slider(layout, wishes))
            layout->mix = slider;
    }
}

/* What the panel has at best. */
static struct parts all_parts(const struct layout *layout, const struct layout_wishes *wishes)
{
    const int *heights = wishes->metrics.heights;
    int title = layout_row(layout, wishes, TITLE, TEXT_TITLE, 0);
    int both = heights[TEXT_TITLE] + heights[TEXT_SMALL] + layout_px(layout, 10);
    int readout = layout_px(layout, READOUT);
    int numbers = heights[TEXT_BIG] + heights[TEXT_SMALL] + layout_px(layout, 14);
    if (wishes->n_files > 0)
        return (struct parts){wishes->n_files *
                                      layout_row(layout, wishes, FILE_LINE, TEXT_SMALL, 2) +
                                  layout_px(layout, LAYOUT_GAP),
                              0};
    title = title > both ? title : both;
    if (wishes->profile)
        title += layout_row(layout, wishes, TITLE_LINE, TEXT_SMALL, 2);
    return (struct parts){title, readout > numbers ? readout : numbers};
}

/* What all parts take, of one file as of several: the pictures keep their place when there are more
 * files. */
static int parts_height(const struct layout *layout, const struct layout_wishes *wishes)
{
    struct layout_wishes single = *wishes;
    single.n_files = 0;
    struct parts own = all_parts(layout, wishes), one = all_parts(layout, &single);
    int several = own.title + own.readout, alone = one.title + one.readout;
    return several > alone ? several : alone;
}

/* Leaves out the next part. False if nothing more can be. */
static bool leave_out(const struct layout *layout, const struct layout_wishes *wishes,
                      struct parts *parts)
{
    int name = layout_row(layout, wishes, TITLE_LINE, TEXT_TITLE, 6);
    if (wishes->n_files == 0 && parts->title > name)
        parts->title = name;
    else if (parts->readout > 0)
        parts->readout = 0;
    else if (parts->title > 0)
        parts->title = 0;
    else
        return false;
    return true;
}

/* Leaves out parts until the rest is no higher than the room. False if that is too low for any. */
static bool fit_parts(const struct layout *layout, const struct layout_wishes *wishes,
                      struct parts *parts, int room)
{
    while (parts->title + parts->readout > room)
        if (!leave_out(layout, wishes, parts))
            return false;
    return true;
}

/* Everything below each other. False if the curve is lower than it may be; whole: or if a part
 * would have to be left out. */
static bool place_column(struct layout *layout, const struct layout_wishes *wishes,
                         struct rect inner, int curve_least, bool whole)
{
    struct parts parts = all_parts(layout, wishes);
    int room = inner.h - buttons_height(layout, wishes) - curve_least;
    if (!fit_parts(layout, wishes, &parts, room) || (whole && parts_height(layout, wishes) > room))
        return false;
    place_buttons(layout, wishes, &inner);
    layout->title = layout_cut_top(&inner, parts.title);
    layout->readout = layout_cut_top(&inner, parts.readout);
    layout->curve = inner;
    return true;
}

/* The curve on the left, everything else in a column beside it. */
static bool place_halves(struct layout *layout, const struct layout_wishes *wishes,
                         struct rect inner, int column)
{
    struct parts parts = all_parts(layout, wishes);
    struct rect right = layout_cut_right(&inner, column);
    if (!fit_parts(layout, wishes, &parts, right.h - buttons_height(layout, wishes)))
        return false;
    layout_cut_right(&inner, layout_px(layout, LAYOUT_PAD));
    place_buttons(layout, wishes, &right);
    layout->title = layout_cut_top(&right, parts.title);
    layout->readout = layout_cut_top(&right, parts.readout);
    layout->curve = inner;
    return inner.h >= layout_px(layout, CURVE_LEAST);
}

/* The least width: three buttons beside each other. */
static int least_width(const struct layout *layout, const struct layout_wishes *wishes)
{
    int pads = 2 * layout_px(layout, LAYOUT_PAD) + 2 * layout_px(layout, LAYOUT_GAP);
    int three = 3 * (wishes->metrics.button + layout_px(layout, 8)) + pads;
    int least = layout_px(layout, LEAST);
    return three > least ? three : least;
}

static bool place_inside(struct layout *layout, const struct layout_wishes *wishes, bool whole)
{
    int pad = layout_px(layout, LAYOUT_PAD), column = least_width(layout, wishes) - 2 * pad;
    struct rect inner = layout_inset(&layout->panel, pad, pad);
    int least = layout_px(layout, whole ? CURVE_GOOD : CURVE_LEAST);
    if (inner.w >= column + pad + layout_px(layout, CURVE_WIDE))
        return place_halves(layout, wishes, inner, column);
    return inner.w >= column && place_column(layout, wishes, inner, least, whole);
}

static bool place_right(struct layout *layout, const struct layout_wishes *wishes, bool whole,
                        struct rect *rest)
{
    int width = (int)((float)rest->w * 0.30F), least = least_width(layout, wishes);
    int widest = layout_px(layout, WIDEST), pad = layout_px(layout, LAYOUT_PAD);
    width = width > widest ? widest : width;
    width = width < least ? least : width;
    if (width * 2 > rest->w)
        return false;
    layout->panel = layout_cut_right(rest, width);
    struct rect inner = layout_inset(&layout->panel, pad, pad);
    return place_column(layout, wishes, inner, layout_px(layout, whole ? CURVE_GOOD : CURVE_LEAST),
                        whole);
}

/* As high as its parts need; and higher where the pictures could not use the room. */
static bool place_below(struct layout *layout, const struct layout_wishes *wishes,
                        struct rect *rest)
{
    int pads = 2 * layout_px(layout, LAYOUT_PAD);
    int height = buttons_height(layout, wishes) + parts_height(layout, wishes) + pads;
    int halves = least_width(layout, wishes) + layout_px(layout, LAYOUT_PAD + CURVE_WIDE);
    int curve = layout_px(layout, CURVE_GOOD);
    if (rest->w < halves)
        height += curve;
    else if (height < curve + pads)
        height = curve + pads;
    int used = (int)((int64_t)rest->w * wishes->picture_height /
                     (wishes->picture_width > 0 ? wishes->picture_width : 1));
    int most = layout_px(layout, BELOW_MOST);
    if (wishes->n_panes < 2 && rest->h - used > height)
        height = rest->h - used < most ? rest->h - used : height > most ? height : most;
    if (height > rest->h * 3 / 5)
        height = rest->h * 3 / 5;
    layout->panel = layout_cut_bottom(rest, height);
    return place_inside(layout, wishes, false);
}

bool layout_place_panel(struct layout *layout, const struct layout_wishes *wishes,
                        enum panel_place place, struct rect *rest)
{
    switch (place) {
    case PANEL_NONE:
        return true;
    case PANEL_RIGHT:
    case PANEL_RIGHT_HIGH:
        return place_right(layout, wishes, place == PANEL_RIGHT, rest);
    case PANEL_BELOW:
        return place_below(layout, wishes, rest);
    case PANEL_OVER:
        layout->panel = *rest;
        layout->panel_over = true;
        return place_inside(layout, wishes, false);
    }
    return false;
}
