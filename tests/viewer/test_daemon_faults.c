/* The viewer with daemons and buses that hang, die or leave. Where a daemon must not be taken for
 * hung, it may be silent for ever; where it hangs, it does so however long one waits: nothing here
 * depends on how fast anything is. */
#include "fake_daemon.h"
#include "listener.h"
#include "session.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { SHORT_MS = 50 };

/* ---- The source ---------------------------------------------------------------------------- */

static void expect_given_up(enum fake_manner manner)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    struct fake_daemon *fake = fake_daemon_start(manner);
    listener_open(&listener, "picture.uqd", source_daemon_new, SHORT_MS);
    await_event(&listener, SOURCE_FAILED, counts);
    assert_true(listener.event.unavailable);
    assert_non_null(strstr(listener.event.text, "does not answer")); /* a slow bus is as good */
    assert_int_equal(counts[SOURCE_LOST], 0);
    listener_close(&listener);
    fake_daemon_end(fake);
    wait_for_daemon(false);
}

static void a_silent_daemon_is_given_up(void **state)
{
    (void)state;
    expect_given_up(FAKE_SILENT);
}

static void a_daemon_that_falls_silent_is_given_up(void **state)
{
    (void)state;
    expect_given_up(FAKE_SILENT_ONCE_OPEN);
}

/* A socket where nobody answers, in place of the bus. */
static int make_silent_bus(char *address, size_t size)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "silent"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *directory = getcwd(NULL, 0);
    assert_true(fd >= 0);
    assert_non_null(directory);
    unlink("silent");
    assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(fd, 4), 0);
    snprintf(address, size, "unix:path=%s/silent", directory);
    free(directory);
    return fd;
}

/* The window's thread ends sources, so that must not take as long as the bus does. */
static void a_silent_bus_keeps_nobody_waiting(void **state)
{
    struct listener listener;
    unsigned counts[SOURCE_FAILED + 1] = {0};
    char address[256], *bus = strdup(getenv("DBUS_SESSION_BUS_ADDRESS"));
    int fd = make_silent_bus(address, sizeof address);
    (void)state;
    setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
    listener_open(&listener, "picture.uqd", source_daemon_new, 0);
    listener_close(&listener);
    listener_open(&listener, "picture.uqd", source_daemon_new, SHORT_MS);
    await_event(&listener, SOURCE_FAILED, counts);
    assert_true(listener.event.unavailable);
    assert_non_null(strstr(listener.event.text, "the session bus does not answer"));
    listener_close(&listener);
    setenv("DBUS_SESSION_BUS_ADDRESS", bus, 1);
    free(bus);
    close(fd);
}

/* ---- The program --------------------------------------------------------------------------- */

static void show_locally(void)
{
    VIEW_DONE("wait idle\nscreenshot local.png\nquit\n", "picture.uqd", "--no-daemon");
}

/* For a daemon that hangs the library takes over. */
static void a_hung_daemon_does_not_keep_the_picture(void **state)
{
    static const enum fake_manner manners[] = {FAKE_SILENT, FAKE_SILENT_ONCE_OPEN};
    (void)state;
    show_locally();
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
        struct fake_daemon *fake = fake_daemon_start(manners[i]);
        VIEW_DONE("wait idle\nscreenshot hung.png\nquit\n", "picture.uqd", "--daemon-timeout",
                  "50");
        assert_int_equal(stage_difference("hung.png", "local.png", &stage_picture), 0);
        assert_true(daemon_is_there()); /* the same: nobody has started another */
        fake_daemon_end(fake);
        wait_for_daemon(false);
    }
}

/* For one that is gone the viewer starts another, without being asked. */
static void a_daemon_that_is_gone_is_started_again(void **state)
{
    static const enum fake_manner manners[] = {FAKE_DIES_OPENING, FAKE_DIES_ONCE_OPEN, FAKE_LEAVES};
    (void)state;
    show_locally();
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
        struct fake_daemon *fake = fake_daemon_start(manners[i]);
        VIEW_DONE("wait idle\nscreenshot again.png\nquit\n", "picture.uqd");
        if (!daemon_is_there())
            fail_msg("after manner %d nobody has started the daemon", (int)manners[i]);
        assert_int_equal(stage_difference("again.png", "local.png", &stage_picture), 0);
        fake_daemon_end(fake);
        kill_daemon();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_daemon_is_given_up),
        cmocka_unit_test(a_daemon_that_falls_silent_is_given_up),
        cmocka_unit_test(a_silent_bus_keeps_nobody_waiting),
        cmocka_unit_test(a_hung_daemon_does_not_keep_the_picture),
        cmocka_unit_test(a_daemon_that_is_gone_is_started_again),
    };
    return cmocka_run_group_tests(tests, session_setup, stage_teardown);
}
