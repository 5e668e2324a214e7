#include "codec/paper/shown.h"

#include "model/paper/paper.h"

#include <assert.h>

/* Planes of a tile that stand for a sample, one after the other. */
static uint32_t sum_of(const uint8_t *tile, uint32_t x, uint32_t y, uint32_t c, uint32_t n)
{
    const uint8_t *sample = tile + c * UQD_PAPER_PIXELS + y * UQD_PAPER_SIDE + x;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += sample[i * UQD_PAPER_PIXELS];
    return sum;
}

void uqd_paper_show(const uint8_t *tile, uint32_t width, uint32_t height, uint32_t colours,
                    uint32_t reduce, uint8_t *pixels, size_t stride)
{
    const uint32_t side = 1u << reduce, planes = colours == 1 ? UQD_PAPER_COLOURS : 1;
    assert(side <= UQD_PAPER_SIDE && width <= UQD_PAPER_SIDE && height <= UQD_PAPER_SIDE);
    for (uint32_t y = 0; y < height; y += side)
        for (uint32_t x = 0; x < width; x += side)
            for (uint32_t c = 0; c < colours; c++) {
                const uint32_t right = width - x < side ? width : x + side;
                const uint32_t bottom = height - y < side ? height : y + side;
                const uint32_t n = (right - x) * (bottom - y) * planes;
                uint32_t sum = 0;
                for (uint32_t v = y; v < bottom; v++)
                    for (uint32_t u = x; u < right; u++)
                        sum += sum_of(tile, u, v, c, planes);
                pixels[y / side * stride + (size_t)(x / side) * colours + c] =
                    (uint8_t)((sum + n / 2) / n);
            }
}
