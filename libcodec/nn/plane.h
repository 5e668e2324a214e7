/* Activations of the network: pixels with consecutive channels, inside a border of zeros. */
#ifndef UQD_NN_PLANE_H
#define UQD_NN_PLANE_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* Pixel after pixel, row after row, (height + 2) rows of (width + 2) pixels of `channels` floats.
 * The outermost pixels are the border that 3x3 convolutions read; nothing may write to it. */
struct uqd_nn_plane {
    float *data; /* top left border pixel, 64-byte aligned; owned */
    uint32_t width, height;
    uint32_t channels;
};

/* The same of whole numbers, as the layers of a quantised network hand them on. */
struct uqd_nn_qplane {
    int16_t *data;
    uint32_t width, height;
    uint32_t channels;
};

/* Allocates a plane that is zero everywhere. All sizes are at least 1. On failure (UQD_ERR_NOMEM,
 * also for sizes that do not fit an address space) the plane is empty and may be freed. */
int uqd_nn_plane_alloc(struct uqd_nn_plane *plane, uint32_t width, uint32_t height,
                       uint32_t channels);

/* work: NULL, or who may cancel the clearing of a large one. Errors: also UQD_ERR_CANCELLED. */
int uqd_nn_qplane_alloc(struct uqd_nn_qplane *plane, uint32_t width, uint32_t height,
                        uint32_t channels, struct uqd_work *work);

/* Frees the data and makes the plane empty. Allowed for a zeroed struct. */
void uqd_nn_plane_free(struct uqd_nn_plane *plane);
void uqd_nn_qplane_free(struct uqd_nn_qplane *plane);

/* Bytes that are allocated, or SIZE_MAX if they do not fit a size_t. */
size_t uqd_nn_plane_size(uint32_t width, uint32_t height, uint32_t channels);
size_t uqd_nn_qplane_size(uint32_t width, uint32_t height, uint32_t channels);

/* Floats from a pixel to the one below it. */
static inline size_t uqd_nn_plane_pitch(const struct uqd_nn_plane *plane)
{
    return ((size_t)plane->width + 2) * plane->channels;
}

/* First channel of the interior pixel (x, y), x < width, y < height. */
static inline float *uqd_nn_plane_pixel(const struct uqd_nn_plane *plane, uint32_t x, uint32_t y)
{
    return plane->data + ((size_t)y + 1) * uqd_nn_plane_pitch(plane) +
           ((size_t)x + 1) * plane->channels;
}

static inline int16_t *uqd_nn_qplane_pixel(const struct uqd_nn_qplane *plane, uint32_t x,
                                           uint32_t y)
{
    const size_t pixel = ((size_t)y + 1) * ((size_t)plane->width + 2) + x + 1;

    return plane->data + pixel * plane->channels;
}

#endif
