#include "transform/colour.h"

#include "transform/lifting.h"
#include "uqd/uqd.h"
#include "util/team.h"

#include <assert.h>

enum {
    PARALLEL_ROWS = 32, /* fewer are not worth the threads */
    FRACTION = 8,       /* bits behind the point of rotated samples while they are lifted */
};

/* ---- The rotation, in wrapping arithmetic ---- */

/* x / 2^bits, rounded to nearest. */
static inline uint32_t rounded(uint32_t x, uint32_t bits)
{
    return (uint32_t)((int32_t)(x + (1u << (bits - 1))) >> bits);
}

struct rgb {
    uint32_t r, g, b;
};

struct rotated {
    uint32_t luma, co, cg;
};

/* Whole numbers to FRACTION bits behind the point. */
static inline struct rotated rotate(struct rgb x)
{
    return (struct rotated){
        rounded(2365 * (x.r + x.g + x.b), 12 - FRACTION),
        rounded(2896 * (x.b - x.r), 12 - FRACTION),
        rounded(3344 * x.g - 1672 * (x.r + x.b), 12 - FRACTION),
    };
}

/* `fraction` bits behind the point to whole numbers. */
static inline struct rgb unrotate(struct rotated x, uint32_t fraction)
{
    const uint32_t even = 2365 * x.luma - 1672 * x.cg, odd = 2896 * x.co;
    return (struct rgb){
        rounded(even - odd, 12 + fraction),
        rounded(2365 * x.luma + 3344 * x.cg, 12 + fraction),
        rounded(even + odd, 12 + fraction),
    };
}

/* ---- The rotation as four steps, each changing one of three numbers by the other two, rounded
 * once: a bijection of whole numbers, also when `lift`, which has FRACTION bits behind the point,
 * is added before rounding. ---- */

static inline uint32_t first_step(struct rgb x)
{
    return rounded(1697 * x.b + 1302 * x.g, 12);
}

/* Q12, from what the third and the fourth number were before the lift. */
static inline uint32_t third_step(uint32_t first, uint32_t co_before)
{
    return (uint32_t)((int32_t)(-979u * co_before) >> FRACTION) - 2365 * first;
}

static inline uint32_t fourth_step(uint32_t co_before, uint32_t cg_before)
{
    return (uint32_t)((int32_t)(1697 * co_before + 1302 * cg_before) >> FRACTION);
}

enum { TO_Q12 = 1 << (12 - FRACTION), ONE = 1 << FRACTION };

static inline struct rotated snap(struct rgb x, struct rotated lift)
{
    const uint32_t first = x.r + first_step(x);
    const uint32_t co = x.b + rounded(921 * x.g - 2896 * first + TO_Q12 * lift.co, 12);
    const uint32_t co_before = ONE * co - lift.co;
    const uint32_t cg = x.g + rounded(third_step(first, co_before) + TO_Q12 * lift.cg, 12);
    const uint32_t cg_before = ONE * cg - lift.cg;
    const uint32_t luma =
        first + rounded(fourth_step(co_before, cg_before) + TO_Q12 * lift.luma, 12);
    return (struct rotated){luma, co, cg};
}

/* From what snap gives, with FRACTION bits behind the point, minus the lift. */
static inline struct rgb unsnap(struct rotated before)
{
    const uint32_t first = -rounded(fourth_step(before.co, before.cg) - TO_Q12 * before.luma, 12);
    struct rgb x;
    x.g = -rounded(third_step(first, before.co) - TO_Q12 * before.cg, 12);
    x.b = -rounded(921 * x.g - 2896 * first - TO_Q12 * before.co, 12);
    x.r = first - first_step(x);
    return x;
}

/* ---- Rows ---- */

static inline struct rotated load(int32_t *const rows[3], size_t i)
{
    return (struct rotated){(uint32_t)rows[0][i], (uint32_t)rows[1][i], (uint32_t)rows[2][i]};
}

static inline void store(int32_t *const rows[3], size_t i, struct rotated x)
{
    rows[0][i] = (int32_t)x.luma;
    rows[1][i] = (int32_t)x.co;
    rows[2][i] = (int32_t)x.cg;
}

/* Lifted samples to whole ones, kept with FRACTION zero bits. */
static void snap_samples(int32_t *const lifted[3], const int32_t *const before[3], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct rotated old = {(uint32_t)before[0][i], (uint32_t)before[1][i],
                                    (uint32_t)before[2][i]};
        struct rotated x = load(lifted, i);
        const struct rotated lift = {x.luma - old.luma, x.co - old.co, x.cg - old.cg};
        x = snap(unrotate(old, FRACTION), lift);
        store(lifted, i, (struct rotated){ONE * x.luma, ONE * x.co, ONE * x.cg});
    }
}

static void restore_samples(int32_t *const lifted[3], const int32_t *const before[3], size_t n)
{
    (void)before;
    for (size_t i = 0; i < n; i++)
        store(lifted, i, rotate(unsnap(load(lifted, i))));
}

static void rotate_row(const uint8_t *pixels, int32_t *const rows[3], size_t width)
{
    for (size_t i = 0; i < width; i++) {
        const uint8_t *p = pixels + 3 * i;
        store(rows, i, rotate((struct rgb){p[0] - 128u, p[1] - 128u, p[2] - 128u}));
    }
}

static inline uint8_t pixel_of(uint32_t value)
{
    const int32_t pixel = (int32_t)(value + 128);
    return (uint8_t)(pixel < 0 ? 0 : pixel > 255 ? 255 : pixel);
}

static void unrotate_row(int32_t *const rows[3], uint8_t *pixels, size_t width, uint32_t fraction)
{
    for (size_t i = 0; i < width; i++) {
        const struct rgb x = unrotate(load(rows, i), fraction);
        pixels[3 * i] = pixel_of(x.r);
        pixels[3 * i + 1] = pixel_of(x.g);
        pixels[3 * i + 2] = pixel_of(x.b);
    }
}

/* ---- Planes ---- */

/* Whether rows of this width fit between the beginnings of two. */
static inline int rows_fit(uint32_t width, uint32_t channels, size_t pitch, size_t stride)
{
    return pitch >= width && stride >= (size_t)width * channels;
}

static struct uqd_lifting lifting_of(int32_t *const planes[3], size_t pitch)
{
    return (struct uqd_lifting){.planes = {planes[0], planes[1], planes[2]},
                                .n_planes = 3,
                                .pitch = pitch,
                                .replace = snap_samples,
                                .restore = restore_samples};
}

int uqd_colour_split(const uint8_t *pixels, size_t stride, uint32_t width, uint32_t height,
                     int32_t *const planes[3], size_t pitch, struct uqd_work *work)
{
    assert(rows_fit(width, 3, pitch, stride));
#pragma omp parallel for num_threads(uqd_team(work->threads, height > PARALLEL_ROWS))
    for (uint32_t y = 0; y < height; y++) {
        if (uqd_work_look(work, (size_t)3 * width) < 0)
            continue;
        int32_t *const rows[3] = {planes[0] + y * pitch, planes[1] + y * pitch,
                                  planes[2] + y * pitch};
        rotate_row(pixels + y * stride, rows, width);
    }
    const struct uqd_lifting lifting = lifting_of(planes, pitch);
    const int status = uqd_lifting_forward(&lifting, width, height, work);
    if (status != UQD_OK)
        return status;
#pragma omp parallel for num_threads(uqd_team(work->threads, height > PARALLEL_ROWS))
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t c = 0; c < 3 && uqd_work_look(work, width) == UQD_OK; c++)
            for (size_t i = y * pitch; i < y * pitch + width; i++)
                planes[c][i] >>= FRACTION;
    return uqd_work_look(work, 0);
}

int uqd_colour_merge(int32_t *const planes[3], size_t pitch, uint32_t width, uint32_t height,
                     uint8_t *pixels, size_t stride, struct uqd_work *work)
{
    assert(rows_fit(width, 3, pitch, stride));
#pragma omp parallel for num_threads(uqd_team(work->threads, height > PARALLEL_ROWS))
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t c = 0; c < 3 && uqd_work_look(work, width) == UQD_OK; c++)
            for (size_t i = y * pitch; i < y * pitch + width; i++)
                planes[c][i] = (int32_t)(ONE * (uint32_t)planes[c][i]);
    const struct uqd_lifting lifting = lifting_of(planes, pitch);
    const int status = uqd_lifting_inverse(&lifting, width, height, work);
    if (status < 0)
        return status;
    return uqd_colour_show(planes, pitch, width, height, FRACTION, pixels, stride, work);
}

int uqd_colour_show(int32_t *const planes[3], size_t pitch, uint32_t width, uint32_t height,
                    uint32_t fraction, uint8_t *pixels, size_t stride, struct uqd_work *work)
{
    assert(rows_fit(width, 3, pitch, stride));
    assert(fraction <= FRACTION);
#pragma omp parallel for num_threads(uqd_team(work->threads, height > PARALLEL_ROWS))
    for (uint32_t y = 0; y < height; y++) {
        if (uqd_work_look(work, (size_t)3 * width) < 0)
            continue;
        int32_t *const rows[3] = {planes[0] + y * pitch, planes[1] + y * pitch,
                                  planes[2] + y * pitch};
        unrotate_row(rows, pixels + y * stride, width, fraction);
    }
    return uqd_work_look(work, 0);
}

int uqd_grey_load(const uint8_t *pixels, size_t stride, uint32_t width, uint32_t height,
                  int32_t *plane, size_t pitch, struct uqd_work *work)
{
    assert(rows_fit(width, 1, pitch, stride));
    for (uint32_t y = 0; y < height && uqd_work_look(work, width) == UQD_OK; y++)
        for (size_t x = 0; x < width; x++)
            plane[y * pitch + x] = pixels[y * stride + x] - 128;
    return uqd_work_look(work, 0);
}

int uqd_grey_show(const int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                  uint32_t fraction, uint8_t *pixels, size_t stride, struct uqd_work *work)
{
    assert(rows_fit(width, 1, pitch, stride));
    assert(fraction <= FRACTION);
    const uint32_t half = (1u << fraction) >> 1;
    for (uint32_t y = 0; y < height && uqd_work_look(work, width) == UQD_OK; y++)
        for (size_t x = 0; x < width; x++) {
            const uint32_t value = (uint32_t)plane[y * pitch + x] + half;
            pixels[y * stride + x] = pixel_of((uint32_t)((int32_t)value >> fraction));
        }
    return uqd_work_look(work, 0);
}
