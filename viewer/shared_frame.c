#include "shared_frame.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static uint32_t channels_of(uint32_t format)
{
    static const uint32_t formats[] = {SHARED_FRAME_GREY, SHARED_FRAME_GREY_ALPHA, SHARED_FRAME_RGB,
                                       SHARED_FRAME_RGB_ALPHA};
    for (uint32_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i] == format)
            return i + 1;
    return 0;
}

/* 64 bits hold all of this: stride and height have 32 each, and the offset is checked first. */
static int check_shape(const struct shared_frame *frame, uint64_t size)
{
    uint64_t row = (uint64_t)frame->width * channels_of(frame->format);
    if (row == 0 || frame->height == 0 || frame->stride < row)
        return -1;
    if (frame->offset > size)
        return -1;
    return (uint64_t)frame->stride * frame->height <= size - frame->offset ? 0 : -1;
}

struct picture *shared_frame_map(int fd, const struct shared_frame *frame, struct message *message)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);
    if (fstat(fd, &status) || seals < 0 || !(seals & F_SEAL_SHRINK) || !(seals & F_SEAL_WRITE)) {
        message_set(message, "the daemon sent a picture in memory that is not sealed");
        return NULL;
    }
    if (status.st_size < 0 || check_shape(frame, (uint64_t)status.st_size)) {
        message_set(message, "the daemon sent a picture that does not fit its memory");
        return NULL;
    }
    size_t size = (size_t)status.st_size;
    void *mapping = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (mapping == MAP_FAILED) {
        message_set(message, "out of memory");
        return NULL;
    }
    struct uqd_image shape = {.width = frame->width,
                              .height = frame->height,
                              .channels = channels_of(frame->format),
                              .stride = frame->stride};
    struct picture *picture = picture_new_mapped(mapping, size, (size_t)frame->offset, &shape);
    if (!picture) {
        munmap(mapping, size);
        message_set(message, "out of memory");
    }
    return picture;
}
