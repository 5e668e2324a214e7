/* Geometry of a unit: three wavelet levels, seen as a grid of blocks of channels.
 *
 * A unit of width x height has a grid of ceil(width/8) x ceil(height/8) blocks. Each block gathers
 * the 63 detail coefficients per colour that belong to its square of 8 x 8 samples. Where a side
 * is no multiple of 8, the last blocks reach over the subbands' ends: the coefficients there do not
 * exist, are never coded, and read as 0.
 *
 * The planes of a unit are in the Mallat layout of transform/wavelet.h after three levels. Units
 * cascade: the low-pass of one, in the top-left corner of the planes, is the picture of the
 * next. */
#ifndef UQD_TRANSFORM_UNIT_H
#define UQD_TRANSFORM_UNIT_H

#include "transform/wavelet.h"

#include <stddef.h>
#include <stdint.h>

enum {
    UQD_UNIT_LEVELS = 3,
    UQD_UNIT_BLOCK = 1 << UQD_UNIT_LEVELS,
    UQD_UNIT_DETAILS = UQD_UNIT_BLOCK * UQD_UNIT_BLOCK - 1, /* per colour */
    UQD_UNIT_CHANNELS = 3 * UQD_UNIT_DETAILS,
};

enum uqd_subband_type { UQD_SUBBAND_HL = 0, UQD_SUBBAND_LH = 1, UQD_SUBBAND_HH = 2 };

/* One detail coefficient of a block: the sample (dx, dy) of the block's square of 2^(3 - level)
 * squared samples in a subband. */
struct uqd_channel {
    uint8_t colour;  /* 0 luma or grey, 1 Co, 2 Cg */
    uint8_t level;   /* 3, 2, 1: wavelet level */
    uint8_t subband; /* enum uqd_subband_type */
    uint8_t dy, dx;  /* below 2^(3 - level) */
};

/* All channels in the standard order: by colour, level from 3 down to 1, subband, dy, dx. The first
 * 63 are those of a grey picture. */
void uqd_channel_table(struct uqd_channel table[UQD_UNIT_CHANNELS]);

/* A rectangle in the Mallat layout. */
struct uqd_subband {
    uint32_t x, y, width, height;
};

/* Where the subband of a channel lies in a unit of the given size; may be empty. */
static inline struct uqd_subband uqd_channel_subband(const struct uqd_channel *channel,
                                                     uint32_t width, uint32_t height)
{
    const uint32_t low_w = uqd_wavelet_side(width, channel->level);
    const uint32_t low_h = uqd_wavelet_side(height, channel->level);
    struct uqd_subband subband = {0, 0, low_w, low_h};
    if (channel->subband != UQD_SUBBAND_LH) {
        subband.x = low_w;
        subband.width = uqd_wavelet_side(width, channel->level - 1u) - low_w;
    }
    if (channel->subband != UQD_SUBBAND_HL) {
        subband.y = low_h;
        subband.height = uqd_wavelet_side(height, channel->level - 1u) - low_h;
    }
    return subband;
}

/* Whether block (cx, cy) of a unit of that size has this channel. */
static inline int uqd_channel_exists(const struct uqd_channel *channel, uint32_t width,
                                     uint32_t height, uint32_t cx, uint32_t cy)
{
    const struct uqd_subband subband = uqd_channel_subband(channel, width, height);
    const uint32_t shift = UQD_UNIT_LEVELS - channel->level;
    return (cx << shift) + channel->dx < subband.width &&
           (cy << shift) + channel->dy < subband.height;
}

/* Number of blocks along a side. */
static inline uint32_t uqd_unit_grid(uint32_t side)
{
    return uqd_wavelet_side(side, UQD_UNIT_LEVELS);
}

/* Number of units until the low-pass is 1 x 1: 4 for 768 x 512 (low-passes 96 x 64, 12 x 8, 2 x 1,
 * 1 x 1). A picture of 1 x 1 has none: it is its own low-pass. */
uint32_t uqd_unit_count(uint32_t width, uint32_t height);

/* Copies the coefficients of a unit to blocks[(cy * grid_w + cx) * block_stride + c], c indexing
 * `channels`, which may be any selection in any order; block_stride >= n_channels. Coefficients
 * that do not exist become 0. planes: one per colour used; coefficients must fit int16, as those
 * of 8-bit pictures do. Rows of blocks are shared between the threads of the work. Errors:
 * UQD_ERR_CANCELLED; then the blocks are undefined. */
int uqd_unit_pack(const struct uqd_channel *channels, uint32_t n_channels,
                  const int32_t *const planes[], size_t pitch, uint32_t width, uint32_t height,
                  int16_t *blocks, size_t block_stride, struct uqd_work *work);

/* The reverse of uqd_unit_pack: writes the coefficients that exist, but for those of the `left_out`
 * finest levels, so that planes need the sides uqd_wavelet_side(.., left_out) only, and of colours
 * whose plane is NULL. `halves` writes half of each value, rounded towards 0. The rest of the
 * planes, the low-pass among it, is left as it is. Errors: UQD_ERR_CANCELLED; then the planes are
 * undefined. */
int uqd_unit_unpack_halves(const struct uqd_channel *channels, uint32_t n_channels,
                           const int16_t *blocks, size_t block_stride, int32_t *const planes[],
                           size_t pitch, uint32_t width, uint32_t height, uint32_t left_out,
                           struct uqd_work *work);

/* The same for the blocks of a part of the unit's grid, which `blocks` has row by row. */
struct uqd_grid_part {
    uint32_t x, y, width, height;
};
int uqd_unit_unpack_i32(const struct uqd_channel *channels, uint32_t n_channels,
                        const int32_t *blocks, size_t block_stride, struct uqd_grid_part part,
                        int32_t *const planes[], size_t pitch, uint32_t width, uint32_t height,
                        uint32_t left_out, struct uqd_work *work);

#endif
