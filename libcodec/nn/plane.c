#include "nn/plane.h"

#include <assert.h>
#include <stdlib.h>
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

static int alloc_zeros(void **data, size_t size, struct uqd_work *work)
{
    int status;

    /* No object is larger than PTRDIFF_MAX; a compiler may take that for granted. */
    *data = size > PTRDIFF_MAX ? NULL : aligned_alloc(ALIGNMENT, size);
    if (!*data)
        return UQD_ERR_NOMEM;
    status = uqd_work_clear(work, *data, size);
    if (status < 0)
        free(*data);
    return status;
}

int uqd_nn_plane_alloc(struct uqd_nn_plane *plane, uint32_t width, uint32_t height,
                       uint32_t channels)
{
    void *data;
    const int status = alloc_zeros(&data, uqd_nn_plane_size(width, height, channels), NULL);

    *plane = (struct uqd_nn_plane){0};
    if (status < 0)
        return status;
    plane->data = data;
    plane->width = width;
    plane->height = height;
    plane->channels = channels;
    return UQD_OK;
}

int uqd_nn_qplane_alloc(struct uqd_nn_qplane *plane, uint32_t width, uint32_t height,
                        uint32_t channels, struct uqd_work *work)
{
    void *data;
    const int status = alloc_zeros(&data, uqd_nn_qplane_size(width, height, channels), work);

    *plane = (struct uqd_nn_qplane){0};
    if (status < 0)
        return status;
    plane->data = data;
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
