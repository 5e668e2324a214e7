#include "model/model.h"

#include "model/lattice/tables.h"
#include "model/lattice/weights.h"
#include "model/paper/paper.h"
#include "model/reader.h"
#include "util/checked.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_tables(struct uqd_model *model, const struct uqd_model_file *file)
{
    model->class = file->class;
    model->id = (uint32_t)file->id;
    if (model->class == UQD_MODEL_PAPER)
        return uqd_paper_read(model, file);
    model->width = file->width;
    model->n_blocks = file->n_blocks;
    model->n_groups = file->n_groups;
    model->n_kinds = file->n_kinds;
    model->n_stages = file->n_stages;
    model->n_steps = file->n_steps;
    model->n_networks = file->n_networks;
    model->n_denoise_blocks = file->n_denoise_blocks;
    model->denoiser_id = (uint32_t)file->denoiser_id;
    model->revision = file->revision;
    model->denoises_ahead = file->denoiser_at > 0;
    const int status = uqd_model_read_tables(model, file);
    return status == UQD_OK ? uqd_model_read_weights(model, file) : status;
}

/* Of all bytes of a file. */
static int read_bytes(struct uqd_model *model, const void *data, size_t size)
{
    struct uqd_model_file file;
    model->data = uqd_malloc_array(size, 1);
    if (model->data == NULL)
        return UQD_ERR_NOMEM;
    memcpy(model->data, data, size);
    int status = uqd_model_file_open(&file, model->data, size);
    if (status == UQD_OK && file.size != size)
        status = UQD_ERR_CORRUPT;
    if (status == UQD_OK && file.denoiser_at > 0)
        status = uqd_model_file_open_denoiser(&file, model->data + file.denoiser_at,
                                              size - (size_t)file.denoiser_at);
    if (status < 0)
        return status;
    uqd_model_file_set_values(&file, model->data, -1);
    status = uqd_tensors_verify(&file.tensors);
    if (status == UQD_OK && file.denoiser_at > 0)
        status = uqd_tensors_verify(&file.denoiser);
    return status == UQD_OK ? read_tables(model, &file) : status;
}

static int read_descriptor(struct uqd_model *model, int fd)
{
    struct uqd_model_file file;
    size_t head_size, denoiser_size;
    model->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (model->fd < 0)
        return UQD_ERR_ARG;
    int status = uqd_model_file_read(model->fd, &model->data, &head_size);
    if (status == UQD_OK)
        status = uqd_model_file_open(&file, model->data, head_size);
    if (status == UQD_OK && file.denoiser_at > 0) {
        status =
            uqd_model_file_read_denoiser(&file, model->fd, &model->denoiser_head, &denoiser_size);
        if (status == UQD_OK)
            status = uqd_model_file_open_denoiser(&file, model->denoiser_head, denoiser_size);
    }
    if (status < 0)
        return status;
    uqd_model_file_set_values(&file, NULL, model->fd);
    return read_tables(model, &file);
}

static int new_model(struct uqd_model **out, const void *data, size_t size, int fd)
{
    struct uqd_model *model = calloc(1, sizeof *model);
    if (model == NULL)
        return UQD_ERR_NOMEM;
    model->fd = -1;
    const int status = data != NULL ? read_bytes(model, data, size) : read_descriptor(model, fd);
    if (status < 0) {
        uqd_model_free(model);
        return status;
    }
    *out = model;
    return UQD_OK;
}

int uqd_model_new(struct uqd_model **model, const void *data, size_t size)
{
    return model != NULL && data != NULL ? new_model(model, data, size, -1) : UQD_ERR_ARG;
}

int uqd_model_open(struct uqd_model **model, int fd)
{
    return model != NULL ? new_model(model, NULL, 0, fd) : UQD_ERR_ARG;
}

void uqd_model_free(struct uqd_model *model)
{
    if (model == NULL)
        return;
    uqd_model_free_weights(model);
    uqd_paper_free(model->paper);
    free(model->data);
    free(model->denoiser_head);
    if (model->fd >= 0)
        close(model->fd);
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

int uqd_model_peek_revision(const void *data, size_t size, uint32_t *revision)
{
    struct uqd_model_file file;
    if (data == NULL || revision == NULL)
        return UQD_ERR_ARG;
    const int status = uqd_model_file_peek(&file, data, size);
    if (status == UQD_OK)
        *revision = file.revision;
    return status;
}

uint64_t uqd_model_denoiser(const struct uqd_model *model, uint32_t *revision)
{
    *revision = model->revision;
    return model->denoiser_id;
}

/* Whether the model leaves it to files if they have phases. */
static int has_choice(const struct uqd_model *model)
{
    for (uint32_t k = 0; k < model->n_kinds; k++)
        if (model->kinds[k].phased == UQD_PHASED_BY_FILE)
            return 1;
    return 0;
}

int uqd_model_has_order(const struct uqd_model *model, enum uqd_order order)
{
    return order == UQD_ORDER_MODEL || (order == UQD_ORDER_PSNR && has_choice(model));
}

int uqd_model_find_kind(const struct uqd_model *model, uint32_t unit, uint32_t nominal_level)
{
    for (uint32_t k = 0; k < model->n_kinds; k++)
        if (model->kinds[k].coarse == (unit > 0) && model->kinds[k].nominal_from == nominal_level)
            return (int)k;
    return -1;
}

static uint64_t conv_macs(const struct uqd_nn_qconv *conv)
{
    return (uint64_t)conv->size * conv->size * conv->n_in * conv->n_out;
}

static uint64_t block_macs(const struct uqd_block *blocks, uint32_t n)
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

uint64_t uqd_model_macs_per_cell(const struct uqd_model *model, unsigned parts)
{
    const struct uqd_weights *weights = &model->networks->weights[0];
    uint64_t macs = 0;
    if (parts & UQD_PART_TRUNK)
        macs += conv_macs(&weights->input) + block_macs(weights->blocks, model->n_blocks);
    if (parts & UQD_PART_GROUPS)
        for (uint32_t g = 0; g < model->n_groups; g++)
            macs += head_macs(&weights->groups[g]) + conv_macs(&weights->contexts[g]);
    if (parts & UQD_PART_DENOISER)
        macs += block_macs(weights->denoise_blocks, model->n_denoise_blocks) +
                head_macs(&weights->denoise);
    return macs;
}

static double lattice_macs_per_pixel(const struct uqd_model *model)
{
    const uint64_t pass_macs = uqd_model_macs_per_cell(model, UQD_PART_TRUNK | UQD_PART_GROUPS);
    uint32_t n_full = 0;
    for (uint32_t s = 0; s < model->n_stages; s++)
        n_full += model->stages[s].units == UQD_UNITS_FULL;
    return (double)pass_macs * n_full / (UQD_UNIT_CELL * UQD_UNIT_CELL);
}

static double paper_macs_per_pixel(const struct uqd_paper *paper)
{
    return paper->macs_per_pixel * paper->n_steps;
}

void uqd_model_get_info(const struct uqd_model *model, struct uqd_model_info *info)
{
    *info = (struct uqd_model_info){
        .id = model->id,
        .parameters = model->parameters,
        .n_steps = model->n_steps,
        .name = model->name,
        .macs = model->class == UQD_MODEL_PAPER ? paper_macs_per_pixel(model->paper)
                                                : lattice_macs_per_pixel(model),
    };
}

const char *uqd_model_step_name(const struct uqd_model *model, uint32_t step)
{
    return step < model->n_steps ? model->step_names[step] : NULL;
}
