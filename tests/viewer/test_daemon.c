/* The viewer with the real daemon, on the private bus under which this test runs. */
#include "decodes.h"
#include "listener.h"
#include "session.h"
#include "stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { PATIENCE = 60 };

/* ---- The program --------------------------------------------------------------------------- */

static void write_script(const char *path, const char *name)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "wait idle\nscreenshot %s-last.png\n"
            "step 1\nmode ancestral\nseed 4\nwait idle\nscreenshot %s-seed.png\n"
            "mode flow\nwait idle\nscreenshot %s-flow.png\nquit\n",
            name, name, name);
    fclose(file);
}

/* Nothing activates the daemon on this bus: the viewer starts it. */
static void the_program_shows_the_same_with_a_daemon(void **state)
{
    static const char *const files[] = {"picture.uqd", "cut.uqd", "clear.uqd"};
    static const char *const shots[] = {"last", "seed", "flow"};
    char a[64], b[64];
    (void)state;
    kill_daemon();
    write_script("bus.txt", "bus");
    write_script("local.txt", "local");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        VIEW_DONE("", files[i], "--script", "bus.txt");
        assert_true(daemon_is_there());
        VIEW_DONE("", files[i], "--script", "local.txt", "--no-daemon");
        for (int k = 0; k < 3; k++) {
            snprintf(a, sizeof a, "bus-%s.png", shots[k]);
            snprintf(b, sizeof b, "local-%s.png", shots[k]);
            size_t n = stage_difference(a, b, &stage_window);
            if (n > 0)
                fail_msg("%s: %s and %s differ in %zu pixels", files[i], a, b, n);
        }
    }
    kill_daemon();
}

/* Neither of the two sources finds a daemon, and both start one. */
static void two_files_show_the_same_with_a_daemon(void **state)
{
    (void)state;
    kill_daemon();
    write_script("bus.txt", "bus");
    write_script("local.txt", "local");
    VIEW_DONE("", "picture.uqd", "short.uqd", "--script", "bus.txt");
    assert_true(daemon_is_there());
    VIEW_DONE("", "picture.uqd", "short.uqd", "--script", "local.txt", "--no-daemon");
    assert_int_equal(stage_difference("bus-last.png", "local-last.png", &stage_window), 0);
    assert_int_equal(stage_difference("bus-seed.png", "local-seed.png", &stage_window), 0);
    assert_int_equal(stage_difference("bus-flow.png", "local-flow.png", &stage_window), 0);
    kill_daemon();
}

static void damage_is_reported_through_the_daemon(void **state)
{
    struct process_result result;
    (void)state;
    VIEW(&result, "wait idle\nquit\n", "damaged.uqd");
    stage_assert_fails(&result, 1, "uqd-view: damaged.uqd: ");
    process_result_free(&result);
    kill_daemon();
}

/* Damage is never taken for another kind of file, nor the other way round. */
static void bad_files_are_told_apart_with_the_daemon(void **state)
{
    static const struct {
        const char *file, *part;
    } cases[] = {
        {"picture.png", "uqd-view: picture.png: is not a .uqd file but a picture: encode it first, "
                        "with `uqd encode`\n"},
        {"bad-header.uqd", "uqd-view: bad-header.uqd: its header is damaged\n"},
        {"header.uqd", "uqd-view: header.uqd: the file ends inside its header\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        VIEW(&result, "quit\n", cases[i].file);
        stage_assert_fails(&result, 1, cases[i].part);
        process_result_free(&result);
    }
    VIEW_DONE("wait idle\nquit\n", "cut.uqd");
    kill_daemon();
}

static void what_was_shown_is_not_asked_for_again(void **state)
{
    (void)state;
    start_daemon();
    DECODES_RUN("wait idle\nstep 4\nwait idle\nstep 1\nwait idle\nmode ancestral\nwait idle\n"
                "seed 5\nwait idle\nseed 0\nwait idle\nmode denoised\nwait idle\n"
                "step 4\nwait idle\nstep 1\nwait idle\nquit\n",
                "picture.uqd");
    assert_true(decodes_all() >= 4);
    assert_int_equal(decodes_again(), 0);
    DECODES_RUN("wait idle\nstep 2\nwait idle\nstep 1\nwait idle\nstep 2\nwait idle\nquit\n",
                "large.uqd", "--cache", "0");
    assert_true(decodes_again() > 0);
    kill_daemon();
}

/* ---- The source ---------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct source *(*make)(const struct source_config *config);
} kinds[] = {{"local", source_local_new}, {"daemon", source_daemon_new}};

static void sources_keep_their_promises(void **state)
{
    (void)state;
    start_daemon();
    for (int i = 0; i < 2; i++) {
        struct listener listener;
        unsigned counts[SOURCE_FAILED + 1] = {0};
        struct frame_key late = {.step = 3, .mode = UQD_MODE_DENOISED},
                         small = {.step = 1, .mode = UQD_MODE_FLOW, .reduce = 2};
        struct frame_key wrong = {.step = UINT32_MAX - 1, .mode = UQD_MODE_DENOISED};
        listener_open(&listener, "picture.uqd", kinds[i].make, 0);
        source_request(listener.source, SOURCE_SCREEN, &late); /* before it is there */
        await_event(&listener, SOURCE_PICTURE, counts);
        assert_true(frame_key_equal(&listener.event.key, &late));
        assert_true(isnan(listener.event.psnr));
        assert_int_equal(listener.event.picture->width, listener.file.info.width);
        source_set_reference(listener.source, listener.event.picture);
        await_event(&listener, SOURCE_END, counts);
        assert_string_equal(listener.event.text, "");
        assert_int_equal(counts[SOURCE_STEP], listener.file.info.n_steps);
        assert_int_equal(counts[SOURCE_STEP_NAME], listener.file.info.n_steps);
        source_request(listener.source, SOURCE_FILMSTRIP, &small);
        await_event(&listener, SOURCE_PICTURE, counts);
        assert_int_equal(listener.event.purpose, SOURCE_FILMSTRIP);
        assert_int_equal(listener.event.picture->width, (listener.file.info.width + 3) / 4);
        source_request(listener.source, SOURCE_BACKGROUND, &late);
        await_event(&listener, SOURCE_PICTURE, counts);
        assert_true(isinf(listener.event.psnr)); /* measured against itself */
        source_request(listener.source, SOURCE_SCREEN, &wrong);
        await_event(&listener, SOURCE_REFUSED, counts);
        assert_true(frame_key_equal(&listener.event.key, &wrong));
        listener_close(&listener);
    }
    kill_daemon();
}

/* An exact copy stands for the model's last step, of however few the file has. */
static void a_copy_is_named_as_the_last_step(void **state)
{
    struct uqd_encode_settings settings;
    struct pixels pixels;
    (void)state;
    uqd_encode_settings_default(&settings);
    settings.may_copy = 1;
    screen_read("large.png", &pixels);
    stage_encode("copy.uqd", &pixels, &settings);
    pixels_free(&pixels);
    start_daemon();
    for (int i = 0; i < 2; i++) {
        struct listener listener;
        unsigned counts[SOURCE_FAILED + 1] = {0};
        listener_open(&listener, "copy.uqd", kinds[i].make, 0);
        assert_true(listener.file.info.has_copy);
        do
            await_event(&listener, SOURCE_STEP_NAME, counts);
        while (listener.event.step + 1 < listener.file.info.n_steps);
        assert_string_equal(listener.event.text, "lossless");
        listener_close(&listener);
    }
    kill_daemon();
}

/* The header alone does not tell, of a file without a table. */
static void a_solid_file_is_told_to_be_lossless(void **state)
{
    struct uqd_encode_settings settings;
    struct pixels pixels;
    (void)state;
    uqd_encode_settings_default(&settings);
    settings.solid = 1;
    screen_read("picture.png", &pixels);
    stage_encode("solid.uqd", &pixels, &settings);
    pixels_free(&pixels);
    start_daemon();
    for (int i = 0; i < 4; i++) {
        struct listener listener;
        unsigned counts[SOURCE_FAILED + 1] = {0};
        listener_open(&listener, i < 2 ? "solid.uqd" : "short.uqd", kinds[i % 2].make, 0);
        await_event(&listener, SOURCE_END, counts);
        assert_int_equal(counts[SOURCE_LOSSLESS], i < 2);
        listener_close(&listener);
    }
    kill_daemon();
}

/* The picture of a key, asked for at once. */
static struct picture *request_picture(const char *path,
                                       struct source *(*make)(const struct source_config *config),
                                       const struct frame_key *key)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    listener_open(&listener, path, make, 0);
    source_request(listener.source, SOURCE_SCREEN, key);
    await_event(&listener, SOURCE_PICTURE, counts);
    assert_true(frame_key_equal(&listener.event.key, key));
    struct picture *picture = picture_ref(listener.event.picture);
    listener_close(&listener);
    return picture;
}

/* Whatever has been decoded by then, and from whomever. */
static void a_place_in_the_file_is_a_file_that_ends_there(void **state)
{
    static const uint32_t modes[] = {UQD_MODE_DENOISED, UQD_MODE_FLOW};
    struct stat status;
    (void)state;
    assert_int_equal(stat("cut.uqd", &status), 0);
    start_daemon();
    for (int i = 0; i < 4; i++) {
        uint64_t bytes = (uint64_t)status.st_size;
        struct frame_key end = {.step = UQD_STEP_LATEST, .mode = modes[i / 2], .bytes = 2 * bytes},
                         place = {.step = UQD_STEP_LATEST, .mode = modes[i / 2], .bytes = bytes};
        struct picture *cut = request_picture("cut.uqd", kinds[i % 2].make, &end);
        struct picture *shown = request_picture("picture.uqd", kinds[i % 2].make, &place);
        assert_int_equal(cut->width, shown->width);
        for (uint32_t y = 0; y < cut->height; y++)
            assert_memory_equal(cut->pixels + y * cut->stride, shown->pixels + y * shown->stride,
                                (size_t)cut->width * cut->channels);
        picture_unref(cut);
        picture_unref(shown);
    }
    kill_daemon();
}

/* The same numbers from both, for whichever step was asked last. */
static void bits_are_told(void **state)
{
    struct bits_map *maps[2];
    (void)state;
    start_daemon();
    for (int i = 0; i < 2; i++) {
        struct listener listener;
        unsigned counts[SOURCE_FAILED + 1] = {0};
        uint64_t sum = 0;
        listener_open(&listener, "picture.uqd", kinds[i].make, 0);
        const struct uqd_file *file = &listener.file;
        source_request_bits(listener.source, 1);
        source_request_bits(listener.source, 2); /* before it is there */
        do
            await_event(&listener, SOURCE_BITS, counts);
        while (listener.event.step != 2);
        assert_non_null(listener.event.bits);
        maps[i] = bits_map_ref(listener.event.bits);
        assert_int_equal(maps[i]->width, uqd_reduced_side(file->info.width, 3));
        assert_int_equal(maps[i]->height, uqd_reduced_side(file->info.height, 3));
        for (size_t k = 0; k < (size_t)maps[i]->width * maps[i]->height; k++)
            sum += maps[i]->bits[k];
        assert_true(sum / 256 / 8 <= file->steps[2].bytes - file->steps[1].bytes);
        assert_true(sum > 0);
        source_request_bits(listener.source, file->info.n_steps);
        await_event(&listener, SOURCE_BITS, counts);
        assert_int_equal(listener.event.step, file->info.n_steps);
        assert_null(listener.event.bits);
        assert_true(strlen(listener.event.text) > 0);
        listener_close(&listener);
    }
    assert_memory_equal(maps[0]->bits, maps[1]->bits,
                        (size_t)maps[0]->width * maps[0]->height * sizeof *maps[0]->bits);
    bits_map_unref(maps[0]);
    bits_map_unref(maps[1]);
    kill_daemon();
}

/* Where the file ends before the step, there is only a reason. */
static void bits_that_are_not_there_are_refused(void **state)
{
    (void)state;
    start_daemon();
    for (int i = 0; i < 2; i++) {
        struct listener listener;
        unsigned counts[SOURCE_FAILED + 1] = {0};
        listener_open(&listener, "cut.uqd", kinds[i].make, 0);
        source_request_bits(listener.source, listener.file.info.n_steps - 1);
        await_event(&listener, SOURCE_BITS, counts);
        assert_null(listener.event.bits);
        assert_true(strlen(listener.event.text) > 0);
        listener_close(&listener);
    }
    kill_daemon();
}

/* Of many requests for one purpose at least the last is answered. */
static void newer_requests_supersede(void **state)
{
    (void)state;
    start_daemon();
    for (int i = 0; i < 2; i++) {
        struct listener listener;
        unsigned counts[SOURCE_FAILED + 1] = {0};
        struct frame_key key = {.step = 0, .mode = UQD_MODE_ANCESTRAL};
        listener_open(&listener, "picture.uqd", kinds[i].make, 0);
        await_event(&listener, SOURCE_END, counts);
        for (key.seed = 1; key.seed < 40; key.seed++)
            source_request(listener.source, SOURCE_SCREEN, &key);
        source_request(listener.source, SOURCE_SCREEN, &key);
        do
            await_event(&listener, SOURCE_PICTURE, counts);
        while (!frame_key_equal(&listener.event.key, &key));
        assert_int_equal(counts[SOURCE_REFUSED], 0);
        listener_close(&listener);
    }
    kill_daemon();
}

static void the_daemon_may_die(void **state)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    struct frame_key key = {.step = 1, .mode = UQD_MODE_DENOISED};
    (void)state;
    start_daemon();
    listener_open(&listener, "picture.uqd", source_daemon_new, 0);
    await_event(&listener, SOURCE_END, counts);
    kill_daemon();
    await_event(&listener, SOURCE_LOST, counts);
    assert_true(strlen(listener.event.text) > 0);
    start_daemon();
    source_request(listener.source, SOURCE_SCREEN, &key);
    await_event(&listener, SOURCE_PICTURE, counts);
    assert_true(frame_key_equal(&listener.event.key, &key));
    assert_int_equal(counts[SOURCE_FAILED], 0);
    listener_close(&listener);
    kill_daemon();
}

/* Without an owner of the name and without a program to start, another source must take over. */
static void without_a_daemon_the_source_says_so(void **state)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    (void)state;
    assert_false(daemon_is_there());
    listener_open(&listener, "picture.uqd", source_daemon_new, 0);
    await_event(&listener, SOURCE_FAILED, counts);
    assert_true(listener.event.unavailable);
    listener_close(&listener);
}

/* ---- Nothing installed --------------------------------------------------------------------- */

static void encode_with_the_built_program(void)
{
    static const char *const argv[] = {UQD, "encode", "picture.png", "-o", "shipped.uqd", NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, PATIENCE), 0);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("uqd: exit code %d: %s", result.exit_code, result.err);
    process_result_free(&result);
}

/* The programs of one build find each other and the shipped model, though nobody names them. */
static void a_build_needs_no_installation(void **state)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    char *models = strdup(getenv("UQD_MODELS"));
    (void)state;
    unsetenv("UQD_MODELS");
    unsetenv("XDG_DATA_HOME");
    setenv("XDG_DATA_DIRS", "/nonexistent", 1);
    encode_with_the_built_program();
    assert_false(daemon_is_there());
    VIEW_DONE("wait idle\nquit\n", "shipped.uqd");
    assert_true(daemon_is_there());
    listener_open(&listener, "shipped.uqd", source_daemon_new, 0);
    await_event(&listener, SOURCE_END, counts);
    assert_string_equal(listener.event.text, "");
    assert_int_equal(counts[SOURCE_FAILED], 0);
    listener_close(&listener);
    setenv("UQD_MODELS", models, 1);
    free(models);
    kill_daemon();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_shows_the_same_with_a_daemon),
        cmocka_unit_test(two_files_show_the_same_with_a_daemon),
        cmocka_unit_test(damage_is_reported_through_the_daemon),
        cmocka_unit_test(bad_files_are_told_apart_with_the_daemon),
        cmocka_unit_test(what_was_shown_is_not_asked_for_again),
        cmocka_unit_test(sources_keep_their_promises),
        cmocka_unit_test(a_copy_is_named_as_the_last_step),
        cmocka_unit_test(a_solid_file_is_told_to_be_lossless),
        cmocka_unit_test(a_place_in_the_file_is_a_file_that_ends_there),
        cmocka_unit_test(bits_are_told),
        cmocka_unit_test(bits_that_are_not_there_are_refused),
        cmocka_unit_test(newer_requests_supersede),
        cmocka_unit_test(the_daemon_may_die),
        cmocka_unit_test(without_a_daemon_the_source_says_so),
        cmocka_unit_test(a_build_needs_no_installation),
    };
    return cmocka_run_group_tests(tests, session_setup, stage_teardown);
}
