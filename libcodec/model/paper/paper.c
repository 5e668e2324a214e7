#include "model/paper/paper.h"

#include "model/class.h"
#include "model/paper/weights.h"
#include "util/bytes.h"
#include "util/half.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 4, MAX_TENSORS = 4096 };

/* ---- The file ---- */

static void peek(struct uqd_model_file *file, const uint8_t header[UQD_MODEL_HEADER_SIZE])
{
    file->n_steps = uqd_get_u32(header + 48);
    file->tensors.n = uqd_get_u32(header + 52);
    file->tensors.value_size = 4;
    file->tensors.size = file->size;
    file->reserved = header + 56;
}

static int within(uint32_t value, uint32_t least, uint32_t most)
{
    return value >= least && value <= most;
}

static int counts_valid(const struct uqd_model_file *file)
{
    return file->width % UQD_NN_BLOCK == 0 &&
           within(file->width, UQD_NN_BLOCK, UQD_PAPER_MAX_WIDTH) &&
           file->n_residual_blocks <= UQD_PAPER_MAX_BLOCKS &&
           within(file->n_groups, 1, file->width) && file->width % file->n_groups == 0 &&
           within(file->n_steps, 1, UQD_PAPER_MAX_STEPS);
}

static size_t tables_size(const struct uqd_model_file *file)
{
    return UQD_MODEL_NAME_SIZE + (size_t)file->n_steps * UQD_MODEL_PAPER_STEP_SIZE +
           UQD_MODEL_PAPER_END_SIZE + (size_t)(file->n_steps + 1) * UQD_STEP_NAME_SIZE;
}

static void find_tables(struct uqd_model_file *file)
{
    file->paper_steps = file->name + UQD_MODEL_NAME_SIZE;
    file->paper_end = file->paper_steps + (size_t)file->n_steps * UQD_MODEL_PAPER_STEP_SIZE;
    file->steps = file->paper_end + UQD_MODEL_PAPER_END_SIZE;
}

/* ---- Tables ---- */

static int read_step(struct uqd_paper_step *step, const uint8_t *p)
{
    /* In the order of the file. */
    float *const fields[] = {&step->gamma_t, &step->gamma_s, &step->time,   &step->inv_alpha,
                             &step->noise,   &step->from_z,  &step->from_x, &step->scale,
                             &step->delta,   &step->flow_z,  &step->flow_x};
    const size_t n = sizeof fields / sizeof *fields;
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = uqd_get_u32(p + 4 * i);
        if (!uqd_single_is_finite(bits))
            return UQD_ERR_CORRUPT;
        *fields[i] = uqd_single_to_float(bits);
    }
    if (uqd_get_u32(p + 4 * n) != 0)
        return UQD_ERR_CORRUPT;
    const int valid = step->inv_alpha > 0 && step->noise >= 0 && step->scale > 0 && step->delta > 0;
    return valid ? UQD_OK : UQD_ERR_CORRUPT;
}

static int read_end(struct uqd_paper *paper, const uint8_t *p)
{
    const uint32_t inv_alpha = uqd_get_u32(p), snr = uqd_get_u32(p + 4);
    if (!uqd_single_is_finite(inv_alpha) || !uqd_single_is_finite(snr))
        return UQD_ERR_CORRUPT;
    paper->inv_alpha_0 = uqd_single_to_float(inv_alpha);
    paper->snr_0 = uqd_single_to_float(snr);
    return paper->inv_alpha_0 > 0 && paper->snr_0 > 0 ? UQD_OK : UQD_ERR_CORRUPT;
}

/* Names end at their last byte at the latest, whatever the file has there. */
static void read_names(struct uqd_model *model, const struct uqd_model_file *file)
{
    memcpy(model->name, file->name, UQD_MODEL_NAME_SIZE - 1);
    for (uint32_t i = 0; i < model->n_steps; i++)
        memcpy(model->step_names[i], file->steps + (size_t)i * UQD_STEP_NAME_SIZE,
               UQD_STEP_NAME_SIZE - 1);
}

static int read_steps(struct uqd_paper *paper, const struct uqd_model_file *file)
{
    for (uint32_t i = 0; i < paper->n_steps; i++) {
        const int status =
            read_step(&paper->steps[i], file->paper_steps + (size_t)i * UQD_MODEL_PAPER_STEP_SIZE);
        if (status < 0)
            return status;
    }
    return read_end(paper, file->paper_end);
}

/* ---- All of it ---- */

static int read_model(struct uqd_model *model, const struct uqd_model_file *file)
{
    struct uqd_paper *paper = calloc(1, sizeof *paper);
    if (paper == NULL)
        return UQD_ERR_NOMEM;
    if (pthread_mutex_init(&paper->lock, NULL) != 0) {
        free(paper);
        return UQD_ERR_NOMEM;
    }
    model->paper = paper;
    model->n_steps = file->n_steps + 1;
    paper->width = file->width;
    paper->n_blocks = file->n_residual_blocks;
    paper->norm_groups = file->n_groups;
    paper->n_steps = file->n_steps;
    paper->tensors = file->tensors;
    read_names(model, file);
    const int status = read_steps(paper, file);
    return status == UQD_OK ? uqd_paper_check_layers(model) : status;
}

static void free_paper(struct uqd_model *model)
{
    struct uqd_paper *paper = model->paper;
    if (paper == NULL)
        return;
    uqd_paper_free_weights(paper);
    pthread_mutex_destroy(&paper->lock);
    free(paper);
}

static double macs_per_pixel(const struct uqd_model *model)
{
    return model->paper->macs_per_pixel * model->paper->n_steps;
}

static int load(const struct uqd_model *model)
{
    const struct uqd_paper_weights *weights;
    return uqd_paper_weights(model, &weights);
}

const struct uqd_model_class uqd_paper_models = {
    .number = UQD_MODEL_PAPER,
    .first_version = VERSION,
    .last_version = VERSION,
    .max_tensors = MAX_TENSORS,
    .is_paper = 1,
    .peek = peek,
    .counts_valid = counts_valid,
    .tables_size = tables_size,
    .find_tables = find_tables,
    .read = read_model,
    .load = load,
    .free = free_paper,
    .macs_per_pixel = macs_per_pixel,
};
