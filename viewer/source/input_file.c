#include "source/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

struct input_file {
    struct input_file_config config;
    int copy; /* the file without a name, or -1: the original is used */
    char path[64];
    int wakeup; /* eventfd: to quit */
    pthread_t thread;
    bool running;         /* the thread is to be waited for */
    pthread_mutex_t lock; /* guards what follows */
    struct input_file_state state;
    bool notified;
};

/* ---- The thread ---------------------------------------------------------------------------- */

/* Changes the state: size bytes more, and perhaps the end. */
static void tell(struct input_file *input, size_t size, bool ended, const struct message *message)
{
    pthread_mutex_lock(&input->lock);
    input->state.size += size;
    input->state.ended = ended;
    if (message) {
        input->state.failed = true;
        input->state.message = *message;
    }
    bool notify = !input->notified;
    input->notified = true;
    pthread_mutex_unlock(&input->lock);
    if (notify)
        input->config.notify(input->config.cookie);
}

static int write_all(int fd, const char *data, size_t size, uint64_t offset)
{
    while (size > 0) {
        ssize_t n = pwrite(fd, data, size, (off_t)offset);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            data += n;
            size -= (size_t)n;
            offset += (uint64_t)n;
        }
    }
    return 0;
}

/* False if it is time to quit. */
static bool wait_for_bytes(struct input_file *input)
{
    struct pollfd polls[] = {{.fd = input->wakeup, .events = POLLIN},
                             {.fd = input->config.fd, .events = POLLIN}};
    while (poll(polls, 2, -1) < 0 && errno == EINTR)
        continue;
    return !polls[0].revents;
}

/* Copies the next piece behind the first `size` bytes. Whether more may come, or -1 with a message;
 * *copied is right in either case. */
static int copy_piece(struct input_file *input, uint64_t size, size_t *copied,
                      struct message *message)
{
    const char *name = input->config.name;
    uint64_t room = input->config.max_size - size;
    char piece[PIECE];
    ssize_t n = read(input->config.fd, piece, sizeof piece);
    *copied = 0;
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 1;
    if (n < 0)
        return message_set(message, "%s: cannot be read: %s", name, strerror(errno));
    size_t fits = (uint64_t)n > room ? (size_t)room : (size_t)n;
    if (write_all(input->copy, piece, fits, size) < 0)
        return message_set(message, "%s: cannot be copied to a temporary file: %s", name,
                           strerror(errno));
    *copied = fits;
    if (fits < (size_t)n)
        return message_set(message, "%s: is cut after %llu bytes, since more is not read", name,
                           (unsigned long long)input->config.max_size);
    return n > 0;
}

static void *run(void *cookie)
{
    struct input_file *input = cookie;
    struct message message;
    uint64_t size = 0;
    for (int status = 1; status > 0 && wait_for_bytes(input);) {
        size_t copied;
        status = copy_piece(input, size, &copied, &message);
        size += copied;
        if (copied > 0 || status <= 0)
            tell(input, copied, status <= 0, status < 0 ? &message : NULL);
    }
    return NULL;
}

/* ---- Opening ------------------------------------------------------------------------------- */

/* Whether it can be used as it is. -1 with a message if it cannot be used at all. */
static int is_whole_file(const struct input_file_config *config, struct stat *info,
                         struct message *message)
{
    int flags = fcntl(config->fd, F_GETFL);
    if (flags < 0 || fstat(config->fd, info) < 0)
        return message_set(message, "%s: is not open", config->name);
    if (isatty(config->fd))
        return message_set(message, "%s: is a terminal, not a picture", config->name);
    if (S_ISDIR(info->st_mode))
        return message_set(message, "%s: is a directory", config->name);
    if ((flags & O_ACCMODE) == O_WRONLY || flags & O_PATH)
        return message_set(message, "%s: is not open for reading", config->name);
    return S_ISREG(info->st_mode) && lseek(config->fd, 0, SEEK_CUR) == 0;
}

static int open_unnamed(void)
{
    const char *directory = getenv("TMPDIR");
    int fd = open(directory && *directory == '/' ? directory : "/tmp",
                  O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    return fd >= 0 ? fd : memfd_create("uqd-view-input", MFD_CLOEXEC);
}

static int start_copying(struct input_file *input, struct message *message)
{
    const char *name = input->config.name;
    input->copy = open_unnamed();
    if (input->copy < 0)
        return message_set(message, "%s: cannot be copied to a temporary file: %s", name,
                           strerror(errno));
    input->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (input->wakeup < 0 || pthread_create(&input->thread, NULL, run, input) != 0)
        return message_set(message, "%s: no thread for reading can be started", name);
    input->running = true;
    return 0;
}

struct input_file *input_file_new(const struct input_file_config *config, struct message *message)
{
    struct stat info;
    int whole = is_whole_file(config, &info, message);
    if (whole < 0)
        return NULL;
    struct input_file *input = calloc(1, sizeof *input);
    if (!input) {
        message_set(message, "%s: there is not enough memory to read it", config->name);
        return NULL;
    }
    input->config = *config;
    input->copy = input->wakeup = -1;
    pthread_mutex_init(&input->lock, NULL);
    if (whole) {
        input->state.size = (uint64_t)info.st_size;
        input->state.ended = true;
    } else if (start_copying(input, message) < 0) {
        input_file_free(input);
        return NULL;
    }
    snprintf(input->path, sizeof input->path, "/proc/self/fd/%d", input_file_fd(input));
    return input;
}

void input_file_free(struct input_file *input)
{
    if (!input)
        return;
    if (input->running) {
        eventfd_write(input->wakeup, 1);
        pthread_join(input->thread, NULL);
    }
    if (input->copy >= 0)
        close(input->copy);
    if (input->wakeup >= 0)
        close(input->wakeup);
    pthread_mutex_destroy(&input->lock);
    free(input);
}

/* ---- Looking ------------------------------------------------------------------------------- */

int input_file_fd(const struct input_file *input)
{
    return input->copy >= 0 ? input->copy : input->config.fd;
}

const char *input_file_path(const struct input_file *input)
{
    return input->path;
}

void input_file_look(struct input_file *input, struct input_file_state *state)
{
    pthread_mutex_lock(&input->lock);
    input->notified = false;
    *state = input->state;
    pthread_mutex_unlock(&input->lock);
}
