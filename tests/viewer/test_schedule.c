/* What is asked for next, and what is not asked for again. */
#include "session/schedule.h"

#include "room.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Everything is decoded, and a step is chosen. */
static struct pane *open_at(struct room *room, uint32_t position)
{
    room_open(room, 1600);
    room_complete(room, ROOM_N_STEPS);
    room_end(room, "");
    pane_select(&room->panes[0], position);
    return &room->panes[0];
}

/* A picture large enough that its small pictures are halved, and that zooms below 1:1 matter. */
static struct pane *open_large_at(struct room *room, uint32_t position)
{
    struct pane *pane = open_at(room, position);
    room->document.file.info.width = 600;
    room->document.file.info.height = 300;
    room->document.frames.limit = 64 << 20;
    return pane;
}

/* One of which a small picture costs much less than the sharp one. */
static struct pane *open_huge_at(struct room *room, uint32_t position)
{
    struct pane *pane = open_at(room, position);
    room->document.file.info.width = 4000;
    room->document.file.info.height = 3000;
    room->document.frames.limit = 64 << 20;
    return pane;
}

/* ---- Order --------------------------------------------------------------------------------- */

static void the_screen_comes_first(void **state)
{
    struct room room;
    struct frame_key key;
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 2);
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.step, 1);
    assert_true(room_deliver(&room, SOURCE_FILMSTRIP, &key));
    assert_int_equal(key.step, 0);
    assert_false(room_deliver(&room, SOURCE_FILMSTRIP, &key));
    assert_false(room_deliver(&room, SOURCE_BACKGROUND, &key)); /* not while decoding */
    room_close(&room);
}

static void the_next_step_is_asked_for_in_advance(void **state)
{
    struct room room;
    struct frame_key key;
    (void)state;
    room_open(&room, 500);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(room_next(&room, SOURCE_SCREEN, &key));
        assert_int_equal(key.step, i);
        room_complete(&room, i + 1);
        assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
        assert_int_equal(key.step, i);
    }
    pane_select(&room.panes[0], 0);
    assert_false(room_next(&room, SOURCE_SCREEN, &key));
    pane_select(&room.panes[0], UINT32_MAX); /* follows again */
    assert_true(room_next(&room, SOURCE_SCREEN, &key));
    room_end(&room, ""); /* the step asked for is cut */
    assert_false(progress_refuse(&room.document.progress, &key, "gone"));
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.step, UQD_STEP_LATEST);
    room_close(&room);
}

static void everything_becomes_complete(void **state)
{
    struct room room;
    struct frame_key key;
    struct progress *progress = &room.document.progress;
    (void)state;
    open_at(&room, ROOM_N_STEPS - 1);
    room_rest(&room, 100);
    for (uint32_t i = 0; i < ROOM_N_STEPS; i++) {
        key = room_key(i, UQD_MODE_DENOISED, 0);
        assert_true(progress_has_thumb(progress, i, &key));
        assert_non_null(frames_find(&room.document.frames, &key));
        key = room_key(i, UQD_MODE_ANCESTRAL, 0);
        assert_false(isnan(progress_psnr(progress, &key)));
    }
    key = room_key(0, UQD_MODE_FLOW, 0);
    assert_true(isnan(progress_psnr(progress, &key)));
    pane_set_mode(&room.panes[0], UQD_MODE_FLOW, 0);
    room_rest(&room, 100);
    assert_false(isnan(progress_psnr(progress, &key)));
    room_close(&room);
}

static void another_seed_is_measured_anew(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_at(&room, ROOM_N_STEPS - 1);
    (void)state;
    room_rest(&room, 100);
    pane_set_mode(pane, UQD_MODE_ANCESTRAL, 8);
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.seed, 8);
    room_rest(&room, 100);
    for (uint32_t i = 0; i < ROOM_N_STEPS; i++) {
        key = room_key(i, UQD_MODE_ANCESTRAL, 8);
        assert_false(isnan(progress_psnr(&room.document.progress, &key)));
    }
    room_close(&room);
}

static void refusals_do_not_repeat(void **state)
{
    struct room room;
    struct frame_key key;
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 1);
    pane_select(&room.panes[0], 0);
    room.panes[0].following = false; /* nothing is asked for in advance */
    assert_true(room_next(&room, SOURCE_SCREEN, &key));
    progress_refuse(&room.document.progress, &key, "gone");
    assert_false(room_next(&room, SOURCE_SCREEN, &key));
    pane_select(&room.panes[0], 0); /* the user tries again */
    room.panes[0].following = false;
    assert_true(room_next(&room, SOURCE_SCREEN, &key));
    room_close(&room);
}

static void a_lost_source_is_not_asked(void **state)
{
    struct room room;
    struct frame_key key;
    struct source_event lost = {.type = SOURCE_LOST, .text = "The daemon has ended"};
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 2);
    progress_take(&room.document.progress, &lost);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        assert_false(room_next(&room, (enum source_purpose)purpose, &key));
    room_close(&room);
}

/* ---- Ahead --------------------------------------------------------------------------------- */

/* The other mode of the current step comes before the pictures of other steps. */
static void the_other_mode_is_computed_ahead(void **state)
{
    struct room room;
    struct frame_key key, other;
    struct pane *pane = open_at(&room, 2);
    (void)state;
    while (room_deliver(&room, SOURCE_SCREEN, &key) || room_deliver(&room, SOURCE_FILMSTRIP, &key))
        ;
    assert_non_null(room.document.progress.reference); /* the strip has brought it */
    other = room_key(2, UQD_MODE_ANCESTRAL, 0);
    assert_true(room_deliver(&room, SOURCE_BACKGROUND, &key));
    assert_true(frame_key_equal(&key, &other));
    pane_set_mode(pane, UQD_MODE_ANCESTRAL, 0);
    assert_false(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_true(pane_is_shown(pane));
    assert_int_equal(pane->shown->pixels[0], room_value(&other));
    room_close(&room);
}

/* The same inside a step, where the picture of other modes is that of the step before. */
static void it_is_inside_a_step_too(void **state)
{
    struct room room;
    struct frame_key key, other = room_key(1, UQD_MODE_ANCESTRAL, 0);
    struct pane *pane = open_at(&room, 2);
    (void)state;
    room_rest(&room, 100);
    pane_select_bytes(pane, 300);
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.bytes, 300);
    assert_int_equal(key.step, UQD_STEP_LATEST);
    room_rest(&room, 100);
    assert_non_null(frames_find(&room.document.frames, &other));
    room_close(&room);
}

/* Toggling the mode, going back to steps and flipping to the original ask for nothing. */
static void what_was_shown_is_not_asked_for_again(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 2);
    (void)state;
    room_rest(&room, 100);
    pane_set_mode(pane, UQD_MODE_ANCESTRAL, 0);
    room_rest(&room, 100); /* pictures of other steps in that mode */
    for (int i = 0; i < 4; i++) {
        pane_set_mode(pane, i % 2 ? UQD_MODE_ANCESTRAL : UQD_MODE_DENOISED, 0);
        assert_int_equal(room_rest(&room, 100), 0);
        assert_true(pane_is_shown(pane));
        pane_select(pane, (uint32_t)i);
        assert_int_equal(room_rest(&room, 100), 0);
        assert_true(pane_is_shown(pane));
        pane_set_original(pane, true);
        assert_int_equal(room_rest(&room, 100), 0);
        assert_true(pane_is_shown(pane));
        pane_set_original(pane, false);
        assert_int_equal(room_rest(&room, 100), 0);
        assert_true(pane_is_shown(pane));
    }
    room_close(&room);
}

/* From one end to the other, once both are there. */
static void a_mixture_asks_for_nothing_more(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 2);
    (void)state;
    room_rest(&room, 100);
    pane_set_mix(pane, 30);
    room_rest(&room, 100);
    for (uint32_t percent = 0; percent <= 100; percent += 10) {
        pane_set_mix(pane, percent);
        assert_int_equal(room_rest(&room, 100), 0);
        assert_true(pane_is_shown(pane));
    }
    room_close(&room);
}

/* ---- Sharpness ----------------------------------------------------------------------------- */

static void pictures_are_asked_for_as_large_as_the_zoom_shows_them(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_large_at(&room, 2);
    (void)state;
    pane->reduce = 2;
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.reduce, 2);
    assert_true(pane_is_shown(pane));
    room_rest(&room, 100);
    struct frame_key ahead = room_key(2, UQD_MODE_ANCESTRAL, 0);
    ahead.reduce = 2;
    assert_non_null(frames_find_sharp(&room.document.frames, &ahead));
    pane->reduce = 0; /* zoomed in */
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.reduce, 0);
    assert_true(pane_is_shown(pane));
    room_rest(&room, 100);
    pane->reduce = 1; /* zoomed out: the picture is sharper than needed */
    assert_false(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_true(pane_is_shown(pane));
    room_close(&room);
}

/* The small picture on the strip is better than none, and no more than that. */
static void a_small_picture_stands_in(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_large_at(&room, 2);
    (void)state;
    room_rest(&room, 100);
    frames_clear(&room.document.frames);
    pane_select(pane, 1);
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.step, 1);
    pane_select(pane, 2);
    frames_clear(&room.document.frames);
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.step, 2);
    assert_int_equal(key.reduce, 0);
    assert_int_equal(pane->shown->width, 600);
    room_close(&room);
}

/* 12 megapixels: what stands for the sharp picture costs a sixtieth, and both are asked for at the
 * same time, so that the source turns to nothing else between them. */
static void a_large_picture_is_asked_for_small_and_sharp(void **state)
{
    struct room room;
    struct frame_key small, sharp;
    struct pane *pane = open_huge_at(&room, 2);
    (void)state;
    pane->reduce = 2;
    assert_true(room_next(&room, SOURCE_PREVIEW, &small));
    assert_true(room_next(&room, SOURCE_SCREEN, &sharp));
    assert_true(frame_key_same_content(&small, &sharp));
    assert_int_equal(small.reduce, 3);
    assert_int_equal(sharp.reduce, 2);
    assert_true(room_deliver(&room, SOURCE_PREVIEW, &small));
    assert_int_equal(pane->exhibit.position, 2);
    assert_int_equal(pane->shown_reduce, 3);
    assert_false(pane_is_shown(pane));
    assert_false(room_deliver(&room, SOURCE_PREVIEW, &small));
    assert_true(room_deliver(&room, SOURCE_SCREEN, &sharp));
    assert_true(pane_is_shown(pane));
    pane_set_map(pane, MAP_CHANGE);
    assert_false(room_next(&room, SOURCE_PREVIEW, &small));
    pane_set_map(pane, MAP_OFF);
    pane_select(pane, 1);
    pane->reduce = 3; /* so small on the screen that it is the small one itself */
    assert_false(room_next(&room, SOURCE_PREVIEW, &small));
    room_close(&room);
}

/* Also in advance, as the sharp one is. */
static void so_is_the_next_step(void **state)
{
    struct room room;
    struct frame_key small;
    struct pane *pane = open_huge_at(&room, 0);
    (void)state;
    room.document.progress.ended = false;
    room.document.progress.n_complete = 0;
    pane->reduce = 1;
    pane->following = true;
    assert_true(room_next(&room, SOURCE_PREVIEW, &small));
    assert_int_equal(small.step, 0);
    room_complete(&room, 1);
    assert_true(room_deliver(&room, SOURCE_PREVIEW, &small));
    assert_int_equal(small.step, 0);
    assert_int_equal(pane->shown_reduce, 3);
    room_close(&room);
}

static void it_is_shown_at_once(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_large_at(&room, 2);
    struct schedule schedule;
    struct pane *panes[] = {pane};
    (void)state;
    room_rest(&room, 100);
    frames_clear(&room.document.frames);
    pane_select(pane, 1);
    schedule = document_schedule(&room.document, panes, 1);
    assert_true(document_request_pictures(&room.document, &schedule, true));
    assert_int_equal(pane->exhibit.position, 1);
    assert_int_equal(pane->shown->width, 300);
    assert_false(pane_is_shown(pane)); /* it is to become sharper */
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_true(pane_is_shown(pane));
    assert_int_equal(pane->shown->width, 600);
    room_close(&room);
}

/* ---- The filmstrip ------------------------------------------------------------------------- */

/* It shows the denoised pictures of a mixture, and steps where the pane stands inside of one. */
static void the_strip_has_one_picture_for_every_step(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_at(&room, 2);
    (void)state;
    pane_set_mode(pane, UQD_MODE_ANCESTRAL, 9);
    key = schedule_strip_key(pane, 1);
    assert_int_equal(key.mode, UQD_MODE_ANCESTRAL);
    assert_int_equal(key.seed, 9);
    pane_set_mix(pane, 60);
    key = schedule_strip_key(pane, 1);
    assert_int_equal(key.mode, UQD_MODE_DENOISED);
    assert_int_equal(key.seed, 0);
    assert_int_equal(key.step, 1);
    pane_select_bytes(pane, 300);
    key = schedule_strip_key(pane, 1);
    assert_int_equal(key.step, 1);
    assert_int_equal(key.bytes, 0);
    room_rest(&room, 100);
    for (uint32_t i = 0; i < ROOM_N_STEPS; i++) {
        key = schedule_strip_key(pane, i);
        assert_true(progress_has_thumb(&room.document.progress, i, &key));
    }
    room_close(&room);
}

/* ---- Several panes ------------------------------------------------------------------------- */

static void all_panes_of_a_document_are_served(void **state)
{
    struct room room;
    struct frame_key key, first = room_key(2, UQD_MODE_DENOISED, 0),
                          second = room_key(0, UQD_MODE_FLOW, 0);
    struct pane *pane = open_at(&room, 2), *other = room_add_pane(&room);
    (void)state;
    pane_select(other, 0);
    pane_set_mode(other, UQD_MODE_FLOW, 0);
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key)); /* the active one first */
    assert_true(frame_key_equal(&key, &first));
    assert_true(pane_is_shown(pane));
    assert_false(pane_is_shown(other));
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_true(frame_key_equal(&key, &second));
    assert_true(pane_is_shown(other));
    room_rest(&room, 100);
    for (uint32_t i = 0; i < ROOM_N_STEPS; i++) {
        key = room_key(i, UQD_MODE_FLOW, 0);
        assert_false(isnan(progress_psnr(&room.document.progress, &key)));
        key = room_key(i, UQD_MODE_DENOISED, 0); /* the strip is the active pane's */
        assert_true(progress_has_thumb(&room.document.progress, i, &key));
    }
    room_close(&room);
}

/* One picture for two panes comes once. */
static void panes_share_their_pictures(void **state)
{
    struct room room;
    struct frame_key key;
    struct pane *pane = open_at(&room, 2), *other = room_add_pane(&room);
    (void)state;
    pane_select(other, 2);
    pane_set_mix(other, 50);
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.mode, UQD_MODE_DENOISED);
    assert_true(pane_is_shown(pane));
    assert_true(room_deliver(&room, SOURCE_SCREEN, &key));
    assert_int_equal(key.mode, UQD_MODE_ANCESTRAL);
    assert_true(pane_is_shown(other));
    assert_false(room_deliver(&room, SOURCE_SCREEN, &key));
    room_close(&room);
}

/* A document that no pane shows is left alone. */
static void what_nobody_sees_is_not_asked_for(void **state)
{
    struct room room;
    struct frame_key key;
    (void)state;
    open_at(&room, 2);
    pane_clear(&room.panes[0]);
    room.n_panes = 0;
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        assert_false(room_next(&room, (enum source_purpose)purpose, &key));
    assert_int_equal(room_rest(&room, 0), 0);
    room_close(&room);
}

/* ---- Little memory ------------------------------------------------------------------------- */

/* With room for no more than some pictures, all is measured all the same, and these pictures do
 * not push each other out for ever. */
static void a_small_cache_comes_to_rest(void **state)
{
    (void)state;
    for (size_t limit = 0; limit <= 16 * 800; limit += 800) {
        struct room room;
        struct pane *pane = open_at(&room, 0);
        const struct frames *frames = &room.document.frames;
        room.document.frames.limit = limit;
        for (uint32_t round = 0; round < 8; round++) {
            pane_select(pane, round % ROOM_N_STEPS);
            pane_set_mode(pane, (enum uqd_mode)(1 + round % 3), round / 4);
            room_rest(&room, 60);
            assert_true(pane_is_shown(pane));
            assert_true(frames->size <= limit || frames->n_entries == 1);
        }
        room_close(&room);
    }
}

/* Neither does a mixture, which needs two at a time, or a map, which needs eight. */
static void mixtures_and_maps_come_to_rest(void **state)
{
    (void)state;
    for (size_t limit = 0; limit <= 24 * 800; limit += 800) {
        struct room room;
        struct pane *pane = open_at(&room, 1);
        room.document.frames.limit = limit;
        for (uint32_t round = 0; round < 6; round++) {
            pane_select(pane, round % ROOM_N_STEPS);
            pane_set_mix(pane, 10 + 15 * round);
            pane_set_map(pane, round % 2 ? MAP_VARIANCE : MAP_OFF);
            room_rest(&room, 80);
            assert_true(pane_is_shown(pane));
        }
        room_close(&room);
    }
}

/* Two panes that stand apart expect different pictures. */
static void two_panes_come_to_rest(void **state)
{
    (void)state;
    for (size_t limit = 0; limit <= 24 * 800; limit += 800) {
        struct room room;
        struct pane *pane = open_at(&room, 1), *other = room_add_pane(&room);
        room.document.frames.limit = limit;
        for (uint32_t round = 0; round < 6; round++) {
            pane_select(pane, round % ROOM_N_STEPS);
            pane_set_mode(pane, (enum uqd_mode)(1 + round % 3), 0);
            pane_select(other, 2 * round % ROOM_N_STEPS);
            pane_set_mode(other, (enum uqd_mode)(1 + (round + 1) % 3), 0);
            room_rest(&room, 80);
            assert_true(pane_is_shown(pane));
            assert_true(pane_is_shown(other));
        }
        room_close(&room);
    }
}

/* What is computed only to be measured does not push out what may be shown next. */
static void measuring_costs_no_picture_twice(void **state)
{
    struct room room;
    struct frame_key seen[64], key;
    unsigned n = 0;
    (void)state;
    open_at(&room, 2);
    room.document.frames.limit = 7 * 800;
    while (room_deliver(&room, SOURCE_SCREEN, &key) ||
           room_deliver(&room, SOURCE_FILMSTRIP, &key) ||
           room_deliver(&room, SOURCE_BACKGROUND, &key)) {
        for (unsigned i = 0; i < n; i++)
            if (frame_key_equal(&seen[i], &key))
                fail_msg("step %u, mode %u is asked for twice", (unsigned)key.step,
                         (unsigned)key.mode);
        assert_true(n < 64);
        seen[n++] = key;
    }
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_screen_comes_first),
        cmocka_unit_test(the_next_step_is_asked_for_in_advance),
        cmocka_unit_test(everything_becomes_complete),
        cmocka_unit_test(another_seed_is_measured_anew),
        cmocka_unit_test(refusals_do_not_repeat),
        cmocka_unit_test(a_lost_source_is_not_asked),
        cmocka_unit_test(the_other_mode_is_computed_ahead),
        cmocka_unit_test(it_is_inside_a_step_too),
        cmocka_unit_test(what_was_shown_is_not_asked_for_again),
        cmocka_unit_test(a_mixture_asks_for_nothing_more),
        cmocka_unit_test(pictures_are_asked_for_as_large_as_the_zoom_shows_them),
        cmocka_unit_test(a_small_picture_stands_in),
        cmocka_unit_test(a_large_picture_is_asked_for_small_and_sharp),
        cmocka_unit_test(so_is_the_next_step),
        cmocka_unit_test(it_is_shown_at_once),
        cmocka_unit_test(the_strip_has_one_picture_for_every_step),
        cmocka_unit_test(all_panes_of_a_document_are_served),
        cmocka_unit_test(panes_share_their_pictures),
        cmocka_unit_test(what_nobody_sees_is_not_asked_for),
        cmocka_unit_test(a_small_cache_comes_to_rest),
        cmocka_unit_test(mixtures_and_maps_come_to_rest),
        cmocka_unit_test(two_panes_come_to_rest),
        cmocka_unit_test(measuring_costs_no_picture_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
