#include "nn/plane.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

#define ALIGNMENT 64

size_t uqd_nn_plane_size(uint32_t width, uint32_t height, uint32_t channels)
{
    size_t size;

    assert(width && height && channels);
    if (__builtin_mul_overflow((uint64_t)width + 2, (uint64_t)height + 2, &size) ||
        __builtin_mul_overflow(size, channels * (uint64_t)sizeof(float), &size) ||
        size > SIZE_MAX - ALIGNMENT)
        return SIZE_MAX;
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

int uqd_nn_plane_alloc(struct uqd_nn_plane *plane, uint32_t width, uint32_t height,
                       uint32_t channels)
{
    size_t size = uqd_nn_plane_size(width, height, channels);

    *plane = (struct uqd_nn_plane){0};
    /* No object is larger than PTRDIFF_MAX; a compiler may take that for granted. */
    if (size > PTRDIFF_MAX)
        return UQD_ERR_NOMEM;
    plane->data = aligned_alloc(ALIGNMENT, size);
    if (!plane->data)
        return UQD_ERR_NOMEM;
    memset(plane->data, 0, size);
    plane->width = width;
    plane->height = height;
    plane->channels = channels;
    return UQD_OK;
}

void uqd_nn_plane_free(struct uqd_nn_plane *plane)
{
    free(plane->data);
    *plane = (struct uqd_nn_plane){0};
}
