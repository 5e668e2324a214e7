#include "decode/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int input_check(int fd, const char *what, struct failure *failure)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fstat(fd, &st) < 0)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "%s: %s", what, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "%s is not a regular file", what);
    if ((flags & O_PATH) || (flags & O_ACCMODE) == O_WRONLY)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "%s is not open for reading", what);
    return 0;
}

void input_begin(struct input *input, int fd, uint64_t limit)
{
    struct stat st;

    *input = (struct input){.fd = fd, .limit = limit, .most = UINT64_MAX};
    input->had_name = fstat(fd, &st) == 0 && st.st_nlink > 0;
}

uint64_t input_size(const struct input *input)
{
    struct stat st;

    if (fstat(input->fd, &st) < 0 || st.st_size < 0)
        return 0;
    return (uint64_t)st.st_size < input->limit ? (uint64_t)st.st_size : input->limit;
}

int input_look(const struct input *input, struct failure *failure)
{
    struct stat st;

    if (fstat(input->fd, &st) < 0)
        return failure_set(failure, FAILURE_IO, "the file cannot be read: %s", strerror(errno));
    if (st.st_size < 0 || (uint64_t)st.st_size < input->offset)
        return failure_set(failure, FAILURE_GONE,
                           "the file has become shorter than what was read of it");
    if ((uint64_t)st.st_size > input->offset)
        return INPUT_MORE;
    if (input->had_name && st.st_nlink == 0)
        return failure_set(failure, FAILURE_GONE,
                           "the file has been removed or replaced before it was complete");
    return INPUT_SAME;
}

ssize_t input_read(struct input *input, void *buffer, size_t size, struct failure *failure)
{
    const uint64_t end = input->most < input->limit ? input->most : input->limit;
    ssize_t n;

    if (input->offset >= end)
        return 0;
    if (size > end - input->offset)
        size = (size_t)(end - input->offset);
    do {
        n = pread(input->fd, buffer, size, (off_t)input->offset);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return failure_set(failure, FAILURE_IO, "the file cannot be read: %s", strerror(errno));
    input->offset += (uint64_t)n;
    return n;
}
