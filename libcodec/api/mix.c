/* Between two pictures of the same: the network's estimate has the least distortion, a sample the
 * statistics of originals, and what lies on the line between them trades one for the other (Blau
 * and Michaeli, "The Perception-Distortion Tradeoff", CVPR 2018). */
#include "api/image.h"
#include "util/parallel.h"

static int same_shape(const struct uqd_image *a, const struct uqd_image *b)
{
    return a->width == b->width && a->height == b->height && a->channels == b->channels;
}

/* Both weights are at least 0, so that halves are rounded up and the division goes down. */
static uint8_t mix_sample(uint32_t a, uint32_t b, uint32_t percent)
{
    return (uint8_t)((a * (100 - percent) + b * percent + 50) / 100);
}

int uqd_mix_with(const struct uqd_image *a, const struct uqd_image *b, uint32_t percent,
                 uint8_t *pixels, size_t stride, uqd_progress progress, void *cookie)
{
    struct uqd_work work = {.threads = 1, .progress = progress, .cookie = cookie};
    if (uqd_image_check(a) < 0 || uqd_image_check(b) < 0 || !same_shape(a, b))
        return UQD_ERR_ARG;
    const size_t row_size = (size_t)a->width * a->channels;
    if (percent > 100 || pixels == NULL || stride < row_size)
        return UQD_ERR_ARG;
    uqd_work_begin(&work, 0);
    for (uint32_t y = 0; y < a->height && uqd_work_look(&work, row_size) == UQD_OK; y++) {
        const uint8_t *row_a = a->pixels + y * a->stride, *row_b = b->pixels + y * b->stride;
        uint8_t *row = pixels + y * stride;
        for (size_t x = 0; x < row_size; x++)
            row[x] = mix_sample(row_a[x], row_b[x], percent);
    }
    return uqd_work_look(&work, 0);
}

int uqd_mix(const struct uqd_image *a, const struct uqd_image *b, uint32_t percent, uint8_t *pixels,
            size_t stride)
{
    return uqd_mix_with(a, b, percent, pixels, stride, NULL, NULL);
}
