#include "model/model.h"

#include "model/class.h"
#include "util/checked.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_model(struct uqd_model *model, const struct uqd_model_file *file)
{
    model->class = file->class;
    model->id = (uint32_t)file->id;
    model->denoiser_id = (uint32_t)file->denoiser_id;
    model->revision = file->revision;
    return model->class->read(model, file);
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
    return status == UQD_OK ? read_model(model, &file) : status;
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
    return read_model(model, &file);
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

int uqd_model_load(const struct uqd_model *model)
{
    return model != NULL ? model->class->load(model) : UQD_ERR_ARG;
}

void uqd_model_free(struct uqd_model *model)
{
    if (model == NULL)
        return;
    if (model->class != NULL)
        model->class->free(model);
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
    for (uint32_t k = 0; k < model->n_stage_types; k++)
        if (model->stage_types[k].phased == UQD_PHASED_BY_FILE)
            return 1;
    return 0;
}

int uqd_model_has_order(const struct uqd_model *model, enum uqd_order order)
{
    return order == UQD_ORDER_MODEL || (order == UQD_ORDER_PSNR && has_choice(model));
}

void uqd_model_get_info(const struct uqd_model *model, struct uqd_model_info *info)
{
    *info = (struct uqd_model_info){
        .id = model->id,
        .parameters = model->parameters,
        .n_steps = model->n_steps,
        .name = model->name,
        .macs = model->class->macs_per_pixel(model),
    };
}

const char *uqd_model_step_name(const struct uqd_model *model, uint32_t step)
{
    return step < model->n_steps ? model->step_names[step] : NULL;
}
