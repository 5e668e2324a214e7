/* How other panes follow the active one. */
#include "session/follow.h"

#include "room.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct uqd_file_step many[] = {
    {100, 20}, {200, 25}, {400, 30}, {800, 40}, {1600, INFINITY}};
static const struct uqd_file_step few[] = {{300, 22}, {900, 35}, {9000, INFINITY}};

/* Two files with a pane each; either may be the active one. */
struct two {
    struct room rooms[2];
    struct follow follows[2];
};

static struct pane *pane_of(struct two *two, int i)
{
    return &two->rooms[i].panes[0];
}

static void two_open(struct two *two, uint32_t n_many, uint32_t n_few)
{
    memset(two, 0, sizeof *two);
    room_open_steps(&two->rooms[0], many, 5);
    room_open_steps(&two->rooms[1], few, 3);
    room_complete(&two->rooms[0], n_many);
    room_complete(&two->rooms[1], n_few);
}

static void two_close(struct two *two)
{
    room_close(&two->rooms[0]);
    room_close(&two->rooms[1]);
}

/* As the program does after every command. */
static void follow(struct two *two, int active)
{
    follow_stay(&two->follows[active], pane_of(two, active), pane_of(two, active));
    follow_active(&two->follows[1 - active], pane_of(two, active), pane_of(two, 1 - active));
}

/* Selects a step of the active file; returns where the other one goes. */
static uint32_t step(struct two *two, int active, uint32_t position)
{
    pane_select(pane_of(two, active), position);
    follow(two, active);
    return pane_of(two, 1 - active)->wanted.position;
}

static void the_nearest_step_is_found(void **state)
{
    static const struct {
        uint64_t bytes;
        uint32_t nearest;
    } cases[] = {{0, 4},   {1, 0},   {100, 0}, {141, 0},  {142, 1},
                 {200, 1}, {283, 2}, {801, 3}, {1600, 4}, {UINT64_MAX, 4}};
    struct two two;
    (void)state;
    two_open(&two, 5, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(progress_nearest(&two.rooms[0].document.progress, cases[i].bytes),
                         cases[i].nearest);
    assert_int_equal(progress_nearest(&two.rooms[1].document.progress, 300), 0); /* has none yet */
    two_close(&two);
}

/* Without a table all steps cost the whole file; then the best one is shown. */
static void steps_of_equal_cost_give_the_last(void **state)
{
    static const struct uqd_file_step solid[] = {{700, NAN}, {700, NAN}, {700, NAN}};
    struct two two;
    (void)state;
    memset(&two, 0, sizeof two);
    room_open_steps(&two.rooms[0], many, 5);
    room_open_steps(&two.rooms[1], solid, 3);
    room_complete(&two.rooms[0], 5);
    room_complete(&two.rooms[1], 3);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(step(&two, 0, i), 2);
    two_close(&two);
}

static void the_other_file_follows(void **state)
{
    static const uint32_t of_many[] = {0, 0, 0, 1, 1}, of_few[] = {2, 3, 4};
    struct two two;
    (void)state;
    two_open(&two, 5, 3);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(step(&two, 0, i), of_many[i]);
    step(&two, 0, 0);
    follow(&two, 1); /* becomes active */
    for (uint32_t i = 3; i-- > 0;)
        assert_int_equal(step(&two, 1, i), of_few[i]);
    two_close(&two);
}

/* From 9000 bytes the nearest is 1600; from there back it would be 900. */
static void becoming_active_moves_nothing(void **state)
{
    struct two two;
    (void)state;
    two_open(&two, 5, 3);
    follow(&two, 1);
    assert_int_equal(step(&two, 1, 2), 4);
    for (int i = 0; i < 4; i++) {
        follow(&two, i % 2);
        assert_int_equal(pane_of(&two, 0)->wanted.position, 4);
        assert_int_equal(pane_of(&two, 1)->wanted.position, 2);
    }
    two_close(&two);
}

static void panes_that_are_not_linked_stay(void **state)
{
    struct two two;
    (void)state;
    two_open(&two, 5, 3);
    step(&two, 0, 0);
    pane_select(pane_of(&two, 0), 4);
    follow_stay(&two.follows[1], pane_of(&two, 0), pane_of(&two, 1));
    follow(&two, 0); /* nothing has happened since */
    assert_int_equal(pane_of(&two, 1)->wanted.position, 0);
    two.follows[1] = (struct follow){0}; /* linked again */
    follow(&two, 0);
    assert_int_equal(pane_of(&two, 1)->wanted.position, 1);
    two_close(&two);
}

/* Steps come one by one: first none, then those that are there, in the end the nearest. */
static void new_steps_are_taken(void **state)
{
    struct two two;
    (void)state;
    two_open(&two, 0, 1);
    follow(&two, 0);
    assert_int_equal(pane_of(&two, 1)->wanted.position, 0);
    two_close(&two);
    two_open(&two, 4, 0);
    follow(&two, 0);
    for (uint32_t k = 1; k <= 3; k++) {
        room_complete(&two.rooms[1], k);
        follow(&two, 0);
        assert_int_equal(pane_of(&two, 1)->wanted.position, k == 1 ? 0 : 1);
    }
    assert_int_equal(pane_of(&two, 0)->wanted.position, 3);
    room_complete(&two.rooms[0], 5);
    follow(&two, 0);
    assert_int_equal(pane_of(&two, 0)->wanted.position, 4);
    assert_int_equal(pane_of(&two, 1)->wanted.position, 1);
    two_close(&two);
}

/* The part of a step with which a cut file ends costs what is there of it. */
static void a_cut_end_can_be_nearest(void **state)
{
    struct two two;
    (void)state;
    two_open(&two, 5, 2);
    two.rooms[1].document.file.size = 2000;
    room_end(&two.rooms[1], "");
    assert_int_equal(step(&two, 0, 4), 2);
    assert_int_equal(step(&two, 0, 3), 1);
    two_close(&two);
}

/* Inside a step both files end after just as many bytes, wherever that is in the other one. */
static void the_other_file_follows_into_a_step(void **state)
{
    struct two two;
    const struct exhibit *other = &pane_of(&two, 1)->wanted;
    (void)state;
    two_open(&two, 5, 3);
    pane_select_bytes(pane_of(&two, 0), 350);
    follow(&two, 0);
    assert_int_equal(other->position, 1);
    assert_int_equal(other->bytes, 350);
    pane_select_bytes(pane_of(&two, 0), 300); /* inside here, but the end of a step there */
    follow(&two, 0);
    assert_int_equal(other->position, 0);
    assert_int_equal(other->bytes, 0);
    pane_select(pane_of(&two, 0), 3);
    follow(&two, 0);
    assert_int_equal(other->position, 1);
    assert_int_equal(other->bytes, 0);
    two_close(&two);
}

static void panes_of_one_file_stand_at_one_place(void **state)
{
    struct room room;
    struct follow link = {0};
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 5);
    struct pane *active = &room.panes[0], *other = room_add_pane(&room);
    for (uint32_t i = 0; i < 5; i++) {
        pane_select(active, i);
        follow_active(&link, active, other);
        assert_int_equal(other->wanted.position, i);
    }
    pane_select_bytes(active, 555);
    follow_active(&link, active, other);
    assert_int_equal(other->wanted.position, 3);
    assert_int_equal(other->wanted.bytes, 555);
    room_close(&room);
}

/* What it is compared with does not turn into a step by that. */
static void a_pane_that_shows_the_original_keeps_it(void **state)
{
    struct room room;
    struct follow link = {0};
    (void)state;
    room_open(&room, 1600);
    room_complete(&room, 5);
    struct pane *active = &room.panes[0], *other = room_add_pane(&room);
    pane_set_original(other, true);
    pane_select(active, 2);
    follow_active(&link, active, other);
    assert_int_equal(other->wanted.position, 2);
    assert_true(other->wanted.original);
    assert_false(active->wanted.original);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_step_is_found),
        cmocka_unit_test(steps_of_equal_cost_give_the_last),
        cmocka_unit_test(the_other_file_follows),
        cmocka_unit_test(becoming_active_moves_nothing),
        cmocka_unit_test(panes_that_are_not_linked_stay),
        cmocka_unit_test(new_steps_are_taken),
        cmocka_unit_test(a_cut_end_can_be_nearest),
        cmocka_unit_test(the_other_file_follows_into_a_step),
        cmocka_unit_test(panes_of_one_file_stand_at_one_place),
        cmocka_unit_test(a_pane_that_shows_the_original_keeps_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
