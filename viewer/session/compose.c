#include "session/compose.h"

#include <math.h>

static struct picture *mix(struct picture *denoised, struct picture *sample, uint32_t percent)
{
    struct uqd_image a = picture_image(denoised), b = picture_image(sample);
    struct picture *mixed = picture_new(denoised->width, denoised->height, denoised->channels);
    if (mixed && uqd_mix(&a, &b, percent, picture_pixels(mixed), mixed->stride) != UQD_OK) {
        picture_unref(mixed);
        mixed = NULL;
    }
    return mixed;
}

struct picture *compose(const struct progress *progress, const struct exhibit *exhibit,
                        struct picture *const parts[], uint32_t reduce, double *psnr)
{
    *psnr = NAN;
    if (exhibit->original)
        return progress->reference ? picture_ref(progress->reference) : NULL;
    struct picture *picture =
        exhibit->mix ? mix(parts[0], parts[1], exhibit->mix) : picture_ref(parts[0]);
    if (picture && exhibit->mix && reduce == 0 && progress->reference)
        *psnr = picture_psnr(picture, progress->reference);
    return picture;
}
