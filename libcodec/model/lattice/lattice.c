/* The class of lattice models. */
#include "model/class.h"
#include "model/lattice/tables.h"
#include "model/lattice/weights.h"
#include "util/bytes.h"

enum {
    VERSION_OF_ONE_PART = 5,
    VERSION = 6,
    MAX_TENSORS = 1024,
};

static void peek(struct uqd_model_file *file, const uint8_t header[UQD_MODEL_HEADER_SIZE])
{
    file->n_stage_types = uqd_get_u32(header + 48);
    file->n_stages = uqd_get_u32(header + 52);
    file->n_steps = uqd_get_u32(header + 56);
    file->n_phases = uqd_get_u32(header + 60);
    file->tensors.n = uqd_get_u32(header + 64);
    file->n_networks = uqd_get_u32(header + 68);
    file->tensors.value_size = 2;
    file->tensors.size = file->size;
    file->reserved = header + 76;
    if (file->version == VERSION_OF_ONE_PART) {
        file->n_denoise_blocks = uqd_get_u32(header + 72);
        return;
    }
    file->revision = uqd_get_u32(header + 12);
    file->denoiser_at = uqd_get_u64(header + 72);
    file->tensors.size = file->denoiser_at;
    file->reserved = header + UQD_MODEL_HEADER_SIZE;
}

static int within(uint32_t value, uint32_t least, uint32_t most)
{
    return value >= least && value <= most;
}

static int counts_valid(const struct uqd_model_file *file)
{
    return file->width % UQD_NN_BLOCK == 0 &&
           within(file->width, UQD_NN_BLOCK, UQD_MODEL_MAX_WIDTH) &&
           file->n_residual_blocks <= UQD_MAX_RESIDUAL_BLOCKS &&
           within(file->n_groups, 1, UQD_MAX_GROUPS) &&
           within(file->n_stage_types, 1, UQD_MAX_STAGE_TYPES) &&
           within(file->n_stages, 1, UQD_MAX_STAGES) && within(file->n_steps, 1, UQD_MAX_STEPS) &&
           within(file->n_phases, 1, UQD_MAX_PHASES) &&
           within(file->n_networks, 1, UQD_MAX_NETWORKS) &&
           file->n_denoise_blocks <= UQD_MAX_RESIDUAL_BLOCKS;
}

static size_t tables_size(const struct uqd_model_file *file)
{
    return UQD_MODEL_NAME_SIZE + (size_t)(2 + 2 * (file->n_phases - 1)) * UQD_BLOCK_CHANNELS +
           (size_t)file->n_stage_types * UQD_MODEL_STAGE_TYPE_SIZE +
           (size_t)file->n_stages * UQD_MODEL_STAGE_SIZE +
           (size_t)file->n_steps * UQD_STEP_NAME_SIZE;
}

static void find_tables(struct uqd_model_file *file)
{
    file->channel_groups = file->name + UQD_MODEL_NAME_SIZE;
    file->phases = file->channel_groups + UQD_BLOCK_CHANNELS;
    file->thresholds = file->phases + UQD_BLOCK_CHANNELS;
    file->stage_types = file->thresholds + (size_t)(file->n_phases - 1) * 2 * UQD_BLOCK_CHANNELS;
    file->stages = file->stage_types + (size_t)file->n_stage_types * UQD_MODEL_STAGE_TYPE_SIZE;
    file->steps = file->stages + (size_t)file->n_stages * UQD_MODEL_STAGE_SIZE;
}

static uint64_t conv_macs(const struct uqd_nn_qconv *conv)
{
    return (uint64_t)conv->size * conv->size * conv->n_in * conv->n_out;
}

static uint64_t block_macs(const struct uqd_residual_block *blocks, uint32_t n)
{
    uint64_t macs = 0;
    for (uint32_t b = 0; b < n; b++)
        macs += conv_macs(&blocks[b].in) + conv_macs(&blocks[b].out);
    return macs;
}

static uint64_t head_macs(const struct uqd_head *head)
{
    return conv_macs(&head->mix) + conv_macs(&head->out);
}

/* By the shapes of the layers, while nobody else knows the model: they are written again with the
 * weights, when these are read. */
static void count_macs(struct uqd_model *model)
{
    const struct uqd_weights *weights = &model->networks->weights[0];
    model->trunk_macs =
        conv_macs(&weights->input) + block_macs(weights->blocks, model->n_residual_blocks);
    model->groups_macs = 0;
    for (uint32_t g = 0; g < model->n_groups; g++)
        model->groups_macs += head_macs(&weights->groups[g]) + conv_macs(&weights->contexts[g]);
    model->denoiser_macs =
        block_macs(weights->denoise_blocks, model->n_denoise_blocks) + head_macs(&weights->denoise);
}

static int read_model(struct uqd_model *model, const struct uqd_model_file *file)
{
    /* Of a second part, which came behind the other counts. */
    if (file->n_denoise_blocks > UQD_MAX_RESIDUAL_BLOCKS)
        return UQD_ERR_CORRUPT;
    model->width = file->width;
    model->n_residual_blocks = file->n_residual_blocks;
    model->n_groups = file->n_groups;
    model->n_stage_types = file->n_stage_types;
    model->n_stages = file->n_stages;
    model->n_steps = file->n_steps;
    model->n_networks = file->n_networks;
    model->n_denoise_blocks = file->n_denoise_blocks;
    model->denoises_ahead = file->denoiser_at > 0;
    int status = uqd_model_read_tables(model, file);
    if (status == UQD_OK)
        status = uqd_model_read_weights(model, file);
    if (status == UQD_OK)
        count_macs(model);
    return status;
}

int uqd_model_find_stage_type(const struct uqd_model *model, uint32_t unit, uint32_t nominal_level)
{
    for (uint32_t k = 0; k < model->n_stage_types; k++)
        if (model->stage_types[k].coarse == (unit > 0) &&
            model->stage_types[k].nominal_from == nominal_level)
            return (int)k;
    return -1;
}

uint64_t uqd_model_macs_per_block(const struct uqd_model *model, unsigned parts)
{
    return (parts & UQD_PART_TRUNK ? model->trunk_macs : 0) +
           (parts & UQD_PART_GROUPS ? model->groups_macs : 0) +
           (parts & UQD_PART_DENOISER ? model->denoiser_macs : 0);
}

static double macs_per_pixel(const struct uqd_model *model)
{
    const uint64_t pass_macs = uqd_model_macs_per_block(model, UQD_PART_TRUNK | UQD_PART_GROUPS);
    uint32_t n_full = 0;
    for (uint32_t s = 0; s < model->n_stages; s++)
        n_full += model->stages[s].units == UQD_UNITS_FULL;
    return (double)pass_macs * n_full / (UQD_UNIT_BLOCK * UQD_UNIT_BLOCK);
}

static int load(const struct uqd_model *model)
{
    const struct uqd_weights *weights;
    int status = UQD_OK;
    for (uint32_t i = 0; i < model->n_networks && status == UQD_OK; i++)
        status = uqd_model_network(model, i, &weights);
    return status;
}

const struct uqd_model_class uqd_lattice_models = {
    .number = UQD_MODEL_LATTICE,
    .first_version = VERSION_OF_ONE_PART,
    .last_version = VERSION,
    .max_tensors = MAX_TENSORS,
    .peek = peek,
    .counts_valid = counts_valid,
    .tables_size = tables_size,
    .find_tables = find_tables,
    .read = read_model,
    .load = load,
    .free = uqd_model_free_weights,
    .macs_per_pixel = macs_per_pixel,
};
