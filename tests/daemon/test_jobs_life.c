/* The life of jobs without a bus: opening, decoding, ending; and what they tell. */
#include "job_desk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Opening ---- */

static void opening_reads_the_header_only(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    assert_int_equal(desk->jobs.n_jobs, 1);
    RECORD_EXPECT(&record, NULL);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened");
    assert_int_equal(record.job->decoding->info.width, desk->sample.width);
    assert_int_equal(record.job->extent.n_steps, desk->sample.info.n_steps);
    assert_int_equal(record.job->extent.steps_complete, 0);
    assert_int_equal(record.job->state, JOB_READY);
    assert_false(job_busy(record.job));
    job_close(record.job);
    RECORD_EXPECT(&record, "closed");
    assert_int_equal(desk->jobs.n_jobs, 0);
    record_close(&record, desk);
}

static void what_cannot_be_opened_is_closed(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", 10);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "not opened", "closed");
    assert_int_equal(record.failure.kind, FAILURE_BAD_DATA);
    assert_int_equal(desk->jobs.n_jobs, 0);
    record_close(&record, desk);
}

static void a_picture_may_be_too_large(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    desk->jobs.limits.max_pixels = (uint64_t)desk->sample.width * desk->sample.height - 1;
    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "not opened", "closed");
    assert_int_equal(record.failure.kind, FAILURE_LIMIT);
    record_close(&record, desk);
    desk->jobs.limits.max_pixels++;
    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened");
    record_close(&record, desk);
}

static void a_job_can_be_closed_while_it_is_opened(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_close(record.job);
    RECORD_EXPECT(&record, "not opened", "closed");
    assert_int_equal(record.failure.kind, FAILURE_CANCELLED);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, NULL);
    record_close(&record, desk);
}

/* ---- Decoding ---- */

static void a_started_job_decodes_all_steps(void **state)
{
    struct job_desk *desk = *state;
    uint32_t n_steps = desk->sample.info.n_steps;
    const char *expected[MAX_TOLD] = {"state 2"};
    char steps[MAX_TOLD][16];
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_clear(&record);
    job_start(record.job);
    assert_true(job_busy(record.job));
    job_desk_settle(desk);
    for (uint32_t i = 0; i < n_steps; i++) {
        snprintf(steps[i], sizeof steps[i], "step %u", i);
        expected[1 + i] = steps[i];
    }
    expected[1 + n_steps] = "state 4";
    expected[2 + n_steps] = "finished 1";
    record_expect(&record, expected);
    assert_int_equal(record.job->extent.decoded, desk->sample.size);
    assert_false(job_busy(record.job));
    record_close(&record, desk);
}

static void a_paused_job_finishes_the_step_under_way(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_clear(&record);
    job_start(record.job);
    job_pause(record.job);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 2", "state 3", "step 0");
    assert_false(job_busy(record.job));
    record.with_work = true;
    job_start(record.job);
    job_pause(record.job);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 2", "begins", "state 3", "ends", "step 1");
    record_close(&record, desk);
}

static void a_cut_file_is_done_where_it_ends(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.step_bytes[1] + 1);
    job_desk_settle(desk);
    job_start(record.job);
    record_clear(&record);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 0", "step 1", "state 4", "finished 1");
    assert_int_equal(record.job->extent.received, desk->sample.step_bytes[1] + 1);
    record_close(&record, desk);
}

static void damage_ends_the_job_and_leaves_the_steps_before(void **state)
{
    struct job_desk *desk = *state;
    uint8_t *byte = &desk->sample.data[desk->sample.step_bytes[2] - 1];
    struct record record = {0};

    *byte ^= 0x55;
    record_open(&record, desk, ":1.1", desk->sample.size);
    *byte ^= 0x55;
    job_desk_settle(desk);
    job_start(record.job);
    record_clear(&record);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 0", "step 1", "state 5", "finished 3");
    assert_int_equal(record.job->failure.kind, FAILURE_BAD_DATA);
    record_close(&record, desk);
}

/* ---- Ending ---- */

/* Lets a job do all it can, with one request or with a second one that supersedes it. The job is
 * closed by the callback that tells the text, and the last that it tells is that. */
static void close_when_told(struct job_desk *desk, const char *text, bool superseded)
{
    struct record record = {.close_at = text, .with_work = true};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    if (record.job)
        record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    if (record.job && superseded)
        record_request(&record, 1, PRIORITY_INTERACTIVE, "", "B");
    if (record.job)
        job_start(record.job);
    job_desk_settle(desk);
    if (record.job)
        fail_msg("'%s' was not told", text);
    assert_string_equal(record.told[record.n_told - 1], "closed");
    assert_int_equal(desk->jobs.n_jobs, 0);
    record_close(&record, desk);
}

static void a_callback_may_close_its_job(void **state)
{
    static const char *const texts[] = {"opened", "state 2",    "begins",  "ends",
                                        "step 0", "answered A", "state 4", "finished 1"};
    struct job_desk *desk = *state;
    char last_step[16];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        close_when_told(desk, texts[i], false);
    snprintf(last_step, sizeof last_step, "step %u", desk->sample.info.n_steps - 1);
    close_when_told(desk, last_step, false);
    close_when_told(desk, "refused A: cancelled", true);
    close_when_told(desk, "answered B", true);
}

static void a_job_can_be_closed_while_it_decodes(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_clear(&record);
    job_start(record.job);
    job_close(record.job);
    RECORD_EXPECT(&record, "state 2", "closed");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, NULL);
    record_close(&record, desk);
}

static void only_a_started_job_is_cancelled(void **state)
{
    struct job_desk *desk = *state;
    struct record started = {0}, ready = {0}, complete = {0};

    record_open(&started, desk, ":1.1", desk->sample.size);
    record_open(&ready, desk, ":1.1", desk->sample.size);
    record_open(&complete, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    job_start(complete.job);
    job_desk_settle(desk);
    job_start(started.job);
    assert_true(jobs_busy(&desk->jobs));
    record_clear(&started);
    record_clear(&ready);
    record_clear(&complete);
    jobs_cancel(&desk->jobs);
    RECORD_EXPECT(&started, "finished 2", "closed");
    RECORD_EXPECT(&ready, "closed");
    RECORD_EXPECT(&complete, "closed");
    assert_false(jobs_busy(&desk->jobs));
    record_close(&started, desk);
    record_close(&ready, desk);
    record_close(&complete, desk);
}

static void a_client_that_leaves_takes_its_jobs_along(void **state)
{
    struct job_desk *desk = *state;
    struct record first = {0}, second = {0}, other = {0};

    record_open(&first, desk, ":1.1", desk->sample.size);
    record_open(&other, desk, ":1.10", desk->sample.size);
    record_open(&second, desk, ":1.1", desk->sample.size);
    jobs_close_client(&desk->jobs, ":1.1");
    assert_null(first.job);
    assert_null(second.job);
    assert_non_null(other.job);
    assert_int_equal(desk->jobs.n_jobs, 1);
    jobs_close_client(&desk->jobs, ":1.1");
    record_close(&first, desk);
    record_close(&second, desk);
    record_close(&other, desk);
}

/* ---- Limits ---- */

/* Opens so many, for up to three clients in turn. */
static void open_many(struct job_desk *desk, struct record *records, unsigned n, unsigned n_clients)
{
    static const char *const clients[] = {":1.1", ":1.2", ":1.4"};

    for (unsigned i = 0; i < n; i++)
        record_open(&records[i], desk, clients[i % n_clients], desk->sample.size);
}

/* A refused job has closed the descriptor, and changed nothing. */
static void expect_limit(struct job_desk *desk, const char *client)
{
    const struct job_settings settings = plain_settings();
    int fd = sample_file(&desk->sample, &desk->desk, desk->sample.size);
    unsigned n_jobs = desk->jobs.n_jobs;
    static const struct job_events none;
    struct failure failure;
    struct job *job = NULL;

    assert_int_equal(job_new(&desk->jobs, client, &settings, fd, -1, &none, NULL, &job, &failure),
                     -1);
    assert_int_equal(failure.kind, FAILURE_LIMIT);
    assert_null(job);
    assert_int_equal(desk->jobs.n_jobs, n_jobs);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(errno, EBADF);
}

static void a_client_has_a_limit(void **state)
{
    struct job_desk *desk = *state;
    struct record records[MAX_JOBS_PER_CLIENT] = {0};
    struct failure failure;

    open_many(desk, records, MAX_JOBS_PER_CLIENT, 1);
    expect_limit(desk, ":1.1");
    assert_int_equal(jobs_check(&desk->jobs, ":1.2", &failure), 0);
    record_close(&records[0], desk);
    assert_int_equal(jobs_check(&desk->jobs, ":1.1", &failure), 0);
    for (unsigned i = 0; i < MAX_JOBS_PER_CLIENT; i++)
        record_close(&records[i], desk);
}

static void all_clients_have_a_limit(void **state)
{
    struct job_desk *desk = *state;
    struct record records[24] = {0};

    assert_int_equal(desk->jobs.limits.max_jobs, 24);
    open_many(desk, records, 18, 2);
    /* The rest is for those who have none. */
    expect_limit(desk, ":1.1");
    for (unsigned i = 18; i < 24; i++) {
        char name[16];

        snprintf(name, sizeof name, ":2.%u", i);
        record_open(&records[i], desk, name, desk->sample.size);
        expect_limit(desk, name);
    }
    expect_limit(desk, ":1.3");
    for (unsigned i = 0; i < 24; i++)
        record_close(&records[i], desk);
}

/* Opens a job, which must be refused when its header is known. */
static void expect_no_memory(struct job_desk *desk, const char *client)
{
    struct record record = {0};

    record_open(&record, desk, client, desk->sample.size);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "not opened", "closed");
    assert_int_equal(record.failure.kind, FAILURE_LIMIT);
    assert_non_null(strstr(record.failure.text, "MiB"));
    record_close(&record, desk);
}

static void memory_is_shared(void **state)
{
    struct job_desk *desk = *state;
    const uint64_t most = desk->jobs.limits.max_memory;
    const struct uqd_region all = {0, 0, desk->sample.width, desk->sample.height};
    const uint64_t one = limits_memory_of(&desk->sample.info, &all, false);
    struct record records[3] = {0};

    assert_true(limits_memory_of(&desk->sample.info, &all, true) > one);
    desk->jobs.limits.max_memory = one - 1;
    expect_no_memory(desk, ":1.1");
    desk->jobs.limits.max_memory = 4 * one - 1;
    open_many(desk, records, 3, 3);
    job_desk_settle(desk);
    for (unsigned i = 0; i < 3; i++)
        RECORD_EXPECT(&records[i], "opened");
    assert_true(desk->jobs.memory == 3 * one);
    expect_no_memory(desk, ":2.1"); /* for all */
    for (unsigned i = 1; i < 3; i++)
        record_close(&records[i], desk);
    expect_no_memory(desk, records[0].job->client->name); /* more than half for one */
    record_close(&records[0], desk);
    assert_true(desk->jobs.memory == 0);
    desk->jobs.limits.max_memory = most;
}

/* Without a table the header does not tell: the model does. */
static void a_solid_file_is_lossless(void **state)
{
    struct job_desk *desk = *state;
    const struct sample *sample = &desk->sample;
    const struct job_settings plain = plain_settings();
    const struct uqd_image image = {sample->width, sample->height, sample->channels,
                                    (size_t)sample->width * sample->channels, sample->pixels};

    for (uint32_t stops = 0; stops <= 1; stops++) {
        struct record record = {0};
        struct uqd_encode_settings settings;
        uint8_t *data;
        size_t size;

        uqd_encode_settings_default(&settings);
        settings.threads = 1;
        settings.solid = 1;
        settings.stop_step = stops ? 0 : UINT32_MAX;
        assert_int_equal(uqd_encode(sample->model, &image, &settings, &data, &size), UQD_OK);
        record_open_file(&record, desk, "a", bytes_file(&desk->desk, data, size), &plain);
        job_desk_settle(desk);
        assert_non_null(record.job);
        assert_int_equal(record.job->decoding->info.lossless, !stops);
        record_close(&record, desk);
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_solid_file_is_lossless),
        cmocka_unit_test(opening_reads_the_header_only),
        cmocka_unit_test(what_cannot_be_opened_is_closed),
        cmocka_unit_test(a_picture_may_be_too_large),
        cmocka_unit_test(a_job_can_be_closed_while_it_is_opened),
        cmocka_unit_test(a_started_job_decodes_all_steps),
        cmocka_unit_test(a_paused_job_finishes_the_step_under_way),
        cmocka_unit_test(a_cut_file_is_done_where_it_ends),
        cmocka_unit_test(damage_ends_the_job_and_leaves_the_steps_before),
        cmocka_unit_test(a_callback_may_close_its_job),
        cmocka_unit_test(a_job_can_be_closed_while_it_decodes),
        cmocka_unit_test(only_a_started_job_is_cancelled),
        cmocka_unit_test(a_client_that_leaves_takes_its_jobs_along),
        cmocka_unit_test(a_client_has_a_limit),
        cmocka_unit_test(all_clients_have_a_limit),
        cmocka_unit_test(memory_is_shared),
    };

    return cmocka_run_group_tests(tests, job_desk_setup, job_desk_teardown);
}
