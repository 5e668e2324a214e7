#include "session/maps/private.h"

struct picture *map_mix(const struct picture *denoised, const struct picture *sample,
                        uint32_t percent)
{
    if (!map_same_shape(denoised, sample))
        return NULL;
    struct picture *mix = picture_new(denoised->width, denoised->height, denoised->channels);
    struct uqd_image a = picture_image(denoised), b = picture_image(sample);
    if (mix && uqd_mix(&a, &b, percent, picture_pixels(mix), mix->stride) == UQD_OK)
        return mix;
    picture_unref(mix);
    return NULL;
}
