#include "frame_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* By the number of channels, from 1. */
static const uint32_t formats[] = {SHARED_FRAME_GREY, SHARED_FRAME_GREY_ALPHA, SHARED_FRAME_RGB,
                                   SHARED_FRAME_RGB_ALPHA};

uint32_t shared_frame_channels(const struct shared_frame *frame)
{
    for (uint32_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i] == frame->format)
            return i + 1;
    return 0;
}

/* ---- The daemon's side ---- */

struct shared_frame shared_frame_shape(uint32_t width, uint32_t height, uint32_t channels)
{
    const uint32_t stride = (width * channels + 3) & ~UINT32_C(3);
    return (struct shared_frame){.width = width,
                                 .height = height,
                                 .stride = stride,
                                 .size = (uint64_t)stride * height,
                                 .format = formats[channels - 1]};
}

int shared_frame_create(const struct shared_frame *frame, uint8_t **pixels)
{
    void *memory = MAP_FAILED;
    int fd = memfd_create("uqd-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)frame->size) == 0)
        memory = mmap(NULL, frame->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    *pixels = memory;
    return fd;
}

int shared_frame_seal(int fd)
{
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}

/* ---- The other side ---- */

/* 64 bits hold all of this: stride and height have 32 each, and the offset is checked first. */
static int check_shape(const struct shared_frame *frame, uint64_t size)
{
    uint64_t row = (uint64_t)frame->width * shared_frame_channels(frame);
    if (row == 0 || frame->height == 0 || frame->stride < row)
        return -1;
    if (frame->offset > size)
        return -1;
    return (uint64_t)frame->stride * frame->height <= size - frame->offset ? 0 : -1;
}

/* Whether nobody can shrink or change the memory, whose size it gets. */
static int is_sealed(int fd, uint64_t *size)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);
    if (fstat(fd, &status) || status.st_size < 0 || seals < 0)
        return 0;
    *size = (uint64_t)status.st_size;
    return (seals & F_SEAL_SHRINK) && (seals & F_SEAL_WRITE);
}

int shared_frame_is_sealed(int fd, const struct shared_frame *frame)
{
    uint64_t size;
    return is_sealed(fd, &size) && check_shape(frame, size) == 0;
}

void *shared_frame_map(int fd, const struct shared_frame *frame, size_t *size,
                       struct message *message)
{
    uint64_t available;
    if (!is_sealed(fd, &available)) {
        message_set(message, "the daemon sent a picture in memory that is not sealed");
        return NULL;
    }
    if (check_shape(frame, available)) {
        message_set(message, "the daemon sent a picture that does not fit its memory");
        return NULL;
    }
    *size = (size_t)available;
    void *mapping = mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
    if (mapping != MAP_FAILED)
        return mapping;
    message_set(message, "out of memory");
    return NULL;
}
