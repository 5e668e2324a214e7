/* A group of channels while a stage refines it, in three parts: what is the same for all of its
 * coefficients, the arrays that the pass lends it, and which phase of it is being coded. */
#ifndef UQD_LATTICE_GROUP_H
#define UQD_LATTICE_GROUP_H

#include "codec/lattice/batch.h"
#include "codec/lattice/coverage.h"
#include "codec/lattice/neighbours.h"
#include "codec/lattice/select.h"
#include "codec/lattice/state.h"
#include "entropy/splits.h"

#include <stdint.h>

/* ---- What is the same for all coefficients ---- */

/* Arrays are by channel - first_channel. */
struct uqd_stage_group {
    uint32_t first_channel, n; /* channels in coding order */
    const struct uqd_coverage *coverage;
    const struct uqd_phases *phases;
    int is_phased; /* else all coefficients are of phase 0 */
    int is_joint;  /* first symbols of coefficients around 0 are of all levels of the stage */
    int has_sign_curves;
    uint8_t from[UQD_MAX_GROUP_CHANNELS], to[UQD_MAX_GROUP_CHANNELS];
    struct {
        struct uqd_batch_levels first; /* of first symbols */
        struct uqd_batch_levels stage; /* of the whole stage, which phases are told from */
    } levels;
    int32_t thresholds[UQD_MAX_PHASES - 1][UQD_MAX_GROUP_CHANNELS];
};

/* How a pass codes. */
struct uqd_coding {
    int is_phased, is_joint, has_sign_curves;
};

/* from, to: the levels that the stage leads from and to, by channel in coding order. Model and
 * coverage are borrowed. */
void uqd_stage_group_init(struct uqd_stage_group *stage_group, const struct uqd_model *model,
                          const struct uqd_group *group, const struct uqd_coverage *coverage,
                          const uint8_t *from, const uint8_t *to, struct uqd_coding coding);

/* Whether a coefficient is there and has symbols. */
static inline int uqd_is_refined(const struct uqd_stage_group *group, uint32_t c, uint32_t x,
                                 uint32_t y)
{
    return group->from[c] > group->to[c] &&
           uqd_covers(group->coverage, group->first_channel + c, x, y);
}

/* Whether one symbol says of a coefficient around 0 if it stays there through several levels. */
static inline int uqd_is_joint(const struct uqd_stage_group *group, uint32_t c)
{
    return group->is_joint && group->from[c] > group->to[c] + 1;
}

/* Whether any coefficient has. */
int uqd_has_symbols(const struct uqd_stage_group *group);

static inline uint32_t uqd_n_phases(const struct uqd_stage_group *group)
{
    return group->is_phased ? group->phases->n : 1;
}

/* ---- What a pass lends ---- */

/* Which coefficients of a group are refined, by phase. The grid's rows are cut into segments, each
 * of one tile; the coefficients of one stand in `indices`, where its blocks have room, by phase and
 * then in coding order (codec/lattice/batch.h). */
enum { UQD_MAX_SEGMENT = 128 };
_Static_assert((int)UQD_MAX_GROUP_CHANNELS <= 1 << UQD_INDEX_BITS &&
                   (int)UQD_MAX_SEGMENT <= 1 << (16 - UQD_INDEX_BITS),
               "a coefficient index is 16 bits");

struct uqd_phase_lists {
    uint16_t *indices; /* [block][n] */
    uint32_t *ends;  /* [segment][UQD_MAX_PHASES]: where each phase ends in the segment's indices */
    uint32_t length; /* of segments, in blocks: that of a tile, UQD_MAX_SEGMENT at most */
};

/* Segments of a row of the grid. */
static inline uint32_t uqd_n_segments(uint32_t grid_w, uint32_t length)
{
    return (grid_w + length - 1) / length;
}

/* With the instruction set at hand. */
struct uqd_group_kernels {
    uqd_splits_function *splits;
    const struct uqd_select *select;
    const struct uqd_batch_ops *batch;
};

/* All is borrowed. */
struct uqd_group_data {
    struct uqd_group_kernels kernels;
    const struct uqd_unit *unit;
    uint32_t unit_index;
    const struct uqd_neighbours *neighbours; /* fit the unit's grid; unused without curves */
    const uint32_t *busy; /* [block]: uqd_busy_subbands of all channels; unused without curves */
    struct uqd_phase_lists lists;
    const int32_t *mean_q4;     /* [block][n], or NULL: mean 0, UQD_TOP_SCALE_INDEX */
    const uint8_t *scale_index; /* [block][n] */
    const int16_t *exact;       /* ENCODE: the coefficients [block][UQD_BLOCK_CHANNELS] */
    int16_t *moved;             /* out [block][n]: twice the new minus the old centre; zeroed by
                                   the caller */
    int32_t *centroid_q4;       /* out [block][UQD_UNIT_CHANNELS] or NULL: best guess inside the
                                   new cell, for refined coefficients only */
};

static inline int32_t uqd_mean_of(const struct uqd_group_data *data, uint64_t offset)
{
    return data->mean_q4 != NULL ? data->mean_q4[offset] : 0;
}

static inline uint32_t uqd_scale_of(const struct uqd_group_data *data, uint64_t offset)
{
    return data->mean_q4 != NULL ? data->scale_index[offset] : UQD_TOP_SCALE_INDEX;
}

/* The source of a segment whose first block that is. */
struct uqd_batch_source uqd_group_source(const struct uqd_stage_group *group,
                                         const struct uqd_group_data *data, uint64_t first_block);

/* Of so many coefficients that are left, those that the next batch takes. */
static inline uint32_t uqd_batch_size(size_t left)
{
    return left < UQD_BATCH ? (uint32_t)left : UQD_BATCH;
}

/* Fills a batch with n indices of the source, and with their splits. */
void uqd_group_gather(struct uqd_batch *batch, const struct uqd_group_kernels *kernels,
                      const struct uqd_batch_source *source, const struct uqd_batch_levels *levels,
                      const uint16_t *indices, uint32_t n);

/* ---- What is being coded ---- */

struct uqd_group_phase {
    const struct uqd_stage_group *group;
    const struct uqd_group_data *data;
    uint32_t phase;
};

/* The indices of the phase in a segment. */
struct uqd_indices {
    const uint16_t *begin, *end;
};

/* In the segment that begins at x. */
static inline struct uqd_indices uqd_indices_of(const struct uqd_group_phase *at, uint32_t x,
                                                uint32_t y)
{
    const struct uqd_phase_lists *lists = &at->data->lists;
    const uint32_t grid_w = at->data->unit->grid_w;
    const size_t segment = (size_t)y * uqd_n_segments(grid_w, lists->length) + x / lists->length;
    const uint32_t *ends = lists->ends + segment * UQD_MAX_PHASES;
    const uint16_t *indices = lists->indices + ((size_t)y * grid_w + x) * at->group->n;
    return (struct uqd_indices){indices + (at->phase > 0 ? ends[at->phase - 1] : 0),
                                indices + ends[at->phase]};
}

#endif
