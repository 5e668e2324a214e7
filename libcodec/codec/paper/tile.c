#include "codec/paper/tile.h"

#include "codec/paper/cells.h"
#include "codec/paper/noise.h"
#include "nn/elementary.h"
#include "util/fpenv.h"

/* Scale of a logistic distribution of standard deviation 1: sqrt(3) / pi. */
#define LOGISTIC_SCALE 0x1.1a566cp-1f

/* ---- Single values ---- */

/* The picture that the prediction means. */
static inline float x_hat(const struct uqd_paper_step *step, float z_t, float eps_hat)
{
    return step->inv_alpha * z_t - step->noise * eps_hat;
}

static inline float mean_of(const struct uqd_paper_step *step, float z_t, float x)
{
    return step->from_z * z_t + step->from_x * uqd_clampf(x, -1.0f, 1.0f);
}

static inline float slope_of(const struct uqd_paper_step *step, float factor)
{
    const float slope = step->delta / (step->scale * factor * LOGISTIC_SCALE);
    return uqd_clampf(slope, 0x1p-20f, 0x1p20f);
}

/* Cells that any picture can need: the mean is off by twice from_x at most. */
static int32_t reach_of(const struct uqd_paper_step *step)
{
    const float reach = 2.0f * step->from_x / step->delta;
    return (int32_t)uqd_clampf(reach, 0, UQD_PAPER_MAX_REACH - 2) + 2;
}

/* A pixel value to -1 .. 1 and back, where its level may lie between two. */
static inline float from_pixel(uint8_t pixel)
{
    return ((float)pixel + 0.5f) * 0x1p-7f - 1.0f;
}

static inline float to_level(float x)
{
    return (x + 1.0f) * 128.0f - 0.5f;
}

static inline uint8_t to_pixel(float x)
{
    return (uint8_t)uqd_round(uqd_clampf(to_level(x), 0.0f, 255.0f));
}

static inline int is_inside(const struct uqd_paper_tile *tile, uint32_t i)
{
    const uint32_t x = i % UQD_PAPER_SIDE, y = i / UQD_PAPER_SIDE % UQD_PAPER_SIDE;
    return x < tile->width && y < tile->height;
}

/* ---- Steps ---- */

/* A step of a tile, and where its cells come from or go to: exactly one of the last three. */
struct run {
    const struct uqd_paper_tile *tile;
    const struct uqd_paper_step *step;
    uint32_t number;
    uint64_t seed; /* of what is drawn */
    struct uqd_range_encoder *encoder;
    struct uqd_range_decoder *decoder;
    int draws;
};

/* The value's cell, 0 if decoding has stopped. */
static int32_t code_cell(const struct run *run, const struct uqd_paper_cells *cells, uint32_t i,
                         float mean, const uint8_t *pixels, float z_t)
{
    const struct uqd_paper_step *step = run->step;
    int32_t k = 0;
    if (run->draws || !is_inside(run->tile, i))
        return uqd_paper_cell_find(
            cells, uqd_paper_bits(run->seed, UQD_PAPER_DRAW, run->number, run->tile->first + i));
    if (run->decoder != NULL) {
        uqd_paper_cell_decode(run->decoder, cells, &k);
        return k;
    }
    const float exact = step->from_z * z_t + step->from_x * from_pixel(pixels[i]);
    const float reach = (float)cells->reach;
    k = uqd_round(uqd_clampf((exact - mean) / step->delta + cells->dither, -reach, reach));
    uqd_paper_cell_encode(run->encoder, cells, k);
    return k;
}

static void run_step(const struct run *run, const float *z_t,
                     const struct uqd_paper_prediction *prediction, const uint8_t *pixels,
                     float *z_s)
{
    const struct uqd_paper_step *step = run->step;
    struct uqd_paper_cells cells;
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    cells.reach = reach_of(step);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++) {
        const float mean = mean_of(step, z_t[i], x_hat(step, z_t[i], prediction->eps_hat[i]));
        cells.slope = slope_of(step, prediction->factor[i]);
        cells.dither = uqd_paper_dither(run->seed, run->number, run->tile->first + i);
        const int32_t k = code_cell(run, &cells, i, mean, pixels, z_t[i]);
        z_s[i] = mean + step->delta * ((float)k - cells.dither);
    }
    uqd_fpenv_leave(&saved);
}

void uqd_paper_encode_step(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                           const struct uqd_paper_prediction *prediction, const uint8_t *pixels,
                           struct uqd_range_encoder *encoder, float *z_s)
{
    const struct run run = {tile, &tile->paper->steps[step], step, tile->seed, encoder, NULL, 0};
    run_step(&run, z_t, prediction, pixels, z_s);
}

int uqd_paper_decode_step(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                          const struct uqd_paper_prediction *prediction,
                          struct uqd_range_decoder *decoder, float *z_s)
{
    const struct run run = {tile, &tile->paper->steps[step], step, tile->seed, NULL, decoder, 0};
    run_step(&run, z_t, prediction, NULL, z_s);
    return decoder->status;
}

void uqd_paper_draw_step(const struct uqd_paper_tile *tile, uint32_t step, uint64_t seed,
                         const float *z_t, const struct uqd_paper_prediction *prediction,
                         float *z_s)
{
    const struct run run = {tile, &tile->paper->steps[step], step, seed, NULL, NULL, 1};
    run_step(&run, z_t, prediction, NULL, z_s);
}

void uqd_paper_flow_step(const struct uqd_paper_tile *tile, uint32_t number, const float *z_t,
                         const struct uqd_paper_prediction *prediction, float *z_s)
{
    const struct uqd_paper_step *step = &tile->paper->steps[number];
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++)
        z_s[i] = step->flow_z * z_t[i] + step->flow_x * x_hat(step, z_t[i], prediction->eps_hat[i]);
    uqd_fpenv_leave(&saved);
}

void uqd_paper_start(const struct uqd_paper_tile *tile, float *z)
{
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++)
        z[i] = uqd_paper_gaussian(tile->seed, tile->first + i);
    uqd_fpenv_leave(&saved);
}

/* ---- Pixels given z_0 ---- */

/* Codes the pixels inside the picture, of a grey one those of the first plane: written, or read if
 * there is a decoder. */
static void code_pixels(const struct uqd_paper_tile *tile, const float *z_0,
                        struct uqd_range_encoder *encoder, struct uqd_range_decoder *decoder,
                        const uint8_t *pixels, uint8_t *decoded)
{
    const struct uqd_paper *paper = tile->paper;
    struct uqd_paper_levels levels;
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    /* (level / 128)^2 to the exponent of a normal distribution. */
    const float sharpness = uqd_clampf(paper->snr_0 * 0x1p-15f, 0x1p-40f, 0x1p40f);
    for (uint32_t i = 0; i < tile->colours * UQD_PAPER_PIXELS; i++) {
        int32_t value = 0;
        if (!is_inside(tile, i))
            continue;
        uqd_paper_levels_init(&levels, to_level(z_0[i] * paper->inv_alpha_0), sharpness);
        if (decoder == NULL) {
            uqd_paper_level_encode(encoder, &levels, pixels[i]);
            continue;
        }
        uqd_paper_level_decode(decoder, &levels, &value);
        for (uint32_t c = 0; c < UQD_PAPER_COLOURS; c++)
            if (c == i / UQD_PAPER_PIXELS || tile->colours == 1)
                decoded[c * UQD_PAPER_PIXELS + i % UQD_PAPER_PIXELS] = (uint8_t)value;
    }
    uqd_fpenv_leave(&saved);
}

void uqd_paper_encode_pixels(const struct uqd_paper_tile *tile, const float *z_0,
                             const uint8_t *pixels, struct uqd_range_encoder *encoder)
{
    code_pixels(tile, z_0, encoder, NULL, pixels, NULL);
}

int uqd_paper_decode_pixels(const struct uqd_paper_tile *tile, const float *z_0,
                            struct uqd_range_decoder *decoder, uint8_t *pixels)
{
    code_pixels(tile, z_0, NULL, decoder, NULL, pixels);
    return decoder->status;
}

/* ---- Pictures ---- */

void uqd_paper_show_end(const struct uqd_paper_tile *tile, const float *z_0, uint8_t *pixels)
{
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++)
        pixels[i] = to_pixel(z_0[i] * tile->paper->inv_alpha_0);
    uqd_fpenv_leave(&saved);
}

void uqd_paper_show_prediction(const struct uqd_paper_tile *tile, uint32_t number, const float *z_t,
                               const struct uqd_paper_prediction *prediction, uint8_t *pixels)
{
    const struct uqd_paper_step *step = &tile->paper->steps[number];
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++) {
        const float x = uqd_clampf(x_hat(step, z_t[i], prediction->eps_hat[i]), -1.0f, 1.0f);
        pixels[i] = to_pixel(x * tile->paper->inv_alpha_0);
    }
    uqd_fpenv_leave(&saved);
}
