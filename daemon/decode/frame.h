/* Rendered pictures in sealed shared memory, and a small cache of them. */
#ifndef UQD_DAEMON_DECODE_FRAME_H
#define UQD_DAEMON_DECODE_FRAME_H

#include "frame_key.h"
#include "frame_memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the place of a mode: the frame is no picture but the map of where the bits of its step went,
 * UQD_BITS_BLOCK pixels a side to a number of 32 bits. */
#define FRAME_OF_BITS 0u

struct frame {
    struct frame_key key;
    int fd; /* memfd, owned; -1 if there is no frame */
    struct shared_frame shape;
    uint64_t bytes; /* of the file that the picture was made from */
    bool measured;  /* the distortion against the reference is known: */
    double mse, psnr, ms_ssim;
};

/* What frames of a picture show: the region that is wanted, or all of it if that has no width.
 * False if the region is not in the picture. */
bool frame_find_shown(const struct uqd_info *info, const struct uqd_region *wanted,
                      struct uqd_region *shown);

/* What the frame with this key looks like, of what is shown of a picture. */
struct shared_frame frame_shape(const struct uqd_region *shown, uint32_t channels,
                                const struct frame_key *key);

/* The largest reduction that leaves the longer side of what is shown at max_edge pixels or more; 0
 * (full size) if max_edge is 0 or both sides are shorter. */
uint32_t frame_reduce_for(const struct uqd_region *shown, uint32_t max_edge);

/* Makes the memory of a frame and maps it for writing: *pixels has shape.size bytes, all zero.
 * Returns 0, or -1 with errno. Then either frame_seal or frame_discard must follow. */
int frame_map(struct frame *frame, const struct uqd_region *shown, uint32_t channels,
              uint8_t **pixels);

/* Unmaps the pixels and seals the memory for ever: neither size nor content can change. 0, or -1
 * with errno, and then the frame is gone. */
int frame_seal(struct frame *frame, uint8_t *pixels);

void frame_discard(struct frame *frame, uint8_t *pixels);

/* Closes the memory; a frame without memory is allowed. */
void frame_close(struct frame *frame);

#define FRAME_CACHE_FRAMES 32
#define FRAME_CACHE_BYTES  (128u << 20)

/* The frames last used, latest first. Zero-initialise. */
struct frame_cache {
    struct frame frames[FRAME_CACHE_FRAMES];
    unsigned n_frames;
    uint64_t bytes;
};

/* The frame with this key, now the latest one, or NULL. Valid until the next call. */
const struct frame *frame_cache_find(struct frame_cache *cache, const struct frame_key *key);

/* Takes the frame over, dropping old ones until it fits. A frame above the limit is kept alone. */
void frame_cache_add(struct frame_cache *cache, const struct frame *frame);

void frame_cache_clear(struct frame_cache *cache);

#endif
