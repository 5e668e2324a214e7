/* The module for gdk-pixbuf, with files that are none, or only partly. */
#include "feeding.h"
#include "loader_file.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *module_path, *query_loaders, *description;

static int setup(void **state)
{
    if (loader_file_setup(state) != 0)
        return -1;
    return feeding_setup(module_path, query_loaders, description);
}

/* The file fails both ways, whole and in pieces, with that error. Nothing is shown. */
static void check_refused(const uint8_t *data, size_t size, GdkPixbufError code, const char *part)
{
    struct feeding feeding;
    GError *error = NULL;
    feeding_begin(&feeding, TRUE);
    const gboolean is_written = feeding_write(&feeding, data, size, 7, &error);
    if (is_written)
        assert_false(feeding_close(&feeding, &error));
    assert_error(&error, code, part);
    assert_int_equal(feeding.n_prepared, 0);
    assert_int_equal(feeding.n_updated, 0);
    feeding_end(&feeding);
    scratch_write("bad.uqd", data, size);
    GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file("bad.uqd", &error);
    assert_null(pixbuf);
    if (size >= 4) /* gdk-pixbuf has to know whose file it is */
        assert_error(&error, code, part);
    g_clear_error(&error);
}

static void test_cut_headers(void **state)
{
    size_t size;
    (void)state;
    loader_file_write(60, 40, 3);
    const struct loader_file_info file = loader_file_read_info();
    uint8_t *data = scratch_read("a.uqd", &size);
    for (size_t n = 1; n < file.info.header_size; n++)
        check_refused(data, n, GDK_PIXBUF_ERROR_CORRUPT_IMAGE, "is cut off inside its header");
    free(data);
}

static void test_empty(void **state)
{
    struct feeding feeding;
    GError *error = NULL;
    (void)state;
    feeding_begin(&feeding, TRUE);
    assert_false(feeding_close(&feeding, &error));
    assert_non_null(error);
    g_clear_error(&error);
    feeding_end(&feeding);
}

static void test_garbage(void **state)
{
    uint8_t data[600] = {0x8d, 'U', 'Q', 'D', 4, 0};
    (void)state;
    for (size_t i = 6; i < sizeof data; i++)
        data[i] = (uint8_t)(i * i * 37 + 11);
    check_refused(data, sizeof data, GDK_PIXBUF_ERROR_CORRUPT_IMAGE, "its header is damaged");
}

static void test_newer_version(void **state)
{
    size_t size;
    (void)state;
    loader_file_write(20, 20, 3);
    uint8_t *data = scratch_read("a.uqd", &size);
    data[4] = 99;
    check_refused(data, size, GDK_PIXBUF_ERROR_UNKNOWN_TYPE, "cannot be decoded");
    free(data);
}

/* Four gigapixels: it is not even asked which size is wanted. */
static void test_huge_picture(void **state)
{
    struct feeding feeding;
    GError *error = NULL;
    size_t size;
    (void)state;
    loader_file_write(20, 20, 3);
    loader_file_claim_largest();
    uint8_t *data = scratch_read("a.uqd", &size);
    check_refused(data, size, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY, "exceeds");
    feeding_begin(&feeding, TRUE);
    assert_false(feeding_write(&feeding, data, size, 1, &error));
    assert_int_equal(feeding.n_sized, 0);
    g_clear_error(&error);
    feeding_end(&feeding);
    free(data);
}

static void test_no_pixels(void **state)
{
    struct feeding feeding;
    GError *error = NULL;
    size_t size;
    (void)state;
    loader_file_write(20, 20, 3);
    uint8_t *data = scratch_read("a.uqd", &size);
    feeding_begin(&feeding, TRUE);
    feeding.set_width = 0;
    assert_false(feeding_write(&feeding, data, size, size, &error));
    assert_error(&error, GDK_PIXBUF_ERROR_FAILED, "without pixels");
    feeding_end(&feeding);
    free(data);
}

static void test_missing_model(void **state)
{
    size_t size;
    (void)state;
    loader_file_write(20, 20, 3);
    uint8_t *data = scratch_read("a.uqd", &size);
    assert_int_equal(rename("models/lattice.uqdm", "elsewhere"), 0);
    check_refused(data, size, GDK_PIXBUF_ERROR_FAILED, "is not installed");
    assert_int_equal(rename("elsewhere", "models/lattice.uqdm"), 0);
    free(data);
}

/* ---- Damage -------------------------------------------------------------------------------- */

/* The steps before the damage are the picture, and what comes behind it changes nothing. */
static void test_damaged_steps(void **state)
{
    size_t size;
    (void)state;
    loader_file_write(45, 40, 3);
    const struct loader_file_info file = loader_file_read_info();
    uint8_t *data = scratch_read("a.uqd", &size);
    for (uint32_t step = 1; step < file.info.n_steps; step++) {
        struct feeding feeding;
        char before[16];
        const size_t place = file.step_bytes[step] - 1;
        if (file.step_bytes[step] == file.step_bytes[step - 1])
            continue;
        snprintf(before, sizeof before, "%u", step - 1);
        struct pixels wanted = LOADER_DECODED(3, "--step", before);
        data[place] ^= 0x55;
        feeding_begin(&feeding, TRUE);
        GError *error = NULL;
        if (!feeding_write(&feeding, data, size, 10, &error) || !feeding_close(&feeding, &error))
            fail_msg("step %u: %s", step, error->message);
        assert_pixbuf(gdk_pixbuf_loader_get_pixbuf(feeding.loader), &wanted);
        feeding_end(&feeding);
        scratch_write("bad.uqd", data, size);
        GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file("bad.uqd", NULL);
        assert_pixbuf(pixbuf, &wanted);
        g_object_unref(pixbuf);
        pixels_free(&wanted);
        data[place] ^= 0x55;
    }
    data[file.step_bytes[0] - 1] ^= 0x55;
    check_refused(data, size, GDK_PIXBUF_ERROR_CORRUPT_IMAGE, "first step of the file is damaged");
    free(data);
}

/* What was shown of a step before the rest of it turned out to be damaged is not shown at the end.
 */
static void test_part_of_damaged_step(void **state)
{
    size_t size;
    (void)state;
    loader_file_write(45, 40, 3);
    const struct loader_file_info file = loader_file_read_info();
    uint8_t *data = scratch_read("a.uqd", &size);
    for (uint32_t step = 1; step < file.info.n_steps; step++) {
        const size_t begin = file.step_bytes[step - 1], end = file.step_bytes[step];
        const size_t part = begin + (end - begin) * 3 / 4;
        struct feeding feeding;
        char before[16];
        if (part == begin)
            continue;
        snprintf(before, sizeof before, "%u", step - 1);
        struct pixels wanted = LOADER_DECODED(3, "--step", before);
        data[end - 1] ^= 0x55;
        feeding_begin(&feeding, TRUE);
        GError *error = NULL;
        /* The first picture is shown without delay. */
        if (!feeding_write(&feeding, data, part, part, &error) ||
            !feeding_write(&feeding, data + part, size - part, 10, &error) ||
            !feeding_close(&feeding, &error))
            fail_msg("step %u: %s", step, error->message);
        assert_pixbuf(gdk_pixbuf_loader_get_pixbuf(feeding.loader), &wanted);
        feeding_end(&feeding);
        pixels_free(&wanted);
        data[end - 1] ^= 0x55;
    }
    free(data);
}

/* Whatever stands in a file, there is a picture or an error. */
static void test_any_bytes(void **state)
{
    uint32_t random = 12345;
    unsigned n_pictures = 0, n_errors = 0;
    size_t size;
    (void)state;
    loader_file_write(30, 20, 4);
    uint8_t *data = scratch_read("a.uqd", &size), *copy = malloc(size);
    assert_non_null(copy);
    for (int i = 0; i < 300; i++) {
        GError *error = NULL;
        struct feeding feeding;
        memcpy(copy, data, size);
        for (int k = 0; k <= i % 3; k++) {
            random = random * 1664525 + 1013904223;
            copy[(i % 2 ? random : random % 64) % size] = (uint8_t)(random >> 24);
        }
        feeding_begin(&feeding, TRUE);
        const gboolean is_done = feeding_write(&feeding, copy, size, 1 + random % 200, &error) &&
                                 feeding_close(&feeding, &error);
        assert_int_equal(is_done, error == NULL);
        if (is_done)
            assert_non_null(gdk_pixbuf_loader_get_pixbuf(feeding.loader));
        n_pictures += is_done != 0;
        n_errors += is_done == 0;
        g_clear_error(&error);
        feeding_end(&feeding);
    }
    assert_true(n_pictures > 20 && n_errors > 20);
    free(copy);
    free(data);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_headers),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_newer_version),
        cmocka_unit_test(test_huge_picture),
        cmocka_unit_test(test_no_pixels),
        cmocka_unit_test(test_missing_model),
        cmocka_unit_test(test_damaged_steps),
        cmocka_unit_test(test_part_of_damaged_step),
        cmocka_unit_test(test_any_bytes),
    };
    if (argc < 5)
        return 2;
    module_path = realpath(argv[1], NULL); /* the fixture changes the directory */
    query_loaders = argv[2];
    description = realpath(argv[3], NULL);
    loader_file_uqd(realpath(argv[4], NULL));
    return cmocka_run_group_tests_name("gdk_pixbuf_bad", tests, setup, scratch_teardown);
}
