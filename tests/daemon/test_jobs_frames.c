/* Frames that are requested from a job without a bus: which come, and in what order. */
#include "job_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

/* A job of which the first steps are decoded. */
static void open_decoded(struct record *record, struct job_desk *desk, uint32_t steps)
{
    record_open(record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_request(record, steps - 1, PRIORITY_INTERACTIVE, "", "first");
    job_desk_settle(desk);
    assert_int_equal(record->job->extent.steps_complete, steps);
    record_clear(record);
}

/* The frame of the last answer is the picture of this step. */
static void expect_picture(const struct record *record, const struct job_desk *desk, uint32_t step)
{
    const struct shared_frame *shape = &record->frame.shape;
    size_t row = (size_t)desk->sample.width * desk->sample.channels;
    struct uqd_picture_request request;
    uint8_t *expected;
    const uint8_t *pixels =
        mmap(NULL, shape->size, PROT_READ, MAP_SHARED, record->frame.fd, (off_t)shape->offset);

    uqd_picture_request_default(&request);
    request.step = step;
    expected = sample_render(&desk->sample, desk->sample.size, &request);
    assert_true(pixels != MAP_FAILED);
    assert_int_equal(shape->width, desk->sample.width);
    assert_int_equal(shape->height, desk->sample.height);
    for (uint32_t y = 0; y < shape->height; y++)
        assert_memory_equal(pixels + (size_t)y * shape->stride, expected + y * row, row);
    munmap((void *)pixels, shape->size);
    free(expected);
}

/* ---- What comes ---- */

static void a_request_decodes_as_far_as_it_needs(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_clear(&record);
    record_request(&record, 2, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 0", "step 1", "step 2", "answered A");
    assert_int_equal(record.job->state, JOB_READY);
    expect_picture(&record, desk, 2);
    record_close(&record, desk);
}

static void a_frame_that_was_rendered_comes_at_once(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {.with_work = true};

    open_decoded(&record, desk, 1);
    record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    RECORD_EXPECT(&record, "answered A");
    expect_picture(&record, desk, 0);
    record_close(&record, desk);
}

static void everything_of_a_file_is_its_last_step(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_request(&record, UQD_STEP_LATEST, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    assert_int_equal(record.frame.key.step, desk->sample.info.n_steps - 1);
    expect_picture(&record, desk, desk->sample.info.n_steps - 1);
    record_close(&record, desk);
}

static void what_a_cut_file_does_not_hold_is_refused(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.step_bytes[1]);
    job_desk_settle(desk);
    record_clear(&record);
    record_request(&record, 2, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 0", "step 1", "state 4", "finished 1", "refused A: gone");
    record_request(&record, 3, PRIORITY_INTERACTIVE, "", "B");
    RECORD_EXPECT(&record, "refused B: gone");
    record_close(&record, desk);
}

static void closing_refuses_what_is_waited_for(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_clear(&record);
    record_request(&record, 1, PRIORITY_INTERACTIVE, "a", "A");
    record_request(&record, 2, PRIORITY_INTERACTIVE, "b", "B");
    job_close(record.job);
    RECORD_EXPECT(&record, "refused A: cancelled", "refused B: cancelled", "closed");
    record_close(&record, desk);
}

static void steps_come_with_frames_while_they_are_wanted(void **state)
{
    struct job_desk *desk = *state;
    struct job_settings settings = plain_settings();
    struct record record = {0};

    settings.with_frames = true;
    record_open_with(&record, desk, ":1.1", desk->sample.size, &settings);
    job_desk_settle(desk);
    record_clear(&record);
    job_start(record.job);
    job_pause(record.job);
    job_desk_settle(desk);
    assert_true(record.shown);
    record_clear(&record);
    record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    RECORD_EXPECT(&record, "answered A");
    job_want_frames(record.job, false);
    job_start(record.job);
    job_pause(record.job);
    job_desk_settle(desk);
    assert_false(record.shown);
    record_close(&record, desk);
}

/* ---- In what order ---- */

static void a_newer_request_supersedes_the_rendering(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    open_decoded(&record, desk, 3);
    job_desk_close_gate(desk);
    record.with_work = true;
    record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    record_request(&record, 1, PRIORITY_INTERACTIVE, "", "B");
    RECORD_EXPECT(&record, "begins", "refused A: cancelled");
    job_desk_open_gate(desk);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "ends", "begins", "ends", "answered B");
    expect_picture(&record, desk, 1);
    record_close(&record, desk);
}

static void an_urgent_request_interrupts_another(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    open_decoded(&record, desk, 3);
    job_desk_close_gate(desk);
    record_request(&record, 0, PRIORITY_BACKGROUND, "a", "A");
    record_request(&record, 1, PRIORITY_INTERACTIVE, "b", "B");
    job_desk_open_gate(desk);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "answered B", "answered A");
    expect_picture(&record, desk, 0);
    record_close(&record, desk);
}

static void requests_of_one_frame_are_rendered_once(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    open_decoded(&record, desk, 2);
    record.with_work = true;
    record_request(&record, 0, PRIORITY_BACKGROUND, "a", "A");
    record_request(&record, 0, PRIORITY_INTERACTIVE, "b", "B");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "begins", "ends", "answered A", "answered B");
    record_close(&record, desk);
}

static void urgent_requests_come_between_steps(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    open_decoded(&record, desk, 1);
    job_start(record.job);
    record_clear(&record);
    record_request(&record, 1, PRIORITY_INTERACTIVE, "a", "A");
    record_request(&record, 0, PRIORITY_BACKGROUND, "b", "B");
    job_desk_settle(desk);
    assert_string_equal(record.told[0], "answered B"); /* which was rendered before */
    assert_string_equal(record.told[1], "step 1");
    assert_string_equal(record.told[2], "answered A");
    assert_string_equal(record.told[3], "step 2");
    record_close(&record, desk);
}

static void a_less_urgent_request_waits_for_the_steps(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    open_decoded(&record, desk, 2);
    job_start(record.job);
    record_clear(&record);
    record_request(&record, 0, PRIORITY_PREFETCH, "", "A");
    job_desk_settle(desk);
    assert_true(record.n_told > 3);
    assert_string_equal(record.told[record.n_told - 2], "finished 1");
    assert_string_equal(record.told[record.n_told - 1], "answered A");
    record_close(&record, desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_decodes_as_far_as_it_needs),
        cmocka_unit_test(a_frame_that_was_rendered_comes_at_once),
        cmocka_unit_test(everything_of_a_file_is_its_last_step),
        cmocka_unit_test(what_a_cut_file_does_not_hold_is_refused),
        cmocka_unit_test(closing_refuses_what_is_waited_for),
        cmocka_unit_test(steps_come_with_frames_while_they_are_wanted),
        cmocka_unit_test(a_newer_request_supersedes_the_rendering),
        cmocka_unit_test(an_urgent_request_interrupts_another),
        cmocka_unit_test(requests_of_one_frame_are_rendered_once),
        cmocka_unit_test(urgent_requests_come_between_steps),
        cmocka_unit_test(a_less_urgent_request_waits_for_the_steps),
    };

    return cmocka_run_group_tests(tests, job_desk_setup, job_desk_teardown);
}
