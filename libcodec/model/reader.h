/* The sections of a model file, located and bounds-checked; nothing is interpreted yet.
 *
 * A file begins with its head: header, tables and the directory of tensors, which has the hash of
 * each one's values. The head's own hash is the model's identity, so that it is known, and the
 * values that are needed can be checked, without reading all of the file.
 *
 * In lattice models from version 6 on, what only pictures need, the denoiser, is a part of its own
 * behind the values of what files are coded with: it has a head and a hash like the first part, and
 * the identity does not depend on it. */
#ifndef UQD_MODEL_READER_H
#define UQD_MODEL_READER_H

#include "model/directory.h"

#include <stddef.h>
#include <stdint.h>

enum {
    UQD_MODEL_HEADER_SIZE = 80,
    UQD_MODEL_STAGE_TYPE_SIZE = 392,
    UQD_MODEL_STAGE_TYPE_LEVELS = 8, /* where a stage type's two tables of levels begin */
    UQD_MODEL_STAGE_SIZE = 4,
    UQD_MODEL_PAPER_STEP_SIZE = 48,
    UQD_MODEL_PAPER_END_SIZE = 8,
    UQD_MODEL_DENOISER_HEADER_SIZE = 32,
};

struct uqd_model_class;

struct uqd_model_file {
    const struct uqd_model_class *class;
    uint32_t version;
    const uint8_t *head;
    const uint8_t *reserved; /* from here to the header's end, bytes are 0 */
    uint64_t size, id;       /* of the file */
    /* Of the denoiser that is a part of its own. */
    uint64_t denoiser_at, denoiser_id; /* 0: there is none */
    uint32_t revision;
    /* Of all classes; groups are those of channels or of the normalisation. */
    uint32_t width, n_residual_blocks, n_groups, n_steps;
    const uint8_t *name, *steps;
    struct uqd_tensors tensors;
    /* Of lattice models. The denoiser's tensors are among the others if it is no part of its own.
     */
    struct uqd_tensors denoiser;
    uint32_t n_stage_types, n_stages, n_phases, n_networks, n_denoise_blocks;
    const uint8_t *channel_groups, *phases, *thresholds, *stage_types, *stages;
    /* Of paper models. */
    const uint8_t *paper_steps, *paper_end;
};

/* Checks magic, version, limits and the head's hash. head: the file's beginning, borrowed. Errors:
 * UQD_ERR_CORRUPT, UQD_ERR_UNSUPPORTED. */
int uqd_model_file_open(struct uqd_model_file *file, const uint8_t *head, size_t head_size);

/* The same of the denoiser's part of a file that was opened and has one (denoiser_at). head: the
 * file's bytes from there on, borrowed. Errors: UQD_ERR_CORRUPT. */
int uqd_model_file_open_denoiser(struct uqd_model_file *file, const uint8_t *head,
                                 size_t head_size);

/* Of an open file: where the values of all parts are, the whole file in memory, or NULL and a
 * descriptor. */
void uqd_model_file_set_values(struct uqd_model_file *file, const uint8_t *data, int fd);

/* Reads the fixed header only. UQD_NEED_DATA below UQD_MODEL_HEADER_SIZE bytes. */
int uqd_model_file_peek(struct uqd_model_file *file, const void *data, size_t size);

/* Bytes of the head, of a file that was peeked at. Errors: UQD_ERR_CORRUPT. */
int uqd_model_file_head_size(const struct uqd_model_file *file, size_t *size);

/* Bytes of the head of the denoiser's part, by its fixed header. Errors: UQD_ERR_CORRUPT. */
int uqd_model_file_denoiser_head_size(const struct uqd_model_file *file,
                                      const uint8_t fixed[UQD_MODEL_DENOISER_HEADER_SIZE],
                                      size_t *size);

/* Reads the head of the file behind a descriptor; *head must be freed, also on failure.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_UNSUPPORTED, UQD_ERR_NOMEM. */
int uqd_model_file_read(int fd, uint8_t **head, size_t *head_size);

/* The same of the denoiser's part of a file that was opened and has one. */
int uqd_model_file_read_denoiser(const struct uqd_model_file *file, int fd, uint8_t **head,
                                 size_t *head_size);

#endif
