/* The loops below are written for compilers to make vector instructions of: products are of 16 bits
 * by 16 bits, sums of rows are made of BLOCK samples at a time, which stay in the first cache, and
 * pixels are mixed four samples at a time, all of as many columns, since the number of rounds is
 * guessed wrong where it varies. All is compiled twice where processors may have AVX2;
 * whole numbers have the same sums with either. */
#include "draw/resample_row.h"

#include <endian.h>
#include <string.h>

#define BLOCK  2048 /* samples, a whole number of pixels of 2 or 4 */
#define INLINE static inline __attribute__((always_inline))

/* ---- Rows without alpha -------------------------------------------------------------------- */

INLINE void weigh_bytes(const uint8_t *row, uint16_t weight, size_t n, uint32_t *restrict sums)
{
    for (size_t x = 0; x < n; x++)
        sums[x] += (uint32_t)(uint16_t)row[x] * weight;
}

INLINE void weigh_words(const uint16_t *row, uint16_t weight, size_t n, uint32_t *restrict sums)
{
    for (size_t x = 0; x < n; x++)
        sums[x] += (uint32_t)row[x] * weight;
}

INLINE void add_bytes(const uint8_t *row, size_t n, uint16_t *restrict totals)
{
    for (size_t x = 0; x < n; x++)
        totals[x] = (uint16_t)(totals[x] + row[x]);
}

INLINE void sum_two(const uint8_t *row, size_t stride, const uint32_t weights[2], size_t n,
                    uint16_t *restrict samples)
{
    const uint8_t *a = row, *b = row + stride;
    uint16_t weight_a = (uint16_t)weights[0], weight_b = (uint16_t)weights[1];
    for (size_t x = 0; x < n; x++)
        samples[x] = (uint16_t)(((uint32_t)(uint16_t)a[x] * weight_a +
                                 (uint32_t)(uint16_t)b[x] * weight_b) >>
                                8);
}

/* The first two rows, the last one, and between them rows of one weight. */
INLINE void sum_several(const uint8_t *row, size_t stride, const struct span *span, size_t n,
                        uint16_t *restrict samples)
{
    const uint8_t *a = row, *b = row + stride, *c = row + (span->n - 1) * stride;
    uint16_t weight_a = (uint16_t)span->weights[0], weight_b = (uint16_t)span->weights[1];
    uint16_t weight_c = (uint16_t)span->weights[span->n - 1];
    uint16_t weight_of_totals = span->n > 3 ? (uint16_t)span->weights[2] : 0;
    uint16_t totals[BLOCK];
    memset(totals, 0, n * sizeof *totals);
    for (uint32_t i = 2; i < span->n - 1; i++)
        add_bytes(row + i * stride, n, totals);
    for (size_t x = 0; x < n; x++)
        samples[x] =
            (uint16_t)(((uint32_t)(uint16_t)a[x] * weight_a + (uint32_t)(uint16_t)b[x] * weight_b +
                        (uint32_t)(uint16_t)c[x] * weight_c +
                        (uint32_t)totals[x] * weight_of_totals) >>
                       8);
}

/* So many that 16 bits do not hold the sum of those of one weight. */
INLINE void sum_many(const uint8_t *row, size_t stride, const struct span *span, size_t n,
                     uint16_t *restrict samples)
{
    uint32_t sums[BLOCK];
    memset(sums, 0, n * sizeof *sums);
    for (uint32_t i = 0; i < span->n; i++)
        weigh_bytes(row + i * stride, (uint16_t)span->weights[i], n, sums);
    for (size_t x = 0; x < n; x++)
        samples[x] = (uint16_t)(sums[x] >> 8);
}

INLINE void sum_block(const uint8_t *row, size_t stride, const struct span *span, size_t n,
                      uint16_t *restrict samples)
{
    enum { MOST = 257 }; /* rows whose sum fits 16 bits */
    if (span->n == 1)
        for (size_t x = 0; x < n; x++)
            samples[x] = (uint16_t)(row[x] << 8);
    else if (span->n == 2)
        sum_two(row, stride, span->weights, n, samples);
    else if (span->n - 3 <= MOST)
        sum_several(row, stride, span, n, samples);
    else
        sum_many(row, stride, span, n, samples);
}

/* ---- Rows with alpha ----------------------------------------------------------------------- */

/* Multiplies colours by alpha. Of four channels green and blue change places. */
INLINE void multiply(const uint8_t *row, uint32_t channels, size_t n, uint16_t *restrict products)
{
    for (size_t x = 0; channels == 2 && x < n; x += 2) {
        products[x] = (uint16_t)(row[x] * row[x + 1]);
        products[x + 1] = row[x + 1];
    }
    for (size_t x = 0; channels == 4 && x < n; x += 4) {
        uint32_t pixel;
        memcpy(&pixel, row + x, sizeof pixel);
        pixel = le32toh(pixel);
        uint32_t alpha = pixel >> 24;
        uint32_t red_blue = htole32((pixel & 0xff00ffu) * alpha);
        uint32_t green_alpha = htole32((pixel >> 8 & 255) * alpha | alpha << 16);
        memcpy(products + x, &red_blue, sizeof red_blue);
        memcpy(products + x + 2, &green_alpha, sizeof green_alpha);
    }
}

INLINE void sum_alpha_block(const uint8_t *row, size_t stride, uint32_t channels,
                            const struct span *span, size_t n, uint32_t *restrict sums)
{
    uint16_t products[BLOCK];
    if (span->n == 1) {
        multiply(row, channels, n, products);
        for (size_t x = 0; x < n; x++)
            sums[x] = products[x] * SPAN_ONE;
        return;
    }
    memset(sums, 0, n * sizeof *sums);
    for (uint32_t i = 0; i < span->n; i++) {
        multiply(row + i * stride, channels, n, products);
        weigh_words(products, (uint16_t)span->weights[i], n, sums);
    }
}

/* ---- Columns ------------------------------------------------------------------------------- */

INLINE uint32_t mix_grey(const uint16_t *sample, const uint32_t *weights, uint32_t n)
{
    uint32_t grey = 1u << 23;
    for (uint32_t i = 0; i < n; i++)
        grey += sample[i] * weights[i];
    return 0xff000000u | (grey >> 24) * 0x010101u;
}

/* The fourth sample is the next pixel's. */
INLINE uint32_t mix_colours(const uint16_t *sample, const uint32_t *weights, uint32_t n)
{
    uint32_t sums[4] = {1u << 23, 1u << 23, 1u << 23, 0};
    for (uint32_t i = 0; i < n; i++, sample += 3)
        for (int c = 0; c < 4; c++)
            sums[c] += sample[c] * weights[i];
    return 0xff000000u | sums[0] >> 24 << 16 | sums[1] >> 24 << 8 | sums[2] >> 24;
}

/* A mean of colours weighted by alpha; most are opaque, and a division by a constant is fast. */
INLINE uint32_t divide(uint32_t colour, uint32_t alpha)
{
    enum { OPAQUE = 255 << 16 };
    return alpha == OPAQUE ? (colour + OPAQUE / 2) / OPAQUE : (colour + alpha / 2) / alpha;
}

INLINE uint32_t mix_grey_alpha(const uint32_t *sample, const uint32_t *weights, uint32_t n)
{
    uint64_t sums[2] = {0};
    for (uint32_t i = 0; i < n; i++, sample += 2)
        for (int c = 0; c < 2; c++)
            sums[c] += (uint64_t)sample[c] * weights[i];
    uint32_t sum = (uint32_t)(sums[1] >> 16), alpha = (sum + (1u << 15)) >> 16;
    if (alpha == 0)
        return 0;
    return alpha << 24 | divide((uint32_t)(sums[0] >> 16), sum) * 0x010101u;
}

/* Samples are in the order of multiply. */
INLINE uint32_t mix_colours_alpha(const uint32_t *sample, const uint32_t *weights, uint32_t n)
{
    uint64_t sums[4] = {0};
    for (uint32_t i = 0; i < n; i++, sample += 4)
        for (int c = 0; c < 4; c++)
            sums[c] += (uint64_t)sample[c] * weights[i];
    uint32_t sum = (uint32_t)(sums[3] >> 16), alpha = (sum + (1u << 15)) >> 16;
    if (alpha == 0)
        return 0;
    return alpha << 24 | divide((uint32_t)(sums[0] >> 16), sum) << 16 |
           divide((uint32_t)(sums[2] >> 16), sum) << 8 | divide((uint32_t)(sums[1] >> 16), sum);
}

/* `most` is the columns'; where it is known here, the loops over it go. */
INLINE void mix_row(const uint16_t *samples, const struct columns *columns, uint32_t most,
                    size_t channels, uint32_t *out)
{
    for (int x = 0; x < columns->n; x++) {
        const struct span *span = &columns->spans[x];
        const uint16_t *sample = samples + span->first * channels;
        out[x] = channels == 1 ? mix_grey(sample, span->weights, most)
                               : mix_colours(sample, span->weights, most);
    }
}

INLINE void mix_alpha_row(const uint32_t *sums, const struct columns *columns, uint32_t most,
                          size_t channels, uint32_t *out)
{
    for (int x = 0; x < columns->n; x++) {
        const struct span *span = &columns->spans[x];
        const uint32_t *sample = sums + span->first * channels;
        out[x] = channels == 2 ? mix_grey_alpha(sample, span->weights, most)
                               : mix_colours_alpha(sample, span->weights, most);
    }
}

/* ---- Both ---------------------------------------------------------------------------------- */

INLINE void plain_row(const struct picture *picture, const struct span *rows,
                      const struct columns *columns, uint16_t *samples, uint32_t *out)
{
    const struct span *spans = columns->spans, *last = &spans[columns->n - 1];
    const uint8_t *row = picture->pixels + rows->first * picture->stride;
    size_t channels = picture->channels, from = spans->first * channels;
    size_t to = (last->first + last->n) * channels;
    for (size_t x = from; x < to; x += BLOCK)
        sum_block(row + x, picture->stride, rows, to - x < BLOCK ? to - x : BLOCK, samples + x);
    if (columns->most == 1)
        mix_row(samples, columns, 1, channels, out);
    else if (columns->most == 2)
        mix_row(samples, columns, 2, channels, out);
    else
        mix_row(samples, columns, columns->most, channels, out);
}

INLINE void alpha_row(const struct picture *picture, const struct span *rows,
                      const struct columns *columns, uint32_t *sums, uint32_t *out)
{
    const struct span *spans = columns->spans, *last = &spans[columns->n - 1];
    const uint8_t *row = picture->pixels + rows->first * picture->stride;
    size_t channels = picture->channels, from = spans->first * channels;
    size_t to = (last->first + last->n) * channels;
    for (size_t x = from; x < to; x += BLOCK)
        sum_alpha_block(row + x, picture->stride, picture->channels, rows,
                        to - x < BLOCK ? to - x : BLOCK, sums + x);
    if (columns->most == 1)
        mix_alpha_row(sums, columns, 1, channels, out);
    else
        mix_alpha_row(sums, columns, columns->most, channels, out);
}

INLINE void any_row(const struct picture *picture, const struct span *rows,
                    const struct columns *columns, union row_sums sums, uint32_t *out)
{
    if (picture_has_alpha(picture))
        alpha_row(picture, rows, columns, sums.alpha, out);
    else
        plain_row(picture, rows, columns, sums.plain, out);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void row_avx2(const struct picture *picture,
                                                     const struct span *rows,
                                                     const struct columns *columns,
                                                     union row_sums sums, uint32_t *out)
{
    any_row(picture, rows, columns, sums, out);
}
#endif

void resample_row(const struct picture *picture, const struct span *rows,
                  const struct columns *columns, union row_sums sums, uint32_t *out)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        row_avx2(picture, rows, columns, sums, out);
        return;
    }
#endif
    any_row(picture, rows, columns, sums, out);
}
