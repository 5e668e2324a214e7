#include "desk.h"

#include "client.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_ARGUMENTS = 8 };

long desk_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Processes ---- */

/* The child sees nothing of the user's own session. */
static void set_environment(const struct desk *desk)
{
    static const char *const homes[] = {"HOME",           "XDG_DATA_HOME",   "XDG_DATA_DIRS",
                                        "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"};
    char models[128];

    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
        setenv(homes[i], desk->dir, 1);
    snprintf(models, sizeof models, "%s/models", desk->dir);
    setenv("UQD_MODELS", models, 1);
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
}

static pid_t spawn(const struct desk *desk, const char *const argv[])
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        set_environment(desk);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    return pid;
}

int desk_wait(pid_t pid)
{
    long end = desk_now() + PATIENCE_MS;
    int status;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (desk_now() > end) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            fail_msg("process %d does not end", (int)pid);
        }
        usleep(2000);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

pid_t desk_spawn(const struct desk *desk, const char *const arguments[])
{
    const char *argv[MAX_ARGUMENTS + 4] = {UQDD, "--address", desk->address};

    for (unsigned i = 0; arguments && arguments[i]; i++) {
        assert_true(i < MAX_ARGUMENTS);
        argv[3 + i] = arguments[i];
    }
    return spawn(desk, argv);
}

void desk_start(struct desk *desk, const char *const arguments[])
{
    struct client *client = client_new(desk);

    desk->daemon = desk_spawn(desk, arguments);
    client_await_daemon(client);
    client_free(client);
}

/* ---- The bus ---- */

/* Like the configuration of a session, but only programs of the desk can be started. */
static void write_configuration(const struct desk *desk, const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file,
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
            " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
            "<busconfig><type>session</type><listen>unix:path=%s/bus</listen>\n"
            "<servicedir>%s/dbus-1/services</servicedir>\n"
            "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
            "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy>\n"
            "<limit name=\"max_incoming_bytes\">1000000000</limit>\n"
            "<limit name=\"max_incoming_unix_fds\">250000000</limit>\n"
            "<limit name=\"max_outgoing_bytes\">1000000000</limit>\n"
            "<limit name=\"max_outgoing_unix_fds\">250000000</limit>\n"
            "<limit name=\"max_message_size\">1000000000</limit>\n"
            "<limit name=\"max_match_rules_per_connection\">50000</limit>\n"
            "<limit name=\"max_replies_per_connection\">50000</limit></busconfig>\n",
            desk->dir, desk->dir);
    assert_int_equal(fclose(file), 0);
}

static void make_services(const struct desk *desk)
{
    char path[128];

    snprintf(path, sizeof path, "%s/dbus-1", desk->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/dbus-1/services", desk->dir);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void start_bus(struct desk *desk)
{
    const char *argv[] = {DBUS_DAEMON, "--nofork", "--nopidfile", NULL, NULL, NULL};
    char print[32], option[128], *path = option + strlen("--config-file=");
    size_t length = 0;
    ssize_t n;
    int ends[2];

    make_services(desk);
    snprintf(option, sizeof option, "--config-file=%s/bus.conf", desk->dir);
    write_configuration(desk, path);
    assert_int_equal(pipe(ends), 0);
    snprintf(print, sizeof print, "--print-address=%d", ends[1]);
    argv[3] = print;
    argv[4] = option;
    desk->bus = spawn(desk, argv);
    close(ends[1]);
    while (length < sizeof desk->address - 1 &&
           (n = read(ends[0], desk->address + length, 1)) == 1 && desk->address[length] != '\n')
        length++;
    close(ends[0]);
    desk->address[length] = '\0';
    assert_true(length > 0);
}

void desk_end_bus(struct desk *desk)
{
    kill(desk->bus, SIGKILL);
    desk_wait(desk->bus);
    desk->bus = 0;
}

void desk_open(struct desk *desk)
{
    desk_make_directory(desk);
    start_bus(desk);
}

void desk_close(struct desk *desk)
{
    if (desk->daemon > 0) {
        kill(desk->daemon, SIGTERM);
        assert_int_equal(desk_wait(desk->daemon), 0);
    }
    if (desk->bus > 0)
        desk_end_bus(desk);
    desk_remove_directory(desk);
}
