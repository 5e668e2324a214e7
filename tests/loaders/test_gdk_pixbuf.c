/* The module for gdk-pixbuf, by gdk-pixbuf: whole files, and files that come in pieces. */
#include "feeding.h"
#include "loader_file.h"
#include "process.h"
#include "profiles.h"
#include "scratch.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *module_path, *query_loaders, *description;

static int setup(void **state)
{
    if (loader_file_setup(state) != 0)
        return -1;
    return feeding_setup(module_path, query_loaders, description);
}

static uint32_t shown_channels(uint32_t channels)
{
    return channels % 2 == 0 ? 4 : 3;
}

static const char *number(uint64_t value)
{
    static char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return text;
}

/* ---- What gdk-pixbuf knows of it ----------------------------------------------------------- */

static void test_format(void **state)
{
    int width, height;
    (void)state;
    loader_file_write(40, 30, 3);
    GdkPixbufFormat *format = gdk_pixbuf_get_file_info("a.uqd", &width, &height);
    assert_non_null(format);
    assert_int_equal(width, 40);
    assert_int_equal(height, 30);
    char *name = gdk_pixbuf_format_get_name(format);
    char **types = gdk_pixbuf_format_get_mime_types(format);
    char **extensions = gdk_pixbuf_format_get_extensions(format);
    assert_string_equal(name, "uqd");
    assert_string_equal(types[0], MIME_TYPE);
    assert_null(types[1]);
    assert_string_equal(extensions[0], "uqd");
    assert_null(extensions[1]);
    assert_false(gdk_pixbuf_format_is_writable(format));
    g_strfreev(types);
    g_strfreev(extensions);
    g_free(name);
}

/* Of the code that is linked into the module the program sees nothing. */
static void test_hidden_symbols(void **state)
{
    (void)state;
    void *module = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(module);
    assert_non_null(dlsym(module, "fill_info"));
    assert_non_null(dlsym(module, "fill_vtable"));
    assert_null(dlsym(module, "model_load_by_id"));
    assert_null(dlsym(module, "message_set"));
    assert_null(dlsym(module, "decoding_feed"));
    dlclose(module);
}

/* ---- Whole files --------------------------------------------------------------------------- */

static void check_whole_file(uint32_t channels)
{
    GError *error = NULL;
    GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file("a.uqd", &error);
    struct pixels wanted = LOADER_DECODED(shown_channels(channels), NULL);
    assert_null(error);
    assert_pixbuf(pixbuf, &wanted);
    pixels_free(&wanted);
    g_object_unref(pixbuf);
}

static void test_whole_files(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++) {
        loader_file_write(61, 37, channels);
        check_whole_file(channels);
        loader_file_encode(33, 20, channels, NULL, 0, 1);
        check_whole_file(channels);
    }
    loader_file_write(1, 1, 3);
    check_whole_file(3);
    loader_file_write(1, 300, 4);
    check_whole_file(4);
}

/* ---- Steps --------------------------------------------------------------------------------- */

static uint64_t n_written;

/* Every picture is that of the file as far as it has come. */
static void check_update(struct feeding *feeding, GdkPixbuf *pixbuf)
{
    const uint32_t channels = (uint32_t)gdk_pixbuf_get_n_channels(pixbuf);
    struct pixels wanted = LOADER_DECODED(channels, "--bytes", number(n_written));
    (void)feeding;
    assert_pixbuf(pixbuf, &wanted);
    pixels_free(&wanted);
}

static void check_steps(uint32_t channels)
{
    struct feeding feeding;
    size_t size;
    loader_file_write(45, 40, channels);
    const struct loader_file_info file = loader_file_read_info();
    uint8_t *data = scratch_read("a.uqd", &size);
    feeding_begin(&feeding, TRUE);
    feeding.updated = check_update;
    for (n_written = 1; n_written <= size; n_written++) {
        assert_true(feeding_write(&feeding, data + n_written - 1, 1, 1, NULL));
        assert_int_equal(feeding.n_sized, n_written >= file.info.header_size);
        assert_int_equal(feeding.n_prepared, n_written >= file.step_bytes[0]);
    }
    const unsigned n_updated = feeding.n_updated;
    assert_in_range(n_updated, 2, file.info.n_steps); /* the first and the last at least */
    assert_true(feeding_close(&feeding, NULL));
    assert_int_equal(feeding.n_updated, n_updated); /* nothing is new at the end */
    feeding_end(&feeding);
    free(data);
}

static void test_steps(void **state)
{
    (void)state;
    check_steps(3);
    check_steps(2);
}

/* A program that has the whole file at hand pays for one picture. */
static void test_one_picture_of_one_piece(void **state)
{
    struct feeding feeding;
    size_t size;
    (void)state;
    loader_file_write(90, 70, 3);
    uint8_t *data = scratch_read("a.uqd", &size);
    for (int named = 0; named < 2; named++) {
        feeding_begin(&feeding, named);
        feeding.updated = named ? check_update : NULL;
        n_written = size;
        assert_true(feeding_write(&feeding, data, size, size, NULL));
        assert_true(feeding_close(&feeding, NULL));
        assert_int_equal(feeding.n_prepared, 1);
        /* gdk-pixbuf looks at the first bytes, to see whose file it is, and hands them over alone.
         */
        assert_in_range(feeding.n_updated, 1, named ? 1 : 2);
        feeding_end(&feeding);
    }
    free(data);
}

/* ---- Cut files ----------------------------------------------------------------------------- */

static void check_cut(const uint8_t *data, uint64_t cut, size_t chunk, uint32_t channels)
{
    struct feeding feeding;
    GError *error = NULL;
    struct pixels wanted = LOADER_DECODED(channels, "--bytes", number(cut));
    feeding_begin(&feeding, TRUE);
    assert_true(feeding_write(&feeding, data, cut, chunk, &error));
    assert_true(feeding_close(&feeding, &error));
    assert_null(error);
    assert_int_equal(feeding.n_prepared, 1);
    assert_pixbuf(gdk_pixbuf_loader_get_pixbuf(feeding.loader), &wanted);
    feeding_end(&feeding);
    scratch_write("cut.uqd", data, cut);
    GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file("cut.uqd", &error);
    assert_pixbuf(pixbuf, &wanted);
    g_object_unref(pixbuf);
    pixels_free(&wanted);
}

static void check_cuts(void)
{
    const struct loader_file_info file = loader_file_read_info();
    const uint32_t channels = shown_channels(file.info.channels);
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    for (uint64_t cut = file.info.header_size; cut <= size; cut += 1 + size / 5)
        check_cut(data, cut, 1 + cut % 100, channels);
    for (uint32_t i = 0; i < file.info.n_steps && !file.info.solid; i += 2)
        check_cut(data, file.step_bytes[i], 50, channels);
    free(data);
}

static void test_cuts(void **state)
{
    (void)state;
    loader_file_write(50, 34, 3);
    check_cuts();
    loader_file_write(50, 34, 4);
    check_cuts();
    loader_file_encode(50, 34, 3, NULL, 0, 1);
    check_cuts();
}

/* ---- Sizes --------------------------------------------------------------------------------- */

static void test_smaller(void **state)
{
    static const int edges[] = {59, 30, 15, 7, 1};
    (void)state;
    loader_file_write(60, 40, 3);
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        GError *error = NULL;
        GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file_at_size("a.uqd", edges[i], edges[i], &error);
        struct pixels wanted = LOADER_DECODED(3, "--max-edge", number((uint64_t)edges[i]));
        assert_null(error);
        assert_pixbuf(pixbuf, &wanted);
        pixels_free(&wanted);
        g_object_unref(pixbuf);
    }
}

/* Steps are shown at the size that the program wants, of whatever shape; larger pictures are left
 * to gdk-pixbuf. */
static void check_size(int width, int height, int shows_steps)
{
    struct feeding feeding;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    feeding_begin(&feeding, TRUE);
    feeding.set_width = width;
    feeding.set_height = height;
    assert_true(feeding_write(&feeding, data, size, 20, NULL));
    assert_int_equal(feeding.n_updated >= 2, shows_steps);
    assert_true(feeding_close(&feeding, NULL));
    GdkPixbuf *pixbuf = gdk_pixbuf_loader_get_pixbuf(feeding.loader);
    assert_int_equal(feeding.width, 60);
    assert_int_equal(feeding.height, 40);
    assert_int_equal(gdk_pixbuf_get_width(pixbuf), width);
    assert_int_equal(gdk_pixbuf_get_height(pixbuf), height);
    feeding_end(&feeding);
    free(data);
}

static void test_sizes(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++) {
        loader_file_write(60, 40, channels);
        check_size(30, 20, TRUE);
        check_size(60, 1, TRUE);
        check_size(5, 40, TRUE);
        check_size(61, 40, FALSE);
        check_size(10, 400, FALSE);
    }
}

/* ---- Metadata ------------------------------------------------------------------------------ */

static void assert_profile(GdkPixbuf *pixbuf, const struct profile *profile)
{
    gsize size;
    const char *text = gdk_pixbuf_get_option(pixbuf, "icc-profile");
    assert_non_null(text);
    guchar *bytes = g_base64_decode(text, &size);
    assert_int_equal(size, profile->size);
    assert_memory_equal(bytes, profile->data, size);
    g_free(bytes);
}

static void test_metadata(void **state)
{
    struct profile profile = profile_new(PROFILE_WIDE);
    uint8_t exif[LOADER_EXIF_SIZE], *data;
    struct feeding feeding;
    size_t size;
    (void)state;
    loader_file_exif(exif, 6);
    const struct uqd_metadata blocks[] = {{UQD_METADATA_ICC, profile.data, profile.size},
                                          {UQD_METADATA_EXIF, exif, sizeof exif}};
    loader_file_encode(30, 20, 3, blocks, 2, 0);
    GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file("a.uqd", NULL);
    assert_non_null(pixbuf);
    assert_profile(pixbuf, &profile);
    assert_string_equal(gdk_pixbuf_get_option(pixbuf, "orientation"), "6");
    assert_int_equal(gdk_pixbuf_get_width(pixbuf), 30);
    g_object_unref(pixbuf);

    data = scratch_read("a.uqd", &size);
    feeding_begin(&feeding, TRUE);
    assert_true(feeding_write(&feeding, data, size, 1, NULL));
    assert_true(feeding_close(&feeding, NULL));
    pixbuf = gdk_pixbuf_loader_get_pixbuf(feeding.loader);
    assert_profile(pixbuf, &profile);
    assert_string_equal(gdk_pixbuf_get_option(pixbuf, "orientation"), "6");
    feeding_end(&feeding);
    free(data);
    free(profile.data);
}

static void test_no_metadata(void **state)
{
    (void)state;
    loader_file_write(30, 20, 3);
    GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file("a.uqd", NULL);
    assert_non_null(pixbuf);
    assert_null(gdk_pixbuf_get_option(pixbuf, "icc-profile"));
    assert_null(gdk_pixbuf_get_option(pixbuf, "orientation"));
    g_object_unref(pixbuf);
}

/* ---- Threads ------------------------------------------------------------------------------- */

static gpointer load_often(gpointer data)
{
    GdkPixbuf *first = gdk_pixbuf_new_from_file("a.uqd", NULL);
    (void)data;
    for (int i = 0; first && i < 5; i++) {
        GdkPixbuf *next = gdk_pixbuf_new_from_file("a.uqd", NULL);
        if (!next || memcmp(gdk_pixbuf_read_pixels(first), gdk_pixbuf_read_pixels(next),
                            gdk_pixbuf_get_byte_length(first)) != 0)
            g_clear_object(&first);
        g_clear_object(&next);
    }
    return first;
}

static void test_threads(void **state)
{
    enum { N = 4 };
    GThread *threads[N];
    (void)state;
    loader_file_write(45, 32, 3);
    struct pixels wanted = LOADER_DECODED(3, NULL);
    for (int i = 0; i < N; i++)
        threads[i] = g_thread_new("load", load_often, NULL);
    for (int i = 0; i < N; i++) {
        GdkPixbuf *pixbuf = g_thread_join(threads[i]);
        assert_pixbuf(pixbuf, &wanted);
        g_object_unref(pixbuf);
    }
    pixels_free(&wanted);
}

/* ---- Another program ----------------------------------------------------------------------- */

static void test_thumbnailer(void **state)
{
    struct process_result result;
    struct pixels pixels;
    struct message message;
    const char *const argv[] = {THUMBNAILER, "-s", "32", "a.uqd", "thumbnail.png", NULL};
    (void)state;
    if (THUMBNAILER[0] == '\0' || IS_SANITIZED) {
        printf("skip: %s\n", IS_SANITIZED ? "it cannot load what is built with sanitizers"
                                          : "gdk-pixbuf-thumbnailer is not installed");
        skip();
    }
    loader_file_write(64, 48, 3);
    assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
    if (result.exit_code != 0)
        fail_msg("%s", result.err);
    assert_string_equal(result.out, "");
    assert_string_equal(result.err, "");
    process_result_free(&result);
    assert_int_equal(image_read("thumbnail.png", NULL, &pixels, &message), 0);
    assert_int_equal(pixels.width, 32);
    assert_int_equal(pixels.height, 24);
    pixels_free(&pixels);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_hidden_symbols),
        cmocka_unit_test(test_whole_files),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_one_picture_of_one_piece),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_smaller),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_no_metadata),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_thumbnailer),
    };
    if (argc < 5)
        return 2;
    module_path = realpath(argv[1], NULL); /* the fixture changes the directory */
    query_loaders = argv[2];
    description = realpath(argv[3], NULL);
    loader_file_uqd(realpath(argv[4], NULL));
    return cmocka_run_group_tests_name("gdk_pixbuf", tests, setup, scratch_teardown);
}
