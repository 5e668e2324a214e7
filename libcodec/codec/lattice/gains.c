#include "codec/lattice/gains.h"

#include <stddef.h>

uint32_t uqd_gains_denoise(const struct uqd_model *model)
{
    return UQD_GAINS_RESIDUAL_BLOCKS + model->n_residual_blocks + model->n_groups;
}

uint32_t uqd_n_gains(const struct uqd_model *model)
{
    return uqd_gains_denoise(model) + model->n_denoise_blocks + 1;
}

/* Those of the stage type times those of the layer; returns where the next row begins. */
static float *multiply(float *gains, uint32_t width, const struct uqd_affine *affine,
                       uint32_t type_row, const struct uqd_nn_qconv *conv)
{
    const float *by_type = affine->gain + type_row;
    for (uint32_t i = 0; i < width; i++)
        gains[i] = by_type[i] * conv->gain[i];
    return gains + width;
}

void uqd_gains_set(float *gains, const struct uqd_model *model, const struct uqd_weights *weights,
                   uint32_t type_row)
{
    const struct uqd_affines *affines = &model->affines;
    const uint32_t width = model->width;
    gains = multiply(gains, width, &affines->input, type_row, &weights->input);
    for (uint32_t i = 0; i < width; i++)
        *gains++ = affines->input.bias[type_row + i] * weights->scale;
    for (uint32_t b = 0; b < model->n_residual_blocks; b++)
        gains = multiply(gains, width, &affines->blocks[b], type_row, &weights->blocks[b].in);
    for (uint32_t g = 0; g < model->n_groups; g++)
        gains = multiply(gains, width, &affines->groups[g], type_row, &weights->groups[g].mix);
    for (uint32_t b = 0; b < model->n_denoise_blocks; b++)
        gains = multiply(gains, width, &affines->denoise_blocks[b], type_row,
                         &weights->denoise_blocks[b].in);
    multiply(gains, width, &affines->denoise, type_row, &weights->denoise.mix);
}
