#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int frame_map(struct frame *frame, uint32_t width, uint32_t height, uint32_t channels,
              uint8_t **pixels)
{
    static const uint32_t formats[] = {FORMAT_R8, FORMAT_GR88, FORMAT_BGR888, FORMAT_ABGR8888};
    void *memory = MAP_FAILED;

    frame->width = width;
    frame->height = height;
    frame->stride = (width * channels + 3) & ~UINT32_C(3);
    frame->size = (uint64_t)frame->stride * height;
    frame->format = formats[channels - 1];
    frame->measured = false;
    frame->fd = memfd_create("uqd-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (frame->fd < 0)
        return -1;
    if (ftruncate(frame->fd, (off_t)frame->size) == 0)
        memory = mmap(NULL, frame->size, PROT_READ | PROT_WRITE, MAP_SHARED, frame->fd, 0);
    if (memory == MAP_FAILED) {
        frame_close(frame);
        return -1;
    }
    *pixels = memory;
    return 0;
}

int frame_seal(struct frame *frame, uint8_t *pixels)
{
    /* The kernel refuses F_SEAL_WRITE while a writable mapping exists. */
    munmap(pixels, frame->size);
    if (fcntl(frame->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) <
        0) {
        frame_close(frame);
        return -1;
    }
    return 0;
}

void frame_discard(struct frame *frame, uint8_t *pixels)
{
    munmap(pixels, frame->size);
    frame_close(frame);
}

void frame_close(struct frame *frame)
{
    int saved = errno;

    if (frame->fd >= 0)
        close(frame->fd);
    frame->fd = -1;
    errno = saved;
}

static void move_to_front(struct frame_cache *cache, unsigned index)
{
    struct frame frame = cache->frames[index];

    memmove(&cache->frames[1], &cache->frames[0], index * sizeof frame);
    cache->frames[0] = frame;
}

const struct frame *frame_cache_find(struct frame_cache *cache, const struct frame_key *key)
{
    for (unsigned i = 0; i < cache->n_frames; i++) {
        if (frame_key_equal(&cache->frames[i].key, key)) {
            move_to_front(cache, i);
            return &cache->frames[0];
        }
    }
    return NULL;
}

static void drop_oldest(struct frame_cache *cache)
{
    struct frame *oldest = &cache->frames[--cache->n_frames];

    cache->bytes -= oldest->size;
    frame_close(oldest);
}

void frame_cache_add(struct frame_cache *cache, const struct frame *frame)
{
    while (cache->n_frames > 0 && (cache->n_frames == FRAME_CACHE_FRAMES ||
                                   cache->bytes + frame->size > FRAME_CACHE_BYTES))
        drop_oldest(cache);
    cache->frames[cache->n_frames] = *frame;
    cache->bytes += frame->size;
    move_to_front(cache, cache->n_frames++);
}

void frame_cache_clear(struct frame_cache *cache)
{
    while (cache->n_frames > 0)
        drop_oldest(cache);
}
