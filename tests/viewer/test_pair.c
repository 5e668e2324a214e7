/* How one of two files follows the other. */
#include "session/pair.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct uqd_file_step many[] = {{100, 20}, {200, 25}, {400, 30}, {800, 40}, {1600, 0}};
static struct uqd_file_step few[] = {{300, 22}, {900, 35}, {9000, 0}};

struct room {
    struct uqd_file files[2];
    struct state states[2];
    struct pair_link link;
};

static void open_state(struct room *room, int i, struct uqd_file_step *steps, uint32_t n_steps,
                       uint32_t n_complete)
{
    struct settings settings = {.mode = UQD_MODE_DENOISED};
    room->files[i] = (struct uqd_file){
        .path = "test.uqd",
        .fd = -1,
        .size = steps[n_steps - 1].bytes,
        .info = {.width = 40, .height = 20, .channels = 1, .n_steps = n_steps, .lossless = 1},
        .steps = steps};
    assert_int_equal(state_init(&room->states[i], &room->files[i], &settings), 0);
    for (uint32_t k = 1; k <= n_complete; k++)
        state_take(&room->states[i], &(struct source_event){.type = SOURCE_STEP, .step = k});
}

static void room_open(struct room *room, uint32_t n_many, uint32_t n_few)
{
    memset(room, 0, sizeof *room);
    open_state(room, 0, many, 5, n_many);
    open_state(room, 1, few, 3, n_few);
}

static void room_close(struct room *room)
{
    state_clear(&room->states[0]);
    state_clear(&room->states[1]);
}

static void follow(struct room *room, int active)
{
    pair_follow(&room->link, active, &room->states[active], &room->states[1 - active]);
}

/* Selects a step of the active file; returns where the other one goes. */
static uint32_t step(struct room *room, int active, uint32_t position)
{
    state_select(&room->states[active], position);
    follow(room, active);
    return room->states[1 - active].position;
}

static void the_nearest_step_is_found(void **state)
{
    static const struct {
        uint64_t bytes;
        uint32_t nearest;
    } cases[] = {{0, 4},   {1, 0},   {100, 0}, {141, 0},  {142, 1},
                 {200, 1}, {283, 2}, {801, 3}, {1600, 4}, {UINT64_MAX, 4}};
    struct room room;
    (void)state;
    room_open(&room, 5, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(state_nearest(&room.states[0], cases[i].bytes), cases[i].nearest);
    assert_int_equal(state_nearest(&room.states[1], 300), 0); /* has no step yet */
    room_close(&room);
}

/* Without a table all steps cost the whole file; then the best one is shown. */
static void steps_of_equal_cost_give_the_last(void **state)
{
    static struct uqd_file_step solid[] = {{700, NAN}, {700, NAN}, {700, NAN}};
    struct room room;
    (void)state;
    memset(&room, 0, sizeof room);
    open_state(&room, 0, many, 5, 5);
    open_state(&room, 1, solid, 3, 3);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(step(&room, 0, i), 2);
    room_close(&room);
}

static void the_other_file_follows(void **state)
{
    static const uint32_t of_many[] = {0, 0, 0, 1, 1}, of_few[] = {2, 3, 4};
    struct room room;
    (void)state;
    room_open(&room, 5, 3);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(step(&room, 0, i), of_many[i]);
    step(&room, 0, 0);
    follow(&room, 1); /* becomes active */
    for (uint32_t i = 3; i-- > 0;)
        assert_int_equal(step(&room, 1, i), of_few[i]);
    room_close(&room);
}

/* From 9000 bytes the nearest is 1600; from there back it would be 900. */
static void becoming_active_moves_nothing(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 5, 3);
    follow(&room, 1);
    assert_int_equal(step(&room, 1, 2), 4);
    for (int i = 0; i < 4; i++)
        follow(&room, i % 2);
    assert_int_equal(room.states[0].position, 4);
    assert_int_equal(room.states[1].position, 2);
    room_close(&room);
}

static void files_that_are_not_linked_stay(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 5, 3);
    step(&room, 0, 0);
    state_select(&room.states[0], 4);
    pair_stay(&room.link, 0, &room.states[0], &room.states[1]);
    assert_int_equal(room.states[1].position, 0);
    room.link = (struct pair_link){0}; /* linked again */
    follow(&room, 0);
    assert_int_equal(room.states[1].position, 1);
    room_close(&room);
}

/* Steps come one by one: first none, then those that are there, in the end the nearest. */
static void new_steps_are_taken(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 0, 1);
    follow(&room, 0);
    assert_int_equal(room.states[1].position, 0);
    room_close(&room);
    room_open(&room, 4, 0);
    follow(&room, 0);
    for (uint32_t k = 1; k <= 3; k++) {
        state_take(&room.states[1], &(struct source_event){.type = SOURCE_STEP, .step = k});
        follow(&room, 0);
        assert_int_equal(room.states[1].position, k == 1 ? 0 : 1);
    }
    assert_int_equal(room.states[0].position, 3);
    state_take(&room.states[0], &(struct source_event){.type = SOURCE_STEP, .step = 5});
    follow(&room, 0);
    assert_int_equal(room.states[0].position, 4);
    assert_int_equal(room.states[1].position, 1);
    room_close(&room);
}

/* The part of a step with which a cut file ends costs what is there of it. */
static void a_cut_end_can_be_nearest(void **state)
{
    struct room room;
    (void)state;
    room_open(&room, 5, 2);
    room.files[1].size = 2000;
    state_take(&room.states[1], &(struct source_event){.type = SOURCE_END});
    assert_int_equal(step(&room, 0, 4), 2);
    assert_int_equal(step(&room, 0, 3), 1);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_step_is_found),
        cmocka_unit_test(steps_of_equal_cost_give_the_last),
        cmocka_unit_test(the_other_file_follows),
        cmocka_unit_test(becoming_active_moves_nothing),
        cmocka_unit_test(files_that_are_not_linked_stay),
        cmocka_unit_test(new_steps_are_taken),
        cmocka_unit_test(a_cut_end_can_be_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
