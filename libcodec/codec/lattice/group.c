#include "codec/lattice/group.h"

#include <assert.h>

/* Cells of one level, those around 0 cut at another. */
static void set_levels(struct uqd_batch_levels *levels, uint32_t c, uint32_t level, uint32_t cut)
{
    levels->far[c] = ((int32_t)1 << level) - 1;
    levels->half[c] = (int32_t)1 << cut;
}

static void set_channel(struct uqd_stage_group *group, uint32_t c, uint8_t from, uint8_t to)
{
    assert(to <= from && from <= UQD_DITHER_LEVEL);
    group->from[c] = from;
    group->to[c] = to;
    set_levels(&group->levels.first, c, from, group->is_joint || from == 0 ? to : from - 1u);
    set_levels(&group->levels.stage, c, from, to);
    for (uint32_t p = 0; p + 1 < group->phases->n; p++)
        group->thresholds[p][c] = group->phases->threshold[p][group->first_channel + c];
}

void uqd_stage_group_init(struct uqd_stage_group *stage_group, const struct uqd_model *model,
                          const struct uqd_group *group, const struct uqd_coverage *coverage,
                          const uint8_t *from, const uint8_t *to, struct uqd_coding coding)
{
    assert(0 < group->n && group->n <= UQD_MAX_GROUP_CHANNELS);
    assert(group->first_channel + group->n <= UQD_UNIT_CHANNELS);
    *stage_group = (struct uqd_stage_group){
        .first_channel = group->first_channel,
        .n = group->n,
        .coverage = coverage,
        .phases = &model->phases,
        .is_phased = coding.is_phased,
        .is_joint = coding.is_joint,
        .has_sign_curves = coding.has_sign_curves,
    };
    for (uint32_t c = 0; c < group->n; c++)
        set_channel(stage_group, c, from[group->first_channel + c], to[group->first_channel + c]);
}

int uqd_has_symbols(const struct uqd_stage_group *group)
{
    for (uint32_t c = 0; c < group->n; c++)
        if (uqd_is_refined(group, c, 0, 0))
            return 1;
    return 0;
}

struct uqd_batch_source uqd_group_source(const struct uqd_stage_group *group,
                                         const struct uqd_group_data *data, uint64_t first_block)
{
    const size_t offset = first_block * group->n;
    return (struct uqd_batch_source){
        .twice_centres =
            data->unit->cells + first_block * UQD_BLOCK_CHANNELS + group->first_channel,
        .mean_q4 = data->mean_q4 != NULL ? data->mean_q4 + offset : NULL,
        .scale_index = data->mean_q4 != NULL ? data->scale_index + offset : NULL,
        .n_channels = group->n,
    };
}

void uqd_group_gather(struct uqd_batch *batch, const struct uqd_group_kernels *kernels,
                      const struct uqd_batch_source *source, const struct uqd_batch_levels *levels,
                      const uint16_t *indices, uint32_t n)
{
    assert(n <= UQD_BATCH);
    kernels->batch->gather(batch, source, levels, indices, n);
    const struct uqd_splits splits = {
        .mean_q4 = batch->mean_q4,
        .low = batch->low,
        .first = batch->first,
        .second = batch->second,
        .end = batch->end,
        .scale_index = batch->scale_index,
        .cum1 = batch->cum1,
        .cum2 = batch->cum2,
        .total = batch->total,
        .n = batch->n,
    };
    kernels->splits(&splits);
}
