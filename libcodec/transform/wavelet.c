#include "transform/wavelet.h"

#include "transform/lifting.h"
#include "uqd/uqd.h"

#include <assert.h>

enum { MAX_LEVELS = 31 };

int uqd_wavelet_forward(int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                        uint32_t levels, struct uqd_work *work)
{
    const struct uqd_lifting lifting = {.planes = {plane}, .n_planes = 1, .pitch = pitch};
    int status = UQD_OK;

    assert(levels <= MAX_LEVELS);
    for (uint32_t i = 0; i < levels && status == UQD_OK; i++)
        status = uqd_lifting_forward(&lifting, uqd_wavelet_side(width, i),
                                     uqd_wavelet_side(height, i), work);
    return status;
}

int uqd_wavelet_inverse(int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                        uint32_t levels_from, uint32_t levels_to, struct uqd_work *work)
{
    const struct uqd_lifting lifting = {.planes = {plane}, .n_planes = 1, .pitch = pitch};
    int status = UQD_OK;

    assert(levels_to <= levels_from && levels_from <= MAX_LEVELS);
    for (uint32_t i = levels_from; i-- > levels_to && status == UQD_OK;)
        status = uqd_lifting_inverse(&lifting, uqd_wavelet_side(width, i),
                                     uqd_wavelet_side(height, i), work);
    return status;
}
