/* uqd-glycin-loader, called as glycin does it: pictures and what belongs to them. */
#include "glycin_fixture.h"
#include "loader_file.h"
#include "profiles.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Pictures ------------------------------------------------------------------------------ */

static void test_whole_files(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++) {
        loader_file_write(61, 37, channels);
        struct pixels wanted = LOADER_DECODED(channels, NULL);
        glycin_check_picture(SIZE_MAX, &wanted);
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
        struct pixels wanted = LOADER_DECODED(4, "--bytes", glycin_number(cut));
        glycin_check_picture(cut, &wanted);
        pixels_free(&wanted);
    }
}

static void check_scale(const char *path, GVariant *request, const struct pixels *wanted)
{
    struct glycin_frame frame;
    glycin_client_frame(&client, path, request, &frame);
    glycin_assert_same(&frame.pixels, wanted);
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
    glycin_check_details(details, 30, 20);
    assert_memory(details, "metadata_exif", fds, exif, sizeof exif);
    assert_memory(details, "metadata_xmp", fds, xmp, sizeof xmp - 1);
    glycin_client_frame(&client, path, glycin_empty(), &frame);
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
    GVariant *reply = glycin_client_call(&client, paths[0], IMAGE_INTERFACE, "Done", NULL, NULL,
                                         &reply_fds, &error_name);
    assert_non_null(reply);
    g_variant_unref(reply);
    glycin_check_refused(paths[0], IMAGE_INTERFACE, "Frame",
                         g_variant_new("(@a{sv})", glycin_empty()),
                         "org.freedesktop.DBus.Error.UnknownObject");
    glycin_client_frame(&client, paths[1], glycin_empty(), &frame);
    assert_int_equal(frame.pixels.width, 21);
    glycin_frame_free(&frame);
    for (int i = 0; i < 2; i++) {
        g_variant_unref(details[i]);
        g_clear_object(&fds[i]);
        g_free(paths[i]);
    }
}

static void take_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    (void)source;
    g_object_ref(result);
    *(GAsyncResult **)data = result;
}

/* Whoever is done with an image does not wait for its picture. */
static void test_done_stops_a_picture(void **state)
{
    GVariant *details;
    GUnixFDList *fds, *reply_fds = NULL;
    GAsyncResult *result = NULL;
    GError *error = NULL;
    char *error_name;
    size_t size;
    (void)state;
    loader_file_write(300, 300, 3);
    uint8_t *data = scratch_read("a.uqd", &size);
    char *path = glycin_client_open(&client, data, size, &details, &fds);
    g_dbus_connection_call(client.connection, NULL, path, IMAGE_INTERFACE, "Frame",
                           g_variant_new("(@a{sv})", glycin_empty()), NULL, G_DBUS_CALL_FLAGS_NONE,
                           G_MAXINT, NULL, take_reply, &result);
    GVariant *reply = glycin_client_call(&client, path, IMAGE_INTERFACE, "Done", NULL, NULL,
                                         &reply_fds, &error_name);
    assert_non_null(reply);
    g_variant_unref(reply);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    reply = g_dbus_connection_call_finish(client.connection, result, &error);
    assert_null(reply);
    error_name = g_dbus_error_get_remote_error(error);
    assert_string_equal(error_name, ERRORS "Aborted");
    g_free(error_name);
    g_error_free(error);
    g_object_unref(result);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    free(data);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_LOADER(test_whole_files),   WITH_LOADER(test_cut_files),
        WITH_LOADER(test_sizes),         WITH_LOADER(test_metadata),
        WITH_LOADER(test_several_files), WITH_LOADER(test_done_stops_a_picture),
    };
    if (!glycin_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("glycin", tests, loader_file_setup, scratch_teardown);
}
