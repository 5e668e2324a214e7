/* Running a network of the model over a unit (docs/format.md, "Network"). */
#ifndef UQD_LATTICE_NETWORK_H
#define UQD_LATTICE_NETWORK_H

#include "codec/lattice/state.h"
#include "nn/ops.h"
#include "nn/plane.h"
#include "util/parallel.h"

#include <stdint.h>

/* Activations of one unit; reused from stage to stage of that unit. */
struct uqd_network {
    const struct uqd_model *model;
    struct uqd_nn_ops ops;
    struct uqd_work *work;
    uint32_t width, height;       /* the grid */
    struct uqd_nn_qplane context; /* what later groups see of one */
    struct uqd_nn_qplane trunk;   /* what the groups and the denoiser start from */
    struct uqd_nn_qplane hidden;  /* trunk plus the context of the groups done, or the denoiser's */
    struct uqd_nn_qplane inner;   /* between two layers */
    const struct uqd_stage_type *stage_type; /* of the last trunk */
    const struct uqd_weights *weights;       /* of that stage type's network */
    uint32_t type_row;                       /* row of the gain and bias tables */
    float *gains;    /* of each layer that has them by stage type, see gains.h; owned */
    uint8_t *strips; /* of each thread: strip_size bytes between 1x1 layers; owned */
    size_t strip_size;
    float centre_scale[UQD_BLOCK_CHANNELS], width_scale[UQD_BLOCK_CHANNELS];
    uint8_t levels[UQD_UNIT_CHANNELS]; /* of the channels' cells */
    float cell_width[UQD_UNIT_CHANNELS], reference[UQD_UNIT_CHANNELS];
    float log2_reference[UQD_UNIT_CHANNELS];
};

/* Bytes of activations per block, borders aside. */
uint64_t uqd_network_bytes_per_block(const struct uqd_model *model);

/* Allocates for a grid of that size. The work is borrowed. On failure the network may be freed.
 * Errors: UQD_ERR_NOMEM. */
int uqd_network_init(struct uqd_network *network, const struct uqd_model *model, unsigned cpu_mask,
                     struct uqd_work *work, uint32_t grid_w, uint32_t grid_h);

void uqd_network_free(struct uqd_network *network);

/* Computes the trunk for a unit in the state where the stage type starts, its low-pass channels up
 * to date. levels [UQD_UNIT_CHANNELS]: of the channels' cells, those of the stage type unless the
 * pass before it was interrupted. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
int uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit, uint32_t type,
                      const uint8_t *levels, int dithered);

/* As if uqd_network_trunk had computed the plane, which the network owns from here on, its size
 * being that of the network's. Errors: UQD_ERR_NOMEM, UQD_ERR_MODEL_FILE; then the plane stays the
 * caller's. */
int uqd_network_give_trunk(struct uqd_network *network, uint32_t type, const uint8_t *levels,
                           int dithered, struct uqd_nn_qplane *plane);

/* Takes the trunk out of the network, which has none then and no room for one. */
struct uqd_nn_qplane uqd_network_take_trunk(struct uqd_network *network);

/* Gives it room again if it has none. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_network_make_trunk(struct uqd_network *network);

/* Denoised means of all channels from the trunk, inside their cells:
 * mean_q4[block][UQD_UNIT_CHANNELS]. The trunk stays; not between uqd_network_begin_groups and the
 * last group, whose context would be lost. Errors: UQD_ERR_CANCELLED. */
int uqd_network_denoise(struct uqd_network *network, const struct uqd_unit *unit, int32_t *mean_q4);

/* Begins the groups: must follow the trunk and what is denoised of it, before group 0.
 * Errors: UQD_ERR_CANCELLED. */
int uqd_network_begin_groups(struct uqd_network *network);

/* Means and scales of a group's channels: mean_q4[block][group->n], scale_index likewise.
 * Errors: UQD_ERR_CANCELLED. */
int uqd_network_group(struct uqd_network *network, const struct uqd_unit *unit, uint32_t group,
                      int32_t *mean_q4, uint8_t *scale_index);

/* Lets the later groups see what was decoded of a group: moved[block][group->n] are twice the new
 * minus the old centres. Not for the last group. Errors: UQD_ERR_CANCELLED. */
int uqd_network_context(struct uqd_network *network, uint32_t group, const int16_t *moved);

#endif
