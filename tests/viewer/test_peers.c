/* Other codecs at the same bytes: what is asked for and said of them, and their source. */
#include "codec_pictures.h"
#include "listener.h"
#include "room.h"
#include "session/plotted.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- What is shown ------------------------------------------------------------------------- */

static struct pane *open_room(struct room *room, uint32_t position)
{
    room_open(room, 1600);
    room_complete(room, ROOM_N_STEPS);
    room_end(room, "");
    pane_select(&room->panes[0], position);
    return &room->panes[0];
}

static void they_wait_for_the_original(void **state)
{
    struct room room;
    struct frame_key key;
    struct text_line line;
    struct pane *pane = open_room(&room, 2);
    (void)state;
    pane_set_codec(pane, CODEC_JPEG, false);
    assert_false(room_next(&room, SOURCE_PEER_SCREEN, &key));
    assert_false(room_next(&room, SOURCE_SCREEN, &key));
    assert_string_equal(pane_describe_codec(pane, &line),
                        "JPEG is made once the original is there");
    room_open_peers(&room);
    assert_true(room_next(&room, SOURCE_PEER_SCREEN, &key));
    assert_int_equal(key.codec, CODEC_JPEG);
    assert_int_equal(key.bytes, 400);
    assert_int_equal(key.reduce, 0);
    assert_false(key.cut);
    assert_string_equal(pane_describe_codec(pane, &line), "Making JPEG of 400 B ...");
    room_close(&room);
}

/* Numbers are those of the codec's file, not of the step whose bytes it was to have. */
static void numbers_are_of_their_files(void **state)
{
    struct room room;
    struct frame_key key;
    struct text_line line;
    struct pane *pane = open_room(&room, 2);
    (void)state;
    room_open_peers(&room);
    pane_set_codec(pane, CODEC_JPEG, false);
    assert_true(room_deliver(&room, SOURCE_PEER_SCREEN, &key));
    assert_true(pane_is_shown(pane));
    assert_int_equal(pane_described_bytes(pane), 360);
    assert_true(pane_described_psnr(pane) == 33);
    assert_string_equal(pane_describe_place(pane, false, &line), "quality 71");
    assert_string_equal(exhibit_mode_name(&pane->exhibit, &line), "JPEG");
    pane_set_codec(pane, CODEC_UQD, false);
    room_deliver(&room, SOURCE_SCREEN, &key);
    assert_int_equal(pane_described_bytes(pane), 400);
    assert_string_equal(pane_describe_place(pane, true, &line), "Step 2");
    room_close(&room);
}

/* At any byte, not only at the ends of steps. */
static void they_follow_the_scrubber(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_room(&room, 2);
    (void)state;
    room_open_peers(&room);
    pane_set_codec(pane, CODEC_JPEG, true);
    pane_select_bytes(pane, 555);
    assert_true(room_deliver(&room, SOURCE_PEER_SCREEN, &key));
    assert_int_equal(key.bytes, 555);
    assert_true(key.cut);
    assert_true(pane_is_shown(pane));
    room_close(&room);
}

/* Nothing is shown then, least of all what was there before; and it is not tried again. */
static void too_few_bytes_give_nothing(void **state)
{
    struct room room;
    struct frame_key key;
    struct text_line line;
    struct pane *pane = open_room(&room, 0);
    (void)state;
    room_open_peers(&room);
    room_rest(&room, 100);
    assert_non_null(pane->shown);
    pane_set_codec(pane, CODEC_JPEG, false);
    assert_true(room_next(&room, SOURCE_PEER_SCREEN, &key));
    progress_refuse(&room.document.progress, &key, "no picture yet");
    assert_false(room_next(&room, SOURCE_PEER_SCREEN, &key));
    assert_true(pane_is_refused(pane));
    assert_null(pane->shown);
    assert_true(isnan(pane_described_psnr(pane)));
    assert_string_equal(pane_describe(pane, false, "", &line), "JPEG at 100 B: no picture yet");
    pane_select(pane, 1);
    assert_true(room_next(&room, SOURCE_PEER_SCREEN, &key));
    assert_int_equal(key.bytes, 200);
    pane_select(pane, 0);
    assert_false(room_next(&room, SOURCE_PEER_SCREEN, &key));
    pane_set_codec(pane, CODEC_UQD, false);
    assert_false(room_next(&room, SOURCE_SCREEN, &key)); /* it is in the cache */
    assert_true(pane_is_shown(pane));
    room_close(&room);
}

/* What other panes take along has no place beside a codec either. */
static void nothing_of_the_file_stands_beside_them(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_room(&room, 2);
    (void)state;
    room_open_peers(&room);
    pane_set_codec(pane, CODEC_JPEG, false);
    pane_take_mode(pane,
                   &(struct exhibit){.mode = UQD_MODE_ANCESTRAL, .mix = 50, .map = MAP_VARIANCE});
    assert_int_equal(pane->wanted.map, MAP_OFF);
    while (room_next(&room, SOURCE_PEER_SCREEN, &key) && !pane->shown) {
        assert_int_equal(key.codec, CODEC_JPEG);
        room_deliver(&room, SOURCE_PEER_SCREEN, &key);
    }
    assert_true(pane_is_shown(pane));
    assert_int_equal(pane->wanted.mix, 0);
    room_close(&room);
}

/* Where no original will come, or one of two pictures cannot be had. */
static void what_cannot_come_is_not_promised(void **state)
{
    struct room room;
    struct frame_key key;
    struct text_line line;
    struct pane *pane = open_room(&room, 2);
    (void)state;
    room.document.progress.is_lossless = false;
    pane_set_codec(pane, CODEC_JPEG, false);
    assert_false(room_next(&room, SOURCE_PEER_SCREEN, &key));
    assert_null(pane->shown);
    assert_string_equal(pane_describe_codec(pane, &line),
                        "JPEG needs the original: give one with --reference");
    room_open_peers(&room);
    pane_set_map(pane, MAP_CHANGE);
    assert_true(room_deliver(&room, SOURCE_PEER_SCREEN, &key));
    assert_true(room_next(&room, SOURCE_PEER_SCREEN, &key));
    assert_int_equal(key.bytes, 200);
    progress_refuse(&room.document.progress, &key, "no picture yet");
    assert_false(room_next(&room, SOURCE_PEER_SCREEN, &key));
    assert_true(pane_is_refused(pane));
    assert_string_equal(pane_describe_codec(pane, &line),
                        "JPEG: there is no picture of the step before");
    room_close(&room);
}

/* One point for each step, at the bytes that its file really has. */
static void they_have_curves(void **state)
{
    struct room room;
    struct frame_key key;
    struct curve_set set = {0};
    struct pane *pane = open_room(&room, 1);
    unsigned n = 0;
    (void)state;
    room_open_peers(&room);
    pane_set_codec(pane, CODEC_JPEG, false);
    while (room_deliver(&room, SOURCE_PEER_SCREEN, &key) ||
           room_deliver(&room, SOURCE_PEER_BACKGROUND, &key))
        assert_true(++n <= ROOM_N_STEPS);
    assert_int_equal(n, ROOM_N_STEPS);
    plotted_add(&set, 0, NULL, &room.document.progress);
    int curve = plotted_curve_of(&set, 0, &pane->wanted);
    assert_true(curve >= 0);
    assert_string_equal(set.curves[curve].label, "JPEG");
    assert_int_equal(set.curves[curve].n_points, ROOM_N_STEPS);
    assert_int_equal(set.curves[curve].points[1].bytes, 180);
    curve_set_clear(&set);
    room_close(&room);
}

/* What belongs to a UQD file takes the codec away, and the other way round. */
static void a_codec_is_no_mode(void **state)
{
    struct room room;
    struct pane *pane = open_room(&room, 2);
    (void)state;
    room_open_peers(&room);
    pane_set_codec(pane, CODEC_JPEG, false);
    pane_peek(pane, true);
    assert_int_equal(pane->wanted.codec, CODEC_UQD);
    assert_int_equal(pane->wanted.mode, UQD_MODE_DENOISED);
    pane_peek(pane, false);
    assert_int_equal(pane->wanted.codec, CODEC_JPEG);
    pane_set_map(pane, MAP_ERROR);
    assert_int_equal(pane->wanted.codec, CODEC_JPEG);
    pane_set_map(pane, MAP_VARIANCE);
    assert_int_equal(pane->wanted.codec, CODEC_UQD);
    pane_set_map(pane, MAP_OFF); /* which brings it back */
    assert_int_equal(pane->wanted.codec, CODEC_JPEG);
    pane_peek(pane, true);
    pane_set_map(pane, MAP_VARIANCE);
    pane_peek(pane, false);
    pane_update(pane);
    assert_true(!pane->wanted.codec || pane->wanted.map == MAP_OFF);
    pane_set_map(pane, MAP_BITS);
    pane_set_codec(pane, CODEC_JPEG, true);
    assert_int_equal(pane->wanted.map, MAP_OFF);
    assert_true(pane->wanted.cut);
    pane_set_codec(pane, CODEC_AVIF, true);
    assert_false(exhibit_is_cut(&pane->wanted)); /* its files cannot be cut */
    pane_set_codec(pane, CODEC_JPEG, pane->wanted.cut);
    assert_true(exhibit_is_cut(&pane->wanted));
    pane_set_mix(pane, 40);
    assert_int_equal(pane->wanted.codec, CODEC_UQD);
    pane_set_codec(pane, CODEC_JPEG, false);
    pane_set_map(pane, MAP_BITS);
    pane_set_mix(pane, 40);
    pane_set_map(pane, MAP_OFF); /* a mode that was chosen since stays */
    assert_int_equal(pane->wanted.codec, CODEC_UQD);
    assert_int_equal(pane->wanted.mix, 40);
    room_close(&room);
}

/* ---- Where their pictures come from -------------------------------------------------------- */

static struct picture *original;

static int make_original(void **state)
{
    struct uqd_image image = codec_paint(90, 61, 3);
    (void)state;
    original = picture_new(image.width, image.height, image.channels);
    assert_non_null(original);
    memcpy(picture_pixels(original), image.pixels, picture_size(original));
    codec_free_pixels(&image);
    return 0;
}

static int free_original(void **state)
{
    (void)state;
    picture_unref(original);
    return 0;
}

static void open_listener(struct listener *listener)
{
    struct uqd_file file = {.fd = -1};
    listener_open_file(listener, &file, source_peer_new, 0);
}

static struct frame_key key_of(enum codec codec, uint64_t bytes, bool cut)
{
    return (struct frame_key){.step = UQD_STEP_LATEST, .codec = codec, .bytes = bytes, .cut = cut};
}

static void assert_picture(const struct picture *picture, const struct uqd_image *expected)
{
    assert_int_equal(picture->width, expected->width);
    assert_int_equal(picture->height, expected->height);
    assert_int_equal(picture->channels, expected->channels);
    for (uint32_t y = 0; y < picture->height; y++)
        assert_memory_equal(picture->pixels + y * picture->stride,
                            expected->pixels + y * expected->stride,
                            (size_t)picture->width * picture->channels);
}

/* The best file for the bytes, decoded and measured, of every codec that is there. */
static void a_picture_is_that_of_the_best_file(void **state)
{
    struct listener listener;
    struct uqd_image image = picture_image(original);
    unsigned counts[SOURCE_FAILED + 1] = {0};
    (void)state;
    open_listener(&listener);
    source_set_reference(listener.source, original);
    for (enum codec codec = CODEC_JPEG; codec < N_CODECS; codec++) {
        struct frame_key key = key_of(codec, 1700, false);
        if (!codec_is_there(codec))
            continue;
        struct codec_file file = codec_file_of(codec, &image, key.bytes);
        struct uqd_image expected = codec_picture_of(codec, &file, &image);
        source_request(listener.source, SOURCE_PEER_SCREEN, &key);
        await_event(&listener, SOURCE_PICTURE, counts);
        assert_true(frame_key_equal(&listener.event.key, &key));
        assert_int_equal(listener.event.size, file.size);
        assert_string_equal(listener.event.text, file.setting);
        assert_picture(listener.event.picture, &expected);
        assert_true(fabs(listener.event.psnr - codec_psnr(&expected, &image)) < 1e-9);
        codec_free_pixels(&expected);
        codec_file_free(&file);
    }
    listener_close(&listener);
}

static void a_cut_picture_is_that_of_the_first_bytes(void **state)
{
    struct listener listener;
    struct uqd_image image = picture_image(original), expected;
    struct codec_file file = codec_progressive_of(CODEC_JPEG, &image);
    unsigned counts[SOURCE_FAILED + 1] = {0};
    (void)state;
    open_listener(&listener);
    source_set_reference(listener.source, original);
    for (uint64_t bytes = file.size / 2; bytes < 2 * file.size; bytes += file.size) {
        size_t there = bytes < file.size ? (size_t)bytes : file.size;
        struct frame_key key = key_of(CODEC_JPEG, bytes, true);
        assert_int_equal(codec_decode_part(CODEC_JPEG, &file, there, &image, &expected), 0);
        source_request(listener.source, SOURCE_PEER_SCREEN, &key);
        await_event(&listener, SOURCE_PICTURE, counts);
        assert_int_equal(listener.event.size, there);
        assert_picture(listener.event.picture, &expected);
        codec_free_pixels(&expected);
    }
    codec_file_free(&file);
    listener_close(&listener);
}

static void too_few_bytes_are_refused(void **state)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    (void)state;
    open_listener(&listener);
    source_set_reference(listener.source, original);
    for (int cut = 0; cut < 2; cut++) {
        struct frame_key key = key_of(CODEC_JPEG, 20, cut);
        source_request(listener.source, SOURCE_PEER_SCREEN, &key);
        await_event(&listener, SOURCE_REFUSED, counts);
        assert_true(frame_key_equal(&listener.event.key, &key));
        assert_string_equal(listener.event.text,
                            cut ? "no picture yet" : "even its smallest file is larger");
    }
    assert_int_equal(counts[SOURCE_PICTURE], 0);
    listener_close(&listener);
}

/* The last of many is answered, and nothing after it; the original may come late. */
static void newer_requests_take_their_place(void **state)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    struct frame_key key = {0};
    (void)state;
    open_listener(&listener);
    for (uint64_t bytes = 1000; bytes <= 1600; bytes += 20) {
        key = key_of(CODEC_JPEG, bytes, false);
        source_request(listener.source, SOURCE_PEER_SCREEN, &key);
        if (bytes == 1200)
            source_set_reference(listener.source, original);
    }
    do
        await_event(&listener, SOURCE_PICTURE, counts);
    while (!frame_key_equal(&listener.event.key, &key));
    assert_in_range(counts[SOURCE_PICTURE], 1, 31);
    key = key_of(CODEC_JPEG, 900, false);
    source_request(listener.source, SOURCE_PEER_BACKGROUND, &key);
    await_event(&listener, SOURCE_PICTURE, counts);
    assert_true(frame_key_equal(&listener.event.key, &key));
    listener_close(&listener);
}

/* What was asked of a file that is no more is not told, whatever was being made of it. */
static void what_is_forgotten_is_not_told(void **state)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    struct frame_key key = key_of(CODEC_JPEG, 800, false);
    (void)state;
    open_listener(&listener);
    for (uint64_t bytes = 1000; bytes < 1010; bytes++) {
        struct frame_key old = key_of(CODEC_JPEG, bytes, false);
        source_set_reference(listener.source, original);
        source_request(listener.source, SOURCE_PEER_SCREEN, &old);
        source_request(listener.source, SOURCE_PEER_BACKGROUND, &old);
        source_forget(listener.source);
        source_set_reference(listener.source, NULL);
    }
    source_request(listener.source, SOURCE_PEER_BACKGROUND, &key);
    source_set_reference(listener.source, original);
    await_event(&listener, SOURCE_PICTURE, counts);
    assert_true(frame_key_equal(&listener.event.key, &key));
    assert_int_equal(counts[SOURCE_REFUSED], 0);
    listener_close(&listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_wait_for_the_original),
        cmocka_unit_test(numbers_are_of_their_files),
        cmocka_unit_test(they_follow_the_scrubber),
        cmocka_unit_test(too_few_bytes_give_nothing),
        cmocka_unit_test(nothing_of_the_file_stands_beside_them),
        cmocka_unit_test(what_cannot_come_is_not_promised),
        cmocka_unit_test(they_have_curves),
        cmocka_unit_test(a_codec_is_no_mode),
        cmocka_unit_test(a_picture_is_that_of_the_best_file),
        cmocka_unit_test(a_cut_picture_is_that_of_the_first_bytes),
        cmocka_unit_test(too_few_bytes_are_refused),
        cmocka_unit_test(newer_requests_take_their_place),
        cmocka_unit_test(what_is_forgotten_is_not_told),
    };
    return cmocka_run_group_tests(tests, make_original, free_original);
}
