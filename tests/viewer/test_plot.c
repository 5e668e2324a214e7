/* The plot: what a place stands for, and that its texts can be read at every size. */
#include "draw/plot.h"
#include "draw/theme.h"
#include "readable.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uqd/uqd.h>

#define N_STEPS 10
#define PIXELS  393216

static const uint64_t step_bytes[N_STEPS] = {1331,  2825,   8676,   21909,  42000,
                                             80000, 140000, 230000, 340000, 497050};
static const char *const step_names[N_STEPS] = {"thumbnail", "256", "128", "64", "32",
                                                "16",        "8",   "4",   "2",  "lossless"};
static const struct plot_file file = {0, step_bytes, step_names, N_STEPS, PIXELS};

static const int sizes[][2] = {{160, 120}, {200, 130}, {240, 400}, {320, 240},
                               {560, 200}, {900, 500}, {1600, 900}};
static const float scales[] = {0.5F, 0.75F, 1, 1.25F, 1.5F, 2, 3, 4};

#define N_SIZES  (sizeof sizes / sizeof *sizes)
#define N_SCALES (sizeof scales / sizeof *scales)

struct stage {
    struct recording_surface surface;
    struct curve_set set;
    struct plot_view view;
};

static void add_curve(struct curve_set *set, const char *label, int document, uint32_t mode,
                      double below)
{
    int curve = curve_set_curve(set, label, document, mode, 0);
    assert_true(curve >= 0);
    for (uint32_t i = 0; i < N_STEPS; i++) {
        double psnr = i == N_STEPS - 1 ? INFINITY : 20 + 3.3 * i - below;
        double ms_ssim = i == N_STEPS - 1 ? 1 : 1 - pow(10, -0.5 - 0.3 * i);
        struct curve_point point = {step_bytes[i],
                                    (double)step_bytes[i] * 8 / PIXELS,
                                    {psnr, ms_ssim, 12 - 12.0 * i / (N_STEPS - 1)},
                                    i};
        assert_int_equal(curve_set_add(set, curve, &point), 0);
    }
}

static void stage_open(struct stage *stage, int width, int height, float scale, int n_curves)
{
    memset(&stage->set, 0, sizeof stage->set);
    for (int i = 0; i < n_curves; i++) {
        char label[96];
        snprintf(label, sizeof label,
                 i < 3 ? "curve %d"
                       : "a photograph of many parrots on a long branch of an old tree %d",
                 i);
        add_curve(&stage->set, label, i < 3 ? 0 : i, (uint32_t)i % 4, 0.8 * i);
    }
    recording_open(&stage->surface, 1700, 1000);
    surface_begin(&stage->surface.base, THEME_BACKGROUND, scale);
    stage->view = (struct plot_view){.surface = &stage->surface.base,
                                     .rect = {30, 40, width, height},
                                     .scale = scale,
                                     .set = &stage->set,
                                     .file = &file};
}

static void draw(struct stage *stage)
{
    surface_begin(stage->view.surface, THEME_BACKGROUND, stage->view.scale);
    plot_draw(&stage->view);
}

static struct stage *new_stage(int width, int height, float scale, int n_curves)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    stage_open(stage, width, height, scale, n_curves);
    return stage;
}

static void stage_free(struct stage *stage)
{
    curve_set_clear(&stage->set);
    recording_close(&stage->surface);
    free(stage);
}

/* ---- Texts --------------------------------------------------------------------------------- */

static void assert_readable_everywhere(struct stage *stage)
{
    char what[128];
    struct plot_view *view = &stage->view;
    for (int down = -1; down <= 6; down++)
        for (int across = 0; across <= (down < 0 ? 0 : 6); across += 2) {
            struct point pointer = {(float)(view->rect.x + across * view->rect.w / 6),
                                    (float)(view->rect.y + down * view->rect.h / 6)};
            view->pointer = down < 0 ? NULL : &pointer;
            snprintf(what, sizeof what, "%d x %d, scale %g, %d curves, metric %d, pointer %d %d",
                     view->rect.w, view->rect.h, (double)view->scale, stage->set.n_curves,
                     (int)view->metric, across, down);
            draw(stage);
            readable_assert(&stage->surface, THEME_BACKGROUND, &view->rect, what);
        }
    view->pointer = NULL;
}

static void texts_can_be_read_at_every_size(void **state)
{
    static const int n_curves[] = {0, 1, 3, 12};
    (void)state;
    for (size_t size = 0; size < N_SIZES; size++)
        for (size_t scale = 0; scale < N_SCALES; scale++)
            for (size_t n = 0; n < 4; n++) {
                struct stage *stage =
                    new_stage(sizes[size][0], sizes[size][1], scales[scale], n_curves[n]);
                for (int metric = 0; metric < N_METRICS; metric++) {
                    stage->view.metric = (enum metric)metric;
                    assert_readable_everywhere(stage);
                }
                stage_free(stage);
            }
}

/* Axes of whatever a table had. */
static void odd_values_can_be_read(void **state)
{
    static const double rates[][2] = {{0.4, 0.5}, {1e-9, 1e9}, {1, 1}, {0.09, 1.2}};
    static const double values[][2] = {{-300, 5000}, {30, 30}, {1e-9, 1e9}, {31, INFINITY}};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            struct stage *stage = new_stage(420, 260, 1, 0);
            stage->view.file = NULL;
            int curve = curve_set_curve(&stage->set, "other", CURVE_IMPORTED, CURVE_NO_MODE, 0);
            for (int end = 0; end < 2; end++) {
                struct curve_point point = {
                    0, rates[i][end], {values[k][end], NAN, fabs(values[k][0])}, CURVE_NO_STEP};
                assert_int_equal(curve_set_add(&stage->set, curve, &point), 0);
            }
            for (int metric = 0; metric < N_METRICS; metric++) {
                stage->view.metric = (enum metric)metric;
                assert_readable_everywhere(stage);
                assert_true(readable_has(&stage->surface, " bpp"));
            }
            stage_free(stage);
        }
}

static void a_large_plot_says_everything(void **state)
{
    (void)state;
    struct stage *stage = new_stage(900, 500, 1, 3);
    draw(stage);
    static const char *const texts[] = {"PSNR, dB", "curve 0", "curve 1", "curve 2", "0.1",
                                        "10 bpp",   "20",      "50",      "∞"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!readable_has(&stage->surface, texts[i]))
            fail_msg("%s is missing", texts[i]);
    stage_free(stage);
}

static void a_single_curve_needs_no_legend(void **state)
{
    (void)state;
    struct stage *stage = new_stage(900, 500, 1, 1);
    draw(stage);
    assert_false(readable_has(&stage->surface, "curve 0"));
    stage_free(stage);
}

static void curves_without_room_in_the_legend_are_counted(void **state)
{
    (void)state;
    struct stage *stage = new_stage(320, 240, 1, 12);
    draw(stage);
    assert_true(readable_has(&stage->surface, "curve 0"));
    assert_true(readable_has(&stage->surface, "+"));
    stage_free(stage);
}

static void small_plots_still_show_their_axes(void **state)
{
    (void)state;
    struct stage *stage = new_stage(160, 120, 1, 3);
    draw(stage);
    assert_true(readable_has(&stage->surface, "bpp"));
    assert_true(readable_has(&stage->surface, "∞"));
    stage_free(stage);
}

/* At a point, exactly its numbers; between points what lies between. */
static void the_pointer_reads_rate_bytes_values_and_step(void **state)
{
    struct plot_geometry plot;
    (void)state;
    struct stage *stage = new_stage(900, 500, 1, 3);
    plot_geometry(&plot, &stage->view);
    struct point pointer = {(float)curve_axes_x(&plot.axes, 80000.0 * 8 / PIXELS) + 3,
                            (float)curve_axes_y(&plot.axes, 36.5) - 3};
    stage->view.pointer = &pointer;
    draw(stage);
    static const char *const texts[] = {"1.63 bpp", "80.0 kB", "36.5 dB", "35.7 dB", "step 5 · 16"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!readable_has(&stage->surface, texts[i]))
            fail_msg("%s is missing", texts[i]);
    pointer = (struct point){(float)curve_axes_x(&plot.axes, 100000.0 * 8 / PIXELS),
                             (float)(plot.area.y + plot.area.h - 5)};
    draw(stage);
    assert_true(readable_has(&stage->surface, "in step 6 · 8"));
    assert_true(readable_has(&stage->surface, "2.03 bpp"));
    pointer.x = (float)(stage->view.rect.x + stage->view.rect.w + 100);
    draw(stage);
    assert_false(readable_has(&stage->surface, "step"));
    stage_free(stage);
}

static void what_is_shown_may_be_unknown(void **state)
{
    const struct plot_mark marks[] = {{1, NAN, UQD_MODE_DENOISED, THEME_ACCENT, true, true},
                                      {1e9, 30, UQD_MODE_FLOW, THEME_SECOND, false, false},
                                      {0, 30, UQD_MODE_FLOW, THEME_SECOND, false, false},
                                      {NAN, NAN, UQD_MODE_FLOW, THEME_SECOND, true, false},
                                      {2, INFINITY, UQD_MODE_ANCESTRAL, THEME_TEXT, false, true}};
    (void)state;
    struct stage *stage = new_stage(400, 300, 1, 3);
    stage->view.marks = marks;
    stage->view.n_marks = sizeof marks / sizeof *marks;
    assert_readable_everywhere(stage);
    stage_free(stage);
}

/* Whatever a header says: steps that end together, at nothing, or far away. */
static void odd_files_can_be_read(void **state)
{
    static const uint64_t bytes[][3] = {
        {5000, 5000, 5000}, {0, 0, 0}, {0, 1, UINT64_MAX}, {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (uint64_t pixels = 0; pixels < 3; pixels++) {
            const struct plot_file odd = {0, bytes[i], NULL, 3, pixels};
            struct stage *stage = new_stage(400, 300, 1, i % 2 ? 0 : 2);
            stage->view.file = &odd;
            assert_readable_everywhere(stage);
            for (size_t k = 0; k < stage->surface.n; k++)
                assert_true(recording_contains(&stage->view.rect, &stage->surface.items[k].seen) ||
                            stage->surface.items[k].seen.w == 0);
            stage_free(stage);
        }
}

/* ---- Places -------------------------------------------------------------------------------- */

static void for_each_geometry(void (*check)(const struct stage *, const struct plot_geometry *))
{
    for (size_t size = 0; size < N_SIZES; size++)
        for (size_t scale = 0; scale < N_SCALES; scale++) {
            struct plot_geometry plot;
            struct stage *stage = new_stage(sizes[size][0], sizes[size][1], scales[scale], 3);
            plot_geometry(&plot, &stage->view);
            check(stage, &plot);
            stage_free(stage);
        }
}

static void check_rates(const struct stage *stage, const struct plot_geometry *plot)
{
    const struct rect *area = &plot->area;
    uint64_t last = 0;
    assert_true(area->w > 0 && area->w <= stage->view.rect.w && area->h <= stage->view.rect.h);
    for (int x = area->x; x < area->x + area->w; x++) {
        double rate = plot_rate_at(plot, x);
        uint64_t bytes = plot_bytes_at(plot, &file, x);
        assert_true(fabs(curve_axes_x(&plot->axes, rate) - x) < 0.01);
        assert_true(bytes >= last && bytes >= 1);
        last = bytes;
    }
    assert_int_equal(last, step_bytes[N_STEPS - 1]);
    assert_true(plot_rate_at(plot, -1e9) == plot_rate_at(plot, area->x));
    assert_true(plot_rate_at(plot, 1e9) == plot_rate_at(plot, area->x + area->w - 1));
}

static void rates_come_back_from_their_pixels(void **state)
{
    (void)state;
    for_each_geometry(check_rates);
}

/* To click on a point is to choose it. */
static void check_points(const struct stage *stage, const struct plot_geometry *plot)
{
    struct curve_place place;
    for (int i = 0; i < stage->set.n_curves; i++)
        for (size_t k = 0; k < N_STEPS - 1; k++) {
            const struct curve_point *point = &stage->set.curves[i].points[k];
            double x = curve_axes_x(&plot->axes, point->rate);
            double y = curve_axes_y(&plot->axes, point->values[METRIC_PSNR]);
            assert_true(plot_contains(plot, x, y));
            assert_true(plot_nearest(plot, &stage->set, x, y, 1, &place));
            assert_true(place.distance < 1e-6);
            assert_true(stage->set.curves[place.curve].points[place.point].bytes == point->bytes);
        }
    assert_false(plot_nearest(plot, &stage->set, plot->area.x - 1000, 0, 14, &place));
}

static void every_point_can_be_hit(void **state)
{
    (void)state;
    for_each_geometry(check_points);
}

static void without_room_there_is_no_plot(void **state)
{
    struct plot_geometry plot;
    struct curve_place place;
    (void)state;
    for (int size = -10; size < 24; size++) {
        struct stage *stage = new_stage(size, size, 1, 3);
        struct point pointer = {32, 42};
        stage->view.pointer = &pointer;
        draw(stage);
        plot_geometry(&plot, &stage->view);
        if (plot.area.w == 0) {
            assert_false(plot_contains(&plot, 32, 42));
            assert_false(plot_nearest(&plot, &stage->set, 32, 42, 1e9, &place));
            assert_true(plot_rate_at(&plot, 32) == 0);
        }
        assert_true(size >= 16 || plot.area.w == 0);
        stage_free(stage);
    }
}

/* An audience is told of modes, not of seeds. */
static void brief_names_have_no_seeds(void **state)
{
    static const char *const labels[] = {"denoised", "ancestral", "ancestral, seed 7"};
    struct stage *stage = new_stage(900, 500, 1, 0);
    (void)state;
    for (int i = 0; i < 3; i++)
        add_curve(&stage->set, labels[i], 0, i ? UQD_MODE_ANCESTRAL : UQD_MODE_DENOISED, i);
    stage->view.brief = true;
    stage->view.text = TEXT_TITLE;
    draw(stage);
    assert_non_null(recording_find(&stage->surface, "denoised"));
    assert_non_null(recording_find(&stage->surface, "ancestral"));
    assert_null(recording_find(&stage->surface, "ancestral, seed 7"));
    assert_null(recording_find(&stage->surface, "+1"));
    recording_assert_tidy(&stage->surface);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_can_be_read_at_every_size),
        cmocka_unit_test(odd_values_can_be_read),
        cmocka_unit_test(a_large_plot_says_everything),
        cmocka_unit_test(a_single_curve_needs_no_legend),
        cmocka_unit_test(curves_without_room_in_the_legend_are_counted),
        cmocka_unit_test(small_plots_still_show_their_axes),
        cmocka_unit_test(the_pointer_reads_rate_bytes_values_and_step),
        cmocka_unit_test(what_is_shown_may_be_unknown),
        cmocka_unit_test(odd_files_can_be_read),
        cmocka_unit_test(rates_come_back_from_their_pixels),
        cmocka_unit_test(every_point_can_be_hit),
        cmocka_unit_test(without_room_there_is_no_plot),
        cmocka_unit_test(brief_names_have_no_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
