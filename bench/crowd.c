/* Measures what programs that keep the daemon busy cost another one: clients with several jobs
 * each, all interactive, decode a file again and again; all the while newcomers open it, and how
 * long their first step takes is printed, beside the same without the crowd; and what the daemon
 * and its workers take of memory and descriptors.
 *
 * usage: bench_crowd FILE.uqd CLIENTS JOBS SECONDS, on a session bus that can start
 * org.uqd.Decoder1 with --max-jobs of more than that */
#include "bus_client.h"
#include "job_path.h"

#include <dbus/dbus.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_CLIENTS = 512, MAX_JOBS = 16, MAX_RUNS = 100000, REPLY_TIMEOUT_MS = 600000 };
enum { IDLE_RUNS = 15, REPORTS = 10 };

/* ---- Jobs ---------------------------------------------------------------------------------- */

static DBusConnection *connect_bus(void)
{
    DBusError error = DBUS_ERROR_INIT;
    DBusConnection *bus = dbus_bus_get_private(DBUS_BUS_SESSION, &error);
    if (!bus)
        die("the session bus", error.message);
    return bus;
}

static void disconnect_bus(DBusConnection *bus)
{
    dbus_connection_close(bus);
    dbus_connection_unref(bus);
}

static void do_job(DBusConnection *bus, const char *job, const char *method)
{
    dbus_message_unref(
        call(bus, dbus_message_new_method_call(BUS_NAME, job, JOB_INTERFACE, method)));
}

/* ---- One of the crowd ---------------------------------------------------------------------- */

static void begin(DBusConnection *bus, const char *path, const char *token)
{
    char job[JOB_PATH_SIZE];
    job_path(job, sizeof job, dbus_bus_get_unique_name(bus), token);
    open_job(bus, path, token);
    do_job(bus, job, METHOD_START);
}

/* Decodes for ever: what is finished is closed and begun anew. */
static void be_busy(const char *path, unsigned n_jobs)
{
    DBusConnection *bus = connect_bus();
    unsigned n_begun = 0;
    char token[32];
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (n_begun < n_jobs) {
        snprintf(token, sizeof token, "job%u", n_begun++);
        begin(bus, path, token);
    }
    for (;;) {
        DBusMessage *message = dbus_connection_pop_message(bus);
        if (!message && !dbus_connection_read_write(bus, -1))
            die("the bus", "is gone");
        if (!message)
            continue;
        if (dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_FINISHED)) {
            do_job(bus, dbus_message_get_path(message), METHOD_CLOSE);
            snprintf(token, sizeof token, "job%u", n_begun++);
            begin(bus, path, token);
        }
        dbus_message_unref(message);
    }
}

/* ---- A newcomer ---------------------------------------------------------------------------- */

/* Milliseconds from Open to the first step. */
static double first_step(const char *path)
{
    DBusConnection *bus = connect_bus();
    const double began = now_ms();
    int has_step = 0;
    begin(bus, path, "newcomer");
    while (!has_step) {
        DBusMessage *message = dbus_connection_pop_message(bus);
        if (!message && !dbus_connection_read_write(bus, REPLY_TIMEOUT_MS))
            die("the bus", "is gone");
        has_step = message && dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_STEP_READY);
        if (message)
            dbus_message_unref(message);
    }
    const double milliseconds = now_ms() - began;
    disconnect_bus(bus);
    return milliseconds;
}

/* ---- What the daemon takes ----------------------------------------------------------------- */

struct taken {
    unsigned processes, descriptors;
    double mib; /* of memory, what is shared counted once */
};

/* A number of a file of /proc, in the line that begins with the key. */
static double read_number(const char *path, const char *key)
{
    char line[256];
    double value = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtod(line + strlen(key), NULL);
    if (file)
        fclose(file);
    return value;
}

static unsigned count_entries(const char *path)
{
    unsigned n = 0;
    DIR *directory = opendir(path);
    while (directory && readdir(directory))
        n++;
    if (directory)
        closedir(directory);
    return n > 2 ? n - 2 : 0;
}

static int is_of_daemon(const char *process, const char *program)
{
    char path[64], found[512];
    snprintf(path, sizeof path, "/proc/%.20s/exe", process);
    const ssize_t length = readlink(path, found, sizeof found - 1);
    if (length <= 0)
        return 0;
    found[length] = '\0';
    return strcmp(found, program) == 0;
}

static struct taken look(const char *program)
{
    struct taken taken = {0};
    char path[64];
    const struct dirent *entry;
    DIR *directory = opendir("/proc");
    while (directory && (entry = readdir(directory))) {
        if (!is_of_daemon(entry->d_name, program))
            continue;
        taken.processes++;
        snprintf(path, sizeof path, "/proc/%.20s/smaps_rollup", entry->d_name);
        taken.mib += read_number(path, "Pss:") / 1024;
        snprintf(path, sizeof path, "/proc/%.20s/fd", entry->d_name);
        taken.descriptors += count_entries(path);
    }
    if (directory)
        closedir(directory);
    return taken;
}

/* The program of the daemon, which has been started. */
static void find_program(char *program, size_t size)
{
    DBusConnection *bus = connect_bus();
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/exe", (long)daemon_process(bus));
    const ssize_t length = readlink(path, program, size - 1);
    program[length > 0 ? length : 0] = '\0';
    disconnect_bus(bus);
}

static void report(const char *when, double *times, unsigned n, double alone, const char *program)
{
    const struct taken taken = look(program);
    printf("%-12s %5u newcomers, first step %8.1f ms (median), %8.1f (90 %%)", when, n,
           n > 0 ? quantile(times, n, 0.5) : 0, n > 0 ? quantile(times, n, 0.9) : 0);
    if (alone > 0)
        printf(", %5.2f times", quantile(times, n, 0.5) / alone);
    printf("; %4u processes, %7.1f MiB, %5u descriptors\n", taken.processes, taken.mib,
           taken.descriptors);
    fflush(stdout);
}

/* ---- All of it ----------------------------------------------------------------------------- */

static double measure_alone(const char *path, char *program, size_t size)
{
    double times[IDLE_RUNS];
    first_step(path); /* starts the daemon */
    find_program(program, size);
    usleep(500000);
    for (unsigned i = 0; i < IDLE_RUNS; i++)
        times[i] = first_step(path);
    report("alone", times, IDLE_RUNS, 0, program);
    return quantile(times, IDLE_RUNS, 0.5);
}

static void measure_crowd(const char *path, double seconds, double alone, const char *program)
{
    static double times[MAX_RUNS];
    const double part = seconds * 1e3 / REPORTS;
    for (unsigned i = 0; i < REPORTS; i++) {
        const double end = now_ms() + part;
        unsigned n = 0;
        char when[32];
        while ((now_ms() < end && n < MAX_RUNS) || n == 0) {
            usleep(200000);
            times[n++] = first_step(path);
        }
        snprintf(when, sizeof when, "%.0f s", part * (i + 1) / 1e3);
        report(when, times, n, alone, program);
    }
}

int main(int argc, char **argv)
{
    const unsigned n_clients = argc == 5 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    const unsigned n_jobs = argc == 5 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    const double seconds = argc == 5 ? strtod(argv[4], NULL) : 0;
    static pid_t crowd[MAX_CLIENTS];
    char program[512];
    if (n_clients < 1 || n_clients > MAX_CLIENTS || n_jobs < 1 || n_jobs > MAX_JOBS ||
        !(seconds > 0)) {
        fprintf(stderr, "usage: bench_crowd FILE.uqd CLIENTS JOBS SECONDS\n");
        return 2;
    }
    const double alone = measure_alone(argv[1], program, sizeof program);
    for (unsigned i = 0; i < n_clients; i++)
        if ((crowd[i] = fork()) == 0)
            be_busy(argv[1], n_jobs);
    usleep(2000000);
    measure_crowd(argv[1], seconds, alone, program);
    for (unsigned i = 0; i < n_clients; i++)
        kill(crowd[i], SIGKILL);
    while (wait(NULL) > 0)
        continue;
    usleep(2000000);
    double last[IDLE_RUNS];
    for (unsigned i = 0; i < IDLE_RUNS; i++)
        last[i] = first_step(argv[1]);
    report("alone again", last, IDLE_RUNS, alone, program);
    return 0;
}
