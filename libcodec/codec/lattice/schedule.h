/* The stages of a model, laid out for one picture size. */
#ifndef UQD_LATTICE_SCHEDULE_H
#define UQD_LATTICE_SCHEDULE_H

#include "codec/lattice/state.h"

#include <stdint.h>

enum { UQD_MAX_PASSES = UQD_MAX_STAGES * UQD_MAX_UNITS };

/* One stage of one unit. */
struct uqd_pass {
    uint8_t unit, type, step;
};

struct uqd_schedule {
    uint32_t n;
    struct uqd_pass passes[UQD_MAX_PASSES]; /* in coding order; steps ascend */
    int is_short;                           /* some were left out: uqd_schedule_shorten */
};

/* Stages of the units from 2 on form runs: for each of these units, from the last to unit 2, all
 * stages of the run. Stages of units that the picture does not have are left out. */
void uqd_schedule_init(struct uqd_schedule *schedule, const struct uqd_model *model,
                       uint32_t n_units);

/* Leaves out the passes that a picture does not need which shows `unit` and those above it. What is
 * left is theirs, what is read before them from the same body, and what that needs in its turn.
 * Returns the first unit that is refined by any pass left, `unit` at most. */
uint32_t uqd_schedule_shorten(struct uqd_schedule *schedule, uint32_t unit, int solid);

/* Takes every unit of the state back to where it stood when `step` was complete (-1: nothing),
 * by the passes of the schedule. The low-pass channels are not updated. Errors: UQD_ERR_CANCELLED;
 * the state may be taken back later. */
int uqd_schedule_rewind(const struct uqd_schedule *schedule, struct uqd_state *state, int step,
                        struct uqd_work *work);

#endif
