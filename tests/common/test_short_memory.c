/* Memory that is short at any allocation of reading or writing a picture, those of the libraries
 * included: the call says so or does without, and nothing leaks, is half written or is left out.
 * Pictures without a profile: what Little CMS makes of one when memory is short looks like damage,
 * for which image_read sees to it that there is plenty before (colour_profile_has_memory). */
#include "image_file.h"
#include "jpeg_file.h"
#include "sample.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Allocations of the whole process, one of which fails ---- */

static size_t n_blocks, n_calls, failing;
static int has_failed;

static int fails(void)
{
    const int result = failing > 0 && ++n_calls == failing;
    has_failed |= result;
    return result;
}

static void *counted(void *memory)
{
    n_blocks += memory != NULL;
    return memory;
}

void *__libc_malloc(size_t size);
void *malloc(size_t size)
{
    return fails() ? NULL : counted(__libc_malloc(size));
}

void *__libc_calloc(size_t n, size_t size);
void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : counted(__libc_calloc(n, size));
}

void *__libc_realloc(void *memory, size_t size);
void *realloc(void *memory, size_t size)
{
    if (fails())
        return NULL;
    void *grown = __libc_realloc(memory, size);
    return memory == NULL ? counted(grown) : grown;
}

void __libc_free(void *memory);
void free(void *memory)
{
    n_blocks -= memory != NULL;
    __libc_free(memory);
}

static void begin(size_t n)
{
    n_calls = 0;
    has_failed = 0;
    failing = n;
}

/* Returns whether an allocation failed. */
static int end(void)
{
    failing = 0;
    return has_failed;
}

/* ---- Reading ---- */

static int is_same(const struct pixels *a, const struct pixels *b)
{
    int same = a->width == b->width && a->height == b->height && a->channels == b->channels &&
               a->n_metadata == b->n_metadata &&
               memcmp(a->data, b->data, (size_t)a->width * a->height * a->channels) == 0;
    for (uint32_t i = 0; same && i < a->n_metadata; i++)
        same = a->metadata[i].type == b->metadata[i].type &&
               a->metadata[i].size == b->metadata[i].size &&
               memcmp(a->metadata[i].data, b->metadata[i].data, a->metadata[i].size) == 0;
    return same;
}

/* Returns how many allocations there are. */
static size_t check_reading(const char *path, const char *name)
{
    const struct image_read_options options = {.reduce_depth = 1};
    struct pixels wanted;
    struct message message;
    assert_int_equal(image_read(path, &options, &wanted, &message), 0);
    for (size_t n = 1;; n++) {
        struct pixels pixels = {.width = 7};
        const size_t before = n_blocks;
        begin(n);
        const int result = image_read(path, &options, &pixels, &message);
        const int failed = end();
        if (result == 0 && !is_same(&pixels, &wanted))
            fail_msg("%s: allocation %zu failed, and the picture is another", name, n);
        if (result < 0 && (!strstr(message.text, "memory") || pixels.width != 7))
            fail_msg("%s: allocation %zu failed: %s", name, n, message.text);
        if (result == 0)
            pixels_free(&pixels);
        if (n_blocks != before)
            fail_msg("%s: allocation %zu failed: %zd blocks are left", name, n,
                     (ssize_t)(n_blocks - before));
        if (!failed) {
            pixels_free(&wanted);
            return n - 1;
        }
    }
}

static void test_png(void **state)
{
    static const struct sample samples[] = {
        {"RGB", 20, 9, PNG_COLOR_TYPE_RGB, 8, 0, 0, 0},
        {"deep", 20, 9, PNG_COLOR_TYPE_RGB_ALPHA, 16, 0, 0, 0},
        {"palette", 20, 9, PNG_COLOR_TYPE_PALETTE, 4, 0, 1, 0},
        {"interlaced", 20, 9, PNG_COLOR_TYPE_GRAY, 8, 1, 0, 0},
    };
    size_t n = 0;
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        sample_write_png(&samples[i], "in.png");
        n += check_reading("in.png", samples[i].name);
    }
    print_message("# %zu failing allocations\n", n);
}

static void test_jpeg(void **state)
{
    static const char exif[] =
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0";
    size_t n = 0;
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        const struct jpeg_file file = {.width = 33,
                                       .height = 20,
                                       .colours = JPEG_YCBCR,
                                       .is_progressive = progressive,
                                       .markers = {{0xe1, exif, sizeof exif}}};
        jpeg_file_write(&file, "in.jpg");
        n += check_reading("in.jpg", progressive ? "progressive JPEG" : "JPEG");
    }
    print_message("# %zu failing allocations\n", n);
}

static void test_pnm(void **state)
{
    const struct sample sample = {"PPM", 20, 9, PNG_COLOR_TYPE_RGB, 8, 0, 0, 0};
    (void)state;
    sample_write_ppm(&sample, "in.ppm");
    assert_true(check_reading("in.ppm", "PPM") > 1);
}

/* ---- Writing ---- */

static void check_writing(const struct pixels *pixels, enum image_format format, int animated)
{
    struct message message;
    for (size_t n = 1;; n++) {
        const size_t before = n_blocks;
        begin(n);
        const int result = animated ? image_write_animation("out", pixels, 1, 100, &message)
                                    : image_write("out", format, pixels, &message);
        const int failed = end();
        assert_int_equal(n_blocks, before);
        assert_int_equal(scratch_exists("out"), result == 0);
        if (result < 0 && !strstr(message.text, "emory"))
            fail_msg("format %d: allocation %zu failed: %s", (int)format, n, message.text);
        if (result == 0)
            assert_int_equal(remove("out"), 0);
        if (!failed) {
            assert_true(result == 0 && n > 2);
            return;
        }
    }
}

static void test_writing(void **state)
{
    static const struct sample sample = {"RGB", 20, 9, PNG_COLOR_TYPE_RGB, 8, 0, 0, 1};
    struct pixels pixels;
    struct message message;
    (void)state;
    sample_write_png(&sample, "in.png");
    assert_int_equal(image_read("in.png", NULL, &pixels, &message), 0);
    check_writing(&pixels, IMAGE_PNG, 0);
    check_writing(&pixels, IMAGE_PPM, 0);
    check_writing(&pixels, IMAGE_PAM, 0);
    check_writing(&pixels, IMAGE_PNG, 1);
    pixels_free(&pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_png, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_jpeg, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_pnm, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_writing, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests_name("short memory", tests, NULL, NULL);
}
