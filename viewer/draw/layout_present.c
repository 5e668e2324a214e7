/* The places of a presentation: the pictures as large as they get, one line of numbers below them,
 * what is said of them above, and the curve beside them, or in an upright window below. */
#include "draw/layout_private.h"

/* With these the capitals of the largest texts are a little higher than 4 % of the window, and the
 * line of numbers has room for five of them in any window of 4:3 or wider. */
#define SCALE_PER_HEIGHT 0.0021F
#define SCALE_PER_WIDTH  0.0014F

#define MOST_TEXT     1.5F
#define NUMBERS       50.0F
#define CURVE_WIDTH   150.0F /* at least */
#define CURVE_HEIGHT  110.0F
#define LEAST_CURVE   0.28F /* share of the window */
#define MOST_CURVE    0.40F
#define CURVE_UPRIGHT 1.1F /* height by width, at most */

float layout_present_scale(const struct layout_wishes *wishes)
{
    float down = (float)wishes->height * SCALE_PER_HEIGHT;
    float across = (float)wishes->width * SCALE_PER_WIDTH;
    float text = wishes->text_scale;
    text = text < 1 ? 1 : text > MOST_TEXT ? MOST_TEXT : text;
    return (down < across ? down : across) * text;
}

/* One side of the room that pictures of this shape leave free, within limits. */
static int spare(int room, int other, int picture, int picture_other, int window)
{
    float taken = (float)other * (float)picture / (float)(picture_other > 0 ? picture_other : 1);
    float least = LEAST_CURVE * (float)window, most = MOST_CURVE * (float)window;
    float free = (float)room - taken;
    return (int)(free < least ? least : free > most ? most : free);
}

/* Cuts the curve off, if it can be read there. */
static void place_curve(struct layout *layout, const struct layout_wishes *wishes,
                        struct rect *rest)
{
    int pad = layout_px(layout, LAYOUT_PAD);
    bool upright = wishes->height > wishes->width;
    struct rect left = *rest, panel;
    if (upright)
        panel = layout_cut_bottom(&left, spare(rest->h, rest->w, wishes->picture_height,
                                               wishes->picture_width, wishes->height));
    else
        panel = layout_cut_right(&left, spare(rest->w, rest->h, wishes->picture_width,
                                              wishes->picture_height, wishes->width));
    struct rect curve = layout_inset(&panel, pad, pad);
    int most = (int)((float)curve.w * CURVE_UPRIGHT);
    if (curve.w < layout_px(layout, CURVE_WIDTH) || curve.h < layout_px(layout, CURVE_HEIGHT))
        return;
    if (curve.h > most) {
        curve.y += (curve.h - most) / 2;
        curve.h = most;
    }
    *rest = left;
    layout->panel = panel;
    layout->curve = curve;
}

/* A viewport of the picture's shape, so that nothing but the picture is to be seen in it. */
static void fit_port(struct rect *port, const struct layout_wishes *wishes)
{
    int64_t width = wishes->picture_width, height = wishes->picture_height;
    if (width <= 0 || height <= 0)
        return;
    int w = (int)((port->h * width + height / 2) / height);
    int h = (int)((port->w * height + width / 2) / width);
    w = w < 1 ? 1 : w > port->w ? port->w : w;
    h = h < 1 ? 1 : h > port->h ? port->h : h;
    *port = (struct rect){port->x + (port->w - w) / 2, port->y + (port->h - h) / 2, w, h};
}

static int heading_height(const struct layout *layout, const struct layout_wishes *wishes)
{
    int one = layout_row(layout, wishes, NUMBERS, TEXT_BIG, 12);
    int two = 2 * wishes->metrics.heights[TEXT_TITLE] + layout_px(layout, 12);
    return !wishes->heading ? layout_px(layout, LAYOUT_GAP) : one > two ? one : two;
}

void layout_present(struct layout *layout, const struct layout_wishes *wishes)
{
    *layout = (struct layout){.scale = layout_scale(wishes),
                              .window = {0, 0, wishes->width, wishes->height},
                              .presenting = true};
    struct rect rest = layout->window, top;
    layout->numbers = layout_cut_bottom(&rest, layout_row(layout, wishes, NUMBERS, TEXT_BIG, 12));
    top = layout_cut_top(&rest, heading_height(layout, wishes));
    if (wishes->heading)
        layout->heading = top;
    if (wishes->curve)
        place_curve(layout, wishes, &rest);
    layout_place_panes(layout, &rest, wishes);
    for (int i = 0; i < layout->n_panes; i++)
        fit_port(&layout->pictures[i], wishes);
}
