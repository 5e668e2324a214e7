/* uqd-glycin-loader with files that are none, or only partly, and calls that mean nothing. */
#include "glycin_fixture.h"
#include "loader_file.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* One of them is more than a socket holds. */
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

/* What has no end is refused as well. */
static void test_endless_garbage(void **state)
{
    GUnixFDList *fds = NULL;
    char *error_name;
    (void)state;
    const int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_null(glycin_client_init_fd(&client, fd, &fds, &error_name));
    assert_string_equal(error_name, ERRORS "LoadingError");
    g_free(error_name);
}

/* ---- Files without an end ------------------------------------------------------------------ */

struct source {
    int fd;
    bool is_endless;
    const uint8_t *data;
    size_t size;
    GMutex lock; /* of is_read */
    GCond changed;
    bool is_read;
};

static void note_read(struct source *source)
{
    g_mutex_lock(&source->lock);
    source->is_read = true;
    g_cond_signal(&source->changed);
    g_mutex_unlock(&source->lock);
}

/* A picture and zeros, more than a pipe holds: when they are written, the loader reads. Then more
 * of them until nobody reads, or nothing. */
static gpointer write_on(gpointer data)
{
    static const uint8_t zeros[1 << 20];
    struct source *source = data;
    const bool is_written =
        write(source->fd, source->data, source->size) == (ssize_t)source->size &&
        write(source->fd, zeros, sizeof zeros) == (ssize_t)sizeof zeros;
    note_read(source);
    while (is_written && source->is_endless && write(source->fd, zeros, sizeof zeros) > 0)
        continue;
    return GINT_TO_POINTER(is_written);
}

static void begin_init(int fd)
{
    GUnixFDList *fds = g_unix_fd_list_new_from_array(&fd, 1);
    g_dbus_connection_call_with_unix_fd_list(
        client.connection, NULL, "/org/gnome/glycin", LOADER_INTERFACE, "Init",
        glycin_client_init_body(), NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, fds, NULL, NULL, NULL);
    assert_true(g_dbus_connection_flush_sync(client.connection, NULL, NULL));
    g_object_unref(fds);
}

/* Closes the connection while a file is being read that has no end. */
static void check_leaving(bool is_endless)
{
    struct source source = {.is_endless = is_endless};
    int ends[2];
    loader_file_write(20, 20, 3);
    uint8_t *data = scratch_read("a.uqd", &source.size);
    source.data = data;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    source.fd = ends[1];
    glycin_start(NULL);
    begin_init(ends[0]);
    GThread *writer = g_thread_new("write", write_on, &source);
    g_mutex_lock(&source.lock);
    while (!source.is_read)
        g_cond_wait(&source.changed, &source.lock);
    g_mutex_unlock(&source.lock);
    glycin_stop(NULL);
    assert_true(GPOINTER_TO_INT(g_thread_join(writer)));
    close(ends[1]);
    free(data);
}

/* A loader that nobody speaks to any more ends, whatever it waits for. */
static void test_leaving_while_reading(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    check_leaving(false);
    check_leaving(true);
}

/* ---- Damage and calls ---------------------------------------------------------------------- */

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
        WITH_LOADER(test_endless_garbage),
        cmocka_unit_test(test_leaving_while_reading),
        WITH_LOADER(test_damaged_steps),
        WITH_LOADER(test_bad_calls),
    };
    if (!glycin_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("glycin_bad", tests, loader_file_setup, scratch_teardown);
}
