/* Making one thumbnail of a file that changes meanwhile. It changes when the maker is about to ask
 * whether it has, so that no test depends on time. */
#include "job_desk.h"
#include "thumbnails/maker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { LONG_AGO = 1000000000, NARROW = 20, WIDE = 40, HEIGHT = 30 };

#define FAR_AHEAD INT64_C(4000000000)

struct fixture {
    struct job_desk *jobs;
    uint8_t *narrow; /* another picture as a file */
    size_t narrow_size;
    struct cache cache;
    char path[128], uri[160];
};

/* What happens to the file at each look. */
static struct {
    void (*change)(const struct fixture *f, unsigned n);
    const struct fixture *fixture;
    unsigned n_looks;
} at_look;

/* Of common/thumbnail/input.h, whose structure is named as one of the daemon's. */
bool __real_input_has_changed(const void *input);
bool __wrap_input_has_changed(const void *input);

bool __wrap_input_has_changed(const void *input)
{
    if (at_look.change)
        at_look.change(at_look.fixture, at_look.n_looks++);
    return __real_input_has_changed(input);
}

/* ---- The file ---- */

static void put(const struct fixture *f, const void *data, size_t size, int64_t mtime)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = mtime}};
    char new_path[sizeof f->path + 4];
    FILE *file;

    snprintf(new_path, sizeof new_path, "%s.new", f->path);
    file = fopen(new_path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(utimensat(AT_FDCWD, new_path, times, 0), 0);
    assert_int_equal(rename(new_path, f->path), 0);
}

static void put_wide(const struct fixture *f, int64_t mtime)
{
    put(f, f->jobs->sample.data, f->jobs->sample.size, mtime);
}

static void put_narrow(const struct fixture *f, int64_t mtime)
{
    put(f, f->narrow, f->narrow_size, mtime);
}

/* ---- The fixture ---- */

static void encode_narrow(struct fixture *f)
{
    static uint8_t pixels[NARROW * HEIGHT * 3];
    const struct uqd_image image = {NARROW, HEIGHT, 3, (size_t)NARROW * 3, pixels};
    struct uqd_encode_settings settings;

    uqd_encode_settings_default(&settings);
    assert_int_equal(
        uqd_encode(f->jobs->sample.model, &image, &settings, &f->narrow, &f->narrow_size), UQD_OK);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    void *jobs;

    assert_non_null(f);
    assert_int_equal(job_desk_setup(&jobs), 0);
    f->jobs = jobs;
    assert_int_equal(f->jobs->sample.height, HEIGHT);
    assert_int_equal(f->jobs->sample.width, WIDE);
    encode_narrow(f);
    snprintf(f->path, sizeof f->path, "%s/a.uqd", f->jobs->desk.dir);
    snprintf(f->uri, sizeof f->uri, "file://%s", f->path);
    setenv("XDG_CACHE_HOME", f->jobs->desk.dir, 1);
    assert_int_equal(cache_open(&f->cache), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *jobs = f->jobs;

    at_look.change = NULL;
    cache_close(&f->cache);
    free(f->narrow);
    job_desk_teardown(&jobs);
    free(f);
    return 0;
}

/* ---- Making ---- */

/* At each look the change is made, unless it is NULL. Returns what maker_run does. */
static int make(const struct fixture *f, struct maker *maker,
                void (*change)(const struct fixture *f, unsigned n))
{
    static const struct decode_settings settings = {.threads = 1};
    int status;

    *maker = (struct maker){.cache = &f->cache,
                            .workers = f->jobs->jobs.workers,
                            .settings = &settings,
                            .uri = f->uri,
                            .flavor = flavor_find("normal"),
                            .stage = STAGE_WHOLE};
    maker_init(maker);
    at_look.fixture = f;
    at_look.change = change;
    at_look.n_looks = 0;
    status = maker_run(maker);
    maker_end(maker);
    return status;
}

/* Of the thumbnail; 0 if there is none. */
static uint32_t width_of(const struct fixture *f)
{
    char *path = cache_path(&f->cache, flavor_find("normal"), f->uri);
    FILE *file = fopen(path, "rb");
    uint8_t header[24];
    uint32_t width = 0;

    if (file) {
        assert_int_equal(fread(header, 1, sizeof header, file), sizeof header);
        memcpy(&width, header + 16, sizeof width);
        fclose(file);
    }
    free(path);
    return ntohl(width);
}

static bool is_valid(const struct fixture *f, int64_t mtime)
{
    return cache_is_valid(&f->cache, flavor_find("normal"), f->uri, mtime);
}

/* ---- Changes ---- */

static void narrow_at_first(const struct fixture *f, unsigned n)
{
    if (n == 0)
        put_narrow(f, LONG_AGO);
}

static void test_replaced_once(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put_wide(f, LONG_AGO);
    assert_int_equal(make(f, &maker, narrow_at_first), 0);
    assert_int_equal(width_of(f), NARROW);
    assert_true(is_valid(f, LONG_AGO));
}

static void other_each_time(const struct fixture *f, unsigned n)
{
    if (n % 2)
        put_wide(f, LONG_AGO);
    else
        put_narrow(f, LONG_AGO);
}

/* The time would not tell that the thumbnail is of another file. */
static void test_replaced_again_with_the_same_time(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put_wide(f, LONG_AGO);
    assert_int_equal(make(f, &maker, other_each_time), -1);
    assert_int_equal(maker.error, THUMBNAIL_ERR_CONNECTION);
    assert_int_equal(width_of(f), 0);
    assert_false(cache_has_failed(&f->cache, f->uri, LONG_AGO));
}

static void later_each_time(const struct fixture *f, unsigned n)
{
    put_narrow(f, LONG_AGO + 1 + n);
}

static void test_replaced_again_with_another_time(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put_wide(f, LONG_AGO);
    assert_int_equal(make(f, &maker, later_each_time), 0);
    assert_int_equal(width_of(f), NARROW);
    assert_false(is_valid(f, LONG_AGO + 2));
}

static void removed(const struct fixture *f, unsigned n)
{
    if (n == 0)
        assert_int_equal(remove(f->path), 0);
}

static void test_removed(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put_wide(f, LONG_AGO);
    assert_int_equal(make(f, &maker, removed), -1);
    assert_int_equal(maker.error, THUMBNAIL_ERR_CONNECTION);
    assert_int_equal(width_of(f), 0);
}

/* What is read of a file that is being written says nothing of it. */
static void test_bad_at_first(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put(f, f->narrow, 10, LONG_AGO);
    assert_int_equal(make(f, &maker, narrow_at_first), 0);
    assert_true(is_valid(f, LONG_AGO));
    assert_false(cache_has_failed(&f->cache, f->uri, LONG_AGO));
    assert_int_equal(make(f, &maker, NULL), 0);
}

/* ---- Within a second ---- */

/* A file whose second is not over can change without a trace in its time. */
static void test_failure_of_a_new_file(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put(f, f->narrow, 10, FAR_AHEAD);
    assert_int_equal(make(f, &maker, NULL), -1);
    assert_int_equal(maker.error, THUMBNAIL_ERR_DATA);
    assert_false(cache_has_failed(&f->cache, f->uri, FAR_AHEAD));
    put_narrow(f, FAR_AHEAD);
    assert_int_equal(make(f, &maker, NULL), 0);
    assert_int_equal(width_of(f), NARROW);
}

/* It is about to be written, and may have its old time until then. */
static void test_empty_file(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put(f, "", 0, LONG_AGO);
    assert_int_equal(make(f, &maker, NULL), -1);
    assert_int_equal(maker.error, THUMBNAIL_ERR_DATA);
    assert_false(cache_has_failed(&f->cache, f->uri, LONG_AGO));
    put(f, f->narrow, 10, LONG_AGO);
    assert_int_equal(make(f, &maker, NULL), -1);
    assert_int_equal(maker.error, THUMBNAIL_ERR_DATA);
    assert_true(cache_has_failed(&f->cache, f->uri, LONG_AGO));
}

static void test_thumbnail_of_a_new_file(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put_wide(f, FAR_AHEAD);
    assert_int_equal(make(f, &maker, NULL), 0);
    assert_int_equal(width_of(f), WIDE);
    put_narrow(f, FAR_AHEAD);
    assert_int_equal(make(f, &maker, NULL), 0);
    assert_int_equal(width_of(f), NARROW);
}

/* Otherwise what is there is enough. */
static void test_thumbnail_that_is_there(void **state)
{
    const struct fixture *f = *state;
    struct maker maker;

    put_wide(f, LONG_AGO);
    assert_int_equal(make(f, &maker, NULL), 0);
    put(f, "bad", 3, LONG_AGO);
    assert_int_equal(make(f, &maker, NULL), 0);
    assert_int_equal(width_of(f), WIDE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_replaced_once),
        TEST(test_replaced_again_with_the_same_time),
        TEST(test_replaced_again_with_another_time),
        TEST(test_removed),
        TEST(test_bad_at_first),
        TEST(test_failure_of_a_new_file),
        TEST(test_empty_file),
        TEST(test_thumbnail_of_a_new_file),
        TEST(test_thumbnail_that_is_there),
    };

    return cmocka_run_group_tests_name("maker", tests, NULL, NULL);
}
