/* Measures how soon a warm daemon shows something: opens a file over D-Bus again and again, each
 * time as a new job, and prints the milliseconds from sending Open to the first StepReady and to
 * the frame of that step. The first job, which starts the daemon and loads the model, is printed
 * apart.
 *
 * usage: bench_first_step FILE.uqd RUNS, on a session bus that can start org.uqd.Decoder1 */
#include "bus_client.h"
#include "dict.h"
#include "job_path.h"

#include <dbus/dbus.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_RUNS = 1000, REPLY_TIMEOUT_MS = 120000, MODE_DENOISED = 1 };

/* Milliseconds after Open was sent. */
struct times {
    double step, frame;
};

static void start(DBusConnection *bus, const char *job)
{
    DBusMessage *message = dbus_message_new_method_call(BUS_NAME, job, JOB_INTERFACE, METHOD_START);
    dbus_message_set_no_reply(message, TRUE);
    dbus_connection_send(bus, message, NULL);
    dbus_connection_flush(bus);
    dbus_message_unref(message);
}

static void wait_for_step(DBusConnection *bus, const char *job)
{
    for (;;) {
        DBusMessage *message = dbus_connection_pop_message(bus);
        if (!message) {
            if (!dbus_connection_read_write(bus, REPLY_TIMEOUT_MS))
                die("StepReady", "the bus is gone");
            continue;
        }
        int is_step = dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_STEP_READY) &&
                      dbus_message_has_path(message, job);
        int has_failed = dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_FINISHED) &&
                         dbus_message_has_path(message, job);
        dbus_message_unref(message);
        if (has_failed)
            die("StepReady", "the job ended before");
        if (is_step)
            return;
    }
}

static void append_no_options(DBusMessage *message)
{
    DBusMessageIter arguments;
    struct dict dict;
    dbus_message_iter_init_append(message, &arguments);
    dict_begin(&dict, &arguments);
    if (!dict_end(&dict))
        die("options", "out of memory");
}

static void get_frame(DBusConnection *bus, const char *job)
{
    dbus_uint32_t step = 0, mode = MODE_DENOISED;
    DBusMessage *message =
        dbus_message_new_method_call(BUS_NAME, job, JOB_INTERFACE, METHOD_GET_FRAME);
    dbus_message_append_args(message, DBUS_TYPE_UINT32, &step, DBUS_TYPE_UINT32, &mode,
                             DBUS_TYPE_INVALID);
    append_no_options(message);
    dbus_message_unref(call(bus, message));
}

static struct times measure(DBusConnection *bus, const char *path, unsigned run)
{
    char token[32], job[JOB_PATH_SIZE];
    struct times times;
    snprintf(token, sizeof token, "run%u", run);
    job_path(job, sizeof job, dbus_bus_get_unique_name(bus), token);
    double begin = now_ms();
    open_job(bus, path, token);
    start(bus, job);
    wait_for_step(bus, job);
    times.step = now_ms() - begin;
    get_frame(bus, job);
    times.frame = now_ms() - begin;
    dbus_message_unref(
        call(bus, dbus_message_new_method_call(BUS_NAME, job, JOB_INTERFACE, METHOD_CLOSE)));
    return times;
}

int main(int argc, char **argv)
{
    double steps[MAX_RUNS], frames[MAX_RUNS];
    DBusError error = DBUS_ERROR_INIT;
    long runs = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (runs < 1 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: bench_first_step FILE.uqd RUNS\n");
        return 2;
    }
    DBusConnection *bus = dbus_bus_get(DBUS_BUS_SESSION, &error);
    if (!bus)
        die("the session bus", error.message);
    struct times cold = measure(bus, argv[1], 0);
    for (unsigned run = 0; run < (unsigned)runs; run++) {
        struct times warm = measure(bus, argv[1], run + 1);
        steps[run] = warm.step;
        frames[run] = warm.frame;
    }
    printf("daemon, first job of all          %9.1f ms to step 0, %9.1f ms to its frame\n",
           cold.step, cold.frame);
    printf("daemon, warm, median of %-4ld      %9.1f ms to step 0, %9.1f ms to its frame\n", runs,
           quantile(steps, (unsigned)runs, 0.5), quantile(frames, (unsigned)runs, 0.5));
    dbus_connection_unref(bus);
    return 0;
}
