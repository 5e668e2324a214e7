#include "source/picture.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

struct picture *picture_new(uint32_t width, uint32_t height, uint32_t channels)
{
    struct picture *picture = calloc(1, sizeof *picture);
    if (!picture)
        return NULL;
    *picture = (struct picture){.width = width,
                                .height = height,
                                .channels = channels,
                                .stride = (size_t)width * channels,
                                .references = 1};
    picture->mapping = calloc(height, picture->stride);
    picture->pixels = picture->mapping;
    if (!picture->mapping) {
        free(picture);
        return NULL;
    }
    return picture;
}

uint8_t *picture_pixels(struct picture *picture)
{
    return picture->mapping;
}

struct picture *picture_new_mapped(void *mapping, size_t mapping_size, size_t offset,
                                   const struct uqd_image *shape)
{
    struct picture *picture = calloc(1, sizeof *picture);
    if (!picture)
        return NULL;
    *picture = (struct picture){.width = shape->width,
                                .height = shape->height,
                                .channels = shape->channels,
                                .stride = shape->stride,
                                .pixels = (const uint8_t *)mapping + offset,
                                .references = 1,
                                .mapping = mapping,
                                .mapping_size = mapping_size};
    return picture;
}

struct picture *picture_ref(struct picture *picture)
{
    atomic_fetch_add(&picture->references, 1);
    return picture;
}

void picture_unref(struct picture *picture)
{
    if (!picture || atomic_fetch_sub(&picture->references, 1) != 1)
        return;
    if (picture->mapping_size)
        munmap(picture->mapping, picture->mapping_size);
    else
        free(picture->mapping);
    free(picture);
}

bool picture_has_alpha(const struct picture *picture)
{
    return picture->channels % 2 == 0;
}

/* The mean of a square of pixels, less where the square leaves the picture. A square of 64 pixels
 * is the largest: 32 bits hold the sums. */
static void take_mean(const struct picture *picture, uint32_t x, uint32_t y, uint32_t side,
                      uint8_t *out)
{
    bool has_alpha = picture_has_alpha(picture);
    uint32_t n_colours = picture->channels - has_alpha;
    uint32_t right = picture->width - x < side ? picture->width : x + side;
    uint32_t bottom = picture->height - y < side ? picture->height : y + side;
    uint32_t sums[3] = {0}, weights = 0, n = (right - x) * (bottom - y);
    for (uint32_t v = y; v < bottom; v++)
        for (uint32_t u = x; u < right; u++) {
            const uint8_t *pixel =
                picture->pixels + v * picture->stride + (size_t)u * picture->channels;
            uint32_t weight = has_alpha ? pixel[n_colours] : 1;
            for (uint32_t c = 0; c < n_colours; c++)
                sums[c] += pixel[c] * weight;
            weights += weight;
        }
    for (uint32_t c = 0; c < n_colours; c++)
        out[c] = weights ? (uint8_t)((sums[c] + weights / 2) / weights) : 0;
    if (has_alpha)
        out[n_colours] = (uint8_t)((weights + n / 2) / n);
}

struct picture *picture_shrink(const struct picture *picture, uint32_t reduce)
{
    struct picture *small =
        picture_new(uqd_reduced_side(picture->width, reduce),
                    uqd_reduced_side(picture->height, reduce), picture->channels);
    if (!small)
        return NULL;
    uint8_t *pixel = picture_pixels(small);
    for (uint32_t y = 0; y < small->height; y++)
        for (uint32_t x = 0; x < small->width; x++, pixel += small->channels)
            take_mean(picture, x << reduce, y << reduce, 1u << reduce, pixel);
    return small;
}

struct uqd_image picture_image(const struct picture *picture)
{
    return (struct uqd_image){.width = picture->width,
                              .height = picture->height,
                              .channels = picture->channels,
                              .stride = picture->stride,
                              .pixels = picture->pixels};
}

size_t picture_size(const struct picture *picture)
{
    return picture->stride * picture->height;
}

double picture_psnr(const struct picture *picture, const struct picture *reference)
{
    struct uqd_image a = picture_image(picture);
    struct uqd_image b = picture_image(reference);
    struct uqd_metrics metrics;
    return uqd_compare(&a, &b, 0, &metrics) == UQD_OK ? metrics.psnr : NAN;
}
