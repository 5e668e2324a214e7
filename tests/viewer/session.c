#include "session.h"

#include "bus_names.h"
#include "stage.h"

#include <dbus/dbus.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { PATIENCE = 60 };

extern char **environ;

static DBusConnection *bus;

bool daemon_is_there(void)
{
    return dbus_bus_name_has_owner(bus, BUS_NAME, NULL);
}

void wait_for_daemon(bool there)
{
    for (int i = 0; i < PATIENCE * 100; i++) {
        if (daemon_is_there() == there)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("the daemon does not %s", there ? "come" : "go");
}

pid_t start_daemon(void)
{
    char program[] = UQDD;
    char *const argv[] = {program, NULL};
    pid_t pid;
    assert_int_equal(posix_spawn(&pid, program, NULL, NULL, argv, environ), 0);
    wait_for_daemon(true);
    return pid;
}

/* The process that owns the daemon's name, as the bus knows it. */
static pid_t daemon_process(void)
{
    const char *name = BUS_NAME;
    dbus_uint32_t pid = 0;
    DBusMessage *call = dbus_message_new_method_call(
        DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "GetConnectionUnixProcessID");
    assert_non_null(call);
    dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID);
    DBusMessage *reply = dbus_connection_send_with_reply_and_block(bus, call, 10000, NULL);
    dbus_message_unref(call);
    assert_non_null(reply);
    assert_true(dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &pid, DBUS_TYPE_INVALID));
    dbus_message_unref(reply);
    return (pid_t)pid;
}

void kill_daemon(void)
{
    pid_t pid;
    if (!daemon_is_there())
        return;
    pid = daemon_process();
    kill(pid, SIGKILL);
    wait_for_daemon(false);
    waitpid(pid, NULL, 0);
}

int session_setup(void **state)
{
    char address[512];
    snprintf(address, sizeof address, "%s", getenv("DBUS_SESSION_BUS_ADDRESS"));
    bus = dbus_bus_get(DBUS_BUS_SESSION, NULL);
    if (!bus || stage_setup(state))
        return -1;
    dbus_connection_set_exit_on_disconnect(bus, FALSE);
    setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
    return 0;
}
