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

/* Of a single picture with everything around it. */
static struct layout_wishes wish(int width, int height)
{
    return (struct layout_wishes){.width = width,
                                  .height = height,
                                  .density = 1,
                                  .text_scale = 1,
                                  .curve = true,
                                  .filmstrip = true,
                                  .n_panes = 1,
                                  .n_columns = 7,
                                  .picture_width = 96,
                                  .picture_height = 64};
}

static void check(const struct layout *layout, int width, int height)
{
    const struct rect *parts[] = {&layout->pictures[0], &layout->panel, &layout->strip.whole,
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
                struct layout_wishes wishes = wish(sizes[i][0], sizes[i][1]);
                wishes.text_scale = text;
                wishes.curve = wishes.profile = (shown & 1) != 0;
                wishes.filmstrip = (shown & 2) != 0;
                wishes.n_columns = 11;
                layout_compute(&layout, &wishes);
                check(&layout, sizes[i][0], sizes[i][1]);
            }
}

static void the_picture_is_the_largest_part(void **state)
{
    struct layout layout;
    struct layout_wishes wishes = wish(1280, 800);
    (void)state;
    layout_compute(&layout, &wishes);
    assert_true(layout.pictures[0].w > 2 * layout.panel.w);
    assert_true(layout.pictures[0].h > 3 * layout.strip.whole.h);
    wishes.curve = wishes.filmstrip = false;
    layout_compute(&layout, &wishes);
    assert_int_equal(layout.pictures[0].w, 1280);
    assert_int_equal(layout.panel.w, 0);
    assert_int_equal(layout.strip.thumbs.h, 0);
}

/* There is a line more for it. */
static void a_profile_makes_the_title_higher(void **state)
{
    struct layout plain, with;
    struct layout_wishes wishes = wish(1280, 800);
    (void)state;
    for (wishes.n_panes = 1; wishes.n_panes <= LAYOUT_MAX_PANES; wishes.n_panes++) {
        wishes.profile = false;
        layout_compute(&plain, &wishes);
        wishes.profile = true;
        layout_compute(&with, &wishes);
        assert_int_equal(with.title.h - plain.title.h, 18);
        assert_int_equal(with.pictures[0].w, plain.pictures[0].w);
    }
}

static void dense_displays_get_the_same_layout(void **state)
{
    struct layout plain, dense;
    struct layout_wishes wishes = wish(1280, 800);
    (void)state;
    layout_compute(&plain, &wishes);
    wishes = wish(2560, 1600);
    wishes.density = 2;
    layout_compute(&dense, &wishes);
    assert_int_equal(dense.panel.w, 2 * plain.panel.w);
    assert_int_equal(dense.strip.whole.h, 2 * plain.strip.whole.h);
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
    struct layout_wishes wishes = wish(1280, 800);
    (void)state;
    layout_compute(&layout, &wishes);
    for (int i = 0; i < N_BUTTONS; i++) {
        const struct rect *at = &layout.buttons[i];
        assert_int_equal(layout_button_at(&layout, at->x + at->w / 2, at->y + at->h / 2), i);
    }
    assert_int_equal(layout_button_at(&layout, 10, 10), -1);
}

/* ---- Several panes ------------------------------------------------------------------------- */

/* The pictures are of equal size and do not touch each other or what is around them. */
static void check_panes(const struct layout *layout, int width, int height)
{
    const struct rect *around[] = {&layout->strip.whole, &layout->panel, &layout->status};
    for (int i = 0; i < layout->n_panes; i++) {
        const struct rect *picture = &layout->pictures[i], *caption = &layout->captions[i];
        if (!inside(picture, &layout->window) || !inside(caption, &layout->window) ||
            overlap(picture, caption))
            fail_msg("%d x %d: pane %d sticks out", width, height, i);
        for (int k = 0; k < 3; k++)
            if (overlap(picture, around[k]) || overlap(caption, around[k]))
                fail_msg("%d x %d: pane %d on part %d", width, height, i, k);
        for (int k = 0; k < i; k++)
            if (overlap(picture, &layout->pictures[k]) || overlap(caption, &layout->captions[k]) ||
                overlap(picture, &layout->captions[k]) || overlap(caption, &layout->pictures[k]))
                fail_msg("%d x %d: panes %d and %d overlap", width, height, i, k);
        assert_int_equal(picture->w, layout->pictures[0].w);
        assert_int_equal(picture->h, layout->pictures[0].h);
        assert_int_equal(caption->w, layout->n_panes > 1 ? picture->w : 0);
    }
}

static void panes_do_not_overlap(void **state)
{
    static const int sizes[][2] = {{64, 64},    {320, 240},   {640, 480},   {800, 600},
                                   {1280, 800}, {1920, 1080}, {3840, 2160}, {600, 1200},
                                   {2000, 300}, {16384, 64}};
    static const int pictures[][2] = {{768, 512}, {512, 768}, {5000, 20}, {1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int shown = 0; shown < 64; shown++)
            for (float text = 0.5F; text <= 4; text *= 2) {
                struct layout layout;
                struct layout_wishes wishes = wish(sizes[i][0], sizes[i][1]);
                wishes.text_scale = text;
                wishes.curve = (shown & 1) != 0;
                wishes.filmstrip = (shown & 2) != 0;
                wishes.n_panes = 1 + (shown >> 2 & 3);
                wishes.picture_width = pictures[shown >> 4][0];
                wishes.picture_height = pictures[shown >> 4][1];
                layout_compute(&layout, &wishes);
                check(&layout, sizes[i][0], sizes[i][1]);
                check_panes(&layout, sizes[i][0], sizes[i][1]);
                if (layout.n_panes != wishes.n_panes)
                    assert_int_equal(layout.n_panes, 1);
                if (sizes[i][1] >= 240)
                    assert_true(layout.pictures[0].w > 0 && layout.pictures[0].h > 0);
            }
}

static struct layout lay_out(int n_panes, int width, int height, int picture_width,
                             int picture_height)
{
    struct layout layout;
    struct layout_wishes wishes = wish(width, height);
    wishes.n_panes = n_panes;
    wishes.picture_width = picture_width;
    wishes.picture_height = picture_height;
    layout_compute(&layout, &wishes);
    return layout;
}

/* Beside or below each other, as they are shown largest. */
static void panes_take_the_room_there_is(void **state)
{
    (void)state;
    struct layout wide = lay_out(2, 1280, 800, 512, 768);
    assert_int_equal(wide.n_panes, 2);
    assert_int_equal(wide.pictures[0].y, wide.pictures[1].y);
    assert_true(wide.panel.x >= wide.pictures[1].x + wide.pictures[1].w);
    struct layout tall = lay_out(2, 700, 1000, 768, 512);
    assert_true(tall.pictures[1].y > tall.pictures[0].y + tall.pictures[0].h);
    assert_int_equal(tall.pictures[0].x, tall.pictures[1].x);
    struct layout four = lay_out(4, 1280, 800, 768, 512);
    assert_int_equal(four.n_panes, 4);
    assert_int_equal(four.pictures[0].y, four.pictures[1].y);
    assert_int_equal(four.pictures[0].x, four.pictures[2].x);
    assert_true(four.pictures[2].y > four.pictures[0].y);
    assert_int_equal(four.pictures[3].x, four.pictures[1].x);
    struct layout flat = lay_out(4, 1280, 800, 5000, 100);
    for (int i = 1; i < 4; i++)
        assert_true(flat.pictures[i].y > flat.pictures[i - 1].y);
    struct layout tiny = lay_out(2, 240, 200, 768, 512); /* room for the active one only */
    assert_int_equal(tiny.n_panes, 1);
    assert_int_equal(tiny.captions[0].w, 0);
    assert_int_equal(tiny.pictures[0].w, 240);
}

static void places_of_panes_are_found(void **state)
{
    (void)state;
    for (int n = 1; n <= LAYOUT_MAX_PANES; n++) {
        struct layout layout = lay_out(n, 1280, 800, 768, 512);
        for (int i = 0; i < n; i++) {
            const struct rect *picture = &layout.pictures[i];
            assert_int_equal(layout_picture_at(&layout, picture->x + 5, picture->y + 5), i);
        }
        assert_int_equal(layout_picture_at(&layout, 5, 799), -1);
    }
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
        cmocka_unit_test(panes_do_not_overlap),
        cmocka_unit_test(panes_take_the_room_there_is),
        cmocka_unit_test(places_of_panes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
