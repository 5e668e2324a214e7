/* The sections of a model file, located and bounds-checked; nothing is interpreted yet. */
#ifndef UQD_MODEL_READER_H
#define UQD_MODEL_READER_H

#include <stddef.h>
#include <stdint.h>

enum {
    UQD_MODEL_HEADER_SIZE = 80,
    UQD_MODEL_KIND_SIZE = 392,
    UQD_MODEL_KIND_LEVELS = 8, /* where a kind's two tables of levels begin */
    UQD_MODEL_STAGE_SIZE = 4,
    UQD_MODEL_TENSOR_SIZE = 64,
};

struct uqd_model_file {
    const uint8_t *data;
    size_t size;
    uint64_t id;
    uint32_t width, n_blocks, n_groups, n_kinds, n_stages, n_steps, n_phases, n_tensors;
    uint32_t n_networks, n_denoise_blocks;
    const uint8_t *name, *channel_groups, *phases, *thresholds, *kinds, *stages, *steps, *tensors;
};

/* Checks magic, version, size, hash and that all sections lie inside. The file borrows data.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_UNSUPPORTED. */
int uqd_model_file_open(struct uqd_model_file *file, const void *data, size_t size);

/* Reads the fixed header only. UQD_NEED_DATA below UQD_MODEL_HEADER_SIZE bytes. */
int uqd_model_file_peek(struct uqd_model_file *file, const void *data, size_t size);

/* The values of the tensor of exactly that name and shape (unused dimensions 1), widened from
 * little-endian binary16 to values[product of shape]; NULL: they are only checked.
 * Errors: UQD_ERR_CORRUPT if it is missing, has another shape, lies outside the file or holds an
 * infinity or NaN. */
int uqd_model_file_tensor(const struct uqd_model_file *file, const char *name,
                          const uint32_t shape[4], float *values);

#endif
