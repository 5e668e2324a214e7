/* How plot and scrubber look, compared with golden pictures, in the built-in font. */
#include "draw/plot.h"
#include "draw/scrubber.h"
#include "draw/theme.h"
#include "screen.h"
#include "sdl/surface.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <uqd/uqd.h>

#define N_STEPS 10
#define PIXELS  393216

static const uint64_t step_bytes[N_STEPS] = {1331,  2825,   8676,   21909,  42000,
                                             80000, 140000, 230000, 340000, 497050};
static const double step_psnr[N_STEPS] = {20.1, 21.8, 24.3, 27.5, 31.2,
                                          35.4, 40.1, 44.9, 48.7, INFINITY};
static const char *const step_names[N_STEPS] = {"units", "256", "128", "64", "32",
                                                "16",    "8",   "4",   "2",  "lossless"};

static double rate_of(uint64_t bytes)
{
    return (double)bytes * 8 / PIXELS;
}

/* ---- The surface --------------------------------------------------------------------------- */

struct stage {
    SDL_Surface *pixels;
    SDL_Renderer *renderer;
    struct sdl_surface surface;
};

static void stage_open(struct stage *stage, int width, int height)
{
    struct message message;
    *stage = (struct stage){
        .pixels = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888)};
    stage->renderer = SDL_CreateSoftwareRenderer(stage->pixels);
    assert_non_null(stage->renderer);
    assert_int_equal(sdl_surface_open(&stage->surface, stage->renderer, "builtin", &message), 0);
    surface_begin(&stage->surface.base, THEME_BACKGROUND, 1);
}

static void stage_close(struct stage *stage, const char *name)
{
    struct pixels screen = {
        .width = (uint32_t)stage->pixels->w, .height = (uint32_t)stage->pixels->h, .channels = 3};
    screen.data = malloc((size_t)screen.width * screen.height * 3);
    assert_non_null(screen.data);
    assert_int_equal(SDL_RenderReadPixels(stage->renderer, NULL, SDL_PIXELFORMAT_RGB24, screen.data,
                                          (int)screen.width * 3),
                     0);
    screen_assert_golden(&screen, name);
    pixels_free(&screen);
    sdl_surface_close(&stage->surface);
    SDL_DestroyRenderer(stage->renderer);
    SDL_FreeSurface(stage->pixels);
}

/* ---- The pictures -------------------------------------------------------------------------- */

static void add_curve(struct curve_set *set, const char *label, int document, uint32_t mode,
                      uint32_t n, double below)
{
    int curve = curve_set_curve(set, label, document, mode, 0);
    assert_true(curve >= 0);
    for (uint32_t i = 0; i < n; i++) {
        struct curve_point point = {
            step_bytes[i], rate_of(step_bytes[i]), {step_psnr[i] - below, NAN, NAN}, i};
        assert_int_equal(curve_set_add(set, curve, &point), 0);
    }
}

static void a_plot_with_all_that_it_can_have(void **state)
{
    const struct colour colours[] = {THEME_ACCENT, THEME_TEXT, THEME_DIM, THEME_SECOND};
    const struct plot_mark marks[] = {
        {rate_of(21909), 27.5, UQD_MODE_DENOISED, THEME_ACCENT, true, false},
        {rate_of(140000), 37.1, UQD_MODE_ANCESTRAL, THEME_TEXT, false, true}};
    const struct plot_file file = {0, step_bytes, step_names, N_STEPS, PIXELS};
    const struct point pointer = {330, 200};
    struct curve_set set = {0};
    struct stage stage;
    (void)state;
    stage_open(&stage, 600, 400);
    add_curve(&set, "denoised", 0, UQD_MODE_DENOISED, N_STEPS, 0);
    add_curve(&set, "ancestral", 0, UQD_MODE_ANCESTRAL, 8, 3);
    add_curve(&set, "flow", 0, UQD_MODE_FLOW, 6, 1);
    add_curve(&set, "JPEG", CURVE_IMPORTED, CURVE_NO_MODE, 9, 5);
    struct plot_view view = {.surface = &stage.surface.base,
                             .rect = {10, 10, 580, 380},
                             .scale = 1,
                             .set = &set,
                             .metric = METRIC_PSNR,
                             .colours = colours,
                             .marks = marks,
                             .n_marks = 2,
                             .file = &file,
                             .pointer = &pointer};
    plot_draw(&view);
    curve_set_clear(&set);
    stage_close(&stage, "plot");
}

static void scrubbers_in_all_units(void **state)
{
    const struct scrubber_handle handles[] = {{30000, THEME_SECOND, false},
                                              {140000, THEME_ACCENT, true}};
    struct stage stage;
    (void)state;
    stage_open(&stage, 500, 270);
    for (int unit = 0; unit < N_SCRUB_UNITS; unit++) {
        struct scrubber_view view = {.surface = &stage.surface.base,
                                     .rect = {10, 10 + 65 * unit, 480, 55},
                                     .scale = 1,
                                     .unit = (enum scrub_unit)unit,
                                     .step_bytes = step_bytes,
                                     .step_psnr = step_psnr,
                                     .step_names = step_names,
                                     .n_steps = N_STEPS,
                                     .pixels = PIXELS,
                                     .received = 250000,
                                     .handles = handles,
                                     .n_handles = 2};
        scrubber_draw(&view);
    }
    stage_close(&stage, "scrubber");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plot_with_all_that_it_can_have),
        cmocka_unit_test(scrubbers_in_all_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
