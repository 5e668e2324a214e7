/* Everything has its place at every size of the window. */
#include "layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool inside(const SDL_Rect *inner, const SDL_Rect *outer)
{
    return inner->w <= 0 || inner->h <= 0 ||
           (inner->x >= outer->x && inner->y >= outer->y &&
            inner->x + inner->w <= outer->x + outer->w &&
            inner->y + inner->h <= outer->y + outer->h);
}

static bool overlap(const SDL_Rect *a, const SDL_Rect *b)
{
    return SDL_HasIntersection(a, b) == SDL_TRUE;
}

static void check(const struct layout *layout, int width, int height)
{
    const SDL_Rect *parts[] = {&layout->picture, &layout->panel, &layout->strip, &layout->status};
    const SDL_Rect *in_panel[] = {&layout->title, &layout->readout, &layout->curve,
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
                struct layout_wishes wishes = {sizes[i][0],      sizes[i][1],      1, text,
                                               (shown & 1) != 0, (shown & 2) != 0, 11};
                layout_compute(&layout, &wishes);
                check(&layout, sizes[i][0], sizes[i][1]);
            }
}

static void the_picture_is_the_largest_part(void **state)
{
    struct layout layout;
    struct layout_wishes wishes = {1280, 800, 1, 1, true, true, 7};
    (void)state;
    layout_compute(&layout, &wishes);
    assert_true(layout.picture.w > 2 * layout.panel.w);
    assert_true(layout.picture.h > 3 * layout.strip.h);
    wishes.curve = wishes.filmstrip = false;
    layout_compute(&layout, &wishes);
    assert_int_equal(layout.picture.w, 1280);
    assert_int_equal(layout.panel.w, 0);
    assert_int_equal(layout.thumbs.h, 0);
}

static void dense_displays_get_the_same_layout(void **state)
{
    struct layout plain, dense;
    struct layout_wishes wishes = {1280, 800, 1, 1, true, true, 7};
    (void)state;
    layout_compute(&plain, &wishes);
    wishes = (struct layout_wishes){2560, 1600, 2, 1, true, true, 7};
    layout_compute(&dense, &wishes);
    assert_int_equal(dense.panel.w, 2 * plain.panel.w);
    assert_int_equal(dense.strip.h, 2 * plain.strip.h);
    assert_true(dense.scale == 2 * plain.scale);
}

static void columns_cover_the_row(void **state)
{
    SDL_Rect row = {17, 5, 1003, 20};
    (void)state;
    for (int n = 1; n <= 12; n++) {
        int x = row.x;
        for (int i = 0; i < n; i++) {
            SDL_Rect column = layout_column(&row, i, n);
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
    struct layout_wishes wishes = {1280, 800, 1, 1, true, true, 7};
    (void)state;
    layout_compute(&layout, &wishes);
    for (int i = 0; i < N_BUTTONS; i++) {
        const SDL_Rect *at = &layout.buttons[i];
        assert_int_equal(layout_button_at(&layout, at->x + at->w / 2, at->y + at->h / 2), i);
    }
    assert_int_equal(layout_button_at(&layout, 10, 10), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_do_not_overlap),
        cmocka_unit_test(the_picture_is_the_largest_part),
        cmocka_unit_test(dense_displays_get_the_same_layout),
        cmocka_unit_test(columns_cover_the_row),
        cmocka_unit_test(buttons_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
