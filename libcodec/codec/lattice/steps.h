/* The passes of steps, from and to bodies of the file. */
#ifndef UQD_LATTICE_STEPS_H
#define UQD_LATTICE_STEPS_H

#include "codec/body.h"
#include "codec/lattice/picture.h"

#include <stddef.h>
#include <stdint.h>

/* Encodes the steps of a body and brings the state to its end. exact: the state that holds the
 * picture. *data is malloc'ed (NULL for an empty body) and belongs to the caller.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_steps_encode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     struct uqd_state *state, const struct uqd_state *exact, struct uqd_body body,
                     uint8_t **data, size_t *size);

/* Decodes a body, of a solid one the steps up to `until`, into the state at its beginning. With all
 * at hand the checksum is verified first. If partial is not NULL and the data ends early, *partial
 * tells of the interrupted pass (partial->mean_q4 is malloc'ed for the caller, NULL if the data
 * ended between passes). A state that counts (codec/lattice/spent.h) ends with what `until` took.
 * *used: how many bytes were needed, if UQD_OK; may be NULL. With a short schedule, whose passes
 * need not read all of the body, what is behind them is not looked at but for the checksum.
 * Returns UQD_OK, or UQD_NEED_DATA with the state refined as far as the data goes.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM, UQD_ERR_CANCELLED; then the state is of no use. */
int uqd_steps_decode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     struct uqd_state *state, struct uqd_body body, uint32_t until,
                     struct uqd_extent extent, struct uqd_partial *partial, size_t *used);

/* Multiply-accumulates of the passes of a step. */
double uqd_step_macs(const struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     const struct uqd_state *state, uint32_t step);

#endif
