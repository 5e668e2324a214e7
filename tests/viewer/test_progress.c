/* What is known of a file while it is decoded: positions, the pictures at them, and numbers. */
#include "session/progress.h"

#include "room.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- Positions ----------------------------------------------------------------------------- */

static void a_cut_end_is_a_position(void **state)
{
    struct room room;
    struct text_line line;
    struct progress *progress = &room.document.progress;
    (void)state;
    room_open(&room, 500);
    assert_int_equal(progress_available(progress), 0);
    room_complete(&room, 3);
    assert_int_equal(progress_n_positions(progress), 3);
    assert_int_equal(progress_available(progress), 400);
    room_end(&room, "");
    assert_int_equal(progress_n_positions(progress), 4);
    struct frame_key key = progress_key(progress, 3, UQD_MODE_DENOISED, 0);
    assert_int_equal(key.step, UQD_STEP_LATEST);
    assert_int_equal(key.bytes, 500);
    assert_int_equal(progress_key_position(progress, &key), 3);
    assert_int_equal(progress_bytes(progress, 3), 500);
    assert_int_equal(progress_bytes(progress, 4), 1600);
    assert_int_equal(progress_available(progress), 500);
    assert_true(isnan(progress_psnr(progress, &key)));
    strcpy(progress->steps[3].name, "27");
    assert_string_equal(progress_step_name(progress, 3, true, &line), "3 · part of 27");
    assert_string_equal(progress_step_name(progress, 3, false, &line), "3 · 27");
    assert_string_equal(progress_step_name(progress, 2, false, &line), "2");
    room_close(&room);
}

/* Cut exactly between two steps, and damaged: there is no part of a step to show. */
static void other_ends_are_not(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 400);
    room_complete(&room, 3);
    room_end(&room, "");
    assert_int_equal(progress_n_positions(&room.document.progress), 3);
    room_close(&room);
    room_open(&room, 1600);
    room_complete(&room, 3);
    room_end(&room, "step 3: the data is damaged");
    assert_int_equal(progress_n_positions(&room.document.progress), 3);
    assert_non_null(strstr(room.document.progress.trouble, "damaged"));
    room_close(&room);
}

static void bytes_have_a_position(void **state)
{
    static const struct {
        uint64_t bytes;
        uint32_t position;
    } cases[] = {{0, 0},   {1, 0},   {100, 0},  {101, 1},  {200, 1},
                 {201, 2}, {801, 4}, {1600, 4}, {9999, 4}, {UINT64_MAX, 4}};
    struct room room;
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(progress_position_at(&room.document.progress, cases[i].bytes),
                         cases[i].position);
    room_close(&room);
}

/* A step's own bytes name the step, so that there is one key for one picture. Modes other than
 * denoised have no picture inside a step and show the last complete one. */
static void places_inside_steps_have_keys(void **state)
{
    struct room room;
    struct frame_key key;
    const struct progress *progress = &room.document.progress;
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 5);
    key = progress_key_at(progress, 300, UQD_MODE_DENOISED, 4);
    assert_int_equal(key.step, UQD_STEP_LATEST);
    assert_int_equal(key.bytes, 300);
    assert_int_equal(key.seed, 0);
    key = progress_key_at(progress, 400, UQD_MODE_DENOISED, 0);
    assert_int_equal(key.step, 2);
    assert_int_equal(key.bytes, 0);
    key = progress_key_at(progress, 300, UQD_MODE_ANCESTRAL, 4);
    assert_int_equal(key.step, 1);
    assert_int_equal(key.bytes, 0);
    assert_int_equal(key.seed, 4);
    key = progress_key_at(progress, 50, UQD_MODE_FLOW, 4); /* there is no step before */
    assert_int_equal(key.step, UQD_STEP_LATEST);
    assert_int_equal(key.bytes, 50);
    assert_int_equal(key.seed, 0);
    room_close(&room);
}

static void rates_and_bytes_belong_together(void **state)
{
    struct room room;
    const struct progress *progress = &room.document.progress;
    (void)state;
    room_open(&room, 1600); /* 800 pixels */
    assert_true(progress_rate(progress, 100) == 1);
    room_close(&room);
}

/* ---- Numbers ------------------------------------------------------------------------------- */

/* The table of the file counts, unless the user gave an original to measure against. */
static void stored_distortion_is_believed(void **state)
{
    struct room room;
    struct frame_key key = room_key(1, UQD_MODE_DENOISED, 0);
    struct progress *progress = &room.document.progress;
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 5);
    assert_true(progress_psnr(progress, &key) == 25);
    progress_measure(progress, &key, 26);
    assert_true(progress_psnr(progress, &key) == 25);
    progress->reference_given = true;
    assert_true(progress_psnr(progress, &key) == 26);
    room_close(&room);
}

/* 34.25 as a double is less than that. Of what is measured a file stores two decimals. */
static void decibels_are_rounded_from_two_decimals(void **state)
{
    static const struct {
        double decibels;
        const char *text;
    } cases[] = {{34.25, "34.3 dB"}, {34.2548, "34.3 dB"}, {34.2449, "34.2 dB"},
                 {28.35, "28.4 dB"}, {28.3459, "28.4 dB"}, {28.3449, "28.3 dB"},
                 {9.996, "10.0 dB"}, {0, "0.0 dB"},        {INFINITY, "∞ dB"},
                 {NAN, ""}};
    struct text_line line;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(format_psnr(&line, cases[i].decibels), cases[i].text);
}

/* A halved picture has another distortion than the picture. */
static void only_whole_pictures_are_measured(void **state)
{
    struct room room;
    struct frame_key key = room_key(1, UQD_MODE_FLOW, 0), half = key;
    struct progress *progress = &room.document.progress;
    (void)state;
    half.reduce = 1;
    room_open(&room, 1600);
    progress_measure(progress, &half, 40);
    assert_true(isnan(progress_psnr(progress, &half)));
    progress_measure(progress, &key, NAN);
    assert_true(isnan(progress_psnr(progress, &key)));
    progress_measure(progress, &key, 31);
    assert_true(progress_psnr(progress, &key) == 31);
    assert_true(progress_psnr(progress, &half) == 31); /* it stands for the whole one */
    room_close(&room);
}

/* What was asked for in advance and turned out to be cut is no loss. */
static void refusals_are_remembered(void **state)
{
    struct room room;
    struct frame_key there = room_key(1, UQD_MODE_FLOW, 0), cut = room_key(3, UQD_MODE_DENOISED, 0);
    struct progress *progress = &room.document.progress;
    (void)state;
    room_open(&room, 500);
    room_complete(&room, 3);
    room_end(&room, "");
    assert_true(progress_refuse(progress, &there, "gone"));
    assert_true(progress_is_refused(progress, &there));
    assert_false(progress_refuse(progress, &cut, "gone"));
    assert_true(progress_is_refused(progress, &cut)); /* or it would be asked for again for ever */
    room_close(&room);
}

/* ---- Measurements -------------------------------------------------------------------------- */

static void measurements_are_kept_by_picture(void **state)
{
    struct measurements measurements = {0};
    struct frame_key step = room_key(2, UQD_MODE_ANCESTRAL, 5), other = step,
                     early = {.step = UQD_STEP_LATEST, .mode = UQD_MODE_DENOISED, .bytes = 300},
                     late = early;
    (void)state;
    other.seed = 6;
    late.bytes = 301;
    measurements_set_psnr(&measurements, &step, 20);
    measurements_set_psnr(&measurements, &other, 21);
    measurements_set_psnr(&measurements, &early, 22);
    measurements_set_psnr(&measurements, &late, 23);
    measurements_set_psnr(&measurements, &step, 24);
    assert_int_equal(measurements.n_entries, 4);
    assert_true(measurements_find(&measurements, &step)->psnr == 24);
    assert_true(measurements_find(&measurements, &other)->psnr == 21);
    assert_true(measurements_find(&measurements, &early)->psnr == 22);
    assert_true(measurements_find(&measurements, &late)->psnr == 23);
    early.bytes = 299;
    assert_null(measurements_find(&measurements, &early));
    measurements_clear(&measurements);
    assert_null(measurements_find(&measurements, &step));
}

/* Both are known of one picture, and are forgotten apart. */
static void refusals_and_distortion_are_forgotten_apart(void **state)
{
    struct measurements measurements = {0};
    struct frame_key key = room_key(2, UQD_MODE_FLOW, 0), other = room_key(3, UQD_MODE_FLOW, 0);
    (void)state;
    measurements_refuse(&measurements, &key, "gone");
    assert_true(measurements_find(&measurements, &key)->refused);
    assert_true(isnan(measurements_find(&measurements, &key)->psnr));
    measurements_set_psnr(&measurements, &key, 30);
    measurements_set_psnr(&measurements, &other, 31);
    assert_true(measurements_find(&measurements, &key)->refused);
    assert_false(measurements_find(&measurements, &other)->refused);
    measurements_forget_refusals(&measurements);
    assert_false(measurements_find(&measurements, &key)->refused);
    assert_true(measurements_find(&measurements, &key)->psnr == 30);
    measurements_refuse(&measurements, &key, "gone");
    measurements_clear(&measurements);
}

static void the_oldest_measurements_go_first(void **state)
{
    struct measurements measurements = {0};
    enum { MORE = 10 };
    (void)state;
    for (uint64_t seed = 0; seed < MEASUREMENTS_MAX + MORE; seed++) {
        struct frame_key key = room_key(0, UQD_MODE_ANCESTRAL, seed);
        measurements_set_psnr(&measurements, &key, (double)seed);
        assert_true(measurements.n_entries <= MEASUREMENTS_MAX);
    }
    for (uint64_t seed = 0; seed < MEASUREMENTS_MAX + MORE; seed++) {
        struct frame_key key = room_key(0, UQD_MODE_ANCESTRAL, seed);
        const struct measurement *entry = measurements_find(&measurements, &key);
        assert_int_equal(entry != NULL, seed >= MORE);
        assert_true(!entry || entry->psnr == (double)seed);
    }
    measurements_clear(&measurements);
}

/* ---- Small pictures ------------------------------------------------------------------------ */

/* The filmstrip must not hold on to full-size pictures. */
static void small_pictures_are_small(void **state)
{
    struct room room;
    struct frame_key key = room_key(0, UQD_MODE_DENOISED, 0);
    (void)state;
    room_open(&room, 1600);
    room.document.file.info.width = 1100;
    room.document.file.info.height = 513;
    room_complete(&room, 1);
    struct picture *picture = room_picture(&room, &key);
    for (uint32_t x = 1096; x < 1100; x++)
        picture_pixels(picture)[512 * 1100 + x] = (uint8_t)(x - 1090);
    progress_set_thumb(&room.document.progress, 0, &key, picture);
    picture_unref(picture);
    const struct picture *thumb = room.document.progress.steps[0].thumb;
    assert_int_equal(thumb->width, 275);
    assert_int_equal(thumb->height, 129);
    assert_int_equal(thumb->pixels[0], room_value(&key));
    assert_int_equal(thumb->pixels[128 * 275 + 274], 8); /* the mean of 6, 7, 8, 9 */
    room_close(&room);
}

/* One from the whole picture is better than one of the source's, and stays; coarser ones than a
 * small picture are not taken. */
static void better_small_pictures_take_the_place(void **state)
{
    struct room room;
    struct frame_key whole = room_key(0, UQD_MODE_DENOISED, 0), half = whole, quarter = whole,
                     other = room_key(0, UQD_MODE_FLOW, 0);
    struct progress *progress = &room.document.progress;
    (void)state;
    room_open(&room, 1600);
    room.document.file.info.width = 600; /* the small pictures are halved once */
    room.document.file.info.height = 300;
    room_complete(&room, 1);
    half.reduce = 1;
    quarter.reduce = 2;
    const struct frame_key *keys[] = {&quarter, &half, &whole, &half, &other};
    const struct frame_key *wanted[] = {NULL, &half, &whole, &whole, &other};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct picture *picture = room_picture(&room, keys[i]);
        progress_set_thumb(progress, 0, keys[i], picture);
        picture_unref(picture);
        const struct picture *thumb = progress->steps[0].thumb;
        assert_int_equal(thumb != NULL, wanted[i] != NULL);
        if (!thumb)
            continue;
        assert_int_equal(thumb->pixels[0], room_value(wanted[i]));
        assert_int_equal(thumb->width, 300);
        assert_true(progress_has_thumb(progress, 0, wanted[i]));
    }
    assert_false(progress_has_thumb(progress, 0, &whole));
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_end_is_a_position),
        cmocka_unit_test(other_ends_are_not),
        cmocka_unit_test(bytes_have_a_position),
        cmocka_unit_test(places_inside_steps_have_keys),
        cmocka_unit_test(rates_and_bytes_belong_together),
        cmocka_unit_test(decibels_are_rounded_from_two_decimals),
        cmocka_unit_test(stored_distortion_is_believed),
        cmocka_unit_test(only_whole_pictures_are_measured),
        cmocka_unit_test(refusals_are_remembered),
        cmocka_unit_test(measurements_are_kept_by_picture),
        cmocka_unit_test(refusals_and_distortion_are_forgotten_apart),
        cmocka_unit_test(the_oldest_measurements_go_first),
        cmocka_unit_test(small_pictures_are_small),
        cmocka_unit_test(better_small_pictures_take_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
