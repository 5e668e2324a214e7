#include "nn/plane.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

#define ALIGNMENT 64

static size_t size_of(uint32_t width, uint32_t height, uint32_t channels, size_t value_size)
{
    size_t size;

    assert(width && height && channels);
    if (__builtin_mul_overflow((uint64_t)width + 2, (uint64_t)height + 2, &size) ||
        __builtin_mul_overflow(size, channels * (uint64_t)value_size, &size) ||
        size > SIZE_MAX - ALIGNMENT)
        return SIZE_MAX;
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

size_t uqd_nn_plane_size(uint32_t width, uint32_t height, uint32_t channels)
{
    return size_of(width, height, channels, sizeof(float));
}

size_t uqd_nn_qplane_size(uint32_t width, uint32_t height, uint32_t channels)
{
    return size_of(width, height, channels, sizeof(int16_t));
}

static void *alloc_zeros(size_t size)
{
    void *data;

    /* No object is larger than PTRDIFF_MAX; a compiler may take that for granted. */
    if (size > PTRDIFF_MAX)
        return NULL;
    data = aligned_alloc(ALIGNMENT, size);
    if (data)
        memset(data, 0, size);
    return data;
}

int uqd_nn_plane_alloc(struct uqd_nn_plane *plane, uint32_t width, uint32_t height,
                       uint32_t channels)
{
    *plane = (struct uqd_nn_plane){0};
    plane->data = alloc_zeros(uqd_nn_plane_size(width, height, channels));
    if (!plane->data)
        return UQD_ERR_NOMEM;
    plane->width = width;
    plane->height = height;
    plane->channels = channels;
    return UQD_OK;
}

int uqd_nn_qplane_alloc(struct uqd_nn_qplane *plane, uint32_t width, uint32_t height,
                        uint32_t channels)
{
    *plane = (struct uqd_nn_qplane){0};
    plane->data = alloc_zeros(uqd_nn_qplane_size(width, height, channels));
    if (!plane->data)
        return UQD_ERR_NOMEM;
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

void uqd_nn_qplane_free(struct uqd_nn_qplane *plane)
{
    free(plane->data);
    *plane = (struct uqd_nn_qplane){0};
}
