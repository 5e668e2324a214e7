/* Thumbnails and the processes that decode for them: what happens when one ends, is stopped, or
 * lies. */
#include "job_desk.h"
#include "thumbnails/maker.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_AGO = 1000000000 };

static const struct decode_settings settings = {.threads = 1};

struct fixture {
    struct job_desk *jobs;
    struct cache cache;
    struct workers *lying;
    int ready[2]; /* of a liar that is silent: see lying_worker.c */
    char path[128], uri[160];
};

/* One thumbnail of the file. */
struct run {
    struct maker maker;
    int status;
};

/* ---- The fixture ---- */

static void put_file(const struct fixture *f)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = LONG_AGO}};
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(f->jobs->sample.data, 1, f->jobs->sample.size, file),
                     f->jobs->sample.size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(utimensat(AT_FDCWD, f->path, times, 0), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char number[16];
    void *jobs;

    assert_non_null(f);
    assert_int_equal(job_desk_setup(&jobs), 0);
    f->jobs = jobs;
    snprintf(f->path, sizeof f->path, "%s/a.uqd", f->jobs->desk.dir);
    snprintf(f->uri, sizeof f->uri, "file://%s", f->path);
    put_file(f);
    setenv("XDG_CACHE_HOME", f->jobs->desk.dir, 1);
    assert_int_equal(cache_open(&f->cache), 0);
    assert_int_equal(pipe(f->ready), 0); /* which liars inherit */
    snprintf(number, sizeof number, "%d", f->ready[1]);
    setenv("UQD_TEST_READY", number, 1);
    f->lying = workers_new(LYING_WORKER);
    assert_non_null(f->lying);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *jobs = f->jobs;

    workers_free(f->lying);
    close(f->ready[0]);
    close(f->ready[1]);
    cache_close(&f->cache);
    job_desk_teardown(&jobs);
    free(f);
    return 0;
}

/* ---- Runs ---- */

static void prepare(const struct fixture *f, struct run *run, struct workers *workers,
                    const char *flavor)
{
    run->maker = (struct maker){.cache = &f->cache,
                                .workers = workers,
                                .settings = &settings,
                                .uri = f->uri,
                                .flavor = flavor_find(flavor),
                                .stage = STAGE_WHOLE};
    maker_init(&run->maker);
}

static void *run_maker(void *cookie)
{
    struct run *run = cookie;

    run->status = maker_run(&run->maker);
    return NULL;
}

static bool has(const struct fixture *f, const char *flavor)
{
    return cache_is_valid(&f->cache, flavor_find(flavor), f->uri, LONG_AGO);
}

/* Nothing has come of it, and nothing is said against the file. */
static void expect_failure(const struct fixture *f, const struct run *run)
{
    assert_int_equal(run->status, -1);
    assert_int_equal(run->maker.error, THUMBNAIL_ERR_OTHER);
    assert_false(has(f, run->maker.flavor->name));
    assert_false(cache_has_failed(&f->cache, f->uri, LONG_AGO));
}

static void run_honestly(const struct fixture *f, const char *flavor)
{
    struct run run;

    prepare(f, &run, f->jobs->jobs.workers, flavor);
    run_maker(&run);
    assert_int_equal(run.status, 0);
    assert_true(has(f, flavor));
    maker_end(&run.maker);
}

/* ---- Processes that end ---- */

/* Begins a prepared run whose worker does nothing. Returns a descriptor of its process. */
static int begin_silence_of(const struct fixture *f, struct run *run, pthread_t *thread)
{
    struct pollfd ready = {.fd = f->ready[0], .events = POLLIN};
    int process;
    char byte;

    setenv("UQD_TEST_LIE", "silence", 1);
    assert_int_equal(pthread_create(thread, NULL, run_maker, run), 0);
    assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
    assert_int_equal(read(f->ready[0], &byte, 1), 1);
    process = (int)syscall(SYS_pidfd_open, workers_process(f->lying), 0);
    if (process < 0)
        exit(77); /* an old kernel, or valgrind */
    return process;
}

static int begin_silence(const struct fixture *f, struct run *run, pthread_t *thread)
{
    prepare(f, run, f->lying, "normal");
    return begin_silence_of(f, run, thread);
}

/* Fails the test if it does not. */
static void wait_for_end(int process)
{
    struct pollfd end = {.fd = process, .events = POLLIN};

    assert_int_equal(poll(&end, 1, PATIENCE_MS), 1);
    close(process);
}

static void a_worker_that_crashes_fails_its_thumbnail_alone(void **state)
{
    const struct fixture *f = *state;
    pthread_t thread;
    struct run run;
    int process = begin_silence(f, &run, &thread);

    run_honestly(f, "large");
    assert_int_equal(kill(workers_process(f->lying), SIGSEGV), 0);
    wait_for_end(process);
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_failure(f, &run);
    assert_non_null(strstr(run.maker.message.text, "ended unexpectedly"));
    maker_end(&run.maker);
    run_honestly(f, "normal");
}

static int niceness_of(const struct run *run)
{
    return getpriority(PRIO_PROCESS, (id_t)atomic_load(&run->maker.thumbnailing.worker->number));
}

/* Told before the process is there, or while it is at work. */
static void a_process_stands_back(void **state)
{
    const struct fixture *f = *state;
    const int before = getpriority(PRIO_PROCESS, 0);

    for (int is_early = 0; is_early < 2; is_early++) {
        pthread_t thread;
        struct run run;
        int process;

        prepare(f, &run, f->lying, "normal");
        if (is_early)
            maker_stand_back(&run.maker);
        process = begin_silence_of(f, &run, &thread);
        if (!is_early) {
            assert_int_equal(niceness_of(&run), before);
            maker_stand_back(&run.maker);
        }
        assert_int_equal(niceness_of(&run), before < 10 ? 10 : before);
        maker_stop(&run.maker);
        wait_for_end(process);
        assert_int_equal(pthread_join(thread, NULL), 0);
        maker_end(&run.maker);
        workers_free(((struct fixture *)*state)->lying);
        ((struct fixture *)*state)->lying = workers_new(LYING_WORKER);
        assert_non_null(f->lying);
    }
}

static void stopping_ends_the_process_at_once(void **state)
{
    const struct fixture *f = *state;
    pthread_t thread;
    struct run run;
    int process = begin_silence(f, &run, &thread);

    maker_stop(&run.maker);
    wait_for_end(process);
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_failure(f, &run);
    /* Until it is wanted again. */
    run.maker.workers = f->jobs->jobs.workers;
    run_maker(&run);
    expect_failure(f, &run);
    maker_expect(&run.maker);
    run_maker(&run);
    assert_int_equal(run.status, 0);
    maker_end(&run.maker);
}

static void a_worker_that_is_silent_is_given_up(void **state)
{
    const struct fixture *f = *state;
    const int file = open(f->path, O_RDONLY | O_CLOEXEC);
    const struct thumbnailing_order order = {.file = file,
                                             .name = f->path,
                                             .edge = 128,
                                             .settings = &settings,
                                             .milliseconds = 1,
                                             .grace = 1};
    struct thumbnailing thumbnailing;
    struct thumbnailed made;
    enum input_fault fault = INPUT_FAULT_DATA;
    struct message message;

    setenv("UQD_TEST_LIE", "silence", 1);
    thumbnailing_init(&thumbnailing);
    assert_int_equal(thumbnailing_run(&thumbnailing, f->lying, &order, &made, &fault, &message),
                     -1);
    assert_int_equal(fault, INPUT_FAULT_OTHER);
    thumbnailing_end(&thumbnailing);
    close(file);
}

/* ---- Processes that lie ---- */

static void listen_to_lie(const struct fixture *f, const char *lie, struct run *run)
{
    struct workers *workers = workers_new(LYING_WORKER);

    assert_non_null(workers);
    setenv("UQD_TEST_LIE", lie, 1);
    prepare(f, run, workers, "normal");
    run_maker(run);
    maker_end(&run->maker);
    workers_free(workers);
}

static void lies_are_refused(void **state)
{
    static const char *const lies[] = {
        "no hello", "half a hello", "not confined", "gone",     "a status",       "a fault",
        "a text",   "a long text",  "no text",      "no width", "a great height", "few pixels",
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct run run;

        listen_to_lie(*state, lies[i], &run);
        expect_failure(*state, &run);
    }
}

/* What it says against the file it says of its own one only. */
static void what_could_be_true_is_believed(void **state)
{
    const struct fixture *f = *state;
    struct run run;

    listen_to_lie(f, "nothing", &run);
    assert_int_equal(run.status, 0);
    assert_true(has(f, "normal"));
    cache_remove(&f->cache, flavor_find("normal"), f->uri);
    listen_to_lie(f, "bad data", &run);
    assert_int_equal(run.status, -1);
    assert_int_equal(run.maker.error, THUMBNAIL_ERR_DATA);
    assert_string_equal(run.maker.message.text, "it is damaged");
    assert_true(cache_has_failed(&f->cache, f->uri, LONG_AGO));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_worker_that_crashes_fails_its_thumbnail_alone),
        TEST(a_process_stands_back),
        TEST(stopping_ends_the_process_at_once),
        TEST(a_worker_that_is_silent_is_given_up),
        TEST(lies_are_refused),
        TEST(what_could_be_true_is_believed),
    };

    return cmocka_run_group_tests_name("thumbnails_workers", tests, NULL, NULL);
}
