/* A small model with random weights: everything works with it, nothing is compressed well. */
#ifndef UQD_TESTS_TINY_MODEL_H
#define UQD_TESTS_TINY_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of a model file: two networks of width 16 that stage types run in turn, one block, one
 * of the denoiser, the groups and levels of the shipped model in seven steps. The same seed gives
 * the same bytes. malloc'ed; never NULL. */
uint8_t *tiny_model_bytes(uint64_t seed, size_t *size);

/* Likewise of the model that costs least: one network of width 16, a group for each colour, two
 * stages for each unit, three steps. For what decodes very often. */
uint8_t *quick_model_bytes(uint64_t seed, size_t *size);

/* Likewise, but the last step refines unit 1 behind the full-size unit, as a step of the shipped
 * model does. */
uint8_t *late_model_bytes(uint64_t seed, size_t *size);

#endif
