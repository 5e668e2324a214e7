/* The reverse diffusion of one tile of 64 x 64 pixels. Arrays of a tile are planes [3][64][64];
 * z_t and all else are in units in which pixels are -1 .. 1.
 *
 * Everything but uqd_paper_network_run's own threads runs on the calling thread. */
#ifndef UQD_PAPER_TILE_H
#define UQD_PAPER_TILE_H

#include "codec/paper/network.h"
#include "codec/symbols.h"

#include <stddef.h>
#include <stdint.h>

enum { UQD_PAPER_VALUES = UQD_PAPER_COLOURS * UQD_PAPER_PIXELS };

struct uqd_paper_tile {
    const struct uqd_paper *paper;
    uint64_t seed;          /* of the noise that both sides know */
    uint64_t first;         /* its first value's number, for the noise */
    uint32_t width, height; /* of the part inside the picture */
    uint32_t colours;       /* 1: grey, the three planes are equal */
    uint32_t *spent;        /* blocks of UQD_BITS_BLOCK pixels, which decoding adds to what their
                               values took, in 1/256 bit; NULL: it does not count */
    size_t spent_stride;    /* blocks from one row of them to the next */
};

/* What the network says of z_t. */
struct uqd_paper_prediction {
    float eps_hat[UQD_PAPER_VALUES], factor[UQD_PAPER_VALUES];
};

/* Pure noise, with which the first step begins. */
void uqd_paper_start(const struct uqd_paper_tile *tile, float *z);

/* The dither of a step that is coded, from the seed of the file: within half of 1. */
void uqd_paper_dithers(const struct uqd_paper_tile *tile, uint32_t step, float *dither);

/* Quantizes the tile's pixels around the predicted mean and writes the cells. Values outside the
 * picture are drawn by the noise that both sides know, and not written. */
void uqd_paper_encode_step(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                           const struct uqd_paper_prediction *prediction, const float *dither,
                           const uint8_t *pixels, struct uqd_range_encoder *encoder, float *z_s);

/* Returns UQD_OK, UQD_NEED_DATA, UQD_ERR_CORRUPT; z_s is undefined then. */
int uqd_paper_decode_step(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                          const struct uqd_paper_prediction *prediction, const float *dither,
                          struct uqd_range_decoder *decoder, float *z_s);

/* The pixels given z_0. */
void uqd_paper_encode_pixels(const struct uqd_paper_tile *tile, const float *z_0,
                             const uint8_t *pixels, struct uqd_range_encoder *encoder);
int uqd_paper_decode_pixels(const struct uqd_paper_tile *tile, const float *z_0,
                            struct uqd_range_decoder *decoder, uint8_t *pixels);

/* A step without a file: drawn from the model, by a seed (ancestral sampling); or along its mean
 * (flow-based, DDIM: Song, Meng, Ermon 2021, eq. 12). */
void uqd_paper_draw_step(const struct uqd_paper_tile *tile, uint32_t step, uint64_t seed,
                         const float *z_t, const struct uqd_paper_prediction *prediction,
                         float *z_s);
void uqd_paper_flow_step(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                         const struct uqd_paper_prediction *prediction, float *z_s);

/* The most likely pixels: of the predicted picture, and of z_0. */
void uqd_paper_show_prediction(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                               const struct uqd_paper_prediction *prediction, uint8_t *pixels);
void uqd_paper_show_end(const struct uqd_paper_tile *tile, const float *z_0, uint8_t *pixels);

#endif
