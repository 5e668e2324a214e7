/* Thumbnails by the daemon: the same pictures, and none the less where it does not help. The test
 * runs in a session bus of its own; the daemon is started by the test. */
#include "ask.h"
#include "bus_names.h"
#include "daemon.h"
#include "made_file.h"
#include "scratch.h"
#include "thumbnail_file.h"

#include <dbus/dbus.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

static char *bus_address;

/* ---- The daemon ---------------------------------------------------------------------------- */

static int has_owner(void)
{
    DBusConnection *connection = dbus_connection_open_private(bus_address, NULL);
    assert_non_null(connection);
    assert_true(dbus_bus_register(connection, NULL));
    const int owned = dbus_bus_name_has_owner(connection, BUS_NAME, NULL);
    dbus_connection_close(connection);
    dbus_connection_unref(connection);
    return owned;
}

static pid_t start_daemon(void)
{
    const char *const argv[] = {UQDD, "--address", bus_address, "--threads", "1", NULL};
    pid_t pid;
    assert_int_equal(posix_spawn(&pid, UQDD, NULL, NULL, (char *const *)argv, environ), 0);
    for (int i = 0; i < 6000 && !has_owner(); i++)
        usleep(10000);
    assert_true(has_owner());
    return pid;
}

static void end_daemon(pid_t pid)
{
    int status;
    kill(pid, SIGCONT);
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static int setup(void **state)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    bus_address = address ? strdup(address) : NULL;
    if (!bus_address || made_file_setup(state) != 0)
        return -1;
    setenv("DBUS_SESSION_BUS_ADDRESS", bus_address, 1);
    return 0;
}

/* ---- Pictures ------------------------------------------------------------------------------ */

/* Asks for a frame; 0 or -1. */
static int ask(uint32_t step, uint32_t reduce, struct pixels *pixels)
{
    struct input input;
    *pixels = (struct pixels){0};
    made_file_open(&input, NULL);
    const struct daemon_frame frame = {&input.info, step, reduce};
    const int result = daemon_get_frame(input.fd, &frame, 60000, pixels);
    assert_int_equal(uqd_decoder_steps_complete(input.decoder), 0);
    input_close(&input);
    return result;
}

static void test_frames(void **state)
{
    (void)state;
    const pid_t daemon = start_daemon();
    for (uint32_t channels = 1; channels <= 4; channels++) {
        made_file_write(151, 90, channels, 0);
        for (uint32_t reduce = 0; reduce <= 4; reduce += 2) {
            struct pixels got, wanted = made_file_picture(1, reduce);
            assert_int_equal(ask(1, reduce, &got), 0);
            assert_same_pixels(&got, &wanted);
            pixels_free(&got);
            pixels_free(&wanted);
        }
    }
    end_daemon(daemon);
}

/* Both ways, all files and sizes: bit for bit. */
static void test_same_thumbnails(void **state)
{
    static const char *const sizes[] = {"256", "151", "100", "19", "5"};
    (void)state;
    const pid_t daemon = start_daemon();
    for (uint32_t channels = 1; channels <= 4; channels++) {
        made_file_write(151, 90, channels, channels == 2);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            thumbnailer_done((const char *const[]){"-s", sizes[i], "a.uqd", "daemon.png", NULL});
            THUMBNAILER_DONE("-s", sizes[i], "a.uqd", "here.png");
            scratch_assert_same("daemon.png", "here.png");
        }
    }
    end_daemon(daemon);
}

/* As the program does for its worker. */
static int ask_daemon(const struct input *input, const struct render_plan *plan,
                      int64_t milliseconds, struct pixels *pixels)
{
    struct daemon_frame frame;
    return ask_which(input, plan, &frame) == 0
               ? daemon_get_frame(input->fd, &frame, milliseconds, pixels)
               : -1;
}

/* The picture comes from the daemon: nothing is decoded here. */
static void test_daemon_is_asked(void **state)
{
    struct render_request request = {
        .edge = 60, .elsewhere = ask_daemon, .milliseconds_left = made_file_no_deadline};
    struct input input;
    struct pixels pixels;
    struct message message;
    (void)state;
    made_file_write(151, 90, 3, 0);
    const pid_t daemon = start_daemon();
    made_file_open(&input, &request);
    assert_int_equal(render(&input, &request, &pixels, &message), 0);
    assert_int_equal(uqd_decoder_steps_complete(input.decoder), 0);
    assert_int_equal(pixels.width, 60);
    pixels_free(&pixels);
    input_close(&input);
    end_daemon(daemon);
}

/* ---- Without its help ---------------------------------------------------------------------- */

/* A step that a cut file lacks is the program's own business. */
static void test_cut_file(void **state)
{
    size_t size;
    (void)state;
    const pid_t daemon = start_daemon();
    made_file_write(151, 90, 3, 0);
    uint8_t *data = scratch_read("a.uqd", &size);
    scratch_write("cut.uqd", data, size / 40);
    free(data);
    thumbnailer_done((const char *const[]){"cut.uqd", "daemon.png", NULL});
    THUMBNAILER_DONE("cut.uqd", "here.png");
    scratch_assert_same("daemon.png", "here.png");
    end_daemon(daemon);
}

static void test_stopped_daemon(void **state)
{
    (void)state;
    const pid_t daemon = start_daemon();
    made_file_write(151, 90, 3, 0);
    kill(daemon, SIGSTOP);
    thumbnailer_done((const char *const[]){"--deadline", "60", "a.uqd", "daemon.png", NULL});
    THUMBNAILER_DONE("a.uqd", "here.png");
    scratch_assert_same("daemon.png", "here.png");
    end_daemon(daemon);
}

/* None is started. */
static void test_no_daemon(void **state)
{
    struct pixels pixels;
    (void)state;
    made_file_write(151, 90, 3, 0);
    assert_false(has_owner());
    assert_int_equal(ask(0, 0, &pixels), -1);
    thumbnailer_done((const char *const[]){"a.uqd", "daemon.png", NULL});
    assert_false(has_owner());
    THUMBNAILER_DONE("a.uqd", "here.png");
    scratch_assert_same("daemon.png", "here.png");
}

static void test_no_bus(void **state)
{
    static const char *const addresses[] = {"unix:path=/nonexistent", "nonsense", ""};
    (void)state;
    made_file_write(151, 90, 3, 0);
    THUMBNAILER_DONE("a.uqd", "here.png");
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        setenv("DBUS_SESSION_BUS_ADDRESS", addresses[i], 1);
        thumbnailer_done((const char *const[]){"a.uqd", "daemon.png", NULL});
        scratch_assert_same("daemon.png", "here.png");
    }
    setenv("DBUS_SESSION_BUS_ADDRESS", bus_address, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),          cmocka_unit_test(test_same_thumbnails),
        cmocka_unit_test(test_daemon_is_asked), cmocka_unit_test(test_cut_file),
        cmocka_unit_test(test_stopped_daemon),  cmocka_unit_test(test_no_daemon),
        cmocka_unit_test(test_no_bus),
    };
    char *program = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!program)
        return 2;
    thumbnailer_is(program);
    const int result = cmocka_run_group_tests_name("daemon", tests, setup, scratch_teardown);
    free(program);
    free(bus_address);
    return result;
}
