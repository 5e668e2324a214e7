/* Measures how soon a warm daemon has a thumbnail: asks for it over D-Bus again and again, each
 * time without one in the cache, and prints the milliseconds from sending Queue to the first Ready
 * and to Finished. The first request, which starts the daemon and loads the model, is printed
 * apart.
 *
 * usage: bench_thumbnailer FILE.uqd RUNS FLAVOR..., on a session bus that can start
 * org.uqd.Decoder1, and with a cache of thumbnails that may be written */
#include "bus_client.h"
#include "bus_names.h"
#include "location.h"

#include <dbus/dbus.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_RUNS = 1000, REPLY_TIMEOUT_MS = 120000 };

/* Milliseconds after Queue was sent. */
struct times {
    double ready, finished;
};

static void forget(DBusConnection *bus, const char *uri)
{
    const char *const *uris = &uri;
    DBusMessage *message =
        dbus_message_new_method_call(BUS_NAME, CACHE_PATH, CACHE_INTERFACE, METHOD_DELETE);
    dbus_message_append_args(message, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, 1,
                             DBUS_TYPE_INVALID);
    dbus_message_unref(call(bus, message));
}

static void queue(DBusConnection *bus, const char *uri, const char *flavor)
{
    const char *type = "", *scheduler = SCHEDULER_NAME_FOREGROUND;
    const char *const *uris = &uri, *const *types = &type;
    dbus_uint32_t instead = 0;
    DBusMessage *message = dbus_message_new_method_call(BUS_NAME, THUMBNAILER_PATH,
                                                        THUMBNAILER_INTERFACE, METHOD_QUEUE);
    dbus_message_append_args(message, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, 1, DBUS_TYPE_ARRAY,
                             DBUS_TYPE_STRING, &types, 1, DBUS_TYPE_STRING, &flavor,
                             DBUS_TYPE_STRING, &scheduler, DBUS_TYPE_UINT32, &instead,
                             DBUS_TYPE_INVALID);
    dbus_message_unref(call(bus, message));
}

static struct times wait_for_signals(DBusConnection *bus, double begin)
{
    struct times times = {0};
    for (;;) {
        DBusMessage *message = dbus_connection_pop_message(bus);
        if (!message) {
            if (!dbus_connection_read_write(bus, REPLY_TIMEOUT_MS))
                die("Finished", "the bus is gone");
            continue;
        }
        if (dbus_message_is_signal(message, THUMBNAILER_INTERFACE, SIGNAL_ERROR))
            die("Error", "there is no thumbnail of this file");
        if (times.ready == 0 &&
            dbus_message_is_signal(message, THUMBNAILER_INTERFACE, SIGNAL_READY))
            times.ready = now_ms() - begin;
        if (dbus_message_is_signal(message, THUMBNAILER_INTERFACE, SIGNAL_FINISHED))
            times.finished = now_ms() - begin;
        dbus_message_unref(message);
        if (times.finished > 0)
            return times;
    }
}

static struct times measure(DBusConnection *bus, const char *uri, const char *flavor)
{
    forget(bus, uri);
    const double begin = now_ms();
    queue(bus, uri, flavor);
    return wait_for_signals(bus, begin);
}

static void print_row(const char *name, double ready, double finished)
{
    printf("%-60s%9.1f ms to the first, %9.1f ms to the final one\n", name, ready, finished);
}

static void measure_flavor(DBusConnection *bus, const char *uri, const char *flavor, unsigned runs)
{
    double ready[MAX_RUNS], finished[MAX_RUNS];
    char name[64];
    for (unsigned run = 0; run < runs; run++) {
        const struct times times = measure(bus, uri, flavor);
        ready[run] = times.ready;
        finished[run] = times.finished;
    }
    snprintf(name, sizeof name, "Thumbnailer1, %s, median of %u", flavor, runs);
    print_row(name, quantile(ready, runs, 0.5), quantile(finished, runs, 0.5));
}

int main(int argc, char **argv)
{
    struct location location;
    struct message message;
    DBusError error = DBUS_ERROR_INIT;
    const long runs = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
    if (runs < 1 || runs > MAX_RUNS)
        die("usage", "bench_thumbnailer FILE.uqd RUNS FLAVOR...");
    if (location_read(&location, argv[1], &message) < 0)
        die(argv[1], message.text);
    DBusConnection *bus = dbus_bus_get(DBUS_BUS_SESSION, &error);
    if (!bus)
        die("session bus", error.message);
    const struct times first = measure(bus, location.uri, argv[3]);
    print_row("Thumbnailer1, first request, which starts the daemon", first.ready, first.finished);
    for (int i = 3; i < argc; i++)
        measure_flavor(bus, location.uri, argv[i], (unsigned)runs);
    forget(bus, location.uri);
    location_free(&location);
    dbus_connection_unref(bus);
    return 0;
}
