#include "model/model.h"

#include "model/reader.h"
#include "util/bytes.h"
#include "util/checked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Collects what the loading of one model needs: the file, and where the next gain or bias goes. */
struct loader {
    struct uqd_model *model;
    const struct uqd_model_file *file;
    float *scratch; /* the largest tensor */
    float *next;    /* unused part of model->tables */
};

static uint32_t n_affines(const struct uqd_model *model)
{
    return 2 + model->n_blocks + model->n_groups;
}

/* ---- Tables of bytes: groups, kinds, stages ---- */

static int read_channels(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    struct uqd_channel standard[UQD_UNIT_CHANNELS];
    uqd_channel_table(standard);
    uint32_t n = 0;
    for (uint32_t g = 0; g < model->n_groups; g++) {
        struct uqd_group *group = &model->groups[g];
        group->first = n;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
            if (loader->file->channel_groups[c] == g) {
                model->channels[n++] = standard[c];
            }
        }
        group->n = n - group->first;
        if (group->n == 0 || group->n > UQD_MAX_GROUP_CHANNELS)
            return UQD_ERR_CORRUPT;
    }
    return n == UQD_UNIT_CHANNELS ? UQD_OK : UQD_ERR_CORRUPT;
}

/* Tables are stored in the standard order of channels; ours is the coding order. */
static void sort_channels(const struct loader *loader, uint8_t standard[UQD_UNIT_CHANNELS])
{
    uint32_t n = 0;
    for (uint32_t g = 0; g < loader->model->n_groups; g++)
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
            if (loader->file->channel_groups[c] == g)
                standard[n++] = (uint8_t)c;
}

static void copy_levels(const struct loader *loader, uint8_t *levels, const uint8_t *stored)
{
    uint8_t standard[UQD_UNIT_CHANNELS];
    sort_channels(loader, standard);
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        levels[c] = stored[standard[c]];
}

static int read_phases(struct loader *loader)
{
    struct uqd_phases *phases = &loader->model->phases;
    const struct uqd_model_file *file = loader->file;
    uint8_t standard[UQD_UNIT_CHANNELS];
    sort_channels(loader, standard);
    phases->n = file->n_phases;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        phases->others[c] = file->phases[standard[c]];
        if (phases->others[c] >= phases->n)
            return UQD_ERR_CORRUPT;
        for (uint32_t p = 0; p + 1 < phases->n; p++)
            phases->threshold[p][c] =
                uqd_get_u16(file->thresholds + 2 * ((size_t)p * UQD_CELL_CHANNELS + standard[c]));
    }
    return UQD_OK;
}

static int read_kinds(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    for (uint32_t k = 0; k < model->n_kinds; k++) {
        const uint8_t *p = loader->file->kinds + (size_t)k * UQD_MODEL_KIND_SIZE;
        struct uqd_kind *kind = &model->kinds[k];
        kind->coarse = p[0];
        kind->nominal_from = p[1];
        kind->nominal_to = p[2];
        kind->phased = p[3];
        copy_levels(loader, kind->from, p + 4);
        copy_levels(loader, kind->to, p + 4 + UQD_CELL_CHANNELS);
        if (kind->coarse > 1 || kind->phased > 1 || kind->nominal_from > UQD_TOP_LEVEL ||
            kind->nominal_to >= kind->nominal_from)
            return UQD_ERR_CORRUPT;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
            if (kind->from[c] > UQD_TOP_LEVEL || kind->to[c] > kind->from[c])
                return UQD_ERR_CORRUPT;
    }
    return UQD_OK;
}

/* Every class of units must go from the top level to the exact values, stage by stage. */
static int read_stages(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    const struct uqd_kind *last[3] = {NULL, NULL, NULL};
    uint32_t step = 0;
    for (uint32_t s = 0; s < model->n_stages; s++) {
        const uint8_t *p = loader->file->stages + (size_t)s * UQD_MODEL_STAGE_SIZE;
        struct uqd_stage *stage = &model->stages[s];
        *stage = (struct uqd_stage){.units = p[0], .kind = p[1], .step = p[2]};
        if (stage->units > UQD_UNITS_REST || stage->kind >= model->n_kinds || stage->step < step ||
            stage->step >= model->n_steps)
            return UQD_ERR_CORRUPT;
        step = stage->step;
        const struct uqd_kind *kind = &model->kinds[stage->kind], *before = last[stage->units];
        if (kind->coarse != (stage->units != UQD_UNITS_FULL))
            return UQD_ERR_CORRUPT;
        if (kind->nominal_from != (before != NULL ? before->nominal_to : UQD_TOP_LEVEL))
            return UQD_ERR_CORRUPT;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
            if (kind->from[c] != (before != NULL ? before->to[c] : UQD_TOP_LEVEL))
                return UQD_ERR_CORRUPT;
        last[stage->units] = kind;
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

static void read_names(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    memcpy(model->name, loader->file->name, UQD_MODEL_NAME_SIZE - 1);
    for (uint32_t s = 0; s < model->n_steps; s++)
        memcpy(model->step_names[s], loader->file->steps + (size_t)s * UQD_STEP_NAME_SIZE,
               UQD_STEP_NAME_SIZE - 1);
}

/* ---- Tensors ---- */

static int read_conv(struct loader *loader, struct uqd_nn_conv *conv, const char *name,
                     uint32_t size, uint32_t n_in, uint32_t n_out)
{
    const uint32_t shape[4] = {n_out, n_in, size, size};
    const int status = uqd_model_file_tensor(loader->file, name, shape, loader->scratch);
    if (status < 0)
        return status;
    loader->model->parameters += (uint64_t)n_out * n_in * size * size;
    return uqd_nn_conv_init(conv, size, n_in, n_out, loader->scratch);
}

/* Gains and biases [kinds * 2][width] of the layer `prefix`. */
static int read_affine(struct loader *loader, const float **gain, const float **bias,
                       const char *prefix)
{
    struct uqd_model *model = loader->model;
    const uint32_t shape[4] = {2 * model->n_kinds, model->width, 1, 1};
    const size_t n = (size_t)shape[0] * shape[1];
    for (int which = 0; which < 2; which++) {
        char name[48];
        snprintf(name, sizeof name, "%s.%s", prefix, which == 0 ? "gain" : "bias");
        const int status = uqd_model_file_tensor(loader->file, name, shape, loader->next);
        if (status < 0)
            return status;
        *(which == 0 ? gain : bias) = loader->next;
        loader->next += n;
        model->parameters += n;
    }
    return UQD_OK;
}

static int read_bias(struct loader *loader, float **bias, const char *name, uint32_t n)
{
    const uint32_t shape[4] = {n, 1, 1, 1};
    *bias = loader->next;
    loader->next += uqd_nn_padded(n);
    loader->model->parameters += n;
    return uqd_model_file_tensor(loader->file, name, shape, *bias);
}

static int read_trunk(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    const uint32_t width = model->width;
    int status = read_conv(loader, &model->input, "input.weight", 1, UQD_FEATURES, width);
    if (status == UQD_OK)
        status = read_affine(loader, &model->input_gain, &model->input_bias, "input");
    for (uint32_t b = 0; b < model->n_blocks && status == UQD_OK; b++) {
        struct uqd_block *block = &model->blocks[b];
        char name[48], prefix[32];
        snprintf(prefix, sizeof prefix, "block%u", b);
        snprintf(name, sizeof name, "%s.in", prefix);
        status = read_conv(loader, &block->in, name, 3, width, width);
        snprintf(name, sizeof name, "%s.out", prefix);
        if (status == UQD_OK)
            status = read_conv(loader, &block->out, name, 3, width, width);
        if (status == UQD_OK)
            status = read_affine(loader, &block->gain, &block->bias, prefix);
    }
    return status;
}

static int read_group(struct loader *loader, uint32_t g)
{
    struct uqd_model *model = loader->model;
    struct uqd_group *group = &model->groups[g];
    char name[48], prefix[32];
    snprintf(prefix, sizeof prefix, "group%u", g);
    snprintf(name, sizeof name, "%s.mix", prefix);
    int status = read_conv(loader, &group->mix, name, 1, model->width, model->width);
    if (status == UQD_OK)
        status = read_affine(loader, &group->mix_gain, &group->mix_bias, prefix);
    snprintf(name, sizeof name, "%s.out", prefix);
    if (status == UQD_OK)
        status = read_conv(loader, &group->out, name, 1, model->width, 3 * group->n);
    snprintf(name, sizeof name, "%s.out_bias", prefix);
    if (status == UQD_OK)
        status = read_bias(loader, &group->out_bias, name, 3 * group->n);
    snprintf(name, sizeof name, "%s.context", prefix);
    if (status == UQD_OK && g + 1 < model->n_groups)
        status = read_conv(loader, &group->context, name, 3, 2 * group->n, model->width);
    return status;
}

static int read_denoiser(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    int status =
        read_conv(loader, &model->denoise_mix, "denoise.mix", 1, model->width, model->width);
    if (status == UQD_OK)
        status = read_affine(loader, &model->denoise_gain, &model->denoise_bias, "denoise");
    if (status == UQD_OK)
        status = read_conv(loader, &model->denoise_out, "denoise.out", 1, model->width,
                           2 * UQD_UNIT_CHANNELS);
    if (status == UQD_OK)
        status =
            read_bias(loader, &model->denoise_out_bias, "denoise.out_bias", 2 * UQD_UNIT_CHANNELS);
    return status;
}

static int alloc_tables(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    const size_t affine = (size_t)4 * model->n_kinds * model->width;
    const size_t biases =
        (size_t)(UQD_MAX_GROUPS + 2) * UQD_NN_BLOCK + 3 * UQD_UNIT_CHANNELS + 2 * UQD_UNIT_CHANNELS;
    const size_t n = n_affines(model) * affine + biases + 2 * UQD_MODEL_MAX_OUT;
    model->tables = uqd_calloc_array(n, sizeof(float));
    if (model->tables == NULL)
        return UQD_ERR_NOMEM;
    model->ones = model->tables;
    model->zeros = model->ones + UQD_MODEL_MAX_OUT;
    for (uint32_t i = 0; i < UQD_MODEL_MAX_OUT; i++)
        model->ones[i] = 1;
    loader->next = model->zeros + UQD_MODEL_MAX_OUT;
    /* The largest tensors: a 3x3 layer of the trunk, the input, and a context of all channels. */
    const size_t inputs = model->width > UQD_FEATURES ? model->width : UQD_FEATURES;
    loader->scratch = uqd_malloc_array(inputs * model->width * 9, sizeof(float));
    return loader->scratch != NULL ? UQD_OK : UQD_ERR_NOMEM;
}

static int read_tensors(struct loader *loader)
{
    int status = alloc_tables(loader);
    if (status == UQD_OK)
        status = read_trunk(loader);
    for (uint32_t g = 0; g < loader->model->n_groups && status == UQD_OK; g++)
        status = read_group(loader, g);
    if (status == UQD_OK)
        status = read_denoiser(loader);
    free(loader->scratch);
    return status;
}

int uqd_model_new(struct uqd_model **out, const void *data, size_t size)
{
    if (out == NULL || data == NULL)
        return UQD_ERR_ARG;
    struct uqd_model_file file;
    int status = uqd_model_file_open(&file, data, size);
    if (status < 0)
        return status;
    struct uqd_model *model = calloc(1, sizeof *model);
    if (model == NULL)
        return UQD_ERR_NOMEM;
    model->id = (uint32_t)file.id;
    model->width = file.width;
    model->n_blocks = file.n_blocks;
    model->n_groups = file.n_groups;
    model->n_kinds = file.n_kinds;
    model->n_stages = file.n_stages;
    model->n_steps = file.n_steps;
    struct loader loader = {.model = model, .file = &file};
    read_names(&loader);
    status = read_channels(&loader);
    if (status == UQD_OK)
        status = read_phases(&loader);
    if (status == UQD_OK)
        status = read_kinds(&loader);
    if (status == UQD_OK)
        status = read_stages(&loader);
    if (status == UQD_OK)
        status = read_tensors(&loader);
    if (status < 0) {
        uqd_model_free(model);
        return status;
    }
    *out = model;
    return UQD_OK;
}

void uqd_model_free(struct uqd_model *model)
{
    if (model == NULL)
        return;
    uqd_nn_conv_deinit(&model->input);
    uqd_nn_conv_deinit(&model->denoise_mix);
    uqd_nn_conv_deinit(&model->denoise_out);
    for (uint32_t b = 0; b < UQD_MAX_BLOCKS; b++) {
        uqd_nn_conv_deinit(&model->blocks[b].in);
        uqd_nn_conv_deinit(&model->blocks[b].out);
    }
    for (uint32_t g = 0; g < UQD_MAX_GROUPS; g++) {
        uqd_nn_conv_deinit(&model->groups[g].mix);
        uqd_nn_conv_deinit(&model->groups[g].out);
        uqd_nn_conv_deinit(&model->groups[g].context);
    }
    free(model->tables);
    free(model);
}

int uqd_model_peek_id(const void *data, size_t size, uint64_t *id)
{
    struct uqd_model_file file;
    if (data == NULL || id == NULL)
        return UQD_ERR_ARG;
    const int status = uqd_model_file_peek(&file, data, size);
    if (status == UQD_OK)
        *id = (uint32_t)file.id;
    return status;
}

int uqd_model_find_kind(const struct uqd_model *model, uint32_t unit, uint32_t nominal_level)
{
    for (uint32_t k = 0; k < model->n_kinds; k++)
        if (model->kinds[k].coarse == (unit > 0) && model->kinds[k].nominal_from == nominal_level)
            return (int)k;
    return -1;
}

static uint64_t conv_macs(const struct uqd_nn_conv *conv)
{
    return (uint64_t)conv->size * conv->size * conv->n_in * conv->n_out;
}

uint64_t uqd_model_macs_per_cell(const struct uqd_model *model)
{
    uint64_t macs =
        conv_macs(&model->input) + conv_macs(&model->denoise_mix) + conv_macs(&model->denoise_out);
    for (uint32_t b = 0; b < model->n_blocks; b++)
        macs += conv_macs(&model->blocks[b].in) + conv_macs(&model->blocks[b].out);
    for (uint32_t g = 0; g < model->n_groups; g++)
        macs += conv_macs(&model->groups[g].mix) + conv_macs(&model->groups[g].out) +
                conv_macs(&model->groups[g].context);
    return macs;
}

void uqd_model_get_info(const struct uqd_model *model, struct uqd_model_info *info)
{
    uint32_t n_full = 0;
    for (uint32_t s = 0; s < model->n_stages; s++)
        n_full += model->stages[s].units == UQD_UNITS_FULL;
    *info = (struct uqd_model_info){
        .id = model->id,
        .parameters = model->parameters,
        .n_steps = model->n_steps,
        .name = model->name,
        .macs = (double)uqd_model_macs_per_cell(model) * n_full / (UQD_UNIT_CELL * UQD_UNIT_CELL),
    };
}

const char *uqd_model_step_name(const struct uqd_model *model, uint32_t step)
{
    return step < model->n_steps ? model->step_names[step] : NULL;
}
