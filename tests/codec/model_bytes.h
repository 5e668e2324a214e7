/* The tiny model's file, to be changed and loaded. */
#ifndef UQD_TESTS_MODEL_BYTES_H
#define UQD_TESTS_MODEL_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Offsets of the header. */
enum { MODEL_HASH_AT = 24, MODEL_HASH_BEGIN = 32, NETWORKS_AT = 68, DENOISE_BLOCKS_AT = 72 };

/* The bytes and where the sections begin; data is malloc'ed. */
struct model_bytes {
    uint8_t *data;
    size_t size;
    uint32_t n_stage_types, n_stages, n_phases, n_tensors;
    size_t groups, phases, stage_types, stages, tensors;
};

/* Those of the model of seed 1. */
struct model_bytes model_bytes_new(void);

/* The directory's entry of a tensor, which must be there. */
uint8_t *tensor_entry(const struct model_bytes *b, const char *name);

/* Writes the hash of a tensor's values into the directory. */
void model_bytes_seal_tensor(struct model_bytes *b, const char *name);

/* Writes the bits of a tensor's value, a half or a whole number, and the tensor's hash. */
void model_bytes_set_value(struct model_bytes *b, const char *tensor, size_t index, uint32_t bits);

/* Of all networks; their tensors stay, of which nobody reads those of the blocks any more. */
void model_bytes_drop_denoise_blocks(struct model_bytes *b);

/* Writes the size and the hash of the head. */
void model_bytes_seal(struct model_bytes *b);

#endif
