#include "bus_client.h"

#include "bus_names.h"
#include "dict.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_TIMEOUT_MS = 600000 };

double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
    exit(1);
}

DBusMessage *call(DBusConnection *bus, DBusMessage *message)
{
    DBusError error = DBUS_ERROR_INIT;
    DBusMessage *reply =
        dbus_connection_send_with_reply_and_block(bus, message, REPLY_TIMEOUT_MS, &error);
    if (!reply)
        die(dbus_message_get_member(message), error.message);
    dbus_message_unref(message);
    return reply;
}

void open_job(DBusConnection *bus, const char *path, const char *token)
{
    DBusMessage *message =
        dbus_message_new_method_call(BUS_NAME, ROOT_PATH, ROOT_INTERFACE, METHOD_OPEN);
    DBusMessageIter arguments;
    struct dict dict;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(path, "cannot be opened");
    dbus_message_append_args(message, DBUS_TYPE_UNIX_FD, &fd, DBUS_TYPE_INVALID);
    dbus_message_iter_init_append(message, &arguments);
    dict_begin(&dict, &arguments);
    dict_add_string(&dict, KEY_HANDLE_TOKEN, token);
    if (!dict_end(&dict))
        die(METHOD_OPEN, "out of memory");
    close(fd);
    dbus_message_unref(call(bus, message));
}

pid_t daemon_process(DBusConnection *bus)
{
    const char *name = BUS_NAME;
    dbus_uint32_t process = 0;
    DBusMessage *message = dbus_message_new_method_call(
        DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "GetConnectionUnixProcessID");
    dbus_message_append_args(message, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID);
    DBusMessage *reply = call(bus, message);
    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &process, DBUS_TYPE_INVALID);
    dbus_message_unref(reply);
    return (pid_t)process;
}

static int compare_numbers(const void *a, const void *b)
{
    const double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

double quantile(double *values, unsigned count, double part)
{
    qsort(values, count, sizeof *values, compare_numbers);
    return values[(unsigned)(part * (count - 1) + 0.5)];
}
