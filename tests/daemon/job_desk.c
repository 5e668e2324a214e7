#include "job_desk.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- The desk ---- */

int job_desk_setup(void **state)
{
    struct job_desk *desk = calloc(1, sizeof *desk);
    char models[128];

    assert_non_null(desk);
    desk_make_directory(&desk->desk);
    snprintf(models, sizeof models, "%s/models", desk->desk.dir);
    setenv("UQD_MODELS", models, 1);
    sample_make(&desk->sample, &desk->desk, 40, 30, 3);
    desk->jobs = (struct jobs){.workers = workers_new(UQDD),
                               .threads = 1,
                               .limits = {.max_jobs = 24,
                                          .max_pixels = UINT64_C(1) << 26,
                                          .max_memory = UINT64_C(1) << 40}};
    assert_non_null(desk->jobs.workers);
    assert_int_equal(pool_new(&desk->jobs.pool, 2), 0);
    assert_int_equal(sem_init(&desk->gate, 0, 0), 0);
    *state = desk;
    return 0;
}

int job_desk_teardown(void **state)
{
    struct job_desk *desk = *state;

    assert_int_equal(desk->jobs.n_jobs, 0);
    assert_null(desk->jobs.clients.first);
    pool_free(desk->jobs.pool);
    workers_free(desk->jobs.workers);
    sem_destroy(&desk->gate);
    sample_free(&desk->sample);
    desk_remove_directory(&desk->desk);
    free(desk);
    return 0;
}

static struct job_desk *desk_of(struct work *work, unsigned index)
{
    return (struct job_desk *)((char *)(work - index) - offsetof(struct job_desk, waiters));
}

static void wait_first(struct work *work)
{
    sem_wait(&desk_of(work, 0)->gate);
}

static void wait_second(struct work *work)
{
    sem_wait(&desk_of(work, 1)->gate);
}

static void wait_third(struct work *work)
{
    sem_wait(&desk_of(work, 2)->gate);
}

static void waited(struct work *work)
{
    (void)work;
}

/* Each worker has one of the waiters, before anything that comes later. */
void job_desk_close_gate(struct job_desk *desk)
{
    static void (*const runs[])(struct work *) = {wait_first, wait_second, wait_third};

    for (unsigned i = 0; i < 3; i++) {
        desk->waiters[i] =
            (struct work){.priority = PRIORITY_INTERACTIVE, .run = runs[i], .done = waited};
        pool_submit(desk->jobs.pool, &desk->waiters[i]);
    }
}

void job_desk_open_gate(struct job_desk *desk)
{
    for (unsigned i = 0; i < 3; i++)
        sem_post(&desk->gate);
}

void job_desk_turn(struct job_desk *desk)
{
    struct pollfd event = {.fd = pool_fd(desk->jobs.pool), .events = POLLIN};

    if (poll(&event, 1, PATIENCE_MS) != 1)
        fail_msg("the workers give nothing back");
    pool_collect(desk->jobs.pool);
}

void job_desk_settle(struct job_desk *desk)
{
    while (!pool_idle(desk->jobs.pool))
        job_desk_turn(desk);
}

/* ---- Recording ---- */

static void tell(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(struct record *record, const char *format, ...)
{
    char *text = record->told[record->n_told++];
    va_list args;

    assert_true(record->n_told < MAX_TOLD);
    va_start(args, format);
    vsnprintf(text, sizeof record->told[0], format, args);
    va_end(args);
    if (record->close_at && record->job && strcmp(text, record->close_at) == 0)
        job_close(record->job);
}

static bool opened(void *cookie)
{
    tell(cookie, "opened");
    return true;
}

static void not_opened(void *cookie, const struct failure *failure)
{
    struct record *record = cookie;

    record->failure = *failure;
    tell(record, "not opened");
}

static void drop_frame(struct record *record)
{
    frame_close(&record->frame);
}

/* Of the failures that the tests look at in this way. */
static const char *name_of(const struct failure *failure)
{
    if (failure->kind == FAILURE_CANCELLED)
        return "cancelled";
    return failure->kind == FAILURE_GONE ? "gone" : "other";
}

static void answered(void *cookie, void *request, const struct frame *frame,
                     const struct failure *failure)
{
    struct record *record = cookie;

    drop_frame(record);
    if (frame) {
        record->frame = *frame;
        record->frame.fd = fcntl(frame->fd, F_DUPFD_CLOEXEC, 0);
        assert_true(record->frame.fd >= 0);
        tell(record, "answered %s", (const char *)request);
    } else {
        record->failure = *failure;
        tell(record, "refused %s: %s", (const char *)request, name_of(failure));
    }
}

static void stepped(void *cookie, const struct job_step *step)
{
    struct record *record = cookie;

    record->shown = step->shown;
    tell(record, "step %u", step->index);
}

static void working(void *cookie, bool begins)
{
    struct record *record = cookie;

    if (record->with_work)
        tell(record, "%s", begins ? "begins" : "ends");
}

static void changed(void *cookie)
{
    struct record *record = cookie;

    tell(record, "state %d", (int)record->job->state);
}

static void finished(void *cookie, enum job_result result)
{
    struct record *record = cookie;

    record->result = result;
    tell(record, "finished %d", (int)result);
}

static void closed(void *cookie)
{
    struct record *record = cookie;

    record->job = NULL;
    tell(record, "closed");
}

static const struct job_events events = {
    .opened = opened,
    .not_opened = not_opened,
    .answered = answered,
    .step = stepped,
    .working = working,
    .changed = changed,
    .finished = finished,
    .closed = closed,
};

struct job_settings plain_settings(void)
{
    return (struct job_settings){
        .mode = UQD_MODE_DENOISED,
        .max_step = UINT32_MAX,
        .max_bytes = UINT64_MAX,
        .priority = PRIORITY_INTERACTIVE,
    };
}

void record_open_file(struct record *record, struct job_desk *desk, const char *client, int fd,
                      const struct job_settings *settings)
{
    struct failure failure;

    record->frame.fd = -1;
    if (job_new(&desk->jobs, client, settings, fd, -1, &events, record, &record->job, &failure) < 0)
        fail_msg("%s", failure.text);
}

void record_open_with(struct record *record, struct job_desk *desk, const char *client, size_t size,
                      const struct job_settings *settings)
{
    record_open_file(record, desk, client, sample_file(&desk->sample, &desk->desk, size), settings);
}

void record_open(struct record *record, struct job_desk *desk, const char *client, size_t size)
{
    const struct job_settings settings = plain_settings();

    record_open_with(record, desk, client, size, &settings);
}

void record_request(struct record *record, uint32_t step, enum priority priority,
                    const char *purpose, const char *name)
{
    const struct frame_key key = {.step = step, .mode = record->job->settings.mode};
    struct failure failure;

    if (job_request(record->job, &key, priority, purpose, (void *)name, &failure) < 0)
        fail_msg("%s", failure.text);
}

/* ---- Comparing ---- */

void record_expect(struct record *record, const char *const *expected)
{
    for (unsigned i = 0; i < record->n_told; i++) {
        if (!expected[i])
            fail_msg("'%s' was not expected", record->told[i]);
        assert_string_equal(record->told[i], expected[i]);
    }
    if (expected[record->n_told])
        fail_msg("'%s' was not told", expected[record->n_told]);
    record_clear(record);
}

void record_clear(struct record *record)
{
    record->n_told = 0;
}

void record_close(struct record *record, struct job_desk *desk)
{
    if (record->job)
        job_close(record->job);
    job_desk_settle(desk);
    drop_frame(record);
}
