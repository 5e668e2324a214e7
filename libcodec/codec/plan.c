#include "codec/plan.h"

#include "entropy/adaptive.h"

/* ---- Phases ---- */

uint32_t uqd_phase_of(const struct uqd_phases *phases, uint32_t channel, struct uqd_cell cell,
                      int32_t mean_q4, uint32_t scale_index, uint32_t to)
{
    if (cell.low + cell.high != 0)
        return phases->others[channel];
    const int32_t half = (int32_t)1 << to;
    const struct uqd_split split =
        uqd_split_of(mean_q4, scale_index, cell.low, 1 - half, half, cell.high);
    const uint64_t leaves = (uint64_t)(split.total - (split.cum2 - split.cum1)) << 16;
    uint32_t phase = 0;
    while (phase + 1 < phases->n &&
           leaves < (uint64_t)phases->threshold[phase][channel] * split.total)
        phase++;
    return phase;
}

void uqd_plan_phases(const struct uqd_refine *refine, uint32_t y)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    for (uint32_t x = 0; x < unit->grid_w; x++) {
        const uint64_t cell = (uint64_t)y * unit->grid_w + x;
        const int16_t *twice_centres = unit->cells + cell * UQD_CELL_CHANNELS + refine->first;
        for (uint32_t c = 0; c < refine->n; c++) {
            const uint64_t index = cell * refine->n + c;
            refine->phases[index] =
                !uqd_is_refined(refine, c, x, y)
                    ? UQD_NO_PHASE
                    : (uint8_t)uqd_phase_of(&refine->state->model->phases, refine->first + c,
                                            uqd_cell_at(twice_centres[c], refine->from[c]),
                                            refine->mean_q4[index], refine->scale_index[index],
                                            refine->to[c]);
        }
    }
}

/* ---- Symbols ---- */

static inline struct uqd_planned plan(const struct uqd_refine *refine, uint64_t index, uint32_t c,
                                      int16_t twice_centre)
{
    const struct uqd_cell cell = uqd_cell_at(twice_centre, refine->from[c]);
    const struct uqd_cuts cuts = uqd_cell_cuts(cell, refine->from[c]);
    const int32_t mean_q4 = refine->mean_q4 != NULL ? refine->mean_q4[index] : 0;
    const uint32_t scale_index =
        refine->mean_q4 != NULL ? refine->scale_index[index] : UQD_TOP_SCALE_INDEX;
    return (struct uqd_planned){
        .split = uqd_split_of(mean_q4, scale_index, cell.low, cuts.first, cuts.second, cell.high),
        .twice_centre = twice_centre,
        .position = UQD_PLAN_PLAIN,
        .c = (uint8_t)c,
    };
}

/* Where a cell around 0 stands on which curve. Where the first symbol asks none, later ones may. */
static inline void plan_curve(const struct uqd_refine *refine, uint32_t x, uint32_t y,
                              struct uqd_planned *planned)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    const uint32_t stays = planned->split.cum2 - planned->split.cum1, c = planned->c;
    planned->position = (int16_t)uqd_adaptive_position(planned->split.total - stays, stays);
    if (planned->position >= 0 || refine->from[c] - refine->to[c] > 1)
        planned->surroundings = (uint8_t)uqd_surroundings(refine->neighbours, unit,
                                                          refine->first + c, x, y, refine->to[c]);
}

uint32_t uqd_plan_row(const struct uqd_refine *refine, struct uqd_tile tile, uint32_t y, int adapts,
                      struct uqd_planned *planned)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    uint32_t n = 0;
    for (uint32_t x = tile.x_begin; x < tile.x_end; x++) {
        const uint64_t cell = (uint64_t)y * unit->grid_w + x;
        const int16_t *twice_centres = unit->cells + cell * UQD_CELL_CHANNELS + refine->first;
        for (uint32_t c = 0; c < refine->n; c++) {
            const uint64_t index = cell * refine->n + c;
            if (!uqd_is_coded(refine, index, c, x, y))
                continue;
            planned[n] = plan(refine, index, c, twice_centres[c]);
            planned[n].x = (uint16_t)(x - tile.x_begin);
            if (adapts && twice_centres[c] == 0)
                plan_curve(refine, x, y, &planned[n]);
            n++;
        }
    }
    return n;
}
