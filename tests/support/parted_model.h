/* Model files of version 6 out of those of version 5: the weights are the same, the denoiser is a
 * part of its own. */
#ifndef UQD_TESTS_PARTED_MODEL_H
#define UQD_TESTS_PARTED_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* What a denoiser is made of: a model of version 5 with the same shapes as that of the bits, of
 * whose blocks of the denoiser so many are taken, at most all. */
struct parted_denoiser {
    const uint8_t *model;
    uint32_t n_blocks, revision;
};

/* A file with all of `model` but its denoiser, and the one that is given. malloc'ed; never NULL. */
uint8_t *parted_model_bytes(const uint8_t *model, struct parted_denoiser denoiser, size_t *size);

/* The tiny model of that seed with the denoiser of the tiny model of another. */
uint8_t *tiny_parted_model_bytes(uint64_t seed, uint64_t denoiser_seed, uint32_t revision,
                                 size_t *size);

/* Writes the hashes of both parts by what is in their heads. data: of so many bytes. */
void parted_model_seal(uint8_t *data, size_t size);

#endif
