/* Everything has its place at every size of the window. */
#include "draw/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool inside(const struct rect *inner, const struct rect *outer)
{
    return inner->w <= 0 || inner->h <= 0 ||
           (inner->x >= outer->x && inner->y >= outer->y &&
            inner->x + inner->w <= outer->x + outer->w &&
            inner->y + inner->h <= outer->y + outer->h);
}

static bool overlap(const struct rect *a, const struct rect *b)
{
    int left = a->x > b->x ? a->x : b->x,
        right = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    int top = a->y > b->y ? a->y : b->y,
        bottom = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    return left < right && top < bottom;
}

static void check(const struct layout *layout, int width, int height)
{
    const struct rect *parts[] = {&layout->pictures[0], &layout->panel, &layout->strips[0].whole,
                                  &layout->status};
    const struct rect *in_panel[] = {&layout->title, &layout->readout, &layout->curve,
                                     &layout->legend};
    for (int i = 0; i < 4; i++) {
        if (!inside(parts[i], &layout->window) || !inside(in_panel[i], &layout->panel))
            fail_msg("%d x %d: part %d sticks out", width, height, i);
        for (int k = 0; k < i; k++)
            if (overlap(parts[i], parts[k]) || overlap(in_panel[i], in_panel[k]))
                fail_msg("%d x %d: parts %d and %d overlap", width, height, i, k);
    }
    for (int i = 0; i < N_BUTTONS; i++) {
        if (!inside(&layout->buttons[i], &layout->panel))
            fail_msg("%d x %d: button %d sticks out", width, height, i);
        for (int k = 0; k < 4; k++)
            if (overlap(&layout->buttons[i], in_panel[k]))
                fail_msg("%d x %d: button %d on part %d", width, height, i, k);
    }
}

static void parts_do_not_overlap(void **state)
{
    static const int sizes[][2] = {{64, 64},    {320, 240},   {640, 480},   {800, 600},
                                   {1280, 800}, {1920, 1080}, {3840, 2160}, {600, 1200},
                                   {2000, 300}, {16384, 64}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int shown = 0; shown < 4; shown++)
            for (float text = 0.5F; text <= 4; text *= 2) {
                struct layout layout;
                struct layout_wishes wishes = {
                    sizes[i][0], sizes[i][1], 1, text, (shown & 1) != 0, (shown & 2) != 0,
                    {11},        0,           0, 0,    (shown & 1) != 0};
                layout_compute(&layout, &wishes);
                check(&layout, sizes[i][0], sizes[i][1]);
            }
}

static void the_picture_is_the_largest_part(void **state)
{
    struct layout layout;
    struct layout_wishes wishes = {1280, 800, 1, 1, true, true, {7}, 0, 0, 0, false};
    (void)state;
    layout_compute(&layout, &wishes);
    assert_true(layout.pictures[0].w > 2 * layout.panel.w);
    assert_true(layout.pictures[0].h > 3 * layout.strips[0].whole.h);
    wishes.curve = wishes.filmstrip = false;
    layout_compute(&layout, &wishes);
    assert_int_equal(layout.pictures[0].w, 1280);
    assert_int_equal(layout.panel.w, 0);
    assert_int_equal(layout.strips[0].thumbs.h, 0);
}

/* There is a line more for it, which only the panel of a single file has. */
static void a_profile_makes_the_title_higher(void **state)
{
    struct layout plain, with;
    struct layout_wishes wishes = {1280, 800, 1, 1, true, true, {7}, 96, 64, 0, false};
    (void)state;
    for (int n_files = 1; n_files <= 2; n_files++) {
        wishes.n_columns[1] = n_files == 2 ? 7 : 0;
        wishes.profile = false;
        layout_compute(&plain, &wishes);
        wishes.profile = true;
        layout_compute(&with, &wishes);
        assert_int_equal(with.title.h - plain.title.h, n_files == 1 ? 18 : 0);
        assert_int_equal(with.pictures[0].w, plain.pictures[0].w);
    }
}

static void dense_displays_get_the_same_layout(void **state)
{
    struct layout plain, dense;
    struct layout_wishes wishes = {1280, 800, 1, 1, true, true, {7}, 0, 0, 0, false};
    (void)state;
    layout_compute(&plain, &wishes);
    wishes = (struct layout_wishes){2560, 1600, 2, 1, true, true, {7}, 0, 0, 0, false};
    layout_compute(&dense, &wishes);
    assert_int_equal(dense.panel.w, 2 * plain.panel.w);
    assert_int_equal(dense.strips[0].whole.h, 2 * plain.strips[0].whole.h);
    assert_true(dense.scale == 2 * plain.scale);
}

static void columns_cover_the_row(void **state)
{
    struct rect row = {17, 5, 1003, 20};
    (void)state;
    for (int n = 1; n <= 12; n++) {
        int x = row.x;
        for (int i = 0; i < n; i++) {
            struct rect column = layout_column(&row, i, n);
            assert_int_equal(column.x, x);
            x += column.w;
            assert_int_equal(layout_column_at(&row, column.x + column.w / 2, n), i);
        }
        assert_int_equal(x, row.x + row.w);
        assert_int_equal(layout_column_at(&row, -100, n), 0);
        assert_int_equal(layout_column_at(&row, 5000, n), n - 1);
    }
}

static void buttons_are_found(void **state)
{
    struct layout layout;
    struct layout_wishes wishes = {1280, 800, 1, 1, true, true, {7}, 0, 0, 0, false};
    (void)state;
    layout_compute(&layout, &wishes);
    for (int i = 0; i < N_BUTTONS; i++) {
        const struct rect *at = &layout.buttons[i];
        assert_int_equal(layout_button_at(&layout, at->x + at->w / 2, at->y + at->h / 2), i);
    }
    assert_int_equal(layout_button_at(&layout, 10, 10), -1);
}

/* ---- Two files ----------------------------------------------------------------------------- */

static void check_pair(const struct layout *layout, int width, int height)
{
    const struct rect *parts[] = {&layout->pictures[0],     &layout->pictures[1],
                                  &layout->captions[0],     &layout->captions[1],
                                  &layout->strips[0].whole, &layout->strips[1].whole,
                                  &layout->panel,           &layout->status};
    for (int i = 0; i < 8; i++) {
        if (!inside(parts[i], &layout->window))
            fail_msg("%d x %d: part %d sticks out", width, height, i);
        for (int k = 0; k < i; k++)
            if (overlap(parts[i], parts[k]))
                fail_msg("%d x %d: parts %d and %d overlap", width, height, i, k);
    }
    for (int i = 0; i < N_BUTTONS; i++) {
        if (!inside(&layout->buttons[i], &layout->panel))
            fail_msg("%d x %d: button %d sticks out", width, height, i);
        if (overlap(&layout->buttons[i], &layout->curve) ||
            overlap(&layout->buttons[i], &layout->title))
            fail_msg("%d x %d: button %d on the curve", width, height, i);
    }
    if (!inside(&layout->curve, &layout->panel) || !inside(&layout->title, &layout->panel) ||
        overlap(&layout->curve, &layout->title))
        fail_msg("%d x %d: the curve has no place", width, height);
    if (layout->pictures[0].w > 0 && layout->pictures[1].w > 0) {
        assert_int_equal(layout->pictures[0].w, layout->pictures[1].w);
        assert_int_equal(layout->pictures[0].h, layout->pictures[1].h);
    }
}

static void two_files_do_not_overlap(void **state)
{
    static const int sizes[][2] = {{64, 64},    {320, 240},   {640, 480},   {800, 600},
                                   {1280, 800}, {1920, 1080}, {3840, 2160}, {600, 1200},
                                   {2000, 300}, {16384, 64}};
    static const int pictures[][2] = {{768, 512}, {512, 768}, {5000, 20}, {1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int shown = 0; shown < 32; shown++)
            for (float text = 0.5F; text <= 4; text *= 2) {
                struct layout layout;
                struct layout_wishes wishes = {.width = sizes[i][0],
                                               .height = sizes[i][1],
                                               .density = 1,
                                               .text_scale = text,
                                               .curve = (shown & 1) != 0,
                                               .filmstrip = (shown & 2) != 0,
                                               .n_columns = {11, 5},
                                               .picture_width = pictures[shown >> 3][0],
                                               .picture_height = pictures[shown >> 3][1],
                                               .active = (shown & 4) != 0};
                layout_compute(&layout, &wishes);
                check_pair(&layout, sizes[i][0], sizes[i][1]);
                if (sizes[i][0] >= 64 && sizes[i][1] >= 240)
                    assert_true(layout.pictures[wishes.active].w > 0);
            }
}

static struct layout lay_out_pair(int width, int height, int picture_width, int picture_height)
{
    struct layout layout;
    struct layout_wishes wishes = {.width = width,
                                   .height = height,
                                   .density = 1,
                                   .text_scale = 1,
                                   .curve = true,
                                   .filmstrip = true,
                                   .n_columns = {10, 5},
                                   .picture_width = picture_width,
                                   .picture_height = picture_height,
                                   .active = 1};
    layout_compute(&layout, &wishes);
    return layout;
}

static void two_pictures_take_the_room_there_is(void **state)
{
    (void)state;
    struct layout wide = lay_out_pair(1280, 800, 768, 512);
    assert_int_equal(wide.pictures[0].y, wide.pictures[1].y);
    assert_true(wide.pictures[0].w + wide.pictures[1].w > 1260); /* the panel lies below */
    assert_true(wide.panel.y >= wide.pictures[0].y + wide.pictures[0].h);
    assert_true(wide.strips[0].whole.h > 0 && wide.strips[1].whole.h > 0);
    struct layout upright = lay_out_pair(1280, 800, 512, 768);
    assert_true(upright.panel.x >= upright.pictures[1].x + upright.pictures[1].w);
    struct layout tall = lay_out_pair(700, 1000, 768, 512);
    assert_true(tall.pictures[1].y > tall.pictures[0].y + tall.pictures[0].h);
    struct layout tiny = lay_out_pair(240, 200, 768, 512);
    assert_int_equal(tiny.pictures[0].w, 0);
    assert_int_equal(tiny.captions[0].w, 0);
    assert_int_equal(tiny.pictures[1].w, 240);
    assert_ptr_equal(layout_port(&tiny), &tiny.pictures[1]);
}

static void places_of_two_files_are_found(void **state)
{
    (void)state;
    struct layout layout = lay_out_pair(1280, 800, 768, 512);
    for (int file = 0; file < 2; file++) {
        const struct rect *picture = &layout.pictures[file], *strip = &layout.strips[file].whole;
        assert_int_equal(layout_picture_at(&layout, picture->x + 5, picture->y + 5), file);
        assert_int_equal(layout_strip_at(&layout, strip->x + 5, strip->y + 5), file);
        assert_int_equal(layout_strip_at(&layout, picture->x + 5, picture->y + 5), -1);
    }
    assert_int_equal(layout_picture_at(&layout, 5, 799), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_do_not_overlap),
        cmocka_unit_test(the_picture_is_the_largest_part),
        cmocka_unit_test(a_profile_makes_the_title_higher),
        cmocka_unit_test(dense_displays_get_the_same_layout),
        cmocka_unit_test(columns_cover_the_row),
        cmocka_unit_test(buttons_are_found),
        cmocka_unit_test(two_files_do_not_overlap),
        cmocka_unit_test(two_pictures_take_the_room_there_is),
        cmocka_unit_test(places_of_two_files_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
