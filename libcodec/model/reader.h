/* The sections of a model file, located and bounds-checked; nothing is interpreted yet.
 *
 * A file begins with its head: header, tables and the directory of tensors, which has the hash of
 * each one's values. The head's own hash is the model's identity, so that it is known, and the
 * values that are needed can be checked, without reading all of the file. */
#ifndef UQD_MODEL_READER_H
#define UQD_MODEL_READER_H

#include "model/directory.h"

#include <stddef.h>
#include <stdint.h>

enum {
    UQD_MODEL_HEADER_SIZE = 80,
    UQD_MODEL_KIND_SIZE = 392,
    UQD_MODEL_KIND_LEVELS = 8, /* where a kind's two tables of levels begin */
    UQD_MODEL_STAGE_SIZE = 4,
    UQD_MODEL_PAPER_STEP_SIZE = 48,
    UQD_MODEL_PAPER_END_SIZE = 8,
};

struct uqd_model_file {
    uint32_t class; /* enum uqd_model_class */
    const uint8_t *head;
    uint64_t size, id; /* of the file */
    /* Of both classes; groups are those of channels or of the normalisation. */
    uint32_t width, n_blocks, n_groups, n_steps;
    const uint8_t *name, *steps;
    struct uqd_tensors tensors;
    /* Of lattice models. */
    uint32_t n_kinds, n_stages, n_phases, n_networks, n_denoise_blocks;
    const uint8_t *channel_groups, *phases, *thresholds, *kinds, *stages;
    /* Of paper models. */
    const uint8_t *paper_steps, *paper_end;
};

/* Checks magic, version, limits and the head's hash. head: the file's beginning, borrowed. Where
 * the values are is up to the caller (tensors.data or tensors.fd). Errors: UQD_ERR_CORRUPT,
 * UQD_ERR_UNSUPPORTED. */
int uqd_model_file_open(struct uqd_model_file *file, const uint8_t *head, size_t head_size);

/* Reads the fixed header only. UQD_NEED_DATA below UQD_MODEL_HEADER_SIZE bytes. */
int uqd_model_file_peek(struct uqd_model_file *file, const void *data, size_t size);

/* Bytes of the head, of a file that was peeked at. Errors: UQD_ERR_CORRUPT. */
int uqd_model_file_head_size(const struct uqd_model_file *file, size_t *size);

/* Reads the head of the file behind a descriptor; *head must be freed, also on failure.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_UNSUPPORTED, UQD_ERR_NOMEM. */
int uqd_model_file_read(int fd, uint8_t **head, size_t *head_size);

#endif
