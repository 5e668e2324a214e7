/* The search for an encoder's setting, with encoders whose sizes are known. */
#include "codecs/search.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N_SETTINGS = 100 };

/* Bytes of the file of a setting; they never get fewer. */
typedef size_t size_of_setting(int setting);

static size_t exponential(int setting)
{
    return (size_t)(50 * exp2(setting / 10.0));
}

/* Slow at first and steep at the end, like JPEG. */
static size_t steep(int setting)
{
    return (size_t)(2000 + 500000.0 / (101 - setting));
}

static size_t linear(int setting)
{
    return 1000 + 300 * (size_t)setting;
}

static size_t stairs(int setting)
{
    return 100 + 5000 * (size_t)(setting / 17);
}

static size_t flat(int setting)
{
    (void)setting;
    return 777;
}

static size_of_setting *current;
static int n_encoded;

static int encode(const struct encode_job *job, int setting, struct codec_file *file)
{
    (void)job;
    assert_in_range(setting, 0, N_SETTINGS - 1);
    n_encoded++;
    file->size = current(setting);
    file->data = malloc(file->size);
    assert_non_null(file->data);
    snprintf(file->setting, sizeof file->setting, "%d", setting);
    return 0;
}

static const struct search_settings settings = {
    .n = N_SETTINGS, .one_bit = 60, .doubling = 15, .encode = encode};
static const struct uqd_image image = {.width = 200, .height = 100, .channels = 1, .stride = 200};
static const struct encode_job job = {.image = &image, .threads = 1};

/* The best that any setting gives. 0 if none fits. */
static size_t best_size(uint64_t bytes)
{
    size_t best = 0;
    for (int i = 0; i < N_SETTINGS; i++)
        if (current(i) <= bytes && current(i) > best)
            best = current(i);
    return best;
}

static void finds_the_best(uint64_t bytes)
{
    struct codec_file file = {0};
    size_t best = best_size(bytes);
    n_encoded = 0;
    int status = search_make(&job, &settings, bytes, &file);
    assert_int_equal(status, best == 0 ? CODEC_TOO_FEW_BYTES : 0);
    if (best > 0 && file.size != best)
        assert_in_range(file.size, bytes * 98 / 100, bytes);
    assert_in_range(n_encoded, 0, 12);
    codec_file_free(&file);
}

static void the_best_setting_is_found_with_few_files(void **state)
{
    static size_of_setting *const curves[] = {exponential, steep, linear, stairs, flat};
    (void)state;
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        current = curves[i];
        for (uint64_t bytes = 0; bytes < 1000000; bytes = bytes * 21 / 20 + 1)
            finds_the_best(bytes);
    }
}

/* On the curves of photographs, nearly, it takes hardly more than guess and correction. */
static void usual_sizes_take_few_files(void **state)
{
    struct codec_file file = {0};
    (void)state;
    current = exponential;
    for (uint64_t bytes = 500; bytes <= 8000; bytes *= 2) {
        n_encoded = 0;
        assert_int_equal(search_make(&job, &settings, bytes, &file), 0);
        assert_in_range(n_encoded, 1, 5);
        codec_file_free(&file);
    }
}

static int encode_until_failure(const struct encode_job *ignored, int setting,
                                struct codec_file *file)
{
    int status = encode(ignored, setting, file);
    return n_encoded == 2 ? -1 : status;
}

/* What was made by then is freed: the leak checker looks at it. */
static void a_failure_ends_the_search(void **state)
{
    struct search_settings failing = settings;
    struct codec_file file = {0};
    (void)state;
    failing.encode = encode_until_failure;
    current = stairs;
    n_encoded = 0;
    assert_int_equal(search_make(&job, &failing, 7000, &file), -1);
    assert_int_equal(n_encoded, 2);
    codec_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_setting_is_found_with_few_files),
        cmocka_unit_test(usual_sizes_take_few_files),
        cmocka_unit_test(a_failure_ends_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
