#include "workers/spawner.h"

#include "workers/serve.h"
#include "workers/wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The default model is loaded when so many milliseconds have passed without a request: whoever
 * waits for the first worker of all does not wait for that. But so many requests without such a
 * rest are a crowd, of which each would load the model for itself. */
enum { QUIET_MS = 200, CROWD = 3 };

/* ---- A worker ---- */

/* Whoever ends the daemon ends the spawner, and so the workers. */
static void die_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
}

static void become_worker(pid_t spawner, const struct wire_spawn *spawn, const int *fds,
                          unsigned n_fds, struct models *models)
{
    sigset_t none;

    die_with(spawner);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close(SPAWNER_SOCKET);
    prctl(PR_SET_NAME, "uqdd-worker", 0, 0, 0);
    serve_file(spawn, fds, n_fds, models);
    _exit(EXIT_SUCCESS);
}

/* If there can be no worker, its end of the sockets is closed, and the daemon sees that. */
static void make_worker(const struct wire_spawn *spawn, const int *fds, unsigned n_fds,
                        struct models *models)
{
    const pid_t spawner = getpid();
    const pid_t pid = fork();

    if (pid == 0)
        become_worker(spawner, spawn, fds, n_fds, models);
    if (pid < 0)
        fprintf(stderr, "uqdd: no process can be made to decode: %s\n", strerror(errno));
    for (unsigned i = 0; i < n_fds; i++)
        close(fds[i]);
}

/* ---- The spawner ---- */

/* What the daemon did not end, and did not end by itself, is told. */
static void reap(int signals)
{
    struct signalfd_siginfo info;
    pid_t pid;
    int status;

    while (read(signals, &info, sizeof info) == sizeof info)
        continue;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
            fprintf(stderr, "uqdd: the worker %ld was ended by signal %d\n", (long)pid,
                    WTERMSIG(status));
        else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
            fprintf(stderr, "uqdd: the worker %ld ended with status %d\n", (long)pid,
                    WEXITSTATUS(status));
    }
}

static int open_children(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Whether now is the time to load the model. */
static bool is_time_to_warm(int n_events, unsigned n_requests)
{
    return n_events == 0 || n_requests >= CROWD;
}

/* 0, or -1 when the daemon has gone. */
static int take_request(struct models *models)
{
    struct wire_spawn spawn;
    int fds[WIRE_MAX_FDS];
    unsigned n_fds;

    if (wire_receive_fds(SPAWNER_SOCKET, &spawn, sizeof spawn, fds, WIRE_MAX_FDS, &n_fds) < 0)
        return -1;
    if (n_fds > SPAWN_CONTROL)
        make_worker(&spawn, fds, n_fds, models);
    else
        fprintf(stderr, "uqdd: too many files are open to make a process that decodes\n");
    return 0;
}

int spawner_run(void)
{
    struct models *models = models_new();
    int signals = open_children(), status = 0;
    unsigned n_requests = 0; /* until the model is loaded */
    bool is_warm = false;

    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    signal(SIGCHLD, SIG_DFL); /* the daemon has its children reaped by the kernel */
    /* What comes from a terminal or a service manager is the daemon's: it ends the others. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (!models || signals < 0)
        return EXIT_FAILURE;
    while (status == 0) {
        struct pollfd events[] = {{.fd = SPAWNER_SOCKET, .events = POLLIN},
                                  {.fd = signals, .events = POLLIN}};
        const int n = poll(events, 2, is_warm ? -1 : QUIET_MS);

        if (n < 0 && errno != EINTR)
            status = -1;
        if (!is_warm && is_time_to_warm(n, n_requests)) {
            models_warm(models);
            is_warm = true;
        }
        if (n <= 0)
            continue;
        if (events[1].revents)
            reap(signals);
        if (events[0].revents) {
            status = take_request(models);
            n_requests += !is_warm;
        }
    }
    models_free(models);
    close(signals);
    return EXIT_SUCCESS;
}
