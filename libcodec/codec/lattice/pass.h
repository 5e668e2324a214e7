/* Running passes: network, symbols and state together. */
#ifndef UQD_LATTICE_PASS_H
#define UQD_LATTICE_PASS_H

#include "codec/lattice/engine.h"
#include "codec/lattice/schedule.h"
#include "codec/symbols.h"

#include <stdint.h>

/* Runs one pass over a unit whose tiles are not predicted by themselves, or over one such tile.
 * exact: for ENCODE, the cells of the unit. partial_q4: NULL, or
 * [block][UQD_UNIT_CHANNELS] to be filled with the best guess of every coefficient of the unit: the
 * denoised mean, and where it is refined what interrupted.h says or the centroid of the new cell.
 * Returns UQD_OK; UQD_NEED_DATA where the data is cut: the state is refined as far as it goes.
 * Unless UQD_OK, the unit has UQD_MIXED_LEVELS then. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED,
 * UQD_ERR_CORRUPT. */
int uqd_pass_run(struct uqd_engine *engine, struct uqd_state *state, const struct uqd_pass *pass,
                 struct uqd_stream *stream, const int16_t *exact, int32_t *partial_q4);

/* Of what two tiles returned the worse: a failure, then lack of data. */
static inline int uqd_worse(int a, int b)
{
    return a < 0 || b < 0 ? (a < b ? a : b) : (a > b ? a : b);
}

/* Takes the levels of the unit to those of the pass, that returned so. */
void uqd_pass_end(struct uqd_state *state, const struct uqd_pass *pass, int status);

/* Chunks of a pass over a unit of that size, one for each tile of it, or as many as there are
 * groups and phases: from the least significant bit on in the order of the file. */
enum { UQD_PASS_CHUNKS = 2 * UQD_MAX_GROUPS + UQD_MAX_PHASES };
uint64_t uqd_pass_chunks(const struct uqd_state *state, const struct uqd_pass *pass);

#endif
