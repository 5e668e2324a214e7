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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
