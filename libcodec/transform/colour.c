#include "transform/colour.h"

#include "transform/threads.h"

enum { PARALLEL_ROWS = 32 }; /* fewer are not worth the threads */

/* tan(angle / 2) and sin(angle) in units of 1/4096: the multipliers of the three shears that make
 * up a rotation. */
struct rotation {
    int32_t tangent, sine;
};

static const struct rotation rotation_rb = {1697, 2896}; /* 45 degrees: red and blue */
static const struct rotation rotation_ag = {1302, 2365}; /* 35.26 degrees: their sum and green */

/* round(multiplier * by / 4096), wrapping. */
static inline int32_t shear(int32_t by, int32_t multiplier)
{
    return (int32_t)((uint32_t)multiplier * (uint32_t)by + 2048) >> 12;
}

static inline int32_t plus(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t minus(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a - (uint32_t)b);
}

static inline void rotate(int32_t *x, int32_t *y, struct rotation rotation)
{
    *x = plus(*x, shear(*y, rotation.tangent));
    *y = plus(*y, shear(*x, -rotation.sine));
    *x = plus(*x, shear(*y, rotation.tangent));
}

static inline void unrotate(int32_t *x, int32_t *y, struct rotation rotation)
{
    *x = minus(*x, shear(*y, rotation.tangent));
    *y = minus(*y, shear(*x, -rotation.sine));
    *x = minus(*x, shear(*y, rotation.tangent));
}

static void forward_grey_row(const uint8_t *pixels, int32_t *grey, size_t width)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = pixels[x] - 128;
}

static void forward_row(const uint8_t *pixels, int32_t *luma, int32_t *co, int32_t *cg,
                        size_t width)
{
    for (size_t x = 0; x < width; x++) {
        int32_t a = pixels[3 * x] - 128, g = pixels[3 * x + 1] - 128, b = pixels[3 * x + 2] - 128;
        rotate(&a, &b, rotation_rb);
        rotate(&a, &g, rotation_ag);
        luma[x] = a;
        co[x] = b;
        cg[x] = g;
    }
}

void uqd_colour_forward(const uint8_t *pixels, size_t stride, uint32_t channels, uint32_t width,
                        uint32_t height, int32_t *const planes[], size_t pitch, uint32_t threads)
{
#pragma omp parallel for num_threads(uqd_thread_count(threads)) if (height > PARALLEL_ROWS)
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *row = pixels + y * stride;
        const size_t first = y * pitch;
        if (channels == 1)
            forward_grey_row(row, planes[0] + first, width);
        else
            forward_row(row, planes[0] + first, planes[1] + first, planes[2] + first, width);
    }
}

/* A value centred on 0 with `fraction` bits behind the point to a pixel. */
static inline uint8_t pixel_of(int32_t value, uint32_t fraction)
{
    const int32_t half = (1 << fraction) >> 1;
    const int32_t pixel = plus(value, (128 << fraction) + half) >> fraction;
    return (uint8_t)(pixel < 0 ? 0 : pixel > 255 ? 255 : pixel);
}

static inline void inverse_grey_row(const int32_t *grey, uint8_t *pixels, size_t width,
                                    uint32_t fraction)
{
    for (size_t x = 0; x < width; x++)
        pixels[x] = pixel_of(grey[x], fraction);
}

static inline void inverse_row(const int32_t *luma, const int32_t *co, const int32_t *cg,
                               uint8_t *pixels, size_t width, uint32_t fraction)
{
    for (size_t x = 0; x < width; x++) {
        int32_t a = luma[x], b = co[x], g = cg[x];
        unrotate(&a, &g, rotation_ag);
        unrotate(&a, &b, rotation_rb);
        pixels[3 * x] = pixel_of(a, fraction);
        pixels[3 * x + 1] = pixel_of(g, fraction);
        pixels[3 * x + 2] = pixel_of(b, fraction);
    }
}

void uqd_colour_inverse(const int32_t *const planes[], size_t pitch, uint32_t channels,
                        uint32_t width, uint32_t height, uint32_t fraction, uint8_t *pixels,
                        size_t stride, uint32_t threads)
{
#pragma omp parallel for num_threads(uqd_thread_count(threads)) if (height > PARALLEL_ROWS)
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *row = pixels + y * stride;
        const size_t first = y * pitch;
        if (channels == 1)
            inverse_grey_row(planes[0] + first, row, width, fraction);
        else
            inverse_row(planes[0] + first, planes[1] + first, planes[2] + first, row, width,
                        fraction);
    }
}
