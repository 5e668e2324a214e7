/* uqd-glycin-loader with files that are none, or only partly, and calls that mean nothing. */
#include "glycin_fixture.h"
#include "loader_file.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
    glycin_client_frame(&client, path, glycin_empty(), &frame);
    glycin_assert_same(&frame.pixels, &wanted);
    glycin_frame_free(&frame);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    data[file.step_bytes[0] - 1] ^= 0x55;
    path = glycin_client_open(&client, data, size, &details, &fds);
    GVariant *reply = glycin_client_call(&client, path, IMAGE_INTERFACE, "Frame",
                                         g_variant_new("(@a{sv})", glycin_empty()), NULL,
                                         &reply_fds, &error_name);
    assert_null(reply);
    assert_string_equal(error_name, ERRORS "LoadingError");
    g_free(error_name);
    g_variant_unref(details);
    g_clear_object(&fds);
    g_free(path);
    free(data);
    pixels_free(&wanted);
}

static void test_bad_calls(void **state)
{
    const char *arguments = "org.freedesktop.DBus.Error.InvalidArgs";
    const char *method = "org.freedesktop.DBus.Error.UnknownMethod";
    (void)state;
    glycin_check_refused("/org/gnome/glycin", LOADER_INTERFACE, "Init", NULL, arguments);
    glycin_check_refused("/org/gnome/glycin", LOADER_INTERFACE, "Init", g_variant_new("(s)", "x"),
                         arguments);
    glycin_check_refused("/org/gnome/glycin", LOADER_INTERFACE, "Init",
                         g_variant_new_parsed("((handle 0, 's', @a{sv} {}),)"), arguments);
    glycin_check_refused("/org/gnome/glycin", LOADER_INTERFACE, "Other", NULL, method);
    glycin_check_refused("/org", LOADER_INTERFACE, "Init", NULL, method);
    glycin_check_refused("/org/gnome/glycin", "org.example.Other", "Init", NULL, method);
    glycin_check_refused("/org/gnome/glycin/image/999", IMAGE_INTERFACE, "Frame",
                         g_variant_new("(@a{sv})", glycin_empty()),
                         "org.freedesktop.DBus.Error.UnknownObject");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_LOADER(test_bad_files),
        WITH_LOADER(test_damaged_steps),
        WITH_LOADER(test_bad_calls),
    };
    if (!glycin_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("glycin_bad", tests, loader_file_setup, scratch_teardown);
}
