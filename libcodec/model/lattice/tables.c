#include "model/lattice/tables.h"

#include "util/bytes.h"

#include <string.h>

static int read_channels(struct uqd_model *model, const struct uqd_model_file *file)
{
    struct uqd_channel standard[UQD_UNIT_CHANNELS];
    uqd_channel_table(standard);
    uint32_t n = 0;
    for (uint32_t g = 0; g < model->n_groups; g++) {
        struct uqd_group *group = &model->groups[g];
        group->first_channel = n;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
            if (file->channel_groups[c] == g) {
                model->channels[n++] = standard[c];
            }
        }
        group->n = n - group->first_channel;
        if (group->n == 0 || group->n > UQD_MAX_GROUP_CHANNELS)
            return UQD_ERR_CORRUPT;
    }
    return n == UQD_UNIT_CHANNELS ? UQD_OK : UQD_ERR_CORRUPT;
}

/* Tables are stored in the standard order of channels; ours is the coding order. */
static void sort_channels(const struct uqd_model *model, const struct uqd_model_file *file,
                          uint8_t standard[UQD_UNIT_CHANNELS])
{
    uint32_t n = 0;
    for (uint32_t g = 0; g < model->n_groups; g++)
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
            if (file->channel_groups[c] == g)
                standard[n++] = (uint8_t)c;
}

static void copy_levels(const uint8_t standard[UQD_UNIT_CHANNELS], uint8_t *levels,
                        const uint8_t *stored)
{
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        levels[c] = stored[standard[c]];
}

static int read_phases(struct uqd_model *model, const struct uqd_model_file *file)
{
    struct uqd_phases *phases = &model->phases;
    uint8_t standard[UQD_UNIT_CHANNELS];
    sort_channels(model, file, standard);
    phases->n = file->n_phases;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        phases->others[c] = file->phases[standard[c]];
        if (phases->others[c] >= phases->n)
            return UQD_ERR_CORRUPT;
        for (uint32_t p = 0; p + 1 < phases->n; p++)
            phases->threshold[p][c] =
                uqd_get_u16(file->thresholds + 2 * ((size_t)p * UQD_BLOCK_CHANNELS + standard[c]));
    }
    return UQD_OK;
}

static int stage_type_valid(const struct uqd_model *model, const struct uqd_stage_type *type)
{
    if (type->coarse > 1 || type->phased > UQD_PHASED_BY_FILE ||
        type->nominal_from > UQD_TOP_LEVEL || type->nominal_to >= type->nominal_from ||
        type->network >= model->n_networks)
        return 0;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        if (type->from[c] > UQD_TOP_LEVEL || type->to[c] > type->from[c])
            return 0;
    return 1;
}

static int read_stage_types(struct uqd_model *model, const struct uqd_model_file *file)
{
    uint8_t standard[UQD_UNIT_CHANNELS];
    sort_channels(model, file, standard);
    for (uint32_t k = 0; k < model->n_stage_types; k++) {
        const uint8_t *p = file->stage_types + (size_t)k * UQD_MODEL_STAGE_TYPE_SIZE;
        struct uqd_stage_type *type = &model->stage_types[k];
        type->coarse = p[0];
        type->nominal_from = p[1];
        type->nominal_to = p[2];
        type->phased = p[3];
        type->network = p[4];
        copy_levels(standard, type->from, p + UQD_MODEL_STAGE_TYPE_LEVELS);
        copy_levels(standard, type->to, p + UQD_MODEL_STAGE_TYPE_LEVELS + UQD_BLOCK_CHANNELS);
        if (!stage_type_valid(model, type) || (p[5] | p[6] | p[7]) != 0)
            return UQD_ERR_CORRUPT;
    }
    return UQD_OK;
}

/* Every class of units must go from the top level to the exact values, stage by stage. */
static int read_stages(struct uqd_model *model, const struct uqd_model_file *file)
{
    const struct uqd_stage_type *last[3] = {NULL, NULL, NULL};
    uint32_t step = 0;
    for (uint32_t s = 0; s < model->n_stages; s++) {
        const uint8_t *p = file->stages + (size_t)s * UQD_MODEL_STAGE_SIZE;
        struct uqd_stage *stage = &model->stages[s];
        *stage = (struct uqd_stage){.units = p[0], .type = p[1], .step = p[2]};
        if (stage->units > UQD_UNITS_REST || stage->type >= model->n_stage_types ||
            stage->step < step || stage->step >= model->n_steps)
            return UQD_ERR_CORRUPT;
        step = stage->step;
        const struct uqd_stage_type *type = &model->stage_types[stage->type],
                                    *before = last[stage->units];
        if (type->coarse != (stage->units != UQD_UNITS_FULL))
            return UQD_ERR_CORRUPT;
        if (type->nominal_from != (before != NULL ? before->nominal_to : UQD_TOP_LEVEL))
            return UQD_ERR_CORRUPT;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
            if (type->from[c] != (before != NULL ? before->to[c] : UQD_TOP_LEVEL))
                return UQD_ERR_CORRUPT;
        last[stage->units] = type;
    }
    for (int units = 0; units < 3; units++) {
        if (last[units] == NULL || last[units]->nominal_to != 0)
            return UQD_ERR_CORRUPT;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
            if (last[units]->to[c] != 0)
                return UQD_ERR_CORRUPT;
    }
    return UQD_OK;
}

static void read_names(struct uqd_model *model, const struct uqd_model_file *file)
{
    memcpy(model->name, file->name, UQD_MODEL_NAME_SIZE - 1);
    for (uint32_t s = 0; s < model->n_steps; s++)
        memcpy(model->step_names[s], file->steps + (size_t)s * UQD_STEP_NAME_SIZE,
               UQD_STEP_NAME_SIZE - 1);
}

int uqd_model_read_tables(struct uqd_model *model, const struct uqd_model_file *file)
{
    read_names(model, file);
    int status = read_channels(model, file);
    if (status == UQD_OK)
        status = read_phases(model, file);
    if (status == UQD_OK)
        status = read_stage_types(model, file);
    if (status == UQD_OK)
        status = read_stages(model, file);
    return status;
}
