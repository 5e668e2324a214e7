/* Jobs on files that grow, without a bus: what is awaited, and what ends the waiting. */
#include "job_desk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- A file that grows ---- */

struct growing {
    char path[96];
    int fd;
    const uint8_t *data; /* all of it */
    size_t size;         /* at present */
};

static void grow(struct growing *file, size_t size)
{
    assert_true(size >= file->size);
    assert_int_equal(write(file->fd, file->data + file->size, size - file->size),
                     size - file->size);
    file->size = size;
}

static void growing_begin(struct growing *file, const struct job_desk *desk, const uint8_t *data,
                          size_t size)
{
    *file = (struct growing){.data = data};
    snprintf(file->path, sizeof file->path, "%s/growing.uqd", desk->desk.dir);
    file->fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file->fd >= 0);
    grow(file, size);
}

static void growing_end(struct growing *file)
{
    close(file->fd);
    unlink(file->path);
}

static struct job_settings follow_settings(void)
{
    struct job_settings settings = plain_settings();

    settings.follow = true;
    return settings;
}

/* Opens the file as it is by now, and follows it. */
static void follow(struct record *record, struct job_desk *desk, const struct growing *file)
{
    const struct job_settings settings = follow_settings();
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    record_open_file(record, desk, ":1.1", fd, &settings);
    job_desk_settle(desk);
}

/* Begins with so many bytes of the sample, opened and waiting. */
static void begin(struct job_desk *desk, struct growing *file, struct record *record, size_t size)
{
    growing_begin(file, desk, desk->sample.data, size);
    follow(record, desk, file);
    RECORD_EXPECT(record, "opened");
    job_start(record->job);
    job_desk_settle(desk);
    record_clear(record);
    assert_int_equal(record->job->state, JOB_WAITING);
}

static void grow_and_tell(struct job_desk *desk, struct growing *file, struct record *record,
                          size_t size)
{
    grow(file, size);
    job_grown(record->job);
    job_desk_settle(desk);
}

/* ---- Steps ---- */

static void a_job_goes_on_when_its_file_has_grown(void **state)
{
    struct job_desk *desk = *state;
    const uint64_t *bytes = desk->sample.step_bytes;
    struct record record = {0};
    struct growing file;

    growing_begin(&file, desk, desk->sample.data, bytes[1] + 1);
    follow(&record, desk, &file);
    job_start(record.job);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened", "state 2", "step 0", "step 1", "state 6");
    assert_false(job_busy(record.job));
    grow_and_tell(desk, &file, &record, bytes[3] - 2);
    RECORD_EXPECT(&record, "step 2", "state 2", "state 6");
    /* Too little for a step is nothing to tell. */
    grow_and_tell(desk, &file, &record, bytes[3] - 1);
    RECORD_EXPECT(&record, NULL);
    assert_int_equal(record.job->extent.received, bytes[3] - 1);
    grow_and_tell(desk, &file, &record, bytes[3]);
    RECORD_EXPECT(&record, "step 3", "state 2", "state 6");
    grow_and_tell(desk, &file, &record, desk->sample.size);
    assert_int_equal(record.result, RESULT_DONE);
    assert_int_equal(record.job->state, JOB_FINISHED);
    assert_int_equal(record.job->extent.steps_complete, desk->sample.info.n_steps);
    record_close(&record, desk);
    growing_end(&file);
}

/* Another worker comes as far as the one before, and no further, though whole steps more are there:
 * the steps are told one by one. Of a file that is more than what is read for its header. */
static void a_worker_that_ended_is_replaced_when_the_file_has_grown(void **state)
{
    struct job_desk *desk = *state, other = *desk;

    sample_make(&other.sample, &other.desk, 160, 160, 3);
    const uint64_t *bytes = other.sample.step_bytes;
    const uint32_t n = other.sample.info.n_steps;
    const uint64_t sizes[] = {bytes[n - 4], bytes[n - 4] + 20, bytes[n - 3] - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char steps[2][16];
        struct record record = {0};
        struct growing file;

        begin(&other, &file, &record, sizes[i]);
        decoding_sleep(record.job->decoding); /* as where the worker has ended */
        assert_true(decoding_sleeps(record.job->decoding));
        grow_and_tell(&other, &file, &record, bytes[n - 2]);
        for (uint32_t k = 0; k < 2; k++)
            snprintf(steps[k], sizeof steps[k], "step %u", n - 3 + k);
        RECORD_EXPECT(&record, steps[0], "state 2", steps[1], "state 6");
        assert_int_equal(record.job->extent.received, bytes[n - 2]);
        record_close(&record, &other);
        growing_end(&file);
    }
    sample_free(&other.sample);
}

/* The decoder is fed the file byte by byte, and ends like that of the whole file. */
static void any_pieces_give_the_same_picture(void **state)
{
    struct job_desk *desk = *state;
    struct uqd_picture_request request;
    struct record record = {0};
    struct growing file;
    uint8_t *wanted, *got;
    size_t size = (size_t)desk->sample.width * desk->sample.height * 3;

    growing_begin(&file, desk, desk->sample.data, 0);
    follow(&record, desk, &file);
    for (size_t n = 1; n <= desk->sample.info.header_size; n++)
        grow_and_tell(desk, &file, &record, n);
    RECORD_EXPECT(&record, "opened");
    job_start(record.job);
    while (file.size < desk->sample.size) {
        size_t next = file.size + 97;

        record_clear(&record);
        grow_and_tell(desk, &file, &record, next < desk->sample.size ? next : desk->sample.size);
    }
    assert_int_equal(record.result, RESULT_DONE);
    record_request(&record, UQD_STEP_LATEST, PRIORITY_INTERACTIVE, "", "A");
    job_desk_settle(desk);
    uqd_picture_request_default(&request);
    request.step = desk->sample.info.n_steps - 1;
    wanted = sample_render(&desk->sample, desk->sample.size, &request);
    got = malloc(size);
    assert_non_null(got);
    for (uint32_t y = 0; y < desk->sample.height; y++)
        assert_int_equal(pread(record.frame.fd, got + y * size / desk->sample.height,
                               size / desk->sample.height,
                               (off_t)(record.frame.shape.offset + y * record.frame.shape.stride)),
                         size / desk->sample.height);
    assert_memory_equal(got, wanted, size);
    free(got);
    free(wanted);
    record_close(&record, desk);
    growing_end(&file);
}

static void no_more_is_the_end_of_a_cut_file(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;

    begin(desk, &file, &record, desk->sample.step_bytes[1] + 1);
    job_set_follow(record.job, false);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 4", "finished 1");
    assert_int_equal(record.job->extent.received, desk->sample.step_bytes[1] + 1);
    record_close(&record, desk);
    growing_end(&file);
}

/* What came with the word that no more will come is decoded, too. */
static void the_last_bytes_are_not_lost(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;

    begin(desk, &file, &record, desk->sample.step_bytes[1] + 1);
    grow(&file, desk->sample.step_bytes[2] + 5);
    job_set_follow(record.job, false);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 2", "state 2", "state 4", "finished 1");
    assert_int_equal(record.job->extent.received, desk->sample.step_bytes[2] + 5);
    record_close(&record, desk);
    growing_end(&file);
}

static void a_limit_is_the_end_of_the_file(void **state)
{
    struct job_desk *desk = *state;
    struct job_settings settings = follow_settings();
    struct record record = {0};

    settings.max_bytes = desk->sample.step_bytes[0] + 1;
    record_open_with(&record, desk, ":1.1", desk->sample.size, &settings);
    job_desk_settle(desk);
    job_start(record.job);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened", "state 2", "step 0", "state 4", "finished 1");
    record_close(&record, desk);
}

static void who_does_not_follow_is_done_at_the_end(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};

    record_open(&record, desk, ":1.1", desk->sample.step_bytes[0]);
    job_desk_settle(desk);
    job_grown(record.job);
    job_start(record.job);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened", "state 2", "step 0", "state 4", "finished 1");
    job_grown(record.job);
    job_set_follow(record.job, true);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, NULL);
    record_close(&record, desk);
}

static void a_paused_job_begins_no_step(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;

    begin(desk, &file, &record, desk->sample.step_bytes[0]);
    job_pause(record.job);
    grow_and_tell(desk, &file, &record, desk->sample.size);
    RECORD_EXPECT(&record, "state 3");
    job_start(record.job);
    job_desk_settle(desk);
    assert_int_equal(record.result, RESULT_DONE);
    record_close(&record, desk);
    growing_end(&file);
}

/* ---- Frames ---- */

static void requests_wait_for_what_comes(void **state)
{
    struct job_desk *desk = *state;
    const uint64_t *bytes = desk->sample.step_bytes;
    struct record record = {0};
    struct growing file;

    growing_begin(&file, desk, desk->sample.data, bytes[0]);
    follow(&record, desk, &file);
    record_request(&record, 2, PRIORITY_INTERACTIVE, "a", "A");
    record_request(&record, 0, PRIORITY_INTERACTIVE, "b", "B");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "opened", "step 0", "answered B");
    assert_false(job_busy(record.job));
    grow_and_tell(desk, &file, &record, bytes[1]);
    RECORD_EXPECT(&record, "step 1");
    grow_and_tell(desk, &file, &record, bytes[2]);
    RECORD_EXPECT(&record, "step 2", "answered A");
    record_request(&record, 3, PRIORITY_INTERACTIVE, "a", "C");
    job_set_follow(record.job, false);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "state 4", "finished 1", "refused C: gone");
    record_close(&record, desk);
    growing_end(&file);
}

static void request_bytes(struct record *record, uint64_t bytes, const char *name)
{
    const struct frame_key key = {
        .step = UQD_STEP_LATEST, .mode = UQD_MODE_DENOISED, .bytes = bytes};
    struct failure failure;

    if (job_request(record->job, &key, PRIORITY_INTERACTIVE, name, (void *)name, &failure) < 0)
        fail_msg("%s", failure.text);
}

/* Though the step that they belong to is not complete. */
static void what_is_there_can_be_shown(void **state)
{
    struct job_desk *desk = *state;
    const uint64_t *bytes = desk->sample.step_bytes;
    struct record record = {0};
    struct growing file;

    begin(desk, &file, &record, bytes[1] + 20);
    request_bytes(&record, bytes[1] + 20, "A");
    request_bytes(&record, bytes[1] + 21, "B");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "answered A");
    assert_int_equal(record.frame.bytes, bytes[1] + 20);
    /* What has come while a frame is made does not take it away. */
    request_bytes(&record, bytes[1] + 10, "C");
    grow_and_tell(desk, &file, &record, bytes[1] + 30);
    RECORD_EXPECT(&record, "answered C", "answered B");
    /* Nor does what has come before, which is looked at behind it. */
    record.with_work = true;
    grow(&file, bytes[1] + 40);
    request_bytes(&record, bytes[1] + 5, "D");
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "begins", "ends", "answered D", "begins", "ends");
    assert_int_equal(record.job->extent.received, bytes[1] + 40);
    record_close(&record, desk);
    growing_end(&file);
}

/* ---- What is no growth ---- */

static void expect_lost(struct job_desk *desk, struct record *record)
{
    record_request(record, 3, PRIORITY_INTERACTIVE, "", "A");
    job_grown(record->job);
    job_desk_settle(desk);
    RECORD_EXPECT(record, "state 5", "finished 3", "refused A: gone");
    assert_int_equal(record->failure.kind, FAILURE_GONE);
    record_request(record, 0, PRIORITY_INTERACTIVE, "", "B");
    job_desk_settle(desk);
    RECORD_EXPECT(record, "answered B");
    record_close(record, desk);
}

static void a_file_that_shrinks_is_lost(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;

    begin(desk, &file, &record, desk->sample.step_bytes[1] + 1);
    assert_int_equal(ftruncate(file.fd, 10), 0);
    expect_lost(desk, &record);
    growing_end(&file);
}

static void a_file_that_is_removed_is_lost(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;

    begin(desk, &file, &record, desk->sample.step_bytes[1] + 1);
    assert_int_equal(unlink(file.path), 0);
    expect_lost(desk, &record);
    growing_end(&file);
}

/* Another name is no loss, and neither is having none from the beginning. */
static void names_may_change(void **state)
{
    struct job_desk *desk = *state;
    const struct job_settings settings = follow_settings();
    struct record renamed = {0}, nameless = {0};
    struct growing file;
    char path[128];

    begin(desk, &file, &renamed, desk->sample.step_bytes[0]);
    snprintf(path, sizeof path, "%s.part", file.path);
    assert_int_equal(rename(file.path, path), 0);
    grow_and_tell(desk, &file, &renamed, desk->sample.size - 1);
    assert_int_equal(renamed.job->state, JOB_WAITING);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(unlink(path), 0);
    record_open_file(&nameless, desk, ":1.1", fd, &settings);
    job_desk_settle(desk);
    job_start(nameless.job);
    job_desk_settle(desk);
    assert_int_equal(nameless.job->state, JOB_WAITING);
    grow_and_tell(desk, &file, &nameless, desk->sample.size);
    assert_int_equal(nameless.result, RESULT_DONE);
    record_close(&renamed, desk);
    record_close(&nameless, desk);
    growing_end(&file);
}

/* The removal is not told before all that was there is decoded. */
static void what_a_removed_file_holds_is_decoded(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;

    begin(desk, &file, &record, desk->sample.step_bytes[0]);
    grow(&file, desk->sample.step_bytes[1] + 1);
    assert_int_equal(unlink(file.path), 0);
    job_grown(record.job);
    job_desk_settle(desk);
    RECORD_EXPECT(&record, "step 1", "state 2", "state 6", "state 5", "finished 3");
    record_close(&record, desk);
    growing_end(&file);
}

static void another_file_in_its_place_is_damage(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;
    uint8_t *other = calloc(1, desk->sample.size);

    assert_non_null(other);
    begin(desk, &file, &record, desk->sample.step_bytes[1]);
    assert_int_equal(pwrite(file.fd, other, desk->sample.size, 0), desk->sample.size);
    job_grown(record.job);
    job_desk_settle(desk);
    assert_int_equal(record.result, RESULT_FAILED);
    assert_int_equal(record.job->failure.kind, FAILURE_BAD_DATA);
    free(other);
    record_close(&record, desk);
    growing_end(&file);
}

/* ---- Opening ---- */

/* With a part of the header. */
static void begin_opening(struct job_desk *desk, struct growing *file, struct record *record)
{
    growing_begin(file, desk, desk->sample.data, 10);
    follow(record, desk, file);
    RECORD_EXPECT(record, NULL);
    assert_false(job_busy(record->job));
}

static void opening_waits_for_the_header(void **state)
{
    struct job_desk *desk = *state;
    uint64_t header = desk->sample.info.header_size;
    struct record record = {0};
    struct growing file;

    begin_opening(desk, &file, &record);
    grow_and_tell(desk, &file, &record, header - 1);
    RECORD_EXPECT(&record, NULL);
    grow_and_tell(desk, &file, &record, header);
    RECORD_EXPECT(&record, "opened");
    record_close(&record, desk);
    growing_end(&file);
}

static void opening_fails_if_no_more_comes(void **state)
{
    struct job_desk *desk = *state;
    struct record told = {0}, shorter = {0}, closed = {0};
    struct growing file;

    begin_opening(desk, &file, &told);
    job_set_follow(told.job, false);
    job_desk_settle(desk);
    RECORD_EXPECT(&told, "not opened", "closed");
    assert_int_equal(told.failure.kind, FAILURE_BAD_DATA);
    growing_end(&file);

    begin_opening(desk, &file, &shorter);
    assert_int_equal(ftruncate(file.fd, 9), 0);
    job_grown(shorter.job);
    RECORD_EXPECT(&shorter, "not opened", "closed");
    assert_int_equal(shorter.failure.kind, FAILURE_GONE);
    growing_end(&file);

    begin_opening(desk, &file, &closed);
    job_close(closed.job);
    RECORD_EXPECT(&closed, "not opened", "closed");
    assert_int_equal(closed.failure.kind, FAILURE_CANCELLED);
    growing_end(&file);
    record_close(&told, desk);
    record_close(&shorter, desk);
    record_close(&closed, desk);
}

static void garbage_is_not_awaited(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;

    growing_begin(&file, desk, (const uint8_t *)"garbage", 7);
    follow(&record, desk, &file);
    RECORD_EXPECT(&record, "not opened", "closed");
    assert_int_equal(record.failure.kind, FAILURE_BAD_DATA);
    record_close(&record, desk);
    growing_end(&file);
}

/* A picture whose profile is too long for the beginning of the file. */
static void encode_with_profile(const struct job_desk *desk, uint8_t profile[3000], uint8_t **data,
                                size_t *size)
{
    const struct sample *sample = &desk->sample;
    const struct uqd_image image = {sample->width, sample->height, 3, (size_t)sample->width * 3,
                                    sample->pixels};
    const struct uqd_metadata block = {.type = UQD_METADATA_ICC, .data = profile, .size = 3000};
    struct uqd_encode_settings settings;
    uint32_t noise = 1;

    for (size_t i = 0; i < 3000; i++) {
        noise = noise * 1664525 + 1013904223;
        profile[i] = (uint8_t)(noise >> 24);
    }
    uqd_encode_settings_default(&settings);
    settings.threads = 1;
    settings.metadata = &block;
    settings.n_metadata = 1;
    assert_int_equal(uqd_encode(sample->model, &image, &settings, data, size), UQD_OK);
}

static void opening_waits_for_the_profile(void **state)
{
    struct job_desk *desk = *state;
    struct record record = {0};
    struct growing file;
    uint8_t profile[3000], *data;
    size_t size;

    encode_with_profile(desk, profile, &data, &size);
    growing_begin(&file, desk, data, size - 3000);
    follow(&record, desk, &file);
    RECORD_EXPECT(&record, NULL);
    grow_and_tell(desk, &file, &record, size);
    RECORD_EXPECT(&record, "opened");
    assert_int_equal(record.job->decoding->icc_size, 3000);
    assert_memory_equal(record.job->decoding->icc, profile, 3000);
    record_close(&record, desk);
    growing_end(&file);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_goes_on_when_its_file_has_grown),
        cmocka_unit_test(a_worker_that_ended_is_replaced_when_the_file_has_grown),
        cmocka_unit_test(any_pieces_give_the_same_picture),
        cmocka_unit_test(no_more_is_the_end_of_a_cut_file),
        cmocka_unit_test(the_last_bytes_are_not_lost),
        cmocka_unit_test(a_limit_is_the_end_of_the_file),
        cmocka_unit_test(who_does_not_follow_is_done_at_the_end),
        cmocka_unit_test(a_paused_job_begins_no_step),
        cmocka_unit_test(requests_wait_for_what_comes),
        cmocka_unit_test(what_is_there_can_be_shown),
        cmocka_unit_test(a_file_that_shrinks_is_lost),
        cmocka_unit_test(a_file_that_is_removed_is_lost),
        cmocka_unit_test(names_may_change),
        cmocka_unit_test(what_a_removed_file_holds_is_decoded),
        cmocka_unit_test(another_file_in_its_place_is_damage),
        cmocka_unit_test(opening_waits_for_the_header),
        cmocka_unit_test(opening_fails_if_no_more_comes),
        cmocka_unit_test(garbage_is_not_awaited),
        cmocka_unit_test(opening_waits_for_the_profile),
    };

    return cmocka_run_group_tests(tests, job_desk_setup, job_desk_teardown);
}
