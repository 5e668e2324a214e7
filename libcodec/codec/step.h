/* A step of the file: a checksum and the chunks of its passes. */
#ifndef UQD_CODEC_STEP_H
#define UQD_CODEC_STEP_H

#include "codec/picture.h"

#include <stddef.h>
#include <stdint.h>

/* Encodes one step and brings the state to its end. exact: the state that holds the picture.
 * *data is malloc'ed (NULL for an empty step) and belongs to the caller.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_step_encode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                    struct uqd_state *state, const struct uqd_state *exact, uint32_t step,
                    uint8_t **data, size_t *size);

/* Decodes a step of `size` bytes, of which `available` are at hand, into the state. With all at
 * hand the checksum is verified first. If partial is not NULL and the data ends early,
 * *partial tells of the interrupted pass (partial->mean_q4 is malloc'ed for the caller, NULL if
 * the step ended between passes).
 * Returns UQD_OK, or UQD_NEED_DATA with the state refined as far as the data goes.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM, UQD_ERR_CANCELLED; then the state is of no use. */
int uqd_step_decode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                    struct uqd_state *state, uint32_t step, const uint8_t *data, size_t available,
                    size_t size, struct uqd_partial *partial);

/* Multiply-accumulates of the passes of a step. */
double uqd_step_macs(const struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     const struct uqd_state *state, uint32_t step);

#endif
