/* The stages of a model, laid out for one picture size. */
#ifndef UQD_LATTICE_SCHEDULE_H
#define UQD_LATTICE_SCHEDULE_H

#include "codec/lattice/state.h"

#include <stdint.h>

enum { UQD_MAX_PASSES = UQD_MAX_STAGES * UQD_MAX_UNITS };

/* One stage of one unit. */
struct uqd_pass {
    uint8_t unit, type, step;
    uint8_t skipped; /* its chunks are passed over: uqd_schedule_shorten */
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

/* What a picture needs of a file. */
struct uqd_schedule_need {
    uint32_t unit;       /* it shows this one and those above it */
    uint32_t begin, end; /* the steps from begin on, before end, are decoded for it */
    int solid;           /* they share a body */
    uint32_t n_tiled;    /* units below this one have several tiles, and so chunks of their own */
};

/* Leaves out the passes that a picture does not need. What is left is those of the units that it
 * shows, before need.end; and of the steps that are decoded, what is read before them from the same
 * body: units that have chunks of their own are passed over there, of others the symbols have to be
 * decoded, and all that this needs in its turn.
 * Returns the first unit that is refined by any pass left, need.unit at most. */
uint32_t uqd_schedule_shorten(struct uqd_schedule *schedule, struct uqd_schedule_need need);

/* Takes every unit of the state back to where it stood when `step` was complete (-1: nothing),
 * by the passes of the schedule that are not skipped. The low-pass channels are not updated.
 * Errors: UQD_ERR_CANCELLED; the state may be taken back later. */
int uqd_schedule_rewind(const struct uqd_schedule *schedule, struct uqd_state *state, int step,
                        struct uqd_work *work);

#endif
