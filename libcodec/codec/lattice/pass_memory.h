/* The arrays that a pass works in. */
#ifndef UQD_LATTICE_PASS_MEMORY_H
#define UQD_LATTICE_PASS_MEMORY_H

#include "codec/lattice/refine.h"
#include "codec/lattice/tile.h"

#include <stdint.h>

struct uqd_pass_memory {
    int32_t *mean_q4;
    uint8_t *scale_index;
    int16_t *moved;
    struct uqd_phase_lists lists; /* of all groups */
    /* Of passes of a file only. */
    struct uqd_curves *curves;      /* of each tile; NULL: nothing is learnt */
    uint32_t *busy;                 /* of each block, for context classes; NULL likewise */
    int *results;                   /* of each tile */
    uint8_t *ended;                 /* group at which each tile's bytes of a phase ended, or none */
    struct uqd_plan_slices *slices; /* of each thread that codes tiles */
    uint32_t n_slices;
};

/* What it is for. */
struct uqd_pass_needs {
    const struct uqd_tiling *tiling;
    uint32_t threads;
    int is_file; /* symbols are read or written, rather than guessed */
    int adapts;  /* a file's curves learn */
};

/* All is to be written before it is read, but for the curves. On failure the memory may be freed.
 * Errors: UQD_ERR_NOMEM. */
int uqd_pass_memory_init(struct uqd_pass_memory *memory, const struct uqd_pass_needs *needs);
void uqd_pass_memory_free(struct uqd_pass_memory *memory);

#endif
