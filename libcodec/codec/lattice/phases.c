#include "codec/lattice/phases.h"

#include <assert.h>
#include <string.h>

/* Part of a row of blocks. */
struct segment {
    uint32_t x_begin, x_end, y;
    uint64_t first_block;
};

/* The phases of the coefficients around 0 that stand in `indices`. */
static void phases_around_0(const struct uqd_stage_group *group, const struct uqd_group_data *data,
                            const struct segment *segment, const uint16_t *indices, size_t n,
                            uint8_t *phases)
{
    const struct uqd_batch_source source = uqd_group_source(group, data, segment->first_block);
    const uint32_t n_thresholds = group->phases->n - 1;
    struct uqd_batch batch;
    for (size_t begin = 0; begin < n; begin += UQD_BATCH) {
        uqd_group_gather(&batch, &data->kernels, &source, &group->levels.stage, indices + begin,
                         uqd_batch_size(n - begin));
        data->kernels.batch->phases(&batch, group->thresholds[0], n_thresholds);
        for (uint32_t i = 0; i < batch.n; i++)
            phases[batch.offset[i]] = (uint8_t)batch.answer[i];
    }
}

/* The phases of a block's coefficients that are not around 0; what is not refined gets one behind
 * the last. All blocks of a row have the same but for the last, which the grid's edge may cut. */
static void phases_of_block(const struct uqd_stage_group *group, uint32_t x, uint32_t y,
                            uint8_t *phases)
{
    const uint8_t *others = group->phases->others + group->first_channel;
    for (uint32_t c = 0; c < group->n; c++) {
        const int phase = group->is_phased ? others[c] : 0;
        phases[c] = (uint8_t)(uqd_is_refined(group, c, x, y) ? phase : UQD_MAX_PHASES);
    }
}

/* The refined coefficients around 0, in coding order; returns how many. all: the indices of all. */
static size_t list_around_0(const struct uqd_stage_group *group, const struct uqd_group_data *data,
                            const struct segment *segment, const uint16_t *all,
                            const uint8_t *phases, uint16_t *indices)
{
    const struct uqd_unit *unit = data->unit;
    const size_t channels = group->n;
    size_t n = 0;
    for (uint32_t i = 0; i < segment->x_end - segment->x_begin; i++) {
        const int16_t *twice_centres =
            unit->cells + (segment->first_block + i) * UQD_BLOCK_CHANNELS + group->first_channel;
        n += data->kernels.select->zeros(indices + n, all + i * channels, twice_centres,
                                         phases + i * channels, channels, UQD_MAX_PHASES);
    }
    return n;
}

/* Phases [block][n] of a segment whose indices are all[block][n]. around_0: scratch for as many. */
static void phases_of_segment(const struct uqd_stage_group *group,
                              const struct uqd_group_data *data, const struct segment *segment,
                              const uint16_t *all, uint16_t *around_0, uint8_t *phases)
{
    const uint32_t n_blocks = segment->x_end - segment->x_begin, n = group->n;
    phases_of_block(group, segment->x_begin, segment->y, phases);
    for (uint32_t i = 1; i + 1 < n_blocks; i++)
        memcpy(phases + (size_t)i * n, phases, n);
    phases_of_block(group, segment->x_end - 1, segment->y, phases + (size_t)(n_blocks - 1) * n);
    if (group->is_phased)
        phases_around_0(group, data, segment, around_0,
                        list_around_0(group, data, segment, all, phases, around_0), phases);
}

/* The indices of one segment, phase by phase. all: the indices of a segment, [block][n]. */
static void list_segment(const struct uqd_stage_group *group, const struct uqd_group_data *data,
                         const struct segment *segment, const uint16_t *all, uint8_t *phases)
{
    const uint32_t grid_w = data->unit->grid_w, n = group->n;
    const uint32_t length = data->lists.length;
    const size_t row = (size_t)segment->y * uqd_n_segments(grid_w, length);
    uint32_t *ends = data->lists.ends + (row + segment->x_begin / length) * UQD_MAX_PHASES;
    uint16_t indices[UQD_MAX_SEGMENT * UQD_MAX_GROUP_CHANNELS + UQD_SELECT_SLACK];
    const uint32_t n_phases = uqd_n_phases(group);
    const uint32_t n_blocks = segment->x_end - segment->x_begin;
    size_t count = 0;
    phases_of_segment(group, data, segment, all, indices, phases);
    for (uint32_t p = 0; p < UQD_MAX_PHASES; p++) {
        if (p < n_phases)
            count += data->kernels.select->of_phase(indices + count, all, phases,
                                                    (size_t)n_blocks * n, (uint8_t)p);
        ends[p] = (uint32_t)count;
    }
    memcpy(data->lists.indices + segment->first_block * n, indices, count * sizeof *indices);
}

/* The indices of so many blocks of a segment. */
static void list_all(const struct uqd_stage_group *group, uint32_t n_blocks, uint16_t *all)
{
    for (uint32_t x = 0; x < n_blocks; x++)
        for (uint32_t c = 0; c < group->n; c++)
            *all++ = (uint16_t)(x << UQD_INDEX_BITS | c);
}

void uqd_list_phases(const struct uqd_stage_group *group, const struct uqd_group_data *data,
                     uint32_t y)
{
    assert(y < data->unit->grid_h);
    assert(0 < data->lists.length && data->lists.length <= UQD_MAX_SEGMENT);
    const uint32_t grid_w = data->unit->grid_w;
    const uint32_t length = data->lists.length;
    uint8_t phases[UQD_MAX_SEGMENT * UQD_MAX_GROUP_CHANNELS];
    uint16_t all[UQD_MAX_SEGMENT * UQD_MAX_GROUP_CHANNELS];
    list_all(group, grid_w < length ? grid_w : length, all);
    for (uint32_t x = 0; x < grid_w; x += length) {
        const struct segment segment = {
            .x_begin = x,
            .x_end = grid_w - x < length ? grid_w : x + length,
            .y = y,
            .first_block = (uint64_t)y * grid_w + x,
        };
        list_segment(group, data, &segment, all, phases);
    }
}
