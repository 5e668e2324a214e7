/* Pictures in sealed memory, which the daemon renders once and its clients map. Rows of interleaved
 * bytes as the library writes them. Needs no libdbus; how a message describes one is told by
 * bus/shared_frame.h. */
#ifndef UQD_COMMON_FRAME_MEMORY_H
#define UQD_COMMON_FRAME_MEMORY_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>

/* DRM fourcc codes. Alpha is not multiplied into the colours. */
#define SHARED_FRAME_GREY       0x20203852u /* R8 */
#define SHARED_FRAME_GREY_ALPHA 0x38385247u /* GR88: bytes grey, alpha */
#define SHARED_FRAME_RGB        0x34324742u /* BG24: bytes red, green, blue */
#define SHARED_FRAME_RGB_ALPHA  0x34324241u /* AB24: the same and alpha */

struct shared_frame {
    uint32_t width, height;
    uint32_t stride;       /* bytes from row to row */
    uint64_t offset, size; /* of the pixels in the memory, in bytes */
    uint32_t format;       /* one of the above */
};

/* Of a pixel; 0 for an unknown format. */
uint32_t shared_frame_channels(const struct shared_frame *frame);

/* ---- The daemon's side ---- */

/* A frame with 1 to 4 channels at the beginning of its memory, with rows of whole 32-bit words. */
struct shared_frame shared_frame_shape(uint32_t width, uint32_t height, uint32_t channels);

/* Makes the memory of a frame and maps it for writing: *pixels has frame->size bytes, all zero.
 * Returns the descriptor, or -1 with errno. */
int shared_frame_create(const struct shared_frame *frame, uint8_t **pixels);

/* Seals the memory for ever, after the pixels have been unmapped: neither size nor content can
 * change. 0, or -1 with errno. */
int shared_frame_seal(int fd);

/* ---- The other side ---- */

/* Whether it is the memory of such a frame, which nobody can shrink or change any more. */
int shared_frame_is_sealed(int fd, const struct shared_frame *frame);

/* Maps the memory read-only after checking that it holds all rows and that nobody can shrink or
 * change it any more. Returns the mapping, of *size bytes, or NULL with a message. The descriptor
 * stays the caller's. */
void *shared_frame_map(int fd, const struct shared_frame *frame, size_t *size,
                       struct message *message);

#endif
