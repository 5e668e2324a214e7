/* Measures what closing a job costs in the middle of its work: a file is decoded again and again,
 * as a new job that is closed each time further on. Prints the time until Close is answered and
 * until the worker is gone, and what the worker, the daemon and the process that makes workers take
 * of the processors from sending Close on.
 *
 * usage: bench_close FILE.uqd RUNS SECONDS, on a session bus that can start org.uqd.Decoder1; the
 * last job works for SECONDS, in which it must not finish */
#include "bus_client.h"
#include "job_path.h"

#include <dbus/dbus.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 1000, REPLY_TIMEOUT_MS = 600000 };

/* How often it is looked what the worker has taken, and how long what the daemon does afterwards
 * may take to come. */
enum { LOOK_US = 100, AFTERWARDS_US = 500000 };

struct cost {
    double answered_ms, gone_ms;
    double worker_ms, daemon_ms, spawner_ms; /* of the processors */
};

/* ---- Processes ----------------------------------------------------------------------------- */

static pid_t parent_of(pid_t process)
{
    char path[64], line[512] = "";
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)process);
    FILE *file = fopen(path, "r");
    const char *end = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (end)
        sscanf(end, ") %*c %d", &parent);
    if (file)
        fclose(file);
    return parent;
}

/* The child of a process that was made last. */
static pid_t child_of(pid_t parent, const char *what)
{
    pid_t child = 0;
    const struct dirent *entry;
    DIR *directory = opendir("/proc");
    while (directory && (entry = readdir(directory))) {
        const pid_t process = (pid_t)strtol(entry->d_name, NULL, 10);
        if (process > child && parent_of(process) == parent)
            child = process;
    }
    if (directory)
        closedir(directory);
    if (child == 0)
        die(what, "there is none");
    return child;
}

/* What a process has taken of the processors in milliseconds; `before` once it has gone. */
static double taken_ms(pid_t process, double before)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return before;
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* ---- Jobs ---------------------------------------------------------------------------------- */

static DBusMessage *new_call(const char *job, const char *method)
{
    return dbus_message_new_method_call(BUS_NAME, job, JOB_INTERFACE, method);
}

static void begin(DBusConnection *bus, const char *path, const char *token, char *job, size_t size)
{
    job_path(job, size, dbus_bus_get_unique_name(bus), token);
    open_job(bus, path, token);
    dbus_message_unref(call(bus, new_call(job, METHOD_START)));
}

/* ---- Closing ------------------------------------------------------------------------------- */

/* Takes the signals, none of which may be the last. */
static void take_signals(DBusConnection *bus)
{
    DBusMessage *message;
    dbus_connection_read_write(bus, 0);
    while ((message = dbus_connection_pop_message(bus))) {
        if (dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_FINISHED))
            die("the file", "is decoded before that: take fewer seconds");
        dbus_message_unref(message);
    }
}

/* Sends Close and looks until it is answered and the worker is gone. */
static void close_job(DBusConnection *bus, const char *job, pid_t worker, struct cost *cost)
{
    struct pollfd exited = {.fd = (int)syscall(SYS_pidfd_open, worker, 0), .events = POLLIN};
    DBusPendingCall *pending = NULL;
    DBusMessage *message = new_call(job, METHOD_CLOSE);
    if (exited.fd < 0)
        die("the worker", "is gone already");
    const double taken = taken_ms(worker, 0), began = now_ms();
    double last = taken;
    dbus_connection_send_with_reply(bus, message, &pending, REPLY_TIMEOUT_MS);
    dbus_connection_flush(bus);
    dbus_message_unref(message);
    while (cost->answered_ms == 0 || cost->gone_ms == 0) {
        last = taken_ms(worker, last);
        if (cost->gone_ms == 0 && poll(&exited, 1, 0) > 0)
            cost->gone_ms = now_ms() - began;
        if (cost->answered_ms == 0 && dbus_pending_call_get_completed(pending))
            cost->answered_ms = now_ms() - began;
        dbus_connection_read_write_dispatch(bus, 0);
        usleep(LOOK_US);
    }
    cost->worker_ms = last - taken;
    dbus_pending_call_unref(pending);
    close(exited.fd);
}

static struct cost measure(DBusConnection *bus, const char *path, unsigned run, double wait_ms)
{
    char token[32], job[JOB_PATH_SIZE];
    struct cost cost = {0};
    snprintf(token, sizeof token, "run%u", run);
    begin(bus, path, token, job, sizeof job);
    usleep((useconds_t)(wait_ms * 1e3));
    take_signals(bus);
    const pid_t daemon = daemon_process(bus), spawner = child_of(daemon, "what makes workers");
    const pid_t worker = child_of(spawner, "the worker");
    const double of_daemon = taken_ms(daemon, 0), of_spawner = taken_ms(spawner, 0);
    close_job(bus, job, worker, &cost);
    usleep(AFTERWARDS_US);
    cost.daemon_ms = taken_ms(daemon, of_daemon) - of_daemon;
    cost.spawner_ms = taken_ms(spawner, of_spawner) - of_spawner;
    return cost;
}

static void print_cost(const char *when, const struct cost *cost)
{
    printf("%-12s %10.1f %10.1f %12.1f %10.1f %10.1f %10.1f\n", when, cost->answered_ms,
           cost->gone_ms, cost->worker_ms, cost->daemon_ms, cost->spawner_ms,
           cost->worker_ms + cost->daemon_ms + cost->spawner_ms);
    fflush(stdout);
}

static void keep_most(double *most, double value)
{
    if (value > *most)
        *most = value;
}

static void measure_all(DBusConnection *bus, const char *path, unsigned runs, double seconds)
{
    struct cost most = {0};
    printf("milliseconds, of time and of the processors:\n");
    printf("%-12s %10s %10s %12s %10s %10s %10s\n", "closed after", "answered", "gone",
           "CPU worker", "daemon", "spawner", "together");
    for (unsigned run = 0; run < runs; run++) {
        const double wait_ms = seconds * 1e3 * (run + 1) / runs;
        const struct cost cost = measure(bus, path, run, wait_ms);
        char when[32];
        snprintf(when, sizeof when, "%.1f s", wait_ms / 1e3);
        print_cost(when, &cost);
        keep_most(&most.answered_ms, cost.answered_ms);
        keep_most(&most.gone_ms, cost.gone_ms);
        keep_most(&most.worker_ms, cost.worker_ms);
        keep_most(&most.daemon_ms, cost.daemon_ms);
        keep_most(&most.spawner_ms, cost.spawner_ms);
    }
    print_cost("at most", &most);
}

int main(int argc, char **argv)
{
    DBusError error = DBUS_ERROR_INIT;
    const long runs = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    const double seconds = argc == 4 ? strtod(argv[3], NULL) : 0;
    if (runs < 1 || runs > MAX_RUNS || !(seconds > 0)) {
        fprintf(stderr, "usage: bench_close FILE.uqd RUNS SECONDS\n");
        return 2;
    }
    DBusConnection *bus = dbus_bus_get(DBUS_BUS_SESSION, &error);
    if (!bus)
        die("the session bus", error.message);
    measure_all(bus, argv[1], (unsigned)runs, seconds);
    dbus_connection_unref(bus);
    return 0;
}
