/* The cache of pictures: what stays in it, and what is found. */
#include "session/frames.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Pictures of 800 bytes, halved ones of 200. */
static struct frame_key add_reduced(struct frames *frames, uint32_t step, uint32_t reduce,
                                    enum frame_worth worth)
{
    struct frame_key key = {.step = step, .mode = UQD_MODE_FLOW, .reduce = reduce};
    struct picture *picture = picture_new(40 >> reduce, 20 >> reduce, 1);
    assert_non_null(picture);
    frames_add(frames, &key, picture, NAN, worth);
    picture_unref(picture);
    return key;
}

static struct frame_key add(struct frames *frames, uint32_t step, enum frame_worth worth)
{
    return add_reduced(frames, step, 0, worth);
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

/* Of sharper pictures the one that costs least to draw, of coarser ones the best. */
static void sharper_and_coarser_pictures_are_found(void **state)
{
    struct frames frames = {.limit = 1 << 20};
    struct frame_key key = {.step = 1, .mode = UQD_MODE_FLOW, .reduce = 2};
    (void)state;
    add_reduced(&frames, 0, 2, FRAME_SHOWN); /* of another step */
    assert_null(frames_find_sharp(&frames, &key));
    assert_null(frames_find_coarse(&frames, &key));
    add_reduced(&frames, 1, 0, FRAME_SHOWN);
    add_reduced(&frames, 1, 1, FRAME_SHOWN);
    add_reduced(&frames, 1, 4, FRAME_SHOWN);
    add_reduced(&frames, 1, 3, FRAME_SHOWN);
    assert_int_equal(frames_find_sharp(&frames, &key)->key.reduce, 1);
    assert_int_equal(frames_find_coarse(&frames, &key)->key.reduce, 3);
    add_reduced(&frames, 1, 2, FRAME_SHOWN);
    assert_int_equal(frames_find_sharp(&frames, &key)->key.reduce, 2);
    assert_int_equal(frames_find_coarse(&frames, &key)->key.reduce, 3);
    key.reduce = 4;
    assert_null(frames_find_coarse(&frames, &key));
    key.reduce = 0;
    key.bytes = 7; /* of a file that ends there */
    assert_null(frames_find_sharp(&frames, &key));
    frames_clear(&frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cache_keeps_its_limit),
        cmocka_unit_test(the_cache_drops_what_was_shown_longest_ago),
        cmocka_unit_test(shown_pictures_are_kept_before_unseen_ones),
        cmocka_unit_test(the_cache_keeps_one_picture_without_memory),
        cmocka_unit_test(sharper_and_coarser_pictures_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
