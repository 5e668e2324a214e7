/* Everything has its place at every size of the window. */
#include "draw/layout.h"
#include "scene_texts.h"
#include "session/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* With the texts of the tests' font. */
static struct layout lay_out(const struct layout_wishes *wishes)
{
    static struct scene_texts texts;
    struct layout layout;
    struct layout_wishes measured = *wishes;
    scene_texts_init(&texts, wishes->width, wishes->height);
    layout_measure(&measured, &texts.base);
    layout_compute(&layout, &measured);
    return layout;
}

/* ---- Nothing overlaps ---------------------------------------------------------------------- */

static void check_disjoint(const struct layout *layout, const struct rect *const parts[], int n,
                           const struct rect *outer)
{
    for (int i = 0; i < n; i++) {
        if (!inside(parts[i], outer))
            fail_msg("%d x %d: part %d sticks out", layout->window.w, layout->window.h, i);
        for (int k = 0; k < i; k++)
            if (overlap(parts[i], parts[k]))
                fail_msg("%d x %d: parts %d and %d overlap", layout->window.w, layout->window.h, i,
                         k);
    }
}

static void check(const struct layout *layout)
{
    const struct rect *parts[3 + 2 * LAYOUT_MAX_PANES] = {&layout->strip.whole, &layout->status};
    const struct rect *in_panel[3 + N_BUTTONS] = {&layout->title, &layout->readout, &layout->curve};
    const struct rect *in_strip[] = {&layout->strip.thumbs, &layout->strip.track,
                                     &layout->strip.labels};
    int n = 2;
    if (!layout->panel_over)
        parts[n++] = &layout->panel;
    for (int i = 0; i < layout->n_panes; i++) {
        parts[n++] = &layout->pictures[i];
        parts[n++] = &layout->captions[i];
        assert_int_equal(layout->pictures[i].w, layout->pictures[0].w);
        assert_int_equal(layout->pictures[i].h, layout->pictures[0].h);
    }
    for (int i = 0; i < N_BUTTONS; i++)
        in_panel[3 + i] = &layout->buttons[i];
    check_disjoint(layout, parts, n, &layout->window);
    check_disjoint(layout, in_panel, 3 + N_BUTTONS, &layout->panel);
    check_disjoint(layout, in_strip, 3, &layout->strip.whole);
}

/* Also in windows where nearly nothing has room. */
static void parts_do_not_overlap(void **state)
{
    static const int sizes[][2] = {{64, 64},    {100, 300},  {320, 240},   {640, 480},
                                   {800, 600},  {1280, 800}, {1920, 1080}, {3840, 2160},
                                   {600, 1200}, {2000, 300}, {16384, 64},  {64, 16384}};
    static const int pictures[][2] = {{768, 512}, {512, 768}, {5000, 20}, {1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int shown = 0; shown < 128; shown++)
            for (float text = 0.5F; text <= 4; text *= 2) {
                struct layout_wishes wishes = wish(sizes[i][0], sizes[i][1]);
                wishes.text_scale = text;
                wishes.curve = wishes.profile = (shown & 1) != 0;
                wishes.filmstrip = (shown & 2) != 0;
                wishes.curve_over = (shown & 4) != 0;
                wishes.n_panes = 1 + (shown >> 3 & 3);
                wishes.n_files = (shown & 1) != 0 ? wishes.n_panes : 0;
                wishes.n_columns = 11;
                wishes.picture_width = pictures[shown >> 5][0];
                wishes.picture_height = pictures[shown >> 5][1];
                struct layout layout = lay_out(&wishes);
                check(&layout);
                assert_true(layout.pictures[0].w > 0 && layout.pictures[0].h > 0);
            }
}

/* ---- One picture --------------------------------------------------------------------------- */

static void the_picture_is_the_largest_part(void **state)
{
    (void)state;
    struct layout_wishes wishes = wish(1280, 800);
    struct layout layout = lay_out(&wishes);
    assert_true(layout.pictures[0].w > 2 * layout.panel.w);
    assert_true(layout.pictures[0].h > 3 * layout.strip.whole.h);
    wishes.curve = wishes.filmstrip = false;
    layout = lay_out(&wishes);
    assert_int_equal(layout.pictures[0].w, 1280);
    assert_int_equal(layout.panel.w, 0);
    assert_int_equal(layout.strip.thumbs.h, 0);
}

/* There is a line more for it. */
static void a_profile_makes_the_title_higher(void **state)
{
    (void)state;
    struct layout_wishes wishes = wish(1280, 800);
    struct layout plain = lay_out(&wishes);
    wishes.profile = true;
    struct layout with = lay_out(&wishes);
    assert_int_equal(with.title.h - plain.title.h, 18);
    assert_int_equal(with.pictures[0].w, plain.pictures[0].w);
}

static void dense_displays_get_the_same_layout(void **state)
{
    (void)state;
    struct layout_wishes wishes = wish(1280, 800);
    struct layout plain = lay_out(&wishes);
    wishes = wish(2560, 1600);
    wishes.density = 2;
    struct layout dense = lay_out(&wishes);
    assert_int_equal(dense.panel.w, 2 * plain.panel.w);
    assert_int_equal(dense.strip.whole.h, 2 * plain.strip.whole.h);
    assert_true(dense.scale == 2 * plain.scale);
}

/* Texts that the window could not hold would push everything else out of it. */
static void texts_are_no_larger_than_the_window_can_hold(void **state)
{
    (void)state;
    struct layout_wishes wishes = wish(640, 480);
    wishes.text_scale = 1.6F;
    assert_true(layout_scale(&wishes) == 1.6F);
    wishes.text_scale = 4;
    assert_true(layout_scale(&wishes) == 2);
    wishes = wish(64, 64);
    assert_true(layout_scale(&wishes) == 1);
}

/* ---- The panel ----------------------------------------------------------------------------- */

static void the_panel_is_below_in_upright_windows(void **state)
{
    static const int sizes[][2] = {{600, 1000}, {1080, 1920}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct layout_wishes wishes = wish(sizes[i][0], sizes[i][1]);
        struct layout layout = lay_out(&wishes);
        assert_int_equal(layout.panel.w, sizes[i][0]);
        assert_true(layout.panel.y >= layout.pictures[0].y + layout.pictures[0].h);
        assert_true(layout.strip.whole.y >= layout.panel.y + layout.panel.h);
    }
}

static void larger_texts_do_not_drive_the_panel_away(void **state)
{
    (void)state;
    struct layout_wishes wishes = wish(1280, 800);
    wishes.text_scale = 1.6F;
    wishes.n_columns = 10;
    struct layout layout = lay_out(&wishes);
    assert_true(layout.panel.w > 0 && !layout.panel_over);
    assert_true(layout.curve.h >= layout_px(&layout, 90));
}

static void the_panel_comes_over_the_picture_only_when_asked_for(void **state)
{
    (void)state;
    struct layout_wishes wishes = wish(320, 240);
    struct layout layout = lay_out(&wishes);
    assert_int_equal(layout.panel.w, 0);
    wishes.curve_over = true;
    layout = lay_out(&wishes);
    assert_true(layout.panel_over);
    assert_int_equal(layout.panel.w, 320);
    assert_int_equal(layout_picture_at(&layout, 5, 5), -1);
    wishes = wish(1280, 800);
    wishes.curve_over = true;
    layout = lay_out(&wishes);
    assert_false(layout.panel_over);
    assert_true(layout.panel.w > 0);
}

static void buttons_are_found_and_do_something(void **state)
{
    char line[128];
    struct command_call call;
    struct message message;
    (void)state;
    struct layout_wishes wishes = wish(1280, 800);
    struct layout layout = lay_out(&wishes);
    for (int i = 0; i < N_BUTTONS; i++) {
        const struct rect *at = &layout.buttons[i];
        assert_int_equal(layout_button_at(&layout, at->x + at->w / 2, at->y + at->h / 2), i);
        if (!command_for_key(buttons[i].key, NULL, line, sizeof line))
            fail_msg("%s is not bound", buttons[i].key);
        assert_int_equal(command_parse(line, &call, &message), 0);
    }
    assert_int_equal(layout_button_at(&layout, 10, 10), -1);
    command_for_key(buttons[BUTTON_FLOW].key, NULL, line, sizeof line);
    assert_string_equal(line, "mode flow");
}

/* ---- The strip ----------------------------------------------------------------------------- */

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

/* The more steps, the less is said of each. */
static void labels_have_the_lines_that_their_columns_need(void **state)
{
    (void)state;
    struct layout_wishes wishes = wish(1280, 800);
    wishes.n_columns = 5;
    struct layout layout = lay_out(&wishes);
    assert_int_equal(layout.strip.n_lines, 2);
    wishes.n_columns = 10;
    layout = lay_out(&wishes);
    assert_int_equal(layout.strip.n_lines, 3);
    wishes.n_columns = 30;
    layout = lay_out(&wishes);
    assert_int_equal(layout.strip.n_lines, 1);
}

/* ---- Several panes ------------------------------------------------------------------------- */

static struct layout lay_out_pair(int width, int height, int picture_width, int picture_height)
{
    struct layout_wishes wishes = wish(width, height);
    wishes.n_panes = 2;
    wishes.picture_width = picture_width;
    wishes.picture_height = picture_height;
    return lay_out(&wishes);
}

static void two_pictures_take_the_room_there_is(void **state)
{
    (void)state;
    struct layout upright = lay_out_pair(1280, 800, 512, 768);
    assert_int_equal(upright.pictures[0].y, upright.pictures[1].y);
    assert_true(upright.panel.x >= upright.pictures[1].x + upright.pictures[1].w);
    struct layout tall = lay_out_pair(700, 1000, 768, 512);
    assert_true(tall.pictures[1].y > tall.pictures[0].y + tall.pictures[0].h);
    struct layout tiny = lay_out_pair(240, 200, 768, 512);
    assert_int_equal(tiny.n_panes, 1);
    assert_int_equal(tiny.pictures[0].w, 240);
    assert_true(tiny.captions[0].h > 0); /* tells that there is another one */
}

static void panes_are_found(void **state)
{
    (void)state;
    struct layout layout = lay_out_pair(1280, 800, 768, 512);
    for (int i = 0; i < 2; i++) {
        const struct rect *picture = &layout.pictures[i];
        assert_int_equal(layout_picture_at(&layout, picture->x + 5, picture->y + 5), i);
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
        cmocka_unit_test(texts_are_no_larger_than_the_window_can_hold),
        cmocka_unit_test(the_panel_is_below_in_upright_windows),
        cmocka_unit_test(larger_texts_do_not_drive_the_panel_away),
        cmocka_unit_test(the_panel_comes_over_the_picture_only_when_asked_for),
        cmocka_unit_test(buttons_are_found_and_do_something),
        cmocka_unit_test(columns_cover_the_row),
        cmocka_unit_test(labels_have_the_lines_that_their_columns_need),
        cmocka_unit_test(two_pictures_take_the_room_there_is),
        cmocka_unit_test(panes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
