#include "transform/unit.h"
#include "util/team.h"

#include <assert.h>

void uqd_channel_table(struct uqd_channel table[UQD_UNIT_CHANNELS])
{
    struct uqd_channel *channel = table;
    for (uint8_t colour = 0; colour < 3; colour++)
        for (uint8_t level = UQD_UNIT_LEVELS; level >= 1; level--)
            for (uint8_t subband = UQD_SUBBAND_HL; subband <= UQD_SUBBAND_HH; subband++)
                for (uint8_t dy = 0; dy < 1 << (UQD_UNIT_LEVELS - level); dy++)
                    for (uint8_t dx = 0; dx < 1 << (UQD_UNIT_LEVELS - level); dx++)
                        *channel++ = (struct uqd_channel){colour, level, subband, dy, dx};
}

uint32_t uqd_unit_count(uint32_t width, uint32_t height)
{
    uint32_t count = 0;
    for (; width > 1 || height > 1; count++) {
        width = uqd_unit_grid(width);
        height = uqd_unit_grid(height);
    }
    return count;
}

/* The samples of one channel in one row of blocks: those of blocks 0 .. n - 1 exist and lie `step`
 * elements apart in the plane of the channel's colour, the first at `offset`. */
struct run {
    size_t offset, step, n;
};

static struct run run_of(const struct uqd_channel *channel, size_t pitch, uint32_t width,
                         uint32_t height, uint32_t cy)
{
    assert(channel->colour < 3 && channel->subband <= UQD_SUBBAND_HH);
    assert(channel->level >= 1 && channel->level <= UQD_UNIT_LEVELS);
    assert((channel->dx | channel->dy) >> (UQD_UNIT_LEVELS - channel->level) == 0);
    const struct uqd_subband subband = uqd_channel_subband(channel, width, height);
    const uint32_t shift = UQD_UNIT_LEVELS - channel->level;
    const uint32_t y = (cy << shift) + channel->dy;
    if (y >= subband.height || channel->dx >= subband.width)
        return (struct run){0, 1, 0};
    return (struct run){
        .offset = (size_t)(subband.y + y) * pitch + subband.x + channel->dx,
        .step = (size_t)1 << shift,
        .n = ((subband.width - channel->dx - 1) >> shift) + 1,
    };
}

int uqd_unit_pack(const struct uqd_channel *channels, uint32_t n_channels,
                  const int32_t *const planes[], size_t pitch, uint32_t width, uint32_t height,
                  int16_t *blocks, size_t block_stride, struct uqd_work *work)
{
    const size_t grid_w = uqd_unit_grid(width);
    const uint32_t grid_h = uqd_unit_grid(height);

    assert(block_stride >= n_channels && pitch >= width);
#pragma omp parallel for num_threads(uqd_team(work->threads, grid_h > UQD_UNIT_BLOCK))
    for (uint32_t cy = 0; cy < grid_h; cy++) {
        if (uqd_work_look(work, grid_w * n_channels) < 0)
            continue;
        for (uint32_t c = 0; c < n_channels; c++) {
            const struct run run = run_of(&channels[c], pitch, width, height, cy);
            const int32_t *samples = planes[channels[c].colour] + run.offset;
            int16_t *out = blocks + cy * grid_w * block_stride + c;
            for (size_t cx = 0; cx < run.n; cx++) {
                assert(INT16_MIN <= samples[cx * run.step] && samples[cx * run.step] <= INT16_MAX);
                out[cx * block_stride] = (int16_t)samples[cx * run.step];
            }
            for (size_t cx = run.n; cx < grid_w; cx++)
                out[cx * block_stride] = 0;
        }
    }
    return uqd_work_look(work, 0);
}

/* Blocks of either kind, one of them NULL. */
struct blocks {
    const int16_t *halved;
    const int32_t *whole;
    size_t stride;
    struct uqd_grid_part part;
};

static int unpack(const struct uqd_channel *channels, uint32_t n_channels,
                  const struct blocks *blocks, int32_t *const planes[], size_t pitch,
                  uint32_t width, uint32_t height, uint32_t left_out, struct uqd_work *work)
{
    const struct uqd_grid_part part = blocks->part;
    assert(blocks->stride >= n_channels && pitch >= uqd_wavelet_side(width, left_out));
    assert((blocks->halved != NULL) != (blocks->whole != NULL));
    assert(part.x + part.width <= uqd_unit_grid(width));
    assert(part.y + part.height <= uqd_unit_grid(height));
#pragma omp parallel for num_threads(uqd_team(work->threads, part.height > UQD_UNIT_BLOCK))
    for (uint32_t row = 0; row < part.height; row++) {
        if (uqd_work_look(work, (size_t)part.width * n_channels) < 0)
            continue;
        for (uint32_t c = 0; c < n_channels; c++) {
            if (channels[c].level <= left_out || planes[channels[c].colour] == NULL)
                continue;
            const struct run run = run_of(&channels[c], pitch, width, height, part.y + row);
            int32_t *samples = planes[channels[c].colour] + run.offset;
            const size_t end = run.n < part.x + part.width ? run.n : part.x + part.width;
            size_t in = (size_t)row * part.width * blocks->stride + c;
            for (size_t cx = part.x; cx < end; cx++, in += blocks->stride)
                samples[cx * run.step] =
                    blocks->halved != NULL ? blocks->halved[in] / 2 : blocks->whole[in];
        }
    }
    return uqd_work_look(work, 0);
}

int uqd_unit_unpack_halves(const struct uqd_channel *channels, uint32_t n_channels,
                           const int16_t *blocks, size_t block_stride, int32_t *const planes[],
                           size_t pitch, uint32_t width, uint32_t height, uint32_t left_out,
                           struct uqd_work *work)
{
    const struct blocks all = {
        .halved = blocks,
        .stride = block_stride,
        .part = {0, 0, uqd_unit_grid(width), uqd_unit_grid(height)},
    };
    return unpack(channels, n_channels, &all, planes, pitch, width, height, left_out, work);
}

int uqd_unit_unpack_i32(const struct uqd_channel *channels, uint32_t n_channels,
                        const int32_t *blocks, size_t block_stride, struct uqd_grid_part part,
                        int32_t *const planes[], size_t pitch, uint32_t width, uint32_t height,
                        uint32_t left_out, struct uqd_work *work)
{
    const struct blocks given = {.whole = blocks, .stride = block_stride, .part = part};
    return unpack(channels, n_channels, &given, planes, pitch, width, height, left_out, work);
}
