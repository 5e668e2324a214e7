#include "worker.h"

#include "daemon.h"
#include "file.h"
#include "input.h"
#include "words.h"
#include "work.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Bytes of a PNG file: more than its pixels take, and its texts. */
enum { BYTES_PER_PIXEL = 5, BYTES_OF_TEXTS = 1 << 20 };

struct worker {
    const struct thumbnail_request *request;
    struct input input;
    int fd; /* the program's end of the sockets */
    pid_t pid;
    bool has_asked;
};

/* ---- The process --------------------------------------------------------------------------- */

/* What is left of the program in the worker. It goes when the program goes. */
static void become(int fd, pid_t parent, struct worker *worker, const struct location *location)
{
    close(worker->fd);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() == parent)
        work(fd, &worker->input, worker->request, location);
    _exit(0);
}

static int start(struct worker *worker, const struct location *location, struct message *message)
{
    const pid_t parent = getpid();
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return message_set(message, "%s: cannot be decoded: %s", location->path, strerror(errno));
    worker->fd = ends[0];
    worker->pid = fork();
    if (worker->pid == 0)
        become(ends[1], parent, worker, location);
    const int error = errno;
    close(ends[1]);
    if (worker->pid > 0)
        return 0;
    close(worker->fd);
    return message_set(message, "%s: cannot be decoded: %s", location->path, strerror(error));
}

/* Whatever it is doing. Returns its status. */
static int end(struct worker *worker)
{
    int status = 0;
    close(worker->fd);
    kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* ---- What it says -------------------------------------------------------------------------- */

/* A worker may have been taken over by what it reads: what it says is checked. */
static bool is_sensible(const struct worker *worker, const struct word *word)
{
    return worker->request->use_daemon && !worker->has_asked && word->width >= 1 &&
           word->width <= UQD_MAX_SIDE && word->height >= 1 && word->height <= UQD_MAX_SIDE &&
           word->channels >= 1 && word->channels <= 4 && word->reduce <= UQD_MAX_REDUCE;
}

static int get_frame(const struct worker *worker, const struct word *word, struct pixels *pixels)
{
    const struct thumbnail_request *request = worker->request;
    const struct uqd_info info = {
        .width = word->width, .height = word->height, .channels = word->channels};
    const struct daemon_frame frame = {&info, word->step, word->reduce};
    const int64_t left = request->milliseconds_left(request->cookie);
    if (left <= 0 || word->milliseconds <= 0)
        return -1;
    return daemon_get_frame(worker->input.fd, &frame,
                            word->milliseconds < left ? word->milliseconds : left, pixels);
}

/* 0, or -1 if it is nonsense or the worker has gone. */
static int answer(struct worker *worker, const struct word *word)
{
    struct pixels pixels = {0};
    if (!is_sensible(worker, word))
        return -1;
    worker->has_asked = true;
    const int32_t found = get_frame(worker, word, &pixels);
    int result = file_write_all(worker->fd, &found, sizeof found);
    if (result == 0 && found == 0)
        result = file_write_all(worker->fd, pixels.data,
                                (size_t)pixels.width * pixels.channels * pixels.height);
    pixels_free(&pixels);
    return result;
}

/* 0, or -1 if the worker has gone or there is not the memory. */
static int take_file(const struct worker *worker, const struct word *word, uint8_t **data,
                     size_t *size)
{
    const uint64_t edge = worker->request->size;
    if (word->size < 1 || word->size > edge * edge * BYTES_PER_PIXEL + BYTES_OF_TEXTS)
        return -1;
    *size = (size_t)word->size;
    *data = malloc(*size);
    if (*data && words_receive(worker->fd, *data, *size) == 0)
        return 0;
    free(*data);
    *data = NULL;
    return -1;
}

static int take_message(const struct worker *worker, struct message *message)
{
    if (words_receive(worker->fd, message, sizeof *message) < 0)
        return -1;
    message->text[sizeof message->text - 1] = '\0';
    return 0;
}

/* Until it is done. *result as worker_make's; 0, or -1 if it is to be ended without one. */
static int listen_to(struct worker *worker, uint8_t **data, size_t *size, int *result,
                     struct message *message)
{
    struct word word;
    do {
        if (words_receive(worker->fd, &word, sizeof word) < 0)
            return -1;
    } while (word.type == WORD_ASK && answer(worker, &word) == 0);
    *result = word.type == WORD_FAILED ? -1 : word.type == WORD_CHANGED ? WORKER_CHANGED : 0;
    if (word.type == WORD_FAILED)
        return take_message(worker, message);
    if (word.type == WORD_DONE || word.type == WORD_CHANGED)
        return take_file(worker, &word, data, size);
    return -1;
}

/* There is no result. A worker that said nonsense, or more than there is memory for, was ended by
 * SIGKILL. */
static int fail(const struct worker *worker, int status, struct message *message)
{
    return message_set(message, "%s: cannot be decoded: the process that decodes it ended by %s %d",
                       worker->input.name, WIFSIGNALED(status) ? "signal" : "exit code",
                       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

int worker_make(const struct thumbnail_request *request, const struct location *location,
                uint8_t **data, size_t *size, struct message *message)
{
    struct worker worker = {.request = request};
    int result = input_open_file(&worker.input, location->path, message);
    *data = NULL;
    if (result == 0)
        result = start(&worker, location, message);
    if (result == 0) {
        const int told = listen_to(&worker, data, size, &result, message);
        const int status = end(&worker);
        if (told < 0)
            result = fail(&worker, status, message);
    }
    input_close(&worker.input);
    return result;
}
