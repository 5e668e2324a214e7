#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_CHUNK = 1 << 16, WRITE_CHUNK = 1 << 20, NAME_ATTEMPTS = 100 };

static int is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

const char *file_input_name(const char *path)
{
    return is_standard(path) ? "standard input" : path;
}

const char *file_output_name(const char *path)
{
    return is_standard(path) ? "standard output" : path;
}

/* ---- Pieces -------------------------------------------------------------------------------- */

static int wait_until_ready(int fd, short events)
{
    struct pollfd pollfd = {.fd = fd, .events = events};
    while (poll(&pollfd, 1, -1) < 0 && errno == EINTR)
        continue;
    return 0;
}

static int (*wait_for)(int fd, short events) = wait_until_ready;

void file_set_wait(int (*wait)(int fd, short events))
{
    wait_for = wait;
}

/* 0, or -1 with EINTR if the program is asked to stop. */
static int wait_for_piece(int fd, short events)
{
    if (wait_for(fd, events) == 0)
        return 0;
    errno = EINTR;
    return -1;
}

/* Whether what failed is to be tried again. */
static int is_passing(int error)
{
    return error == EINTR || error == EAGAIN;
}

static ssize_t read_piece(int fd, void *data, size_t size)
{
    for (;;) {
        if (wait_for_piece(fd, POLLIN) < 0)
            return -1;
        ssize_t n = read(fd, data, size);
        if (n >= 0 || !is_passing(errno))
            return n;
    }
}

static ssize_t write_piece(int fd, const void *data, size_t size)
{
    for (;;) {
        if (wait_for_piece(fd, POLLOUT) < 0)
            return -1;
        ssize_t n = write(fd, data, size);
        if (n >= 0 || !is_passing(errno))
            return n;
    }
}

/* ---- Reading ------------------------------------------------------------------------------- */

static int too_large(const char *name, uint64_t max_size, struct message *message)
{
    return message_set(message, "%s: is larger than %llu bytes", name,
                       (unsigned long long)max_size);
}

/* Bytes to allocate at first: the size of a regular file and one more to see its end. */
static int first_capacity(int fd, const char *name, uint64_t max_size, size_t *capacity,
                          struct message *message)
{
    struct stat info;
    *capacity = READ_CHUNK;
    if (fstat(fd, &info) < 0)
        return message_set(message, "%s: cannot be read: %s", name, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return 0;
    if ((uint64_t)info.st_size > max_size || (uint64_t)info.st_size >= SIZE_MAX)
        return too_large(name, max_size, message);
    *capacity = (size_t)info.st_size + 1;
    return 0;
}

/* Makes room for at least one more byte; *data is valid whatever the result. */
static int grow(uint8_t **data, size_t size, size_t *capacity)
{
    if (*data && size < *capacity)
        return 0;
    if (*capacity > SIZE_MAX / 2)
        return -1;
    size_t wanted = *data ? *capacity * 2 : *capacity;
    uint8_t *grown = realloc(*data, wanted);
    if (!grown)
        return -1;
    *data = grown;
    *capacity = wanted;
    return 0;
}

static int read_all(int fd, const char *name, uint64_t max_size, uint8_t **data, size_t *size,
                    struct message *message)
{
    size_t capacity;
    if (first_capacity(fd, name, max_size, &capacity, message) < 0)
        return -1;
    for (;;) {
        if (grow(data, *size, &capacity) < 0)
            return message_set(message, "%s: there is not enough memory to read it", name);
        ssize_t n = read_piece(fd, *data + *size, capacity - *size);
        if (n < 0)
            return message_set(message, "%s: cannot be read: %s", name, strerror(errno));
        if (n == 0)
            return 0;
        *size += (size_t)n;
        if (*size > max_size)
            return too_large(name, max_size, message);
    }
}

/* Closes the descriptor, unless it is that of standard input. */
static int read_and_close(int fd, const char *name, uint64_t max_size, uint8_t **data, size_t *size,
                          struct message *message)
{
    uint8_t *buffer = NULL;
    size_t length = 0;
    int result = read_all(fd, name, max_size, &buffer, &length, message);
    if (fd != STDIN_FILENO)
        close(fd);
    if (result < 0) {
        free(buffer);
        return -1;
    }
    *data = buffer;
    *size = length;
    return 0;
}

int file_read(const char *path, uint64_t max_size, uint8_t **data, size_t *size,
              struct message *message)
{
    const char *name = file_input_name(path);
    int fd = is_standard(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return message_set(message, "%s: cannot be opened: %s", name, strerror(errno));
    return read_and_close(fd, name, max_size, data, size, message);
}

int file_open_regular(const char *path, const char *name, struct message *message)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        return fd;
    message_set(message, "%s: %s", name, fd < 0 ? strerror(errno) : "not a regular file");
    if (fd >= 0)
        close(fd);
    return -1;
}

int file_read_regular(const char *path, uint64_t max_size, uint8_t **data, size_t *size,
                      struct message *message)
{
    int fd = file_open_regular(path, path, message);
    return fd < 0 ? -1 : read_and_close(fd, path, max_size, data, size, message);
}

/* ---- Writing ------------------------------------------------------------------------------- */

static int write_failure(const char *name, struct message *message)
{
    return message_set(message, "%s: cannot be written: %s", name, strerror(errno));
}

/* A pipe that is ready takes PIPE_BUF bytes at once: with more, the write itself might wait. */
static size_t piece_size(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? WRITE_CHUNK : PIPE_BUF;
}

int file_write_all(int fd, const void *data, size_t size)
{
    const size_t piece = piece_size(fd);
    const uint8_t *at = data;
    while (size > 0) {
        ssize_t n = write_piece(fd, at, size < piece ? size : piece);
        if (n < 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int write_standard_output(const void *data, size_t size, struct message *message)
{
    if (isatty(STDOUT_FILENO))
        return message_set(message, "standard output: is a terminal, and the data is not text");
    if (file_write_all(STDOUT_FILENO, data, size) < 0)
        return write_failure("standard output", message);
    return 0;
}

/* Devices and pipes are written in place, for renaming over them would replace them, and files in
 * directories where no other can be made. Errno tells the cause of -1. */
static int write_in_place(const char *path, int flags, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | flags, 0666);
    if (fd < 0)
        return -1;
    int result = file_write_all(fd, data, size);
    int error = errno;
    if (close(fd) < 0 && result == 0)
        return -1;
    errno = error;
    return result;
}

/* Creates a new hidden file in the directory of path; its malloc'ed name goes to *temporary. The
 * mode is the default of the user's umask, unlike mkstemp's. Returns the descriptor, or -1 with
 * errno. */
static int create_beside(const char *path, char **temporary)
{
    const char *slash = strrchr(path, '/');
    int directory = slash ? (int)(slash + 1 - path) : 0;
    for (unsigned attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        if (asprintf(temporary, "%.*s.uqd-%ld-%u.part", directory, path, (long)getpid(), attempt) <
            0) {
            *temporary = NULL;
            errno = ENOMEM;
            return -1;
        }
        int fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        free(*temporary);
        *temporary = NULL;
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

/* The data must be on the disk before the rename: a full disk may show at fsync or close only. */
static int write_and_sync(int fd, const void *data, size_t size)
{
    int result = file_write_all(fd, data, size);
    if (result == 0 && fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP)
        result = -1;
    int error = errno;
    if (close(fd) < 0 && result == 0)
        return -1;
    errno = error;
    return result;
}

/* Replaces the file target; an older one keeps its permissions. Errno tells the cause of -1. */
static int write_and_rename(const char *target, const struct stat *older, const void *data,
                            size_t size)
{
    char *temporary;
    int fd = create_beside(target, &temporary);
    if (fd < 0)
        return -1;
    if (older)
        fchmod(fd, older->st_mode & 0777);
    int result = write_and_sync(fd, data, size);
    if (result == 0)
        result = rename(temporary, target);
    if (result < 0) {
        int error = errno;
        unlink(temporary);
        errno = error;
    }
    free(temporary);
    return result;
}

int file_write(const char *path, const void *data, size_t size, struct message *message)
{
    struct stat older;
    int result;
    if (is_standard(path))
        return write_standard_output(data, size, message);
    if (stat(path, &older) < 0) {
        /* A symbolic link that leads nowhere stays one, and its target is made. */
        int is_link = lstat(path, &older) == 0 && S_ISLNK(older.st_mode);
        result = is_link ? write_in_place(path, O_CREAT, data, size)
                         : write_and_rename(path, NULL, data, size);
    } else if (!S_ISREG(older.st_mode)) {
        result = write_in_place(path, 0, data, size);
    } else {
        char *target = realpath(path, NULL); /* a symbolic link stays one */
        result = target ? write_and_rename(target, &older, data, size) : -1;
        if (target && result < 0 && (errno == EACCES || errno == EPERM))
            result = write_in_place(target, 0, data, size);
        free(target);
    }
    return result < 0 ? write_failure(path, message) : 0;
}

int file_is_exhausted(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

int file_is_same(const char *path, const char *other)
{
    struct stat a, b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}
