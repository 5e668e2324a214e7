#include "decode/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool frame_find_shown(const struct uqd_info *info, const struct uqd_region *wanted,
                      struct uqd_region *shown)
{
    const struct uqd_region all = {0, 0, info->width, info->height};

    *shown = wanted->width > 0 ? *wanted : all;
    return shown->width > 0 && shown->x < all.width && shown->width <= all.width - shown->x &&
           shown->height > 0 && shown->y < all.height && shown->height <= all.height - shown->y;
}

/* Blocks of bits have their size whatever the key says of pictures; a number is as large as a pixel
 * of four channels. */
struct shared_frame frame_shape(const struct uqd_region *shown, uint32_t channels,
                                const struct frame_key *key)
{
    const bool bits = key->mode == FRAME_OF_BITS;
    const struct uqd_region reduced = uqd_reduced_region(*shown, bits ? 3 : key->reduce);

    return shared_frame_shape(reduced.width, reduced.height,
                              bits ? (uint32_t)sizeof(uint32_t) : channels);
}

uint32_t frame_reduce_for(const struct uqd_region *shown, uint32_t max_edge)
{
    const uint32_t edge = shown->width > shown->height ? shown->width : shown->height;
    uint32_t reduce = 0;

    while (max_edge > 0 && reduce < UQD_MAX_REDUCE &&
           uqd_reduced_side(edge, reduce + 1) >= max_edge)
        reduce++;
    return reduce;
}

int frame_map(struct frame *frame, const struct uqd_region *shown, uint32_t channels,
              uint8_t **pixels)
{
    frame->shape = frame_shape(shown, channels, &frame->key);
    frame->measured = false;
    frame->fd = shared_frame_create(&frame->shape, pixels);
    return frame->fd < 0 ? -1 : 0;
}

int frame_seal(struct frame *frame, uint8_t *pixels)
{
    /* The kernel refuses F_SEAL_WRITE while a writable mapping exists. */
    munmap(pixels, frame->shape.size);
    if (shared_frame_seal(frame->fd) < 0) {
        frame_close(frame);
        return -1;
    }
    return 0;
}

void frame_discard(struct frame *frame, uint8_t *pixels)
{
    munmap(pixels, frame->shape.size);
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

    cache->bytes -= oldest->shape.size;
    frame_close(oldest);
}

void frame_cache_add(struct frame_cache *cache, const struct frame *frame)
{
    while (cache->n_frames > 0 && (cache->n_frames == FRAME_CACHE_FRAMES ||
                                   cache->bytes + frame->shape.size > FRAME_CACHE_BYTES))
        drop_oldest(cache);
    cache->frames[cache->n_frames] = *frame;
    cache->bytes += frame->shape.size;
    move_to_front(cache, cache->n_frames++);
}

void frame_cache_clear(struct frame_cache *cache)
{
    while (cache->n_frames > 0)
        drop_oldest(cache);
}
