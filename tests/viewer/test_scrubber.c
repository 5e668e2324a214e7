/* The scrubber: places and bytes belong to each other in every unit, and its texts can be read at
 * every size. */
#include "draw/scrubber.h"
#include "draw/theme.h"
#include "readable.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MAX_STEPS SCRUBBER_MAX_STEPS

/* A file as it may be. */
struct file {
    const char *what;
    uint32_t n_steps;
    uint64_t bytes[MAX_STEPS];
    double psnr[MAX_STEPS];
};

static const struct file files[] = {
    {"usual",
     10,
     {1331, 2825, 8676, 21909, 42000, 80000, 140000, 230000, 340000, 497050},
     {20.1, 21.8, 24.3, 27.5, 31.2, 35.4, 40.1, 44.9, 48.7, INFINITY}},
    {"not exact", 3, {100000, 200000, 900000}, {20, 30, 40}},
    {"unknown", 4, {100000, 200000, 400000, 9000000}, {NAN, NAN, NAN, NAN}},
    {"half known", 5, {100000, 200000, 400000, 900000, 1900000}, {20, NAN, 30, NAN, NAN}},
    {"descending", 5, {100000, 200000, 400000, 900000, 1900000}, {30, 25, 20, 35, 31}},
    {"enormous", 3, {1000000, UINT64_MAX / 2, UINT64_MAX}, {-20, 3, 300}},
    {"one step", 1, {5000}, {INFINITY}},
    {"solid", 3, {5000, 5000, 5000}, {20, 30, INFINITY}},
    {"nothing", 2, {0, 0}, {0, 0}},
};

#define N_FILES (sizeof files / sizeof *files)

static const struct scrubber_handle handles[] = {{30000, {86, 180, 233, 255}, false},
                                                 {UINT64_MAX, {245, 178, 66, 255}, true}};

static const char *names[MAX_STEPS];

static void set_names(const char *name)
{
    for (int i = 0; i < MAX_STEPS; i++)
        names[i] = name;
}

static struct scrubber_view view_of(struct recording_surface *surface, const struct file *file,
                                    enum scrub_unit unit, int width, int height, float scale)
{
    surface_begin(&surface->base, THEME_BACKGROUND, scale);
    return (struct scrubber_view){.surface = &surface->base,
                                  .rect = {30, 40, width, height},
                                  .scale = scale,
                                  .unit = unit,
                                  .step_bytes = file->bytes,
                                  .step_psnr = file->psnr,
                                  .step_names = names,
                                  .n_steps = file->n_steps,
                                  .pixels = 393216,
                                  .received = file->bytes[file->n_steps / 2],
                                  .handles = handles,
                                  .n_handles = 2};
}

static void for_each(void (*check)(const struct file *, const struct scrubber_geometry *))
{
    static const int widths[] = {160, 400, 900, 1600};
    struct recording_surface surface;
    recording_open(&surface, 1700, 1000);
    for (size_t i = 0; i < N_FILES; i++)
        for (int unit = 0; unit < N_SCRUB_UNITS; unit++)
            for (int width = 0; width < 4; width++) {
                struct scrubber_geometry scrubber;
                struct scrubber_view view =
                    view_of(&surface, &files[i], (enum scrub_unit)unit, widths[width], 60, 1);
                scrubber_geometry(&scrubber, &view);
                check(&files[i], &scrubber);
            }
    recording_close(&surface);
}

static uint64_t bytes_of(const struct file *file, uint32_t step)
{
    return file->bytes[step] > 0 ? file->bytes[step] : 1;
}

/* The ends of the track are the ends of the first and last step, and what lies beyond is there,
 * too. */
static void check_ends(const struct file *file, const struct scrubber_geometry *scrubber)
{
    uint64_t first = bytes_of(file, 0), last = bytes_of(file, file->n_steps - 1);
    assert_true(scrubber->left < scrubber->right);
    assert_true(scrubber_bytes_at(scrubber, scrubber->left) == first);
    assert_true(scrubber_bytes_at(scrubber, scrubber->right) == last);
    assert_true(scrubber_bytes_at(scrubber, -1e9) == first);
    assert_true(scrubber_bytes_at(scrubber, 1e9) == last);
    assert_true(scrubber_x(scrubber, UINT64_MAX) == scrubber->right);
    assert_true(scrubber_x(scrubber, last) == scrubber->right);
    if (last > first) {
        assert_true(scrubber_x(scrubber, 0) == scrubber->left);
        assert_true(scrubber_x(scrubber, first) == scrubber->left);
    }
}

static void the_ends_reach_the_ends(void **state)
{
    (void)state;
    for_each(check_ends);
}

static void check_round_trip(const struct file *file, const struct scrubber_geometry *scrubber)
{
    if (bytes_of(file, file->n_steps - 1) == bytes_of(file, 0))
        return;
    for (double x = scrubber->left; x <= scrubber->right; x += 0.5) {
        double back = scrubber_x(scrubber, scrubber_bytes_at(scrubber, x));
        if (fabs(back - x) > 1)
            fail_msg("%s, unit %d: %g came back as %g", file->what, (int)scrubber->unit, x, back);
    }
}

static void places_come_back(void **state)
{
    (void)state;
    for_each(check_round_trip);
}

static void check_order(const struct file *file, const struct scrubber_geometry *scrubber)
{
    uint64_t last = 0;
    double last_x = -INFINITY;
    for (double x = scrubber->left - 5; x <= scrubber->right + 5; x += 0.25) {
        uint64_t bytes = scrubber_bytes_at(scrubber, x);
        assert_true(bytes >= last);
        last = bytes;
    }
    for (double bytes = 1; bytes < 1.8e19; bytes *= 1.01) {
        double x = scrubber_x(scrubber, (uint64_t)bytes);
        if (!(x >= last_x))
            fail_msg("%s, unit %d: %g bytes are before fewer", file->what, (int)scrubber->unit,
                     bytes);
        last_x = x;
    }
}

static void more_bytes_are_never_before_fewer(void **state)
{
    (void)state;
    for_each(check_order);
}

/* Whatever is clicked, in steps; within reach of one, in other units. */
static void check_snap(const struct file *file, const struct scrubber_geometry *scrubber)
{
    for (double x = scrubber->left - 20; x <= scrubber->right + 20; x += 0.5) {
        struct scrubber_place place = scrubber_place_at(scrubber, x, 4);
        uint32_t nearest = scrubber_step_at(scrubber, x);
        assert_true(nearest < file->n_steps);
        bool near = fabs(scrubber_x(scrubber, bytes_of(file, nearest)) - x) <= 4;
        if (scrubber->unit == SCRUB_STEPS)
            assert_int_equal(place.step, nearest);
        if (near && bytes_of(file, 0) < bytes_of(file, file->n_steps - 1))
            assert_int_equal(place.step, nearest);
        if (place.step != SCRUBBER_NO_STEP)
            assert_true(place.bytes == bytes_of(file, place.step));
        else
            assert_true(place.bytes == scrubber_bytes_at(scrubber, x));
    }
}

static void clicks_snap_to_steps(void **state)
{
    (void)state;
    for_each(check_snap);
}

static void between_steps_there_are_bytes(void **state)
{
    struct recording_surface surface;
    struct scrubber_geometry scrubber;
    (void)state;
    recording_open(&surface, 1700, 1000);
    for (int unit = SCRUB_BYTES; unit < N_SCRUB_UNITS; unit++) {
        struct scrubber_view view = view_of(&surface, &files[0], (enum scrub_unit)unit, 900, 60, 1);
        scrubber_geometry(&scrubber, &view);
        double x = (scrubber_x(&scrubber, 21909) + scrubber_x(&scrubber, 42000)) / 2;
        struct scrubber_place place = scrubber_place_at(&scrubber, x, 4);
        assert_int_equal(place.step, SCRUBBER_NO_STEP);
        assert_true(place.bytes > 21909 && place.bytes < 42000);
    }
    recording_close(&surface);
}

/* Steps are as far apart as what they are measured by. */
static void units_differ_in_where_steps_are(void **state)
{
    struct recording_surface surface;
    struct scrubber_geometry scrubber;
    (void)state;
    recording_open(&surface, 1700, 1000);
    struct scrubber_view view = view_of(&surface, &files[1], SCRUB_STEPS, 900, 60, 1);
    scrubber_geometry(&scrubber, &view);
    assert_true(fabs(scrubber.places[1] - 0.5) < 1e-9);
    view.unit = SCRUB_BYTES;
    scrubber_geometry(&scrubber, &view);
    assert_true(fabs(scrubber.places[1] - log(2) / log(9)) < 1e-9);
    view.unit = SCRUB_PSNR;
    view.step_psnr = (const double[]){20, 25, 40};
    scrubber_geometry(&scrubber, &view);
    assert_true(fabs(scrubber.places[1] - 0.25) < 1e-9);
    view.step_psnr = NULL;
    scrubber_geometry(&scrubber, &view);
    assert_int_equal(scrubber.unit, SCRUB_STEPS);
    recording_close(&surface);
}

static void texts_can_be_read_at_every_size(void **state)
{
    static const int sizes[][2] = {{160, 20},  {160, 60}, {320, 34},
                                   {400, 120}, {900, 60}, {1600, 80}};
    static const float scales[] = {0.5F, 1, 1.5F, 2, 4};
    static const char *const labels[] = {"3", "lossless", "a step with a very long name"};
    struct recording_surface surface;
    char what[128];
    (void)state;
    recording_open(&surface, 1700, 1000);
    for (size_t i = 0; i < N_FILES; i++)
        for (int k = 0; k < 6 * 5 * 3 * N_SCRUB_UNITS; k++) {
            const int *size = sizes[k % 6];
            enum scrub_unit unit = (enum scrub_unit)(k / 90);
            float scale = scales[k / 6 % 5];
            set_names(labels[k / 30 % 3]);
            struct scrubber_view view = view_of(&surface, &files[i], unit, size[0], size[1], scale);
            scrubber_draw(&view);
            snprintf(what, sizeof what, "%s, unit %d, %d x %d, scale %g", files[i].what, (int)unit,
                     size[0], size[1], (double)scale);
            readable_assert(&surface, THEME_BACKGROUND, &view.rect, what);
        }
    recording_close(&surface);
}

static void a_track_says_its_unit_and_numbers(void **state)
{
    static const char *const texts[N_SCRUB_UNITS][4] = {
        {"steps", "last", "last", "last"},
        {"bytes", "2 kB", "10 kB", "100 kB"},
        {"bits per pixel", "0.1", "1", "10 bpp"},
        {"PSNR", "30", "40", "∞ dB"},
    };
    struct recording_surface surface;
    (void)state;
    recording_open(&surface, 1700, 1000);
    set_names("last");
    for (int unit = 0; unit < N_SCRUB_UNITS; unit++) {
        struct scrubber_view view = view_of(&surface, &files[0], (enum scrub_unit)unit, 900, 60, 1);
        scrubber_draw(&view);
        for (int i = 0; i < 4; i++)
            if (!readable_has(&surface, texts[unit][i]))
                fail_msg("%s is missing", texts[unit][i]);
    }
    recording_close(&surface);
}

/* Neither texts nor anything else may be asked of nothing. */
static void without_room_or_steps_nothing_is_drawn(void **state)
{
    struct recording_surface surface;
    (void)state;
    recording_open(&surface, 1700, 1000);
    for (int size = -5; size < 30; size++) {
        struct scrubber_view view = view_of(&surface, &files[0], SCRUB_RATE, size, size, 1);
        scrubber_draw(&view);
        readable_assert(&surface, THEME_BACKGROUND, &view.rect, "tiny");
    }
    struct scrubber_view view = view_of(&surface, &files[0], SCRUB_RATE, 900, 60, 1);
    view.n_steps = 0;
    scrubber_draw(&view);
    assert_int_equal(surface.n, 0);
    recording_close(&surface);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ends_reach_the_ends),
        cmocka_unit_test(places_come_back),
        cmocka_unit_test(more_bytes_are_never_before_fewer),
        cmocka_unit_test(clicks_snap_to_steps),
        cmocka_unit_test(between_steps_there_are_bytes),
        cmocka_unit_test(units_differ_in_where_steps_are),
        cmocka_unit_test(texts_can_be_read_at_every_size),
        cmocka_unit_test(a_track_says_its_unit_and_numbers),
        cmocka_unit_test(without_room_or_steps_nothing_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
