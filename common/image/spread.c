#include "spread.h"

#include <stdlib.h>

int spread_init(struct spread *spread, uint32_t width, uint32_t height, uint32_t channels)
{
    *spread = (struct spread){.width = width, .height = height, .channels = channels};
    if (width < 1 || width > UQD_MAX_SIDE || height < 1 || height > UQD_MAX_SIDE || channels < 1 ||
        channels > 4)
        return -1;
    spread->n_samples = (size_t)width * height * channels;
    spread->sums = calloc(spread->n_samples, sizeof *spread->sums);
    spread->squares = calloc(spread->n_samples, sizeof *spread->squares);
    if (spread->sums && spread->squares)
        return 0;
    spread_free(spread);
    return -1;
}

void spread_free(struct spread *spread)
{
    free(spread->sums);
    free(spread->squares);
    *spread = (struct spread){0};
}

int spread_add(struct spread *spread, const struct uqd_image *image)
{
    const size_t row_size = (size_t)spread->width * spread->channels;
    if (spread->n == SPREAD_MAX || image->width != spread->width ||
        image->height != spread->height || image->channels != spread->channels)
        return -1;
    for (uint32_t y = 0; y < spread->height; y++) {
        const uint8_t *row = image->pixels + y * image->stride;
        uint32_t *sums = spread->sums + y * row_size, *squares = spread->squares + y * row_size;
        for (size_t x = 0; x < row_size; x++) {
            sums[x] += row[x];
            squares[x] += (uint32_t)row[x] * row[x]; /* 255^2 * SPREAD_MAX is below 2^32 */
        }
    }
    spread->n++;
    return 0;
}

void spread_mean(const struct spread *spread, uint8_t *mean)
{
    const uint32_t n = spread->n > 0 ? spread->n : 1;
    for (size_t i = 0; i < spread->n_samples; i++)
        mean[i] = (uint8_t)((spread->sums[i] + n / 2) / n);
}

void spread_variance(const struct spread *spread, uint32_t *variance_q8)
{
    const uint64_t n = spread->n, divisor = n > 1 ? n * (n - 1) : 1;
    for (size_t i = 0; i < spread->n_samples; i++) {
        const uint64_t sum = spread->sums[i];
        const uint64_t deviations = n * spread->squares[i] - sum * sum; /* n times their sum */
        variance_q8[i] = n > 1 ? (uint32_t)((256 * deviations + divisor / 2) / divisor) : 0;
    }
}
