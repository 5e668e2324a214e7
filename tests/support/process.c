#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Our ends of the child's three standard streams; -1 once closed. */
struct streams {
    int in, out, err;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Starts argv with its standard streams on the three descriptors, in a process group of its own
 * and with SIGPIPE at its default. */
static int spawn(pid_t *pid, const char *const argv[], int in, int out, int err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int error = posix_spawnp(pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error ? -1 : 0;
}

static int start(pid_t *pid, struct streams *streams, const char *const argv[])
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    int result = -1;
    if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0)
        result = spawn(pid, argv, in[0], out[1], err[1]);
    close_fd(&in[0]);
    close_fd(&out[1]);
    close_fd(&err[1]);
    if (result < 0) {
        close_fd(&in[1]);
        close_fd(&out[0]);
        close_fd(&err[0]);
        return -1;
    }
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    *streams = (struct streams){.in = in[1], .out = out[0], .err = err[0]};
    return 0;
}

/* Appends what can be read now and keeps the text NUL-terminated; closes fd at its end. */
static void read_some(int *fd, char **text, size_t *size)
{
    char chunk[65536];
    ssize_t n = read(*fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    char *grown = n > 0 ? realloc(*text, *size + (size_t)n + 1) : NULL;
    if (!grown) {
        close_fd(fd);
        return;
    }
    memcpy(grown + *size, chunk, (size_t)n);
    *size += (size_t)n;
    grown[*size] = '\0';
    *text = grown;
}

/* Writes as much as fits; closes fd at the end of the input or when nobody reads it any more. */
static void write_some(int *fd, const char **input, size_t *left)
{
    ssize_t n = *left > 0 ? write(*fd, *input, *left) : 0;
    if (n > 0) {
        *input += n;
        *left -= (size_t)n;
    }
    if (*left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_fd(fd);
}

static void exchange(struct process_result *result, struct streams *streams, const char *input,
                     size_t left, int64_t deadline)
{
    while (streams->out >= 0 || streams->err >= 0) {
        struct pollfd fds[] = {
            {.fd = streams->in, .events = POLLOUT},
            {.fd = streams->out, .events = POLLIN},
            {.fd = streams->err, .events = POLLIN},
        };
        int64_t wait = deadline - now_ms();
        if (wait <= 0)
            return;
        if (poll(fds, 3, (int)wait) <= 0)
            continue;
        if (fds[0].revents)
            write_some(&streams->in, &input, &left);
        if (fds[1].revents)
            read_some(&streams->out, &result->out, &result->out_size);
        if (fds[2].revents)
            read_some(&streams->err, &result->err, &result->err_size);
    }
}

/* Waits for the end of the process, and kills it and its children at the deadline. */
static int wait_until(pid_t pid, int64_t deadline)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (now_ms() >= deadline)
            kill(-pid, SIGKILL);
        nanosleep(&pause, NULL);
    }
    return status;
}

int process_run(struct process_result *result, const char *const argv[], const void *input,
                size_t input_size, unsigned timeout_s)
{
    *result = (struct process_result){.exit_code = -1};
    result->out = calloc(1, 1);
    result->err = calloc(1, 1);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    struct streams streams;
    pid_t pid;
    int started = result->out && result->err ? start(&pid, &streams, argv) : -1;
    if (started == 0) {
        int64_t deadline = now_ms() + (int64_t)timeout_s * 1000;
        exchange(result, &streams, input, input_size, deadline);
        close_fd(&streams.in);
        int status = wait_until(pid, deadline);
        close_fd(&streams.out);
        close_fd(&streams.err);
        if (WIFEXITED(status))
            result->exit_code = WEXITSTATUS(status);
        if (WIFSIGNALED(status))
            result->signal = WTERMSIG(status);
    }
    sigaction(SIGPIPE, &before, NULL);
    return started;
}

void process_result_free(struct process_result *result)
{
    free(result->out);
    free(result->err);
    *result = (struct process_result){.exit_code = -1};
}
