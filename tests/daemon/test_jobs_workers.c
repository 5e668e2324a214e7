/* Jobs and the processes that decode for them: what happens when one ends, or lies. */
#include "job_desk.h"
#include "utf8.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- Processes that end ---- */

static void send_signal(const struct job *job, int number)
{
    const int process = atomic_load(&job->decoding->worker.process);

    if (process < 0 || (syscall(SYS_pidfd_send_signal, process, number, 0, 0) < 0 &&
                        errno == ENOSYS)) /* the kernel or valgrind */
        exit(77);
}

/* Fails the test if it does not. */
static void wait_for_end(int process)
{
    struct pollfd end = {.fd = process, .events = POLLIN};

    assert_int_equal(poll(&end, 1, PATIENCE_MS), 1);
}

static void a_worker_that_crashes_fails_its_job_alone(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0}, other = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    record_open(&other, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_clear(&record);
    record_clear(&other);
    send_signal(record.job, SIGSEGV);
    wait_for_end(atomic_load(&record.job->decoding->worker.process));
    job_start(record.job);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 2", "state 5", "finished 3");
    assert_int_equal(record.job->failure.kind, FAILURE_OTHER);
    assert_non_null(strstr(record.job->failure.text, "ended unexpectedly"));
    record_request(&other, 0, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&other, "step 0", "answered A");
    record_close(&record, desk);
    record_close(&other, desk);
}

static void a_request_is_answered_when_the_worker_has_gone(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_clear(&record);
    record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 0", "answered A");
    send_signal(record.job, SIGKILL);
    record_request(&record, 1, PRIORITY_INTERACTIVE, "", "B");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 5", "finished 3", "refused B: other");
    /* What was rendered is there still. */
    record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "answered A");
    record_close(&record, desk);
}

static void a_spawner_that_ends_is_replaced(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened");
    /* The worker's parent. */
    assert_int_equal(kill(workers_process(desk->jobs.workers), SIGKILL), 0);
    wait_for_end(atomic_load(&record.job->decoding->worker.process));
    record_close(&record, desk);
    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "closed", "opened");
    record_close(&record, desk);
}

static void closing_ends_the_process_at_once(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    int process;

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    process = dup(atomic_load(&record.job->decoding->worker.process));
    assert_true(process >= 0);
    send_signal(record.job, SIGSTOP); /* it would not hear what it is told */
    job_start(record.job);
    assert_true(record.job->in_flight);
    job_close(record.job);
    job_desk_settle(desk);
    wait_for_end(process);
    close(process);
    record_close(&record, desk);
}

/* ---- Several programs ---- */

static int niceness_of(const struct record *record)
{
    return getpriority(PRIO_PROCESS, (id_t)atomic_load(&record->job->decoding->worker.number));
}

/* A program alone has the processors; when another comes, what has shown something stands back. */
static void whoever_has_a_picture_stands_back(void **state)
{
    struct job_desk *desk = *state;
    struct record first = {0}, second = {0}, third = {0};
    int before;

    record_open(&first, desk, ":1.1", desk->sample.size);
    record_open(&second, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_request(&first, 0, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    before = niceness_of(&second);
    assert_int_equal(niceness_of(&first), before);
    record_open(&third, desk, ":1.2", desk->sample.size);
    job_desk_settle(desk);
    assert_int_equal(niceness_of(&first), before < 10 ? 10 : before);
    assert_int_equal(niceness_of(&second), before);
    assert_int_equal(niceness_of(&third), before);
    record_request(&third, 1, PRIORITY_INTERACTIVE, "", "B");
    job_desk_settle(desk);
    assert_int_equal(niceness_of(&third), before < 10 ? 10 : before);
    record_close(&first, desk);
    record_close(&second, desk);
    record_close(&third, desk);
}

/* ---- Processes that lie ---- */

/* Opens a job, starts it and asks for a frame. */
static void listen_to_lie(struct job_desk *desk, const char *lie, struct record *record)
{
    struct workers *honest = desk->jobs.workers;

    setenv("UQD_TEST_LIE", lie, 1);
    desk->jobs.workers = workers_new(LYING_WORKER);
    assert_non_null(desk->jobs.workers);
    record_open(record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    if (record->job) {
        record_request(record, 0, PRIORITY_INTERACTIVE, "", "A");
        job_desk_settle(desk);
    }
    if (record->job) {
        job_start(record->job);
        job_desk_settle(desk);
    }
    workers_free(desk->jobs.workers);
    desk->jobs.workers = honest;
}

static bool was_told(const struct record *record, const char *text)
{
    for (unsigned i = 0; i < record->n_told; i++) {
        if (strcmp(record->told[i], text) == 0)
            return true;
    }
    return false;
}

static void lies_at_the_beginning(void **state)
{
    static const char *const lies[] = {
        "no hello",       "half a hello",      "not confined", "gone",
        "a status",       "a kind of failure", "a text",       "no width",
        "a great height", "many channels",     "many steps",   "a large profile",
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct record record = {0};

        listen_to_lie(*state, lies[i], &record);
        RECORD_EXPECT(&record, "not opened", "closed");
        assert_true(utf8_is_valid(record.failure.text, strlen(record.failure.text)));
        record_close(&record, *state);
    }
}

static void lies_about_steps(void **state)
{
    static const char *const lies[] = {"no progress", "too many steps"};

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct record record = {0};

        listen_to_lie(*state, lies[i], &record);
        assert_true(was_told(&record, "refused A: other"));
        assert_false(was_told(&record, "step 0"));
        assert_int_equal(record.job->state, JOB_FAILED);
        record_close(&record, *state);
    }
}

static void lies_about_frames(void **state)
{
    static const char *const lies[] = {"no memory", "open memory", "too little memory", "a pipe"};

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct record record = {0};

        listen_to_lie(*state, lies[i], &record);
        assert_true(was_told(&record, "step 0"));
        assert_true(was_told(&record, "refused A: other"));
        record_close(&record, *state);
    }
}

/* Without a lie the same works, so that the lies are what fails. */
static void the_truth_is_believed(void **state)
{
    struct record record = {0};

    listen_to_lie(*state, "nothing", &record);
    assert_true(was_told(&record, "answered A"));
    assert_true(was_told(&record, "finished 1"));
    assert_string_equal(record.job->decoding->model_name, "");
    assert_string_equal(record.job->decoding->steps[0].name, "");
    assert_int_equal(record.job->decoding->info.lossless, 1);
    record_close(&record, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_that_crashes_fails_its_job_alone),
        cmocka_unit_test(a_request_is_answered_when_the_worker_has_gone),
        cmocka_unit_test(a_spawner_that_ends_is_replaced),
        cmocka_unit_test(closing_ends_the_process_at_once),
        cmocka_unit_test(whoever_has_a_picture_stands_back),
        cmocka_unit_test(the_truth_is_believed),
        cmocka_unit_test(lies_at_the_beginning),
        cmocka_unit_test(lies_about_steps),
        cmocka_unit_test(lies_about_frames),
    };

    return cmocka_run_group_tests(tests, job_desk_setup, job_desk_teardown);
}
