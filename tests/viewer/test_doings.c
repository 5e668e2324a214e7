/* What commands and the pointer do in the whole viewer: what is asked for is then shown. */
#include "play.h"
#include "session/curve_csv.h"
#include "stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void show(const char *file)
{
    PLAY(file, "--forget");
    play_until_idle();
}

static struct exhibit shown(void)
{
    struct exhibit exhibit = app_active(play_hold())->exhibit;
    play_release();
    return exhibit;
}

static struct layout layout(void)
{
    struct layout now = play_hold()->layout;
    play_release();
    return now;
}

static void pointer(enum input_type type, int x, int y)
{
    play_input(&(struct input){.type = type, .x = x, .y = y, .clicks = 1});
}

/* ---- Commands ------------------------------------------------------------------------------ */

static void peeking_shows_the_other_mode_for_a_moment(void **state)
{
    static const struct {
        const char *lines;
        enum uqd_mode before, meanwhile;
        uint32_t mix;
    } cases[] = {
        {"step 2\nmode denoised", UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, 0},
        {"mode flow", UQD_MODE_FLOW, UQD_MODE_DENOISED, 0},
        {"seed 4", UQD_MODE_ANCESTRAL, UQD_MODE_DENOISED, 0},
        {"mix 30", UQD_MODE_ANCESTRAL, UQD_MODE_DENOISED, 30},
    };
    struct input key = {.type = INPUT_KEY, .key = "N"}, up = {.type = INPUT_KEY_UP, .key = "N"};
    (void)state;
    show("picture.uqd");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        play_lines(cases[i].lines);
        struct exhibit before = shown();
        assert_int_equal(before.mode, cases[i].before);
        assert_int_equal(before.mix, cases[i].mix);
        play_input(&key);
        play_input(&key); /* which repeats while it is down */
        play_until_idle();
        struct exhibit meanwhile = shown();
        assert_int_equal(meanwhile.mode, cases[i].meanwhile);
        assert_int_equal(meanwhile.mix, 0);
        play_input(&up);
        play_until_idle();
        struct exhibit after = shown();
        assert_true(exhibit_equal(&before, &after));
        assert_int_equal(after.position, 2);
    }
    assert_int_equal(play_end(), 0);
}

/* The command says what is to be seen; the key takes it away again. */
static void a_map_is_set_by_its_command_and_switched_by_its_key(void **state)
{
    struct input key = {.type = INPUT_KEY, .key = "U"};
    (void)state;
    show("picture.uqd");
    play_lines("step 2\nmap bits\nmap bits");
    assert_int_equal(shown().map, MAP_BITS);
    play_input(&key);
    play_until_idle();
    assert_int_equal(shown().map, MAP_OFF);
    play_input(&key);
    play_until_idle();
    assert_int_equal(shown().map, MAP_BITS);
    play_lines("map change toggle\nmap change toggle");
    assert_int_equal(shown().map, MAP_OFF);
    assert_int_equal(play_end(), 0);
}

/* The bytes of a copy are about no part of the picture more than another. */
static void the_map_of_a_copy_says_why_it_is_flat(void **state)
{
    static const char explanation[] = ": a copy is of the whole picture";
    struct uqd_encode_settings settings;
    struct pixels pixels;
    (void)state;
    uqd_encode_settings_default(&settings);
    settings.may_copy = 1;
    screen_read("large.png", &pixels);
    stage_encode("copy.uqd", &pixels, &settings);
    pixels_free(&pixels);
    show("copy.uqd");
    play_lines("step last\nmap bits");
    assert_non_null(strstr(app_active(play_hold())->legend.title, explanation));
    play_release();
    play_lines("step first");
    assert_null(strstr(app_active(play_hold())->legend.title, explanation));
    play_release();
    assert_int_equal(play_end(), 0);
}

/* What was chosen last is shown; equal pictures are said to be so. */
static void a_map_and_a_difference_take_turns(void **state)
{
    (void)state;
    PLAY("picture.uqd", "--reference", "picture.png", "--forget");
    play_until_idle();
    play_lines("step 2\ncompare difference\nmap bits");
    assert_int_equal(shown().map, MAP_BITS);
    assert_int_equal(play_hold()->look.comparison, COMPARE_OFF);
    play_release();
    play_lines("compare difference");
    assert_int_equal(shown().map, MAP_OFF);
    struct app *app = play_hold();
    assert_int_equal(app->look.comparison, COMPARE_DIFFERENCE);
    assert_false(app->difference.none);
    play_release();
    play_lines("step last\nscreenshot equal.png");
    assert_true(play_hold()->difference.none);
    play_release();
    assert_int_equal(play_end(), 0);
}

static void files_go_by_their_numbers(void **state)
{
    (void)state;
    PLAY("picture.uqd", "short.uqd", "other.uqd", "--forget");
    play_until_idle();
    play_lines("file 3\nexport third.png\nfile next\nexport first.png\nfile previous\n"
               "export third-again.png\nfile 2\nfile 1\nexport first-again.png");
    play_refused("file 4", "there is no file 4: 3 are open");
    play_refused("file 0", "is not a file");
    struct region small = {0, 0, 10, 10}, whole = {0, 0, 96, 64};
    assert_int_equal(stage_difference("third.png", "other.png", &small), 0);
    assert_int_equal(stage_difference("third-again.png", "other.png", &small), 0);
    assert_int_equal(stage_difference("first.png", "picture.png", &whole), 0);
    assert_int_equal(stage_difference("first-again.png", "picture.png", &whole), 0);
    assert_int_equal(play_end(), 0);
}

static void dropped_files_are_opened(void **state)
{
    static const char *const names[] = {"a name with  blanks.uqd", "Gr\303\274\303\237e.uqd",
                                        "100% #1 'x'.uqd"};
    char directory[128], said[256];
    (void)state;
    assert_non_null(getcwd(directory, sizeof directory));
    show("picture.uqd");
    for (int i = 0; i < 3; i++) {
        struct input drop = {.type = INPUT_DROP};
        unlink(names[i]);
        assert_int_equal(symlink("other.uqd", names[i]), 0);
        snprintf(drop.path, sizeof drop.path, "%s/%s", directory, names[i]);
        play_input(&drop);
        play_until_idle();
        struct app *app = play_hold();
        int n_documents = app->n_documents;
        snprintf(said, sizeof said, "%s", app_document(app)->label);
        play_release();
        assert_int_equal(n_documents, i + 2);
        assert_string_equal(said, names[i]);
        play_do("export dropped.png");
        assert_int_equal(
            stage_difference("dropped.png", "other.png", &(struct region){0, 0, 10, 10}), 0);
    }
    struct input wrong = {.type = INPUT_DROP, .path = "garbage.uqd"};
    play_input(&wrong);
    struct app *app = play_hold();
    snprintf(said, sizeof said, "%s", app->look.feedback);
    int n_documents = app->n_documents;
    play_release();
    assert_int_equal(n_documents, 4);
    assert_non_null(strstr(said, "is not a .uqd file"));
    assert_int_equal(play_end(), 0);
}

/* ---- The plot ------------------------------------------------------------------------------ */

static struct picture *load(const char *path)
{
    struct pixels pixels;
    screen_read(path, &pixels);
    struct picture *picture = picture_new(pixels.width, pixels.height, pixels.channels);
    assert_non_null(picture);
    memcpy(picture_pixels(picture), pixels.data,
           (size_t)pixels.width * pixels.height * pixels.channels);
    pixels_free(&pixels);
    return picture;
}

/* The row of a step of the denoised curve, as the viewer has it. */
static struct curve_point find_point(const struct curve_set *set, uint32_t step)
{
    for (int i = 0; i < set->n_curves; i++)
        for (size_t k = 0; !strcmp(set->curves[i].label, "denoised") && k < set->curves[i].n_points;
             k++)
            if (set->curves[i].points[k].step == step)
                return set->curves[i].points[k];
    fail_msg("step %u is not in the table", step);
    return (struct curve_point){0};
}

/* The file tells the PSNR of a step to hundredths. */
static void measured_numbers_are_those_of_the_pictures(void **state)
{
    struct curve_set table = {0};
    struct message message;
    char lines[64];
    (void)state;
    show("picture.uqd");
    play_lines("metric ms-ssim\nmode denoised");
    struct picture *original = load("picture.png");
    struct uqd_image b = picture_image(original);
    for (uint32_t step = 0; step < 6; step++) {
        snprintf(lines, sizeof lines, "step %u\nexport step%u.png", step, step);
        play_lines(lines);
    }
    play_lines("screenshot drawn.png\nexport curves.csv"); /* curves are those of the last frame */
    play_refused("metric butteraugli", "is not measured here");
    if (curve_csv_read(&table, "curves.csv", &message))
        fail_msg("%s", message.text);
    for (uint32_t step = 0; step < 6; step++) {
        struct uqd_metrics metrics;
        snprintf(lines, sizeof lines, "step%u.png", step);
        struct picture *picture = load(lines);
        struct uqd_image a = picture_image(picture);
        assert_int_equal(uqd_compare(&a, &b, 1, &metrics), UQD_OK);
        struct curve_point point = find_point(&table, step);
        if (fabs(point.values[METRIC_PSNR] - metrics.psnr) > 0.006 ||
            fabs(point.values[METRIC_MS_SSIM] - metrics.ms_ssim) > 1e-5)
            fail_msg("step %u: %g dB and %g instead of %g dB and %g", step,
                     point.values[METRIC_PSNR], point.values[METRIC_MS_SSIM], metrics.psnr,
                     metrics.ms_ssim);
        picture_unref(picture);
    }
    picture_unref(original);
    curve_set_clear(&table);
    assert_int_equal(play_end(), 0);
}

/* As many as the table lacks. */
static void a_table_tells_what_is_not_measured_yet(void **state)
{
    char said[160], expected[160];
    (void)state;
    show("picture.uqd");
    uint32_t n_steps = app_active(play_hold())->progress->n_complete;
    play_release();
    play_do("seed 7");
    for (int round = 0; round < 6; round++) {
        struct curve_set table = {0};
        struct message message;
        struct command_call call;
        assert_int_equal(command_parse("export part.csv", &call, &message), 0);
        struct app *app = play_hold();
        assert_int_equal(app_run_command(app, &call, &message), 0);
        snprintf(said, sizeof said, "%s", app->look.feedback);
        play_release();
        assert_int_equal(curve_csv_read(&table, "part.csv", &message), 0);
        size_t missing = (size_t)table.n_curves * n_steps;
        for (int i = 0; i < table.n_curves; i++)
            missing -= table.curves[i].n_points;
        curve_set_clear(&table);
        snprintf(expected, sizeof expected,
                 missing == 1  ? "Written: part.csv; %zu point is not measured yet"
                 : missing > 0 ? "Written: part.csv; %zu points are not measured yet"
                               : "Written: part.csv",
                 missing);
        assert_string_equal(said, expected);
        if (round == 4)
            play_until_idle();
    }
    assert_string_equal(said, "Written: part.csv");
    assert_int_equal(play_end(), 0);
}

/* What was exported is imported as it was, and makes nothing plain that was not. */
static void curves_come_back_from_a_table(void **state)
{
    struct curve_set first = {0}, second = {0};
    struct message message;
    (void)state;
    show("picture.uqd");
    play_lines("step 3\nmode ancestral\nscreenshot drawn.png\nexport first.csv\n"
               "import first.csv\nscreenshot drawn.png\nexport second.csv");
    play_lines("metric butteraugli"); /* a table may have it */
    assert_int_equal(curve_csv_read(&first, "first.csv", &message), 0);
    assert_int_equal(curve_csv_read(&second, "second.csv", &message), 0);
    for (uint32_t step = 0; step < 6; step++) {
        struct curve_point a = find_point(&first, step), b = find_point(&second, step);
        assert_true(a.bytes == b.bytes && fabs(a.rate - b.rate) < 1e-9 &&
                    fabs(a.values[METRIC_PSNR] - b.values[METRIC_PSNR]) < 1e-9);
    }
    curve_set_clear(&first);
    curve_set_clear(&second);
    play_refused("import picture.png", "picture.png");
    assert_int_equal(play_end(), 0);
}

/* ---- Dragging ------------------------------------------------------------------------------ */

static void the_slider_mixes(void **state)
{
    (void)state;
    show("picture.uqd");
    play_lines("step 2");
    struct layout now = layout();
    struct rect track = layout_mix_track(&now);
    int y = now.mix.y + now.mix.h / 2;
    assert_true(track.w > 20);
    for (int i = 0; i <= 10; i++) {
        int x = track.x + track.w * i / 10, wanted = layout_mix_at(&now, x);
        pointer(i ? INPUT_MOTION : INPUT_PRESS, x, y);
        play_until_idle();
        uint32_t mix = pane_mix(app_active(play_hold()));
        play_release();
        assert_int_equal(mix, wanted);
        assert_true(abs(wanted - 10 * i) <= 5);
    }
    pointer(INPUT_RELEASE, track.x, y);
    pointer(INPUT_MOTION, track.x, y);
    play_until_idle();
    assert_int_equal(shown().mode, UQD_MODE_ANCESTRAL);
    assert_int_equal(shown().mix, 0);
    assert_int_equal(shown().position, 2);
    assert_int_equal(play_end(), 0);
}

/* What is pointed at, asked before, is what is then shown. */
static uint64_t drag_to(enum input_type type, const char *place, int x, int y)
{
    uint64_t wanted = app_bytes_at(play_hold(), place, x, y);
    play_release();
    pointer(type, x, y);
    play_until_idle();
    uint64_t bytes = pane_described_bytes(app_active(play_hold()));
    play_release();
    if (wanted > 0 && bytes != wanted)
        fail_msg("%s at %d: %llu bytes instead of %llu", place, x, (unsigned long long)bytes,
                 (unsigned long long)wanted);
    return bytes;
}

static void the_scrubber_is_dragged_in_every_unit(void **state)
{
    static const char *const units[] = {"unit bytes", "unit bpp", "unit psnr"};
    (void)state;
    show("picture.uqd");
    for (int unit = 0; unit < 3; unit++) {
        play_lines(units[unit]);
        struct rect track = layout().strip.whole;
        int y = track.y + track.h / 2;
        uint64_t before = 0;
        for (int i = 1; i < 8; i++) {
            int x = track.x + track.w * i / 8;
            uint64_t bytes = drag_to(i > 1 ? INPUT_MOTION : INPUT_PRESS, "Scrubber", x, y);
            assert_true(bytes >= before);
            before = bytes;
        }
        uint64_t end = drag_to(INPUT_MOTION, "Scrubber", track.x + track.w - 1, y);
        pointer(INPUT_RELEASE, track.x, y);
        struct app *app = play_hold();
        uint64_t size = app->documents[0]->file.size;
        play_release();
        assert_true(end > before && end <= size);
    }
    play_lines("unit steps");
    struct rect track = layout().strip.track;
    for (int step = 0; step < 7; step++) {
        pointer(INPUT_PRESS, track.x + track.w * (2 * step + 1) / 14, track.y + track.h / 2);
        pointer(INPUT_RELEASE, track.x, track.y);
        play_until_idle();
        assert_int_equal(shown().position, step);
        assert_int_equal(shown().bytes, 0);
    }
    assert_int_equal(play_end(), 0);
}

static void the_plot_is_dragged(void **state)
{
    (void)state;
    show("picture.uqd");
    struct rect plot = layout().curve;
    int y = plot.y + plot.h / 2;
    uint64_t first = drag_to(INPUT_PRESS, "Plot", plot.x + plot.w / 3, y);
    uint64_t second = drag_to(INPUT_MOTION, "Plot", plot.x + plot.w * 2 / 3, y);
    assert_true(first < second);
    pointer(INPUT_RELEASE, plot.x, y);
    pointer(INPUT_MOTION, plot.x + plot.w / 3, y);
    play_until_idle();
    assert_int_equal(pane_described_bytes(app_active(play_hold())), second);
    play_release();
    assert_int_equal(play_end(), 0);
}

static bool zoom_rests(struct app *app)
{
    return app->zoom_rests == 0 && !app->dirty && app->drawn_zoom == app->view.zoom;
}

/* Whatever is left out while it moves is drawn after that, without any input. */
static void a_zoom_comes_to_rest(void **state)
{
    (void)state;
    show("picture.uqd");
    play_do("zoom 3");
    play_until(zoom_rests, "the zoom rests");
    play_do("zoom 2");
    play_do("fit");
    play_until(zoom_rests, "the zoom rests");
    assert_int_equal(play_end(), 0);
}

static void the_wipe_follows_the_pointer(void **state)
{
    (void)state;
    show("picture.uqd");
    play_lines("step 1\ncompare wipe");
    struct rect port = layout().pictures[0];
    for (int i = 0; i <= 4; i++) {
        pointer(INPUT_MOTION, port.x + (port.w - 1) * i / 4, port.y + port.h / 2);
        double share = play_hold()->look.wipe;
        play_release();
        if (fabs(share - i / 4.0) > 0.01)
            fail_msg("%g", share);
    }
    pointer(INPUT_MOTION, port.x + port.w / 2, port.y + port.h + 30); /* not on the picture */
    double share = play_hold()->look.wipe;
    play_release();
    assert_true(share > 0.98);
    assert_int_equal(play_end(), 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, play_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(peeking_shows_the_other_mode_for_a_moment),
        TEST(a_map_is_set_by_its_command_and_switched_by_its_key),
        TEST(the_map_of_a_copy_says_why_it_is_flat),
        TEST(a_map_and_a_difference_take_turns),
        TEST(files_go_by_their_numbers),
        TEST(dropped_files_are_opened),
        TEST(measured_numbers_are_those_of_the_pictures),
        TEST(a_table_tells_what_is_not_measured_yet),
        TEST(curves_come_back_from_a_table),
        TEST(the_slider_mixes),
        TEST(the_scrubber_is_dragged_in_every_unit),
        TEST(the_plot_is_dragged),
        TEST(a_zoom_comes_to_rest),
        TEST(the_wipe_follows_the_pointer),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
