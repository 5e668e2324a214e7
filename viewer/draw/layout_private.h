/* What the files of the layout share: lengths, and rectangles cut from each other. */
#ifndef UQD_VIEWER_DRAW_LAYOUT_PRIVATE_H
#define UQD_VIEWER_DRAW_LAYOUT_PRIVATE_H

#include "draw/layout.h"

/* Units of the layout. */
#define LAYOUT_PAD 14.0F
#define LAYOUT_GAP 8.0F

/* Cut a strip of so many pixels, or all there is, off a side of a rectangle. */
struct rect layout_cut_bottom(struct rect *rect, int height);
struct rect layout_cut_top(struct rect *rect, int height);
struct rect layout_cut_right(struct rect *rect, int width);

/* Without so many pixels on each side. */
struct rect layout_inset(const struct rect *rect, int x, int y);

/* So many units, or as a line of text of this size with so many units around it needs, if that is
 * more. */
int layout_row(const struct layout *layout, const struct layout_wishes *wishes, float units,
               enum text_size size, float around);

/* Puts as many panes into a rectangle as show the pictures largest; where they would be tiny one
 * only, whose caption tells of the others. */
void layout_place_panes(struct layout *layout, const struct rect *rest,
                        const struct layout_wishes *wishes);

/* layout_present.c: as layout_scale and layout_compute, for a presentation. */
float layout_present_scale(const struct layout_wishes *wishes);
void layout_present(struct layout *layout, const struct layout_wishes *wishes);

/* Where the panel is put. */
enum panel_place {
    PANEL_NONE,
    PANEL_RIGHT,      /* above the strip, with all its parts */
    PANEL_RIGHT_HIGH, /* beside pictures and strip */
    PANEL_BELOW,      /* under the pictures */
    PANEL_OVER        /* everything but the status line */
};

/* layout_panel.c: cuts the panel off a rectangle, unless it is to be over that. False if there is
 * no room for it there: its curve could not be read. */
bool layout_place_panel(struct layout *layout, const struct layout_wishes *wishes,
                        enum panel_place place, struct rect *rest);

/* How much of the strip is shown; each has what the ones before have, and more. */
enum strip_kind { STRIP_NONE, STRIP_TRACK, STRIP_NAMES, STRIP_NUMBERS, STRIP_THUMBS };

/* layout_strip.c: cuts the strip off the bottom of a rectangle. False if its small pictures would
 * be tiny. */
bool layout_place_strip(struct layout *layout, const struct layout_wishes *wishes,
                        enum strip_kind kind, struct rect *rest);

#endif
