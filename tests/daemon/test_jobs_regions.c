/* Jobs that decode a region of their picture alone, without a bus. */
#include "job_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void open_region(struct record *record, struct job_desk *desk, const struct sample *sample,
                        const struct uqd_region *region)
{
    struct job_settings settings = plain_settings();

    settings.region = *region;
    record_open_file(record, desk, ":1.1", sample_file(sample, &desk->desk, sample->size),
                     &settings);
    job_desk_settle(desk);
}

/* The frame of the last answer is what the picture of all of the file has there. */
static void expect_part(const struct record *record, const struct sample *sample,
                        const struct uqd_region *region)
{
    const struct frame_key *key = &record->frame.key;
    const struct shared_frame *shape = &record->frame.shape;
    const struct uqd_region part = uqd_reduced_region(*region, key->reduce);
    const size_t pixel = sample->channels;
    const size_t row = uqd_reduced_side(sample->width, key->reduce) * pixel;
    struct uqd_picture_request request;
    uint8_t *whole;
    const uint8_t *pixels =
        mmap(NULL, shape->size, PROT_READ, MAP_SHARED, record->frame.fd, (off_t)shape->offset);

    uqd_picture_request_default(&request);
    request.step = key->step;
    request.mode = key->mode;
    request.seed = key->seed;
    request.reduce = key->reduce;
    request.bytes = key->bytes;
    whole = sample_render(sample, sample->size, &request);
    assert_true(pixels != MAP_FAILED);
    assert_int_equal(shape->width, part.width);
    assert_int_equal(shape->height, part.height);
    for (uint32_t y = 0; y < part.height; y++)
        assert_memory_equal(pixels + (size_t)y * shape->stride,
                            whole + (part.y + y) * row + part.x * pixel, part.width * pixel);
    munmap((void *)pixels, shape->size);
    free(whole);
}

static void expect_frame(struct job_desk *desk, struct record *record, const struct sample *sample,
                         const struct frame_key *key)
{
    struct failure failure;

    if (job_request(record->job, key, PRIORITY_INTERACTIVE, "", (void *)"A", &failure) < 0)
        fail_msg("%s", failure.text);
    job_desk_settle(desk);
    assert_string_equal(record->told[record->n_told - 1], "answered A");
    expect_part(record, sample, &record->job->settings.region);
    record_clear(record);
}

/* ---- Frames ---- */

/* At two steps, reduced and not, sampled, and cut inside a step. */
static void expect_frames(struct job_desk *desk, const struct sample *sample,
                          const struct uqd_region *region)
{
    const uint64_t cut = (sample->step_bytes[1] + sample->step_bytes[2]) / 2;
    const uint32_t last = sample->info.n_steps - 1;
    const struct frame_key keys[] = {
        {.step = 1, .mode = UQD_MODE_DENOISED},
        {.step = 1, .mode = UQD_MODE_DENOISED, .reduce = 1},
        {.step = 1, .mode = UQD_MODE_ANCESTRAL, .seed = 5, .reduce = 2},
        {.step = UQD_STEP_LATEST, .mode = UQD_MODE_DENOISED, .bytes = cut},
        {.step = last, .mode = UQD_MODE_DENOISED},
        {.step = last, .mode = UQD_MODE_DENOISED, .reduce = 3},
        {.step = last, .mode = UQD_MODE_DENOISED, .reduce = UQD_MAX_REDUCE},
    };
    struct record record = {0};

    open_region(&record, desk, sample, region);
    RECORD_EXPECT(&record, "opened");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        expect_frame(desk, &record, sample, &keys[i]);
    record_close(&record, desk);
}

static void frames_are_parts_of_those_of_the_picture(void **state)
{
    static const struct uqd_region regions[] = {
        {0, 0, 1, 1}, {3, 5, 20, 10}, {33, 21, 7, 9}, {0, 0, 40, 30}};
    struct job_desk *desk = *state;

    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++)
        expect_frames(desk, &desk->sample, &regions[i]);
}

/* Of a picture so wide that its tiles are predicted by themselves, inside one and across two. */
static void frames_are_parts_where_tiles_are_separate(void **state)
{
    static const struct uqd_region regions[] = {{1040, 3, 50, 20}, {1000, 0, 60, 32}};
    struct job_desk *desk = *state;
    struct sample wide;

    sample_make(&wide, &desk->desk, 1100, 32, 3);
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++)
        expect_frames(desk, &wide, &regions[i]);
    sample_free(&wide);
}

static void the_longest_edge_is_that_of_the_region(void **state)
{
    struct job_desk *desk = *state;
    struct job_settings settings = plain_settings();
    struct record region = {0}, whole = {0};

    settings.max_edge = 10;
    record_open_with(&whole, desk, ":1.1", desk->sample.size, &settings);
    settings.region = (struct uqd_region){3, 5, 8, 20};
    record_open_with(&region, desk, ":1.1", desk->sample.size, &settings);
    job_desk_settle(desk);
    assert_int_equal(whole.job->reduce, 2);
    assert_int_equal(region.job->reduce, 1);
    record_close(&whole, desk);
    record_close(&region, desk);
}

/* Its frames are counted by their pixels, what is decoded by those of the picture. */
static void smaller_frames_count_less_memory(void **state)
{
    static const struct uqd_region region = {3, 5, 20, 10};
    struct job_desk *desk = *state;
    const struct sample *sample = &desk->sample;
    const struct uqd_region all = {0, 0, sample->width, sample->height};
    const uint64_t needed = limits_memory_of(&sample->info, &region, false);
    struct record record = {0};

    open_region(&record, desk, sample, &region);
    assert_true(record.job->memory == needed);
    assert_true(limits_memory_of(&sample->info, &all, false) > needed);
    record_close(&record, desk);
}

/* Another worker is told of the region, too. */
static void a_job_that_rested_shows_its_region(void **state)
{
    static const struct uqd_region region = {3, 5, 20, 10};
    const struct frame_key first = {.step = 1, .mode = UQD_MODE_DENOISED},
                           second = {.step = 1, .mode = UQD_MODE_FLOW},
                           third = {.step = 2, .mode = UQD_MODE_DENOISED};
    struct job_desk *desk = *state;
    struct record record = {0};

    open_region(&record, desk, &desk->sample, &region);
    expect_frame(desk, &record, &desk->sample, &first);
    for (unsigned i = 0; i < JOB_REST_TURNS; i++)
        job_rest(record.job);
    assert_true(decoding_sleeps(record.job->decoding));
    expect_frame(desk, &record, &desk->sample, &second);
    expect_frame(desk, &record, &desk->sample, &third);
    record_close(&record, desk);
}

/* ---- Regions that are none ---- */

static void expect_refused(const struct record *record)
{
    assert_string_equal(record->told[record->n_told - 2], "not opened");
    assert_string_equal(record->told[record->n_told - 1], "closed");
    assert_int_equal(record->failure.kind, FAILURE_INVALID_ARGUMENT);
}

static void what_leaves_the_picture_is_refused(void **state)
{
    static const struct uqd_region regions[] = {
        {39, 0, 2, 1},         {0, 30, 1, 1},         {40, 0, 1, 1},         {0, 0, 41, 30},
        {0, 0, 40, 31},        {UINT32_MAX, 0, 1, 1}, {1, 0, UINT32_MAX, 1}, {0, UINT32_MAX, 1, 2},
        {0, 1, 1, UINT32_MAX}, {5, 5, 5, 0},
    };
    struct job_desk *desk = *state;

    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        struct record record = {0};

        open_region(&record, desk, &desk->sample, &regions[i]);
        expect_refused(&record);
        if (i == 0)
            assert_string_equal(record.failure.text, "the picture has 40 x 30 pixels, and the "
                                                     "region 39,0,2,1 reaches beyond them");
        record_close(&record, desk);
    }
}

/* ---- Files that grow ---- */

/* Opens the first bytes of a file that is to grow; what it is written by. */
static int begin_growing(struct job_desk *desk, struct record *record,
                         const struct uqd_region *region)
{
    struct job_settings settings = plain_settings();
    const int fd = sample_file(&desk->sample, &desk->desk, 10), writer = dup(fd);

    settings.follow = true;
    settings.region = *region;
    record_open_file(record, desk, ":1.1", fd, &settings);
    job_desk_settle(desk);
    RECORD_EXPECT(record, NULL);
    return writer;
}

static void grow(struct job_desk *desk, struct record *record, int writer, size_t size)
{
    assert_int_equal(pwrite(writer, desk->sample.data, size, 0), size);
    job_grown(record->job);
    job_desk_settle(desk);
}

static void a_region_of_a_file_that_grows(void **state)
{
    static const struct uqd_region region = {3, 5, 20, 10};
    const struct frame_key first = {.step = 1, .mode = UQD_MODE_DENOISED};
    struct job_desk *desk = *state;
    const struct sample *sample = &desk->sample;
    const struct frame_key last = {.step = sample->info.n_steps - 1, .mode = UQD_MODE_DENOISED};
    struct record record = {0};
    int writer = begin_growing(desk, &record, &region);

    grow(desk, &record, writer, sample->info.header_size);
    RECORD_EXPECT(&record, "opened");
    grow(desk, &record, writer, sample->step_bytes[1] + 1);
    expect_frame(desk, &record, sample, &first);
    grow(desk, &record, writer, sample->size);
    expect_frame(desk, &record, sample, &last);
    record_close(&record, desk);
    close(writer);
}

/* As soon as the header says what the picture is. */
static void what_leaves_a_picture_that_comes_is_refused(void **state)
{
    static const struct uqd_region region = {30, 0, 20, 10};
    struct job_desk *desk = *state;
    const uint64_t header = desk->sample.info.header_size;
    struct record record = {0};
    int writer = begin_growing(desk, &record, &region);

    grow(desk, &record, writer, header - 1);
    RECORD_EXPECT(&record, NULL);
    grow(desk, &record, writer, header);
    expect_refused(&record);
    record_close(&record, desk);
    close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_parts_of_those_of_the_picture),
        cmocka_unit_test(frames_are_parts_where_tiles_are_separate),
        cmocka_unit_test(the_longest_edge_is_that_of_the_region),
        cmocka_unit_test(smaller_frames_count_less_memory),
        cmocka_unit_test(a_job_that_rested_shows_its_region),
        cmocka_unit_test(what_leaves_the_picture_is_refused),
        cmocka_unit_test(a_region_of_a_file_that_grows),
        cmocka_unit_test(what_leaves_a_picture_that_comes_is_refused),
    };

    return cmocka_run_group_tests(tests, job_desk_setup, job_desk_teardown);
}
