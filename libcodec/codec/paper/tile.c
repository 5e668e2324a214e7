#include "codec/paper/tile.h"

#include "codec/paper/noise.h"
#include "codec/paper/value.h"
#include "entropy/spent.h"
#include "util/fpenv.h"

static inline int is_inside(const struct uqd_paper_tile *tile, uint32_t i)
{
    const uint32_t x = i % UQD_PAPER_SIDE, y = i / UQD_PAPER_SIDE % UQD_PAPER_SIDE;
    return x < tile->width && y < tile->height;
}

/* Reading of the decoder before a value, if they are counted. */
static inline uint64_t count_begin(const struct uqd_paper_tile *tile,
                                   const struct uqd_range_decoder *decoder)
{
    return tile->spent != NULL ? uqd_range_decoder_spent_q8(decoder) : 0;
}

static inline void count_end(const struct uqd_paper_tile *tile,
                             const struct uqd_range_decoder *decoder, uint32_t i, uint64_t before)
{
    const uint32_t x = i % UQD_PAPER_SIDE, y = i / UQD_PAPER_SIDE % UQD_PAPER_SIDE;
    if (tile->spent != NULL)
        tile->spent[y / UQD_BITS_BLOCK * tile->spent_stride + x / UQD_BITS_BLOCK] +=
            (uint32_t)(uqd_range_decoder_spent_q8(decoder) - before);
}

/* ---- Steps ---- */

/* A step of a tile, and where its cells come from or go to: exactly one of the last three. */
struct run {
    const struct uqd_paper_tile *tile;
    uint32_t number;
    uint64_t seed; /* of what is drawn */
    const float *z_t, *dither;
    const struct uqd_paper_prediction *prediction;
    struct uqd_range_encoder *encoder;
    const uint8_t *pixels; /* that are encoded */
    struct uqd_range_decoder *decoder;
    int draws;
};

/* The value's cell; any, if decoding has stopped. */
static int32_t code_cell(const struct run *run, const struct uqd_paper_step *step,
                         const struct uqd_paper_value *value, uint32_t i)
{
    int32_t k = 0;
    if (run->draws || !is_inside(run->tile, i)) {
        const enum uqd_paper_use use = run->draws ? UQD_PAPER_DRAW : UQD_PAPER_OUTSIDE;
        return uqd_paper_cell_find(
            &value->cells, uqd_paper_bits(run->seed, use, run->number, run->tile->first + i));
    }
    if (run->decoder != NULL) {
        const uint64_t before = count_begin(run->tile, run->decoder);
        uqd_paper_cell_decode(run->decoder, &value->cells, &k);
        count_end(run->tile, run->decoder, i, before);
        return k;
    }
    k = uqd_paper_quantize(step, value,
                           uqd_paper_mean(step, run->z_t[i], uqd_paper_from_pixel(run->pixels[i])));
    uqd_paper_cell_encode(run->encoder, &value->cells, k);
    return k;
}

static void run_step(const struct run *run, float *z_s)
{
    const struct uqd_paper_step *step = &run->tile->paper->steps[run->number];
    const float *eps_hat = run->prediction->eps_hat, *factor = run->prediction->factor;
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++) {
        const struct uqd_paper_value value =
            uqd_paper_value_at(step, run->z_t[i], eps_hat[i], factor[i], run->dither[i]);
        z_s[i] = uqd_paper_z_of(step, &value, code_cell(run, step, &value, i));
    }
    uqd_fpenv_leave(&saved);
}

static void fill_dither(const struct uqd_paper_tile *tile, uint32_t step, uint64_t seed,
                        enum uqd_paper_use use, float *dither)
{
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++)
        dither[i] = uqd_paper_dither(seed, use, step, tile->first + i);
}

void uqd_paper_dithers(const struct uqd_paper_tile *tile, uint32_t step, float *dither)
{
    fill_dither(tile, step, tile->seed, UQD_PAPER_DITHER, dither);
}

/* Of the tile's own seed; where the cells come from is to be filled in. */
static struct run run_of(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                         const struct uqd_paper_prediction *prediction, const float *dither)
{
    return (struct run){
        .tile = tile,
        .number = step,
        .seed = tile->seed,
        .z_t = z_t,
        .dither = dither,
        .prediction = prediction,
    };
}

void uqd_paper_encode_step(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                           const struct uqd_paper_prediction *prediction, const float *dither,
                           const uint8_t *pixels, struct uqd_range_encoder *encoder, float *z_s)
{
    struct run run = run_of(tile, step, z_t, prediction, dither);
    run.encoder = encoder;
    run.pixels = pixels;
    run_step(&run, z_s);
}

int uqd_paper_decode_step(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                          const struct uqd_paper_prediction *prediction, const float *dither,
                          struct uqd_range_decoder *decoder, float *z_s)
{
    struct run run = run_of(tile, step, z_t, prediction, dither);
    run.decoder = decoder;
    run_step(&run, z_s);
    return decoder->status;
}

void uqd_paper_draw_step(const struct uqd_paper_tile *tile, uint32_t step, uint64_t seed,
                         const float *z_t, const struct uqd_paper_prediction *prediction,
                         float *z_s)
{
    float dither[UQD_PAPER_VALUES];
    struct run run = run_of(tile, step, z_t, prediction, dither);
    run.seed = seed;
    run.draws = 1;
    fill_dither(tile, step, seed, UQD_PAPER_DRAW_DITHER, dither);
    run_step(&run, z_s);
}

void uqd_paper_flow_step(const struct uqd_paper_tile *tile, uint32_t number, const float *z_t,
                         const struct uqd_paper_prediction *prediction, float *z_s)
{
    const struct uqd_paper_step *step = &tile->paper->steps[number];
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++)
        z_s[i] = step->flow_z * z_t[i] +
                 step->flow_x * uqd_paper_x_hat(step, z_t[i], prediction->eps_hat[i]);
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
        uqd_paper_levels_init(&levels, uqd_paper_to_level(z_0[i] * paper->inv_alpha_0), sharpness);
        if (decoder == NULL) {
            uqd_paper_level_encode(encoder, &levels, pixels[i]);
            continue;
        }
        const uint64_t before = count_begin(tile, decoder);
        uqd_paper_level_decode(decoder, &levels, &value);
        count_end(tile, decoder, i, before);
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
        pixels[i] = uqd_paper_to_pixel(z_0[i] * tile->paper->inv_alpha_0);
    uqd_fpenv_leave(&saved);
}

void uqd_paper_show_prediction(const struct uqd_paper_tile *tile, uint32_t number, const float *z_t,
                               const struct uqd_paper_prediction *prediction, uint8_t *pixels)
{
    const struct uqd_paper_step *step = &tile->paper->steps[number];
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++) {
        const float x =
            uqd_clampf(uqd_paper_x_hat(step, z_t[i], prediction->eps_hat[i]), -1.0f, 1.0f);
        pixels[i] = uqd_paper_to_pixel(x * tile->paper->inv_alpha_0);
    }
    uqd_fpenv_leave(&saved);
}
