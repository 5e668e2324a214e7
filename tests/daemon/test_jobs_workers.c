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

static bool was_told(const struct record *record, const char *text)
{
    for (unsigned i = 0; i < record->n_told; i++) {
        if (strcmp(record->told[i], text) == 0)
            return true;
    }
    return false;
}

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
    send_signal(record.job, SIGSTOP); /* it is to end when something is expected of it */
    job_start(record.job);
    assert_true(record.job->in_flight);
    send_signal(record.job, SIGSEGV);
    send_signal(record.job, SIGCONT);
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
    send_signal(record.job, SIGSTOP);
    record_request(&record, 1, PRIORITY_INTERACTIVE, "", "B");
    send_signal(record.job, SIGKILL);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 5", "finished 3", "refused B: other");
    /* What was rendered is there still. */
    record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "answered A");
    record_close(&record, desk);
}

/* As the kernel does when memory is short. */
static void a_worker_that_ends_unasked_is_replaced(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_request(&record, 1, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened", "step 0", "step 1", "answered A");
    send_signal(record.job, SIGKILL);
    wait_for_end(atomic_load(&record.job->decoding->worker.process));
    record_request(&record, 2, PRIORITY_INTERACTIVE, "", "B");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 2", "answered B");
    record_close(&record, desk);
}

/* It would have kept a thread of the pool for ever. */
static void a_worker_without_signs_of_life_is_given_up(void **state)
{
    struct job_desk *desk = *state;
    struct workers *usual = desk->jobs.workers;
    struct record record = {0};
    int process;

    desk->jobs.workers = workers_new(UQDD);
    assert_non_null(desk->jobs.workers);
    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened");
    workers_set_patience(desk->jobs.workers, 200);
    process = dup(atomic_load(&record.job->decoding->worker.process));
    send_signal(record.job, SIGSTOP);
    record_request(&record, 1, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 5", "finished 3", "refused A: other");
    assert_non_null(strstr(record.job->failure.text, "did not go on"));
    wait_for_end(process);
    close(process);
    record_close(&record, desk);
    workers_free(desk->jobs.workers);
    desk->jobs.workers = usual;
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

/* Of workers that the spawner makes from now on. */
static void limit_memory(struct job_desk *desk, rlim_t most)
{
    const pid_t spawner = workers_process(desk->jobs.workers);
    struct rlimit limit;

    assert_true(spawner > 0);
    assert_int_equal(prlimit(spawner, RLIMIT_AS, NULL, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(prlimit(spawner, RLIMIT_AS, &limit, NULL), 0);
}

/* Bytes of address space that it has. */
static uint64_t space_of(pid_t process)
{
    char path[64];
    unsigned long pages = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/statm", (long)process);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* With a little or nothing more than it has before it begins: no memory, no threads, no frames. */
static void a_worker_without_memory_fails_its_job_alone(void **state)
{
    struct job_desk *desk = *state;
    const struct job_settings settings = plain_settings();
    struct record record = {0};
    uint64_t space;

    /* There must be a spawner. */
    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_close(&record, desk);
    space = space_of(workers_process(desk->jobs.workers));
    desk->jobs.threads = 4;
    for (unsigned i = 0; i < 12; i++) {
        memset(&record, 0, sizeof record);
        limit_memory(desk, space + ((uint64_t)i << 17));
        record_open_with(&record, desk, ":1.1", desk->sample.size, &settings);
        job_desk_settle(desk);
        if (record.job) {
            record_request(&record, 2, PRIORITY_INTERACTIVE, "", "A");
            job_desk_settle(desk);
        }
        /* It may have been enough. */
        if (record.job && record.job->extent.failed)
            assert_int_equal(record.job->state, JOB_FAILED);
        if (i == 0)
            assert_true(!record.job || record.job->extent.failed);
        record_close(&record, desk);
    }
    limit_memory(desk, RLIM_INFINITY);
    memset(&record, 0, sizeof record);
    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_request(&record, 0, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened", "step 0", "answered A");
    record_close(&record, desk);
    desk->jobs.threads = 1;
}

/* Of a picture that is worth several threads. */
static void a_worker_without_threads_decodes(void **state)
{
    struct job_desk *desk = *state, other = *desk;
    struct record record = {0};

    if (IS_SANITIZED) {
        print_message("skip: sanitizers have a thread of their own\n");
        skip();
    }
    setenv("UQD_TEST_PROGRAM", UQDD, 1);
    other.jobs.workers = workers_new(WITHOUT_THREADS);
    assert_non_null(other.jobs.workers);
    other.jobs.threads = 4;
    sample_make(&other.sample, &other.desk, 512, 320, 3);
    record_open(&record, &other, ":1.1", other.sample.size);
    job_desk_settle(&other);
    record_request(&record, record.job->extent.n_steps - 1, PRIORITY_INTERACTIVE, "", "A");
    job_start(record.job);
    job_desk_settle(&other);
    assert_true(was_told(&record, "answered A"));
    assert_int_equal(record.result, RESULT_DONE);
    record_close(&record, &other);
    workers_free(other.jobs.workers);
    sample_free(&other.sample);
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

/* ---- Rest ---- */

static void rest(struct job *job, unsigned turns)
{
    while (turns-- > 0)
        job_rest(job);
}

/* The pixels of the last answer, malloc'ed. */
static void *pixels_of(const struct record *record)
{
    void *pixels = malloc(record->frame.shape.size);

    assert_non_null(pixels);
    assert_int_equal(pread(record->frame.fd, pixels, record->frame.shape.size, 0),
                     (ssize_t)record->frame.shape.size);
    return pixels;
}

/* Asks for a frame that is in no cache, and compares it with what the library makes. */
static void expect_frame(struct job_desk *desk, struct record *record, size_t size, uint32_t step,
                         uint64_t seed)
{
    struct uqd_picture_request request;
    uint8_t *expected, *pixels;

    job_set_mode(record->job, UQD_MODE_ANCESTRAL, seed);
    uqd_picture_request_default(&request);
    request.step = step;
    request.mode = UQD_MODE_ANCESTRAL;
    request.seed = seed;
    const struct frame_key key = {.step = step, .mode = UQD_MODE_ANCESTRAL, .seed = seed};
    struct failure failure;
    assert_int_equal(
        job_request(record->job, &key, PRIORITY_INTERACTIVE, "", (void *)"A", &failure), 0);
    job_desk_settle(desk);
    RECORD_EXPECT(record, "answered A");
    expected = sample_render(&desk->sample, size, &request);
    pixels = pixels_of(record);
    /* Rows of three channels fill whole words here. */
    assert_int_equal(record->frame.shape.stride, desk->sample.width * 3);
    assert_memory_equal(pixels, expected, record->frame.shape.size);
    free(expected);
    free(pixels);
}

/* Of the complete file and of one that ends inside a step. */
static void a_job_that_rests_gives_its_worker_back(void **state)
{
    struct job_desk *desk = *state;
    const size_t sizes[] = {desk->sample.size,
                            (desk->sample.step_bytes[2] + desk->sample.step_bytes[3]) / 2};

    for (unsigned i = 0; i < 2; i++) {
        struct record record = {0};
        int process;

        record_open(&record, desk, ":1.1", sizes[i]);
        job_desk_settle(desk);
        job_start(record.job);
        job_desk_settle(desk);
        record_clear(&record);
        process = dup(atomic_load(&record.job->decoding->worker.process));
        rest(record.job, JOB_REST_TURNS - 1);
        assert_false(decoding_sleeps(record.job->decoding));
        assert_true(desk->jobs.memory > 0);
        rest(record.job, 1);
        assert_true(decoding_sleeps(record.job->decoding));
        assert_true(desk->jobs.memory == 0);
        wait_for_end(process);
        close(process);
        expect_frame(desk, &record, sizes[i], 1, 7);
        assert_false(decoding_sleeps(record.job->decoding));
        assert_true(desk->jobs.memory > 0);
        rest(record.job, JOB_REST_TURNS);
        expect_frame(desk, &record, sizes[i], i == 0 ? 2 : UQD_STEP_LATEST, 8);
        record_close(&record, desk);
        assert_true(desk->jobs.memory == 0);
    }
}

/* Where it was paused it goes on. */
static void a_job_that_rests_goes_on(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.size);
    job_desk_settle(desk);
    record_request(&record, 1, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened", "step 0", "step 1", "answered A");
    rest(record.job, JOB_REST_TURNS);
    assert_true(decoding_sleeps(record.job->decoding));
    record_request(&record, 2, PRIORITY_INTERACTIVE, "", "B");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 2", "answered B");
    record_close(&record, desk);
}

/* The file was replaced by another while nobody looked. */
static void a_file_that_changed_meanwhile_fails(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    int fd = sample_file(&desk->sample, &desk->desk, desk->sample.size), writer = dup(fd);
    const struct job_settings settings = plain_settings();

    record_open_file(&record, desk, ":1.1", fd, &settings);
    job_desk_settle(desk);
    record_request(&record, 2, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    record_clear(&record);
    rest(record.job, JOB_REST_TURNS);
    assert_int_equal(ftruncate(writer, (off_t)desk->sample.step_bytes[0]), 0);
    record_request(&record, 3, PRIORITY_INTERACTIVE, "", "B");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 5", "finished 3", "refused B: gone");
    close(writer);
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
static void listen_about(struct job_desk *desk, const char *lie, struct record *record,
                         const struct job_settings *settings)
{
    struct workers *honest = desk->jobs.workers;

    setenv("UQD_TEST_LIE", lie, 1);
    desk->jobs.workers = workers_new(LYING_WORKER);
    assert_non_null(desk->jobs.workers);
    record_open_with(record, desk, ":1.1", desk->sample.size, settings);
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

static void listen_to_lie(struct job_desk *desk, const char *lie, struct record *record)
{
    const struct job_settings settings = plain_settings();

    listen_about(desk, lie, record, &settings);
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

/* That the region is in the picture, and that a smaller frame shows it. */
static void lies_about_regions(void **state)
{
    struct job_settings settings = plain_settings();
    struct record outside = {0}, small = {0}, fits = {0};

    settings.region = (struct uqd_region){30, 0, 20, 10};
    listen_about(*state, "nothing", &outside, &settings);
    RECORD_EXPECT(&outside, "not opened", "closed");
    record_close(&outside, *state);
    settings.region = (struct uqd_region){20, 0, 20, 10};
    listen_about(*state, "a part of a region", &small, &settings);
    assert_true(was_told(&small, "refused A: other"));
    record_close(&small, *state);
    listen_about(*state, "a region", &fits, &settings);
    assert_true(was_told(&fits, "answered A"));
    assert_int_equal(fits.frame.shape.width, 20);
    assert_int_equal(fits.frame.shape.height, 10);
    record_close(&fits, *state);
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
        cmocka_unit_test(a_worker_that_ends_unasked_is_replaced),
        cmocka_unit_test(a_worker_without_signs_of_life_is_given_up),
        cmocka_unit_test(a_spawner_that_ends_is_replaced),
        cmocka_unit_test(a_worker_without_memory_fails_its_job_alone),
        cmocka_unit_test(a_worker_without_threads_decodes),
        cmocka_unit_test(closing_ends_the_process_at_once),
        cmocka_unit_test(a_job_that_rests_gives_its_worker_back),
        cmocka_unit_test(a_job_that_rests_goes_on),
        cmocka_unit_test(a_file_that_changed_meanwhile_fails),
        cmocka_unit_test(whoever_has_a_picture_stands_back),
        cmocka_unit_test(the_truth_is_believed),
        cmocka_unit_test(lies_at_the_beginning),
        cmocka_unit_test(lies_about_steps),
        cmocka_unit_test(lies_about_frames),
        cmocka_unit_test(lies_about_regions),
    };

    return cmocka_run_group_tests(tests, job_desk_setup, job_desk_teardown);
}
