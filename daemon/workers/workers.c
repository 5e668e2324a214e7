#include "workers/workers.h"

#include "monotonic.h"
#include "workers/spawner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A process with none gets nine times the time of one with this. */
enum { BACK_NICENESS = 10 };

/* A call looks whether it is to stop many times a second, even beside much else. The last step of
 * the largest picture takes three minutes. */
enum { PATIENCE_MS = 30000, LONGEST_MS = 30 * 60000, LOOK_MS = 1000 };

struct workers {
    const char *program;
    int patience;          /* milliseconds */
    pthread_mutex_t mutex; /* of all below */
    pid_t spawner;         /* if the socket is there */
    int socket;            /* -1: no spawner */
    bool known;
    struct confine_posture posture;
};

/* ---- The spawner ---- */

static int spawn(struct workers *workers, int end)
{
    char *const argv[] = {(char *)"uqdd", (char *)SPAWNER_ARGUMENT, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, end, SPAWNER_SOCKET);
    if (error == 0)
        error = posix_spawn(&workers->spawner, workers->program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* 0, or -1 with errno. */
static int start_spawner(struct workers *workers)
{
    int ends[2], error;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    error = spawn(workers, ends[1]);
    close(ends[1]);
    if (error != 0) {
        close(ends[0]);
        errno = error;
        return -1;
    }
    workers->socket = ends[0];
    return 0;
}

static void end_spawner(struct workers *workers)
{
    if (workers->socket < 0)
        return;
    close(workers->socket);
    workers->socket = -1;
    kill(workers->spawner, SIGKILL);
    while (waitpid(workers->spawner, NULL, 0) < 0 && errno == EINTR)
        continue;
}

struct workers *workers_new(const char *program)
{
    struct workers *workers = calloc(1, sizeof *workers);

    if (!workers)
        return NULL;
    workers->program = program ? program : "/proc/self/exe";
    workers->socket = -1;
    workers->patience = PATIENCE_MS;
    pthread_mutex_init(&workers->mutex, NULL);
    return workers;
}

void workers_set_patience(struct workers *workers, int milliseconds)
{
    workers->patience = milliseconds;
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    end_spawner(workers);
    pthread_mutex_destroy(&workers->mutex);
    free(workers);
}

/* Under the mutex. A spawner that has gone is replaced once. 0, or -1 with errno. */
static int send_spawn(struct workers *workers, const struct wire_spawn *request, const int *fds,
                      unsigned n_fds)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if (workers->socket < 0 && start_spawner(workers) < 0)
            return -1;
        if (wire_send(workers->socket, request, sizeof *request, fds, n_fds) == 0)
            return 0;
        end_spawner(workers);
    }
    return -1;
}

/* ---- What is known ---- */

static void note_posture(struct workers *workers, const struct confine_posture *posture)
{
    pthread_mutex_lock(&workers->mutex);
    workers->known = true;
    workers->posture = *posture;
    pthread_mutex_unlock(&workers->mutex);
}

pid_t workers_process(struct workers *workers)
{
    pid_t process;

    pthread_mutex_lock(&workers->mutex);
    process = workers->socket >= 0 ? workers->spawner : 0;
    pthread_mutex_unlock(&workers->mutex);
    return process;
}

bool workers_posture(struct workers *workers, struct confine_posture *posture)
{
    bool known;

    pthread_mutex_lock(&workers->mutex);
    known = workers->known;
    *posture = workers->posture;
    pthread_mutex_unlock(&workers->mutex);
    return known;
}

int workers_try(struct workers *workers, struct failure *failure)
{
    static const struct decode_settings settings;
    struct worker worker;
    int status = worker_prepare(&worker);

    if (status < 0)
        failure_set(failure, FAILURE_LIMIT, "no worker can be started: %s", strerror(errno));
    else
        status = worker_start(&worker, workers, &settings, -1, -1, failure);
    worker_end(&worker);
    return status;
}

/* ---- A worker ---- */

int worker_prepare(struct worker *worker)
{
    void *page = MAP_FAILED;

    *worker = (struct worker){.socket = -1, .process = -1};
    worker->control_memory = memfd_create("uqdd-control", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (worker->control_memory < 0)
        return -1;
    /* A worker that could make it shorter could end the daemon by that. */
    if (ftruncate(worker->control_memory, sizeof *worker->control) == 0 &&
        fcntl(worker->control_memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        page = mmap(NULL, sizeof *worker->control, PROT_READ | PROT_WRITE, MAP_SHARED,
                    worker->control_memory, 0);
    if (page == MAP_FAILED)
        return -1;
    worker->control = page;
    return 0;
}

static int fail_start(struct failure *failure, int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK)
        return failure_set(failure, FAILURE_LIMIT,
                           "no process can be started to decode the file in time");
    return failure_set(failure, FAILURE_LIMIT, "no process can be started to decode the file%s%s",
                       error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
}

/* Its first word. 0, or -1 with a failure. */
static int hear_hello(struct worker *worker, struct workers *workers, struct failure *failure)
{
    struct wire_hello hello;
    unsigned n_fds;
    int process;

    if (wire_receive_fds(worker->socket, &hello, sizeof hello, &process, 1, &n_fds) < 0)
        return fail_start(failure, errno);
    if (n_fds > 0)
        atomic_store(&worker->process, process);
    atomic_store(&worker->number, hello.process);
    if (hello.status < 0) {
        wire_settle_text(hello.message.text, sizeof hello.message.text);
        return failure_set(failure, FAILURE_OTHER, "%s", hello.message.text);
    }
    note_posture(workers, &hello.posture);
    return 0;
}

int worker_limit_time(const struct worker *worker, int64_t milliseconds)
{
    const struct timeval limit = {milliseconds / 1000, milliseconds % 1000 * 1000};

    return setsockopt(worker->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

int worker_start(struct worker *worker, struct workers *workers,
                 const struct decode_settings *settings, int file, int reference,
                 struct failure *failure)
{
    struct wire_spawn request;
    int ends[2], fds[WIRE_MAX_FDS], status;
    unsigned n_fds = file < 0 ? SPAWN_FILE : reference < 0 ? SPAWN_REFERENCE : WIRE_MAX_FDS;

    memset(&request, 0, sizeof request);
    /* One by one: what lies between them stays here. */
    request.settings.max_bytes = settings->max_bytes;
    request.settings.max_pixels = settings->max_pixels;
    request.settings.max_memory = settings->max_memory;
    request.settings.max_step = settings->max_step;
    request.settings.threads = settings->threads;
    request.settings.region = settings->region;
    request.settings.with_ms_ssim = settings->with_ms_ssim;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return fail_start(failure, errno);
    worker->socket = ends[0];
    fds[SPAWN_SOCKET] = ends[1];
    fds[SPAWN_CONTROL] = worker->control_memory;
    fds[SPAWN_FILE] = file;
    fds[SPAWN_REFERENCE] = reference;
    pthread_mutex_lock(&workers->mutex);
    status = send_spawn(workers, &request, fds, n_fds);
    pthread_mutex_unlock(&workers->mutex);
    if (status < 0)
        status = fail_start(failure, errno);
    close(ends[1]);
    if (status == 0 && worker_limit_time(worker, workers->patience) < 0)
        status = fail_start(failure, errno);
    if (status == 0)
        status = hear_hello(worker, workers, failure);
    /* worker_kill may have come before there was something to kill. */
    if (status == 0 && atomic_load(&worker->control->stop))
        worker_kill(worker);
    return status;
}

int worker_await(const struct worker *worker, const struct workers *workers)
{
    const int look = workers->patience < LOOK_MS ? workers->patience : LOOK_MS;
    const int64_t began = monotonic_ms();
    int64_t alive = began, now = began;
    unsigned signs = atomic_load(&worker->control->signs);

    while (now - alive <= workers->patience && now - began <= LONGEST_MS) {
        struct pollfd said = {.fd = worker->socket, .events = POLLIN};
        const int n = poll(&said, 1, look);
        const unsigned seen = atomic_load(&worker->control->signs);

        if (n > 0)
            return 0;
        now = monotonic_ms();
        if (seen != signs)
            alive = now;
        signs = seen;
    }
    return -1;
}

bool worker_is_there(const struct worker *worker)
{
    struct pollfd end = {.fd = worker->socket, .events = POLLIN};

    return worker->socket >= 0 && poll(&end, 1, 0) == 0;
}

/* 0, or -1 with errno. */
static int kill_process(int process)
{
#ifdef SYS_pidfd_send_signal
    return (int)syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
#else
    (void)process;
    errno = ENOSYS;
    return -1;
#endif
}

void worker_kill(struct worker *worker)
{
    int process, socket;

    if (worker->control)
        atomic_store(&worker->control->stop, true);
    process = atomic_load(&worker->process); /* after that: see worker_start */
    socket = atomic_load(&worker->socket);
    /* Without such a descriptor the process ends as soon as it looks. */
    if ((process < 0 || kill_process(process) < 0) && socket >= 0)
        shutdown(socket, SHUT_RDWR);
}

/* Its threads are told one by one; those that it begins later are like the one that begins them.
 * Where a worker lies about its number, another process of the user is slower. */
void worker_stand_back(struct worker *worker)
{
    const int number = atomic_load(&worker->number);
    const struct dirent *entry;
    char path[64];
    DIR *directory;

    if (worker->stands_back || number <= 0)
        return;
    snprintf(path, sizeof path, "/proc/%d/task", number);
    directory = opendir(path);
    if (!directory)
        return;
    while ((entry = readdir(directory))) {
        const long thread = strtol(entry->d_name, NULL, 10);

        if (thread > 0)
            setpriority(PRIO_PROCESS, (id_t)thread, BACK_NICENESS);
    }
    closedir(directory);
    worker->stands_back = true;
}

void worker_end(struct worker *worker)
{
    int process = atomic_load(&worker->process);

    worker_kill(worker);
    if (worker->socket >= 0)
        close(worker->socket);
    if (process >= 0)
        close(process);
    if (worker->control)
        munmap(worker->control, sizeof *worker->control);
    if (worker->control_memory >= 0)
        close(worker->control_memory);
    *worker = (struct worker){.socket = -1, .process = -1, .control_memory = -1};
}

void worker_replace(struct worker *worker, struct worker *prepared)
{
    *worker = (struct worker){.socket = -1,
                              .process = -1,
                              .control_memory = prepared->control_memory,
                              .control = prepared->control};
    prepared->control_memory = -1;
    prepared->control = NULL;
}
