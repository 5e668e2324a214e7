/* One value of a tile: what the network's prediction means for it. To be called in the environment
 * of uqd_fpenv_enter. */
#ifndef UQD_PAPER_VALUE_H
#define UQD_PAPER_VALUE_H

#include "codec/paper/cells.h"
#include "model/paper/paper.h"
#include "nn/elementary.h"

#include <stdint.h>

/* Scale of a logistic distribution of standard deviation 1: sqrt(3) / pi. */
#define UQD_PAPER_LOGISTIC_SCALE 0x1.1a566cp-1f

/* The picture that the prediction means. */
static inline float uqd_paper_x_hat(const struct uqd_paper_step *step, float z_t, float eps_hat)
{
    return step->inv_alpha * z_t - step->noise * eps_hat;
}

/* The mean of z_s given z_t and the picture. */
static inline float uqd_paper_mean(const struct uqd_paper_step *step, float z_t, float x)
{
    return step->from_z * z_t + step->from_x * x;
}

/* Cells that any picture can need: the mean is off by twice from_x at most. */
static inline int32_t uqd_paper_reach(const struct uqd_paper_step *step)
{
    const float reach = 2.0f * step->from_x / step->delta;
    return (int32_t)uqd_clampf(reach, 0, UQD_PAPER_MAX_REACH - 2) + 2;
}

/* The cells of z_s, and the middle of the one with k = dither. */
struct uqd_paper_value {
    float mean;
    struct uqd_paper_cells cells;
};

static inline struct uqd_paper_value uqd_paper_value_at(const struct uqd_paper_step *step,
                                                        float z_t, float eps_hat, float factor,
                                                        float dither)
{
    const float x = uqd_clampf(uqd_paper_x_hat(step, z_t, eps_hat), -1.0f, 1.0f);
    const float slope = step->delta / (step->scale * factor * UQD_PAPER_LOGISTIC_SCALE);
    return (struct uqd_paper_value){
        .mean = uqd_paper_mean(step, z_t, x),
        .cells = {.slope = uqd_clampf(slope, 0x1p-20f, 0x1p20f),
                  .dither = dither,
                  .reach = uqd_paper_reach(step)},
    };
}

/* The cell that universal quantization takes z_s to: that around its mean given the pixel. */
static inline int32_t uqd_paper_quantize(const struct uqd_paper_step *step,
                                         const struct uqd_paper_value *value, float exact)
{
    const float reach = (float)value->cells.reach;
    const float k = (exact - value->mean) / step->delta + value->cells.dither;
    return uqd_round(uqd_clampf(k, -reach, reach));
}

static inline float uqd_paper_z_of(const struct uqd_paper_step *step,
                                   const struct uqd_paper_value *value, int32_t k)
{
    return value->mean + step->delta * ((float)k - value->cells.dither);
}

/* A pixel to -1 .. 1, and back to levels 0 .. 255, where it may lie between two. */
static inline float uqd_paper_from_pixel(uint8_t pixel)
{
    return ((float)pixel + 0.5f) * 0x1p-7f - 1.0f;
}

static inline float uqd_paper_to_level(float x)
{
    return (x + 1.0f) * 128.0f - 0.5f;
}

static inline uint8_t uqd_paper_to_pixel(float x)
{
    return (uint8_t)uqd_round(uqd_clampf(uqd_paper_to_level(x), 0.0f, 255.0f));
}

#endif
