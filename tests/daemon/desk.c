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

static void start_bus(struct desk *desk)
{
    const char *argv[] = {DBUS_DAEMON, "--session", "--nofork", "--nopidfile", NULL, NULL, NULL};
    char print[32], listen[128];
    size_t length = 0;
    ssize_t n;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    snprintf(print, sizeof print, "--print-address=%d", ends[1]);
    snprintf(listen, sizeof listen, "--address=unix:path=%s/bus", desk->dir);
    argv[4] = print;
    argv[5] = listen;
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
