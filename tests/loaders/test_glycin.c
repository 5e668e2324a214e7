/* uqd-glycin-loader, called as glycin does it. */
#include "glycin_client.h"
#include "loader_file.h"
#include "process.h"
#include "profiles.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ERRORS "org.gnome.glycin.Error."

static const char *loader_path, *configuration;

static struct glycin_client client;

static int start(void **state)
{
    const char *const program[] = {loader_path, NULL};
    (void)state;
    glycin_client_start(&client, program);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    glycin_client_stop(&client);
    return 0;
}

static GVariant *empty(void)
{
    return g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0);
}

static const char *number(uint64_t value)
{
    static char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return text;
}

/* ---- Pictures ------------------------------------------------------------------------------ */

static void assert_same(const struct pixels *got, const struct pixels *wanted)
{
    assert_int_equal(got->width, wanted->width);
    assert_int_equal(got->height, wanted->height);
    assert_int_equal(got->channels, wanted->channels);
    assert_memory_equal(got->data, wanted->data,
                        (size_t)wanted->width * wanted->height * wanted->channels);
}

static void assert_boolean(GVariant *dictionary, const char *key, gboolean wanted)
{
    gboolean value;
    assert_true(g_variant_lookup(dictionary, key, "b", &value));
    assert_int_equal(value, wanted);
}

static void check_details(GVariant *details, uint32_t width, uint32_t height)
{
    guint32 value;
    assert_true(g_variant_lookup(details, "width", "u", &value));
    assert_int_equal(value, width);
    assert_true(g_variant_lookup(details, "height", "u", &value));
    assert_int_equal(value, height);
    assert_boolean(details, "transformation_ignore_exif", FALSE);
}

/* Opens the first size bytes of "a.uqd" and checks the picture. */
static void check_picture(size_t size, const struct pixels *wanted)
{
    struct glycin_frame frame;
    GVariant *details;
    GUnixFDList *fds;
    size_t whole;
    uint8_t *data = scratch_read("a.uqd", &whole);
    char *path = glycin_client_open(&client, data, size < whole ? size : whole, &details, &fds);
    check_details(details, wanted->width, wanted->height);
    glycin_client_frame(&client, path, empty(), &frame);
    assert_same(&frame.pixels, wanted);
    assert_boolean(frame.details, "info_grayscale", wanted->channels < 3);
    assert_boolean(frame.details, "info_alpha_channel", wanted->channels % 2 == 0);
    glycin_frame_free(&frame);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    free(data);
}

static void test_whole_files(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++) {
        loader_file_write(61, 37, channels);
        struct pixels wanted = LOADER_DECODED(channels, NULL);
        check_picture(SIZE_MAX, &wanted);
        pixels_free(&wanted);
    }
}

static void test_cut_files(void **state)
{
    size_t size;
    (void)state;
    loader_file_write(50, 34, 4);
    const struct loader_file_info file = loader_file_read_info();
    free(scratch_read("a.uqd", &size));
    for (size_t cut = file.info.header_size; cut < size; cut += 1 + size / 8) {
        struct pixels wanted = LOADER_DECODED(4, "--bytes", number(cut));
        check_picture(cut, &wanted);
        pixels_free(&wanted);
    }
}

static void check_scale(const char *path, GVariant *request, const struct pixels *wanted)
{
    struct glycin_frame frame;
    glycin_client_frame(&client, path, request, &frame);
    assert_same(&frame.pixels, wanted);
    glycin_frame_free(&frame);
}

/* The size that is asked for is one to fit, and nothing is made larger or cut. */
static void test_sizes(void **state)
{
    GVariant *details, *value;
    GUnixFDList *fds;
    GVariantDict clipped;
    size_t size;
    (void)state;
    loader_file_write(60, 40, 3);
    struct pixels whole = LOADER_DECODED(3, NULL), half = LOADER_DECODED(3, "--max-edge", "30"),
                  small = LOADER_DECODED(3, "--max-edge", "7");
    uint8_t *data = scratch_read("a.uqd", &size);
    char *path = glycin_client_open(&client, data, size, &details, &fds);
    check_scale(path, g_variant_new_parsed("{'scale': <(uint32 30, uint32 30)>}"), &half);
    check_scale(path, g_variant_new_parsed("{'scale': <(uint32 50, uint32 20)>}"), &half);
    check_scale(path, g_variant_new_parsed("{'scale': <(uint32 7, uint32 100)>}"), &small);
    check_scale(path, g_variant_new_parsed("{'scale': <(uint32 600, uint32 400)>}"), &whole);
    check_scale(path, g_variant_new_parsed("{'scale': <(uint32 0, uint32 4)>}"), &whole);
    check_scale(path, g_variant_new_parsed("{'loop_animation': <false>, 'new': <'thing'>}"),
                &whole);
    g_variant_dict_init(&clipped, NULL);
    g_variant_dict_insert(&clipped, "scale", "(uu)", 30u, 20u);
    g_variant_dict_insert(&clipped, "clip", "(uuuu)", 1u, 2u, 3u, 4u);
    value = g_variant_dict_end(&clipped);
    check_scale(path, value, &whole);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    free(data);
    pixels_free(&whole);
    pixels_free(&half);
    pixels_free(&small);
}

/* ---- Metadata ------------------------------------------------------------------------------ */

static void assert_memory(GVariant *dictionary, const char *key, GUnixFDList *fds, const void *data,
                          size_t size)
{
    gsize got_size;
    GBytes *got = glycin_client_memory(dictionary, key, fds);
    if (!got)
        fail_msg("there is no %s", key);
    const void *got_data = g_bytes_get_data(got, &got_size);
    assert_int_equal(got_size, size);
    assert_memory_equal(got_data, data, size);
    g_bytes_unref(got);
}

static void test_metadata(void **state)
{
    static const uint8_t cicp[] = {12, 13, 0, 1};
    static const char xmp[] = "<x:xmpmeta/>";
    struct profile profile = profile_new(PROFILE_WIDE);
    struct glycin_frame frame;
    uint8_t exif[LOADER_EXIF_SIZE], code[4];
    GVariant *details;
    GUnixFDList *fds;
    size_t size;
    (void)state;
    loader_file_exif(exif, 6);
    const struct uqd_metadata blocks[] = {{UQD_METADATA_ICC, profile.data, profile.size},
                                          {UQD_METADATA_EXIF, exif, sizeof exif},
                                          {UQD_METADATA_XMP, xmp, sizeof xmp - 1},
                                          {UQD_METADATA_CICP, cicp, sizeof cicp}};
    loader_file_encode(30, 20, 3, blocks, 4, 0);
    uint8_t *data = scratch_read("a.uqd", &size);
    char *path = glycin_client_open(&client, data, size, &details, &fds);
    check_details(details, 30, 20);
    assert_memory(details, "metadata_exif", fds, exif, sizeof exif);
    assert_memory(details, "metadata_xmp", fds, xmp, sizeof xmp - 1);
    glycin_client_frame(&client, path, empty(), &frame);
    assert_memory(frame.details, "color_icc_profile", frame.fds, profile.data, profile.size);
    assert_true(g_variant_lookup(frame.details, "color_cicp", "(yyyy)", &code[0], &code[1],
                                 &code[2], &code[3]));
    assert_memory_equal(code, cicp, sizeof cicp);
    glycin_frame_free(&frame);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    free(data);
    free(profile.data);
}

/* ---- Errors -------------------------------------------------------------------------------- */

static void check_refused(const void *data, size_t size, const char *wanted)
{
    GUnixFDList *fds = NULL;
    char *error_name;
    GVariant *reply = glycin_client_init(&client, data, size, &fds, &error_name);
    assert_null(reply);
    assert_string_equal(error_name, wanted);
    g_clear_object(&fds);
    g_free(error_name);
}

/* More bytes than a socket holds are taken of a file that is none, too. */
static void test_bad_files(void **state)
{
    static uint8_t garbage[1 << 20] = {0x8d, 'U', 'Q', 'D', 4, 0};
    size_t size;
    (void)state;
    memset(garbage + 6, 0x5a, sizeof garbage - 6);
    check_refused(garbage, sizeof garbage, ERRORS "LoadingError");
    check_refused(garbage, 3, ERRORS "LoadingError");
    check_refused("", 0, ERRORS "LoadingError");
    check_refused("not a picture", 13, ERRORS "LoadingError");
    loader_file_write(20, 20, 3);
    uint8_t *data = scratch_read("a.uqd", &size);
    data[4] = 99;
    check_refused(data, size, ERRORS "UnsupportedImageFormat");
    free(data);
    loader_file_claim_largest();
    data = scratch_read("a.uqd", &size);
    check_refused(data, size, ERRORS "OutOfMemory");
    free(data);
}

static void test_damaged_steps(void **state)
{
    GUnixFDList *fds, *reply_fds = NULL;
    struct glycin_frame frame;
    GVariant *details;
    char *error_name;
    size_t size;
    (void)state;
    loader_file_write(45, 40, 3);
    const struct loader_file_info file = loader_file_read_info();
    struct pixels wanted = LOADER_DECODED(3, "--step", "0");
    uint8_t *data = scratch_read("a.uqd", &size);
    data[file.step_bytes[1] - 1] ^= 0x55;
    char *path = glycin_client_open(&client, data, size, &details, &fds);
    glycin_client_frame(&client, path, empty(), &frame);
    assert_same(&frame.pixels, &wanted);
    glycin_frame_free(&frame);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    data[file.step_bytes[0] - 1] ^= 0x55;
    path = glycin_client_open(&client, data, size, &details, &fds);
    GVariant *reply =
        glycin_client_call(&client, path, "org.gnome.glycin.Image", "Frame",
                           g_variant_new("(@a{sv})", empty()), NULL, &reply_fds, &error_name);
    assert_null(reply);
    assert_string_equal(error_name, ERRORS "LoadingError");
    g_free(error_name);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    free(data);
    pixels_free(&wanted);
}

static void check_call_refused(const char *path, const char *interface, const char *method,
                               GVariant *body, const char *wanted)
{
    GUnixFDList *fds = NULL;
    char *error_name;
    GVariant *reply =
        glycin_client_call(&client, path, interface, method, body, NULL, &fds, &error_name);
    assert_null(reply);
    assert_string_equal(error_name, wanted);
    g_free(error_name);
}

static void test_bad_calls(void **state)
{
    const char *loader = "org.gnome.glycin.Loader", *image = "org.gnome.glycin.Image";
    const char *arguments = "org.freedesktop.DBus.Error.InvalidArgs";
    const char *method = "org.freedesktop.DBus.Error.UnknownMethod";
    (void)state;
    check_call_refused("/org/gnome/glycin", loader, "Init", NULL, arguments);
    check_call_refused("/org/gnome/glycin", loader, "Init", g_variant_new("(s)", "x"), arguments);
    check_call_refused("/org/gnome/glycin", loader, "Init",
                       g_variant_new_parsed("((handle 0, 's', @a{sv} {}),)"), arguments);
    check_call_refused("/org/gnome/glycin", loader, "Other", NULL, method);
    check_call_refused("/org", loader, "Init", NULL, method);
    check_call_refused("/org/gnome/glycin", "org.example.Other", "Init", NULL, method);
    check_call_refused("/org/gnome/glycin/image/999", image, "Frame",
                       g_variant_new("(@a{sv})", empty()),
                       "org.freedesktop.DBus.Error.UnknownObject");
}

/* ---- Several files ------------------------------------------------------------------------- */

/* A loader is kept for further files; one that is done is gone. */
static void test_several_files(void **state)
{
    struct glycin_frame frame;
    GVariant *details[2];
    GUnixFDList *fds[2], *reply_fds = NULL;
    char *paths[2], *error_name;
    size_t size;
    (void)state;
    for (int i = 0; i < 2; i++) {
        loader_file_write(20 + (uint32_t)i, 10, 3);
        uint8_t *data = scratch_read("a.uqd", &size);
        paths[i] = glycin_client_open(&client, data, size, &details[i], &fds[i]);
        free(data);
    }
    assert_string_not_equal(paths[0], paths[1]);
    GVariant *reply = glycin_client_call(&client, paths[0], "org.gnome.glycin.Image", "Done", NULL,
                                         NULL, &reply_fds, &error_name);
    assert_non_null(reply);
    g_variant_unref(reply);
    check_call_refused(paths[0], "org.gnome.glycin.Image", "Frame",
                       g_variant_new("(@a{sv})", empty()),
                       "org.freedesktop.DBus.Error.UnknownObject");
    glycin_client_frame(&client, paths[1], empty(), &frame);
    assert_int_equal(frame.pixels.width, 21);
    glycin_frame_free(&frame);
    for (int i = 0; i < 2; i++) {
        g_variant_unref(details[i]);
        g_clear_object(&fds[i]);
        g_free(paths[i]);
    }
}

/* ---- The program --------------------------------------------------------------------------- */

static void test_command_lines(void **state)
{
    static const char *const lines[][3] = {{NULL}, {"--dbus-fd"}, {"--dbus-fd", "x"}, {"a.uqd"}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *const argv[] = {loader_path, lines[i][0], lines[i][1], NULL};
        struct process_result result;
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_int_equal(result.exit_code, 2);
        assert_non_null(strstr(result.err, "--dbus-fd"));
        process_result_free(&result);
    }
    const char *const argv[] = {loader_path, "--dbus-fd", "99", NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
    assert_int_equal(result.exit_code, 1);
    process_result_free(&result);
}

/* What glycin reads: a key file with a group for the type. */
static void test_configuration(void **state)
{
    GKeyFile *file = g_key_file_new();
    GError *error = NULL;
    (void)state;
    if (!g_key_file_load_from_file(file, configuration, G_KEY_FILE_NONE, &error))
        fail_msg("%s", error->message);
    char *program = g_key_file_get_string(file, "loader:" MIME_TYPE, "Exec", NULL);
    assert_string_equal(program, INSTALLED_LOADER);
    char **identifiers =
        g_key_file_get_string_list(file, "loader:" MIME_TYPE, "Identifiers", NULL, NULL);
    assert_string_equal(identifiers[0], "0:\\x8dUQD");
    assert_null(identifiers[1]);
    g_strfreev(identifiers);
    g_free(program);
    g_key_file_unref(file);
}

int main(int argc, char **argv)
{
#define WITH_LOADER(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        WITH_LOADER(test_whole_files),
        WITH_LOADER(test_cut_files),
        WITH_LOADER(test_sizes),
        WITH_LOADER(test_metadata),
        WITH_LOADER(test_bad_files),
        WITH_LOADER(test_damaged_steps),
        WITH_LOADER(test_bad_calls),
        WITH_LOADER(test_several_files),
        cmocka_unit_test(test_command_lines),
        cmocka_unit_test(test_configuration),
    };
    if (argc < 4)
        return 2;
    loader_path = realpath(argv[1], NULL); /* the fixture changes the directory */
    configuration = realpath(argv[2], NULL);
    loader_file_uqd(realpath(argv[3], NULL));
    return cmocka_run_group_tests_name("glycin", tests, loader_file_setup, scratch_teardown);
}
