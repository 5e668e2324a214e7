/* Zoom, pan and fit. */
#include "session/view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct view_frame wide = {800, 600, 768, 512};
static const struct view_frame large = {800, 600, 4000, 3000};

/* The picture point under a point of the viewport. */
static double point_x(const struct view *view, const struct view_frame *frame, double x)
{
    return view->centre_x + (x - frame->port_width / 2.0) / view->zoom;
}

static double point_y(const struct view *view, const struct view_frame *frame, double y)
{
    return view->centre_y + (y - frame->port_height / 2.0) / view->zoom;
}

static void fit_shows_everything(void **state)
{
    (void)state;
    static const struct view_frame frames[] = {
        {800, 600, 768, 512}, {800, 600, 4000, 3000}, {100, 900, 640, 480},
        {640, 480, 1, 1},     {300, 200, 65535, 3},   {3, 3, 1000, 1000},
    };
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct view view = {0};
        view_fit(&view, &frames[i]);
        struct view_rect place = view_place(&view, &frames[i]);
        if (place.width > frames[i].port_width + 1 || place.height > frames[i].port_height + 1)
            fail_msg("row %zu: %d x %d does not fit", i, place.width, place.height);
        if (abs(2 * place.x + place.width - frames[i].port_width) > 1 ||
            abs(2 * place.y + place.height - frames[i].port_height) > 1)
            fail_msg("row %zu: not in the middle", i);
    }
}

static void zoom_keeps_the_point_under_the_pointer(void **state)
{
    (void)state;
    static const struct {
        double x, y, zoom;
    } cases[] = {{400, 300, 2}, {390, 310, 8}, {500, 200, 1}, {300, 350, 33.5}};
    struct view view = {0};
    view_fit(&view, &large);
    view_zoom_to(&view, &large, 1.5, 400, 300);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = point_x(&view, &large, cases[i].x), y = point_y(&view, &large, cases[i].y);
        view_zoom_to(&view, &large, cases[i].zoom, cases[i].x, cases[i].y);
        if (fabs(point_x(&view, &large, cases[i].x) - x) > 1e-6 ||
            fabs(point_y(&view, &large, cases[i].y) - y) > 1e-6)
            fail_msg("row %zu: the point moved", i);
        if (view.zoom != cases[i].zoom)
            fail_msg("row %zu: zoom %g", i, view.zoom);
        assert_false(view.fit);
    }
}

static void zoom_is_limited(void **state)
{
    (void)state;
    struct view view = {0};
    view_fit(&view, &large);
    double fitted = view.zoom;
    view_zoom_to(&view, &large, 1e6, 0, 0);
    assert_true(view.zoom == VIEW_ZOOM_MAX);
    view_zoom_to(&view, &large, 1e-6, 0, 0);
    assert_true(view.zoom == fitted);
    view_fit(&view, &wide);
    view_zoom_to(&view, &wide, 0.01, 0, 0);
    assert_true(view.zoom == 1);
}

static void pan_stops_at_the_edges(void **state)
{
    (void)state;
    struct view view = {0};
    view_fit(&view, &wide);
    view_zoom_to(&view, &wide, 4, 400, 300);
    view_pan(&view, &wide, 1e5, 1e5);
    struct view_rect place = view_place(&view, &wide);
    assert_int_equal(place.x, 0);
    assert_int_equal(place.y, 0);
    view_pan(&view, &wide, -1e5, -1e5);
    place = view_place(&view, &wide);
    assert_int_equal(place.x + place.width, 800);
    assert_int_equal(place.y + place.height, 600);
}

static void small_pictures_stay_in_the_middle(void **state)
{
    (void)state;
    struct view view = {0};
    view_fit(&view, &wide);
    view_zoom_to(&view, &wide, 1, 0, 0);
    view_pan(&view, &wide, 300, -300);
    struct view_rect place = view_place(&view, &wide);
    assert_int_equal(place.x, 16);
    assert_int_equal(place.y, 44);
    assert_int_equal(place.width, 768);
}

static void pan_moves_by_display_pixels(void **state)
{
    (void)state;
    struct view view = {0};
    view_fit(&view, &wide);
    view_zoom_to(&view, &wide, 8, 400, 300);
    struct view_rect before = view_place(&view, &wide);
    view_pan(&view, &wide, 24, -40);
    struct view_rect after = view_place(&view, &wide);
    assert_int_equal(after.x - before.x, 24);
    assert_int_equal(after.y - before.y, -40);
}

static void fit_follows_the_window(void **state)
{
    (void)state;
    struct view_frame smaller = {400, 300, 768, 512};
    struct view view = {0};
    view_fit(&view, &wide);
    view_update(&view, &smaller);
    assert_true(fabs(view.zoom - 400.0 / 768) < 1e-9);
    view_zoom_to(&view, &smaller, 2, 200, 150);
    view_update(&view, &wide);
    assert_true(view.zoom == 2);
}

static void zoom_stops_are_ordered(void **state)
{
    (void)state;
    double zoom = 0.001;
    int stops = 0;
    for (; zoom < VIEW_ZOOM_MAX && stops < 100; stops++) {
        double next = view_next_zoom(zoom, 1);
        assert_true(next > zoom);
        if (zoom >= 1)
            assert_true(next == floor(next));
        zoom = next;
    }
    assert_true(view_next_zoom(VIEW_ZOOM_MAX, 1) == VIEW_ZOOM_MAX);
    for (int back = 0; back < stops - 1; back++) {
        double next = view_next_zoom(zoom, -1);
        assert_true(next < zoom);
        zoom = next;
    }
    assert_true(view_next_zoom(1.17, 1) == 2);
    assert_true(view_next_zoom(1.17, -1) == 1);
}

/* ---- Whatever is done ---------------------------------------------------------------------- */

static uint32_t noise = 1;

/* From low to high. */
static int draw(int low, int high)
{
    noise = noise * 1664525 + 1013904223;
    return low + (int)((noise >> 8) % (uint32_t)(high - low + 1));
}

/* One axis: a picture that is larger than the viewport covers it, another one is in the middle. To
 * a pixel, since places are whole. */
static void assert_in_place(int at, int length, int port, const char *axis, int turn)
{
    if (length > port ? at > 1 || at + length < port - 1 : abs(2 * at + length - port) > 2)
        fail_msg("turn %d: %s from %d to %d in %d", turn, axis, at, at + length, port);
}

static void assert_valid(const struct view *view, const struct view_frame *frame, int turn)
{
    struct view_rect place = view_place(view, frame);
    assert_in_place(place.x, place.width, frame->port_width, "x", turn);
    assert_in_place(place.y, place.height, frame->port_height, "y", turn);
    assert_true(view->zoom > 0 && view->zoom <= VIEW_ZOOM_MAX);
    if (view->zoom == floor(view->zoom)) {
        assert_int_equal(place.width, (int)view->zoom * frame->picture_width);
        assert_int_equal(place.height, (int)view->zoom * frame->picture_height);
    }
    if (fabs(place.width - view->zoom * frame->picture_width) > 0.5 && place.width > 1)
        fail_msg("turn %d: %d pixels wide at %g", turn, place.width, view->zoom);
}

/* Along one axis the point stays if neither the picture before nor the one after has to be moved
 * from where it would be to keep its place. */
static void assert_stays(double before, double after, double zoom, double from, int picture,
                         int port, int turn)
{
    double centre = before - from / zoom, half = port / zoom / 2;
    bool free = picture > 2 * half && centre >= half && centre <= picture - half;
    if (free && fabs(before - after) > 1e-6)
        fail_msg("turn %d: the point at %g moved to %g", turn, before, after);
}

static void zoom_somewhere(struct view *view, const struct view_frame *frame, int turn)
{
    double x = draw(0, frame->port_width), y = draw(0, frame->port_height);
    double before_x = point_x(view, frame, x), before_y = point_y(view, frame, y);
    double zoom =
        draw(0, 3) ? view_next_zoom(view->zoom, draw(0, 1) ? 1 : -1) : draw(1, 6400) / 100.0;
    view_zoom_to(view, frame, zoom, x, y);
    assert_stays(before_x, point_x(view, frame, x), view->zoom, x - frame->port_width / 2.0,
                 frame->picture_width, frame->port_width, turn);
    assert_stays(before_y, point_y(view, frame, y), view->zoom, y - frame->port_height / 2.0,
                 frame->picture_height, frame->port_height, turn);
}

/* Where the picture is free to, it moves by exactly as much. */
static void pan_somewhere(struct view *view, const struct view_frame *frame)
{
    struct view_rect before = view_place(view, frame);
    int dx = draw(-200, 200), dy = draw(-200, 200);
    view_pan(view, frame, dx, dy);
    struct view_rect after = view_place(view, frame);
    int left = before.x + dx, top = before.y + dy;
    if (left < 0 && left + before.width > frame->port_width)
        assert_true(abs(after.x - left) <= 1);
    if (top < 0 && top + before.height > frame->port_height)
        assert_true(abs(after.y - top) <= 1);
    assert_int_equal(after.width, before.width);
    assert_int_equal(after.height, before.height);
}

static void nothing_breaks_the_view(void **state)
{
    (void)state;
    struct view view = {0};
    struct view_frame frame = wide;
    view_fit(&view, &frame);
    for (int turn = 0; turn < 200000; turn++) {
        switch (draw(0, 9)) {
        case 0:
            frame.port_width = draw(1, 2000);
            frame.port_height = draw(1, 2000);
            view_update(&view, &frame);
            break;
        case 1:
            view_fit(&view, &frame);
            break;
        case 2: /* another picture in its place */
            frame.picture_width = draw(0, 9) ? draw(1, 3000) : draw(1, 3);
            frame.picture_height = draw(0, 9) ? draw(1, 3000) : draw(1, 3);
            view_update(&view, &frame);
            break;
        case 3:
        case 4:
        case 5:
            pan_somewhere(&view, &frame);
            break;
        default:
            zoom_somewhere(&view, &frame, turn);
        }
        assert_valid(&view, &frame, turn);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_shows_everything),
        cmocka_unit_test(zoom_keeps_the_point_under_the_pointer),
        cmocka_unit_test(zoom_is_limited),
        cmocka_unit_test(pan_stops_at_the_edges),
        cmocka_unit_test(small_pictures_stay_in_the_middle),
        cmocka_unit_test(pan_moves_by_display_pixels),
        cmocka_unit_test(fit_follows_the_window),
        cmocka_unit_test(zoom_stops_are_ordered),
        cmocka_unit_test(nothing_breaks_the_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
