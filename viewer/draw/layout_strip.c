/* The strip: small pictures, track and labels below each other. */
#include "draw/layout_private.h"

#define THUMBS       76.0F
#define THUMBS_LEAST 36.0F
#define THUMBS_WIDTH 48.0F /* of their columns at least */
#define THUMBS_GAP   8.0F  /* between two of them */
#define TRACK        26.0F
#define LINE         18.0F

/* As high as the pictures get in their columns. */
static int thumbs_height(const struct layout *layout, const struct layout_wishes *wishes,
                         int column)
{
    int width = column - layout_px(layout, THUMBS_GAP);
    int most = layout_px(layout, THUMBS), least = layout_px(layout, THUMBS_LEAST);
    if (wishes->picture_width <= 0)
        return most;
    int64_t height = (int64_t)width * wishes->picture_height / wishes->picture_width;
    return height > most ? most : height < least ? least : (int)height;
}

/* Rate and distortion stand beside each other, below each other, or nowhere. */
static int count_lines(const struct layout *layout, const struct layout_wishes *wishes, int column)
{
    int numbers = wishes->metrics.numbers ? wishes->metrics.numbers : layout_px(layout, 134);
    int number = wishes->metrics.number ? wishes->metrics.number : layout_px(layout, 42);
    return column >= numbers + layout_px(layout, 12) ? 2
           : column >= number + layout_px(layout, 6) ? 3
                                                     : 1;
}

bool layout_place_strip(struct layout *layout, const struct layout_wishes *wishes,
                        enum strip_kind kind, struct rect *rest)
{
    struct layout_strip *strip = &layout->strip;
    int column = (rest->w - 2 * layout_px(layout, LAYOUT_PAD)) /
                 (wishes->n_columns > 0 ? wishes->n_columns : 1);
    bool thumbs = kind == STRIP_THUMBS;
    int above = layout_px(layout, thumbs ? LAYOUT_PAD : kind < STRIP_NUMBERS ? 2 : LAYOUT_GAP);
    int below = layout_px(layout, kind < STRIP_NUMBERS ? 2 : LAYOUT_GAP);
    int pictures = thumbs ? thumbs_height(layout, wishes, column) : 0;
    int track = layout_px(layout, TRACK);
    if (kind == STRIP_NONE)
        return true;
    if (thumbs && column < layout_px(layout, THUMBS_WIDTH))
        return false;
    strip->n_lines = kind == STRIP_TRACK   ? 0
                     : kind == STRIP_NAMES ? 1
                                           : count_lines(layout, wishes, column);
    int labels = strip->n_lines * layout_row(layout, wishes, LINE, TEXT_SMALL, 2);
    strip->whole = layout_cut_bottom(rest, above + pictures + track + labels + below);
    struct rect inner = layout_inset(&strip->whole, layout_px(layout, LAYOUT_PAD), 0);
    layout_cut_top(&inner, above);
    strip->thumbs = layout_cut_top(&inner, pictures);
    strip->track = layout_cut_top(&inner, track);
    strip->labels = layout_cut_top(&inner, labels);
    return true;
}
