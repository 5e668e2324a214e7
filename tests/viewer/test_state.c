/* What is known, what is wanted, and what is asked for next. */
#include "session/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_STEPS 5

static struct uqd_file_step steps[N_STEPS] = {
    {100, 20}, {200, 25}, {400, 30}, {800, 40}, {1600, 0}};

struct room {
    struct uqd_file file;
    struct state state;
    struct frames frames;
};

static void room_open(struct room *room, uint64_t file_size)
{
    struct settings settings = {.mode = UQD_MODE_DENOISED};
    memset(room, 0, sizeof *room);
    steps[N_STEPS - 1].psnr = INFINITY;
    room->frames.limit = 1 << 20;
    room->file = (struct uqd_file){.path = "test.uqd",
                                   .fd = -1,
                                   .size = file_size,
                                   .info = {.width = 40,
                                            .height = 20,
                                            .channels = 1,
                                            .n_steps = N_STEPS,
                                            .lossless = 1,
                                            .file_size = 1600},
                                   .steps = steps};
    assert_int_equal(state_init(&room->state, &room->file, &settings), 0);
}

static void room_close(struct room *room)
{
    frames_clear(&room->frames);
    state_clear(&room->state);
}

static void complete(struct room *room, uint32_t n_steps)
{
    for (uint32_t i = 1; i <= n_steps; i++)
        state_take(&room->state, &(struct source_event){.type = SOURCE_STEP, .step = i});
}

static void end(struct room *room, const char *trouble)
{
    struct source_event event = {.type = SOURCE_END};
    strcpy(event.text, trouble);
    state_take(&room->state, &event);
}

static enum frame_worth judge(const struct room *room, const struct frame_key *key)
{
    struct frame_key shown = state_key(&room->state, room->state.position, room->state.mode);
    struct frame_key expected =
        state_key(&room->state, state_key_position(&room->state, key), room->state.mode);
    return frame_key_equal(key, &shown)      ? FRAME_SHOWN
           : frame_key_equal(key, &expected) ? FRAME_EXPECTED
                                             : FRAME_BY_THE_WAY;
}

/* Delivers the picture that is asked for next; false if none is. */
static bool deliver(struct room *room, enum source_purpose purpose, struct frame_key *key)
{
    if (!schedule_next(&room->state, &room->frames, purpose, key))
        return false;
    struct picture *picture = picture_new(40, 20, 1);
    struct frame_key wanted = state_key(&room->state, room->state.position, room->state.mode);
    assert_non_null(picture);
    if (key->reduce == 0)
        frames_add(&room->frames, key, picture, NAN, judge(room, key));
    state_set_thumb(&room->state, key, picture);
    if (room->state.reference)
        state_measure(&room->state, key, 33);
    else if (key->step == N_STEPS - 1 && key->reduce == 0)
        room->state.reference = picture_ref(picture);
    if (frame_key_equal(&wanted, key))
        state_show(&room->state, key, picture, NAN);
    picture_unref(picture);
    return true;
}

static void the_latest_step_is_followed(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 1600);
    assert_int_equal(state_n_positions(&room.state), 0);
    complete(&room, 2);
    assert_int_equal(room.state.position, 1);
    complete(&room, 4);
    assert_int_equal(room.state.position, 3);
    state_select(&room.state, 1);
    complete(&room, 5);
    assert_int_equal(room.state.position, 1);
    state_select(&room.state, 99);
    assert_int_equal(room.state.position, 4);
    room_close(&room);
}

static void a_cut_end_is_a_position(void **state)
{
    struct room room;
    struct text_line line;
    (void)state;
    room_open(&room, 500);
    complete(&room, 3);
    assert_int_equal(state_n_positions(&room.state), 3);
    end(&room, "");
    assert_int_equal(state_n_positions(&room.state), 4);
    assert_int_equal(room.state.position, 3);
    struct frame_key key = state_key(&room.state, 3, UQD_MODE_DENOISED);
    assert_int_equal(key.step, UQD_STEP_LATEST);
    assert_int_equal(state_bytes(&room.state, 3), 500);
    assert_true(isnan(state_psnr(&room.state, UQD_MODE_DENOISED, 3)));
    assert_non_null(strstr(state_describe(&room.state, false, "", &line), "picture of step 3"));
    state_show(&room.state, &key, picture_new(1, 1, 1), NAN);
    assert_string_equal(state_describe(&room.state, false, "", &line),
                        "The file ends inside step 3: 500 B of 1.60 kB are there");
    picture_unref(room.state.shown);
    room_close(&room);
}

/* Cut exactly between two steps, and damaged: there is no part of a step to show. */
static void other_ends_are_not(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 400);
    complete(&room, 3);
    end(&room, "");
    assert_int_equal(state_n_positions(&room.state), 3);
    room_close(&room);
    room_open(&room, 1600);
    complete(&room, 3);
    end(&room, "step 3: the data is damaged");
    assert_int_equal(state_n_positions(&room.state), 3);
    assert_non_null(strstr(room.state.trouble, "damaged"));
    room_close(&room);
}

static void the_screen_comes_first(void **state)
{
    struct room room;
    struct frame_key key;
    (void)state;
    room_open(&room, 1600);
    complete(&room, 2);
    assert_true(deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.step, 1);
    assert_true(deliver(&room, SOURCE_FILMSTRIP, &key));
    assert_int_equal(key.step, 0);
    assert_false(deliver(&room, SOURCE_FILMSTRIP, &key));
    assert_false(deliver(&room, SOURCE_BACKGROUND, &key)); /* not while decoding */
    room_close(&room);
}

static void the_next_step_is_asked_for_in_advance(void **state)
{
    struct room room;
    struct frame_key key;
    (void)state;
    room_open(&room, 500);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(schedule_next(&room.state, &room.frames, SOURCE_SCREEN, &key));
        assert_int_equal(key.step, i);
        complete(&room, i + 1);
        assert_true(deliver(&room, SOURCE_SCREEN, &key));
        assert_int_equal(key.step, i);
    }
    state_select(&room.state, 0);
    assert_false(schedule_next(&room.state, &room.frames, SOURCE_SCREEN, &key));
    state_select(&room.state, 2);
    assert_true(schedule_next(&room.state, &room.frames, SOURCE_SCREEN, &key));
    end(&room, ""); /* the step asked for is cut */
    assert_false(state_refuse(&room.state, &key));
    assert_true(schedule_next(&room.state, &room.frames, SOURCE_SCREEN, &key));
    assert_int_equal(key.step, UQD_STEP_LATEST);
    room_close(&room);
}

static void everything_becomes_complete(void **state)
{
    struct room room;
    struct frame_key key;
    int n = 0;
    (void)state;
    room_open(&room, 1600);
    complete(&room, 5);
    end(&room, "");
    assert_true(deliver(&room, SOURCE_SCREEN, &key));
    while (deliver(&room, SOURCE_FILMSTRIP, &key) || deliver(&room, SOURCE_BACKGROUND, &key))
        assert_true(++n < 100);
    for (uint32_t i = 0; i < N_STEPS; i++) {
        assert_true(state_has_thumb(&room.state, i));
        assert_false(isnan(state_psnr(&room.state, UQD_MODE_ANCESTRAL, i)));
        key = state_key(&room.state, i, UQD_MODE_DENOISED);
        assert_non_null(frames_find(&room.frames, &key));
    }
    assert_true(isnan(state_psnr(&room.state, UQD_MODE_FLOW, 0)));
    state_set_mode(&room.state, UQD_MODE_FLOW, 0);
    while (deliver(&room, SOURCE_SCREEN, &key) || deliver(&room, SOURCE_BACKGROUND, &key))
        assert_true(++n < 100);
    assert_false(isnan(state_psnr(&room.state, UQD_MODE_FLOW, 0)));
    room_close(&room);
}

static void another_seed_is_measured_anew(void **state)
{
    struct room room;
    struct frame_key key;
    int n = 0;
    (void)state;
    room_open(&room, 1600);
    complete(&room, 5);
    end(&room, "");
    while (deliver(&room, SOURCE_SCREEN, &key) || deliver(&room, SOURCE_BACKGROUND, &key))
        assert_true(++n < 100);
    state_set_mode(&room.state, UQD_MODE_ANCESTRAL, 8);
    assert_true(deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.seed, 8);
    assert_true(deliver(&room, SOURCE_BACKGROUND, &key));
    assert_int_equal(key.seed, 8);
    room_close(&room);
}

static void refusals_do_not_repeat(void **state)
{
    struct room room;
    struct frame_key key;
    (void)state;
    room_open(&room, 1600);
    complete(&room, 1);
    assert_true(schedule_next(&room.state, &room.frames, SOURCE_SCREEN, &key));
    state_refuse(&room.state, &key);
    assert_false(schedule_next(&room.state, &room.frames, SOURCE_SCREEN, &key));
    state_select(&room.state, 0); /* the user tries again */
    assert_true(schedule_next(&room.state, &room.frames, SOURCE_SCREEN, &key));
    room_close(&room);
}

static void a_lost_source_is_not_asked(void **state)
{
    struct room room;
    struct frame_key key;
    struct text_line line;
    struct source_event lost = {.type = SOURCE_LOST, .text = "The daemon has ended"};
    (void)state;
    room_open(&room, 1600);
    complete(&room, 2);
    state_take(&room.state, &lost);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        assert_false(schedule_next(&room.state, &room.frames, (enum source_purpose)purpose, &key));
    assert_string_equal(state_describe(&room.state, false, "", &line), "The daemon has ended");
    room_close(&room);
}

/* The table of the file counts, unless the user gave an original to measure against. */
static void stored_distortion_is_believed(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 1600);
    complete(&room, 5);
    struct frame_key key = state_key(&room.state, 1, UQD_MODE_DENOISED);
    assert_true(state_psnr(&room.state, UQD_MODE_DENOISED, 1) == 25);
    state_measure(&room.state, &key, 26);
    assert_true(state_psnr(&room.state, UQD_MODE_DENOISED, 1) == 25);
    room.state.reference_given = true;
    assert_true(state_psnr(&room.state, UQD_MODE_DENOISED, 1) == 26);
    room_close(&room);
}

/* Pictures of 800 bytes. */
static struct frame_key add(struct frames *frames, uint32_t step, enum frame_worth worth)
{
    struct frame_key key = {.step = step, .mode = UQD_MODE_FLOW};
    struct picture *picture = picture_new(40, 20, 1);
    assert_non_null(picture);
    frames_add(frames, &key, picture, NAN, worth);
    picture_unref(picture);
    return key;
}

static void the_cache_keeps_its_limit(void **state)
{
    struct frames frames = {.limit = 10 * 800};
    (void)state;
    for (uint32_t i = 0; i < 30; i++) {
        struct frame_key first = {.mode = UQD_MODE_FLOW};
        add(&frames, i, FRAME_SHOWN);
        assert_true(frames.size <= frames.limit);
        assert_non_null(frames_use(&frames, &first)); /* used, so it stays */
    }
    assert_int_equal(frames.n_entries, 10);
    frames_clear(&frames);
    assert_int_equal(frames.size, 0);
}

/* Looking for a picture, as is done all the time for all positions, is no use of it. */
static void the_cache_drops_what_was_shown_longest_ago(void **state)
{
    struct frames frames = {.limit = 3 * 800};
    struct frame_key keys[4];
    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        keys[i] = add(&frames, i, FRAME_SHOWN);
    assert_non_null(frames_use(&frames, &keys[0]));
    assert_non_null(frames_find(&frames, &keys[1]));
    keys[3] = add(&frames, 3, FRAME_SHOWN);
    assert_null(frames_find(&frames, &keys[1]));
    assert_non_null(frames_find(&frames, &keys[0]));
    assert_non_null(frames_find(&frames, &keys[2]));
    frames_clear(&frames);
}

static void shown_pictures_are_kept_before_unseen_ones(void **state)
{
    struct frames frames = {.limit = 3 * 800};
    (void)state;
    struct frame_key shown = add(&frames, 0, FRAME_SHOWN);
    struct frame_key measured = add(&frames, 1, FRAME_BY_THE_WAY);
    struct frame_key expected = add(&frames, 2, FRAME_EXPECTED);
    struct frame_key late = add(&frames, 3, FRAME_BY_THE_WAY);
    assert_null(frames_find(&frames, &late)); /* there is no room left */
    add(&frames, 4, FRAME_EXPECTED);
    assert_null(frames_find(&frames, &measured));
    add(&frames, 5, FRAME_SHOWN);
    assert_null(frames_find(&frames, &expected));
    assert_true(frames_have_room(&frames, 1, 800));
    assert_false(frames_have_room(&frames, 2, 800));
    add(&frames, 6, FRAME_SHOWN);
    late = add(&frames, 7, FRAME_EXPECTED);
    assert_null(frames_find(&frames, &late)); /* all others were shown */
    assert_non_null(frames_find(&frames, &shown));
    frames_clear(&frames);
}

static void the_cache_keeps_one_picture_without_memory(void **state)
{
    struct frames frames = {.limit = 0};
    (void)state;
    add(&frames, 0, FRAME_SHOWN);
    add(&frames, 1, FRAME_SHOWN);
    assert_int_equal(frames.n_entries, 1);
    assert_int_equal(frames.entries[0].key.step, 1);
    assert_false(frames_have_room(&frames, 1, 800));
    frames_clear(&frames);
}

/* With room for no more than the pictures of one mode, all is measured all the same, and these
 * pictures do not push each other out for ever. */
static void a_small_cache_comes_to_rest(void **state)
{
    (void)state;
    for (size_t limit = 0; limit <= 16 * 800; limit += 800) {
        struct room room;
        struct frame_key key;
        int n = 0;
        room_open(&room, 1600);
        room.frames.limit = limit;
        complete(&room, 5);
        end(&room, "");
        for (uint32_t round = 0; round < 8; round++) {
            state_select(&room.state, round % N_STEPS);
            state_set_mode(&room.state, (enum uqd_mode)(1 + round % 3), round / 4);
            key = state_key(&room.state, room.state.position, room.state.mode);
            bool kept = frames_use(&room.frames, &key) != NULL;
            while (deliver(&room, SOURCE_SCREEN, &key) || deliver(&room, SOURCE_FILMSTRIP, &key) ||
                   deliver(&room, SOURCE_BACKGROUND, &key))
                assert_true(++n < 300);
            assert_true(kept || state_is_shown(&room.state));
            assert_true(room.frames.size <= limit || room.frames.n_entries == 1);
        }
        room_close(&room);
    }
}

/* The filmstrip must not hold on to full-size pictures. */
static void small_pictures_are_small(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 1600);
    room.file.info.width = 1100;
    room.file.info.height = 513;
    complete(&room, 1);
    struct frame_key key = state_key(&room.state, 0, UQD_MODE_DENOISED);
    struct picture *picture = picture_new(1100, 513, 1);
    assert_non_null(picture);
    for (uint32_t x = 1096; x < 1100; x++)
        picture_pixels(picture)[512 * 1100 + x] = (uint8_t)(x - 1090);
    state_set_thumb(&room.state, &key, picture);
    picture_unref(picture);
    const struct picture *thumb = room.state.steps[0].thumb;
    assert_int_equal(thumb->width, 275);
    assert_int_equal(thumb->height, 129);
    assert_int_equal(thumb->pixels[0], 0);
    assert_int_equal(thumb->pixels[128 * 275 + 274], 8); /* the mean of 6, 7, 8, 9 */
    room_close(&room);
}

/* Until the wanted picture comes, everything that is said is said of the one that is shown. */
static void what_is_shown_is_described(void **state)
{
    struct room room;
    struct frame_key key;
    struct picture *picture = picture_new(40, 20, 1);
    (void)state;
    assert_non_null(picture);
    room_open(&room, 1600);
    complete(&room, 3);
    state_select(&room.state, 1);
    assert_int_equal(state_described(&room.state).step, 1); /* wanted; nothing is shown */
    key = state_key(&room.state, 1, UQD_MODE_DENOISED);
    state_show(&room.state, &key, picture, NAN);
    state_select(&room.state, 2);
    state_set_mode(&room.state, UQD_MODE_ANCESTRAL, 5);
    key = state_described(&room.state);
    assert_int_equal(key.step, 1);
    assert_int_equal(key.mode, UQD_MODE_DENOISED);
    assert_true(state_described_psnr(&room.state) == 25);
    key = state_key(&room.state, 2, UQD_MODE_ANCESTRAL);
    state_show(&room.state, &key, picture, 27);
    state_measure(&room.state, &key, 27);
    state_set_mode(&room.state, UQD_MODE_ANCESTRAL, 6);
    key = state_key(&room.state, 2, UQD_MODE_ANCESTRAL);
    state_measure(&room.state, &key, 28); /* in advance */
    assert_int_equal(state_described(&room.state).seed, 5);
    assert_true(state_described_psnr(&room.state) == 27);
    state_show(&room.state, &key, picture, 28);
    assert_int_equal(state_described(&room.state).seed, 6);
    assert_true(state_described_psnr(&room.state) == 28);
    picture_unref(picture);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_step_is_followed),
        cmocka_unit_test(a_cut_end_is_a_position),
        cmocka_unit_test(other_ends_are_not),
        cmocka_unit_test(the_screen_comes_first),
        cmocka_unit_test(the_next_step_is_asked_for_in_advance),
        cmocka_unit_test(everything_becomes_complete),
        cmocka_unit_test(another_seed_is_measured_anew),
        cmocka_unit_test(refusals_do_not_repeat),
        cmocka_unit_test(a_lost_source_is_not_asked),
        cmocka_unit_test(stored_distortion_is_believed),
        cmocka_unit_test(the_cache_keeps_its_limit),
        cmocka_unit_test(the_cache_drops_what_was_shown_longest_ago),
        cmocka_unit_test(shown_pictures_are_kept_before_unseen_ones),
        cmocka_unit_test(the_cache_keeps_one_picture_without_memory),
        cmocka_unit_test(a_small_cache_comes_to_rest),
        cmocka_unit_test(small_pictures_are_small),
        cmocka_unit_test(what_is_shown_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
