#include "codec/lattice/interrupted.h"

#include "codec/lattice/estimate.h"
#include "entropy/split.h"

#include <assert.h>
#include <string.h>

/* The stage type that begins where the pass would have ended, or -1. */
static int type_ahead(const struct uqd_model *model, uint32_t unit,
                      const struct uqd_stage_type *type)
{
    return uqd_model_find_stage_type(model, unit, type->nominal_to);
}

/* Means of the denoiser of the stage type ahead, with these levels of the channels. */
static int denoise(struct uqd_engine *engine, const struct uqd_state *state,
                   const struct uqd_interruption *at, const uint8_t *levels, int32_t *mean_q4)
{
    const int next = type_ahead(engine->model, at->unit, at->type);
    struct uqd_network *network = &engine->networks[at->unit];
    engine->trunks[at->unit].version = 0;
    const int status = uqd_network_trunk(network, &state->units[at->unit], (uint32_t)next, levels,
                                         state->dithered);
    return status == UQD_OK ? uqd_estimate(network, state, at->unit, mean_q4) : status;
}

int uqd_interrupted_is_ahead(const struct uqd_state *state, uint32_t unit,
                             const struct uqd_stage_type *type)
{
    return state->model->denoises_ahead && !state->dithered &&
           type_ahead(state->model, unit, type) >= 0;
}

int uqd_interrupted_denoise(struct uqd_engine *engine, const struct uqd_state *state,
                            const struct uqd_interruption *at, const int32_t *refined,
                            int32_t *mean_q4, int32_t *scratch)
{
    assert(uqd_interrupted_is_ahead(state, at->unit, at->type));
    const struct uqd_unit *unit = &state->units[at->unit];
    const uint8_t *from = at->type->from, *to = at->type->to;
    const size_t n = (size_t)unit->grid_w * unit->grid_h;
    const uint32_t done = at->phase > 0 ? UQD_UNIT_CHANNELS : at->first_channel;
    uint8_t levels[UQD_UNIT_CHANNELS];
    memcpy(levels, to, done);
    memcpy(levels + done, from + done, UQD_UNIT_CHANNELS - done);
    const int status = denoise(engine, state, at, levels, scratch);
    if (status < 0)
        return status;
    for (size_t i = 0; i < n * UQD_UNIT_CHANNELS; i++) {
        const size_t c = i % UQD_UNIT_CHANNELS;
        if (c == 0 && uqd_work_look(engine->work, UQD_UNIT_CHANNELS) < 0)
            return UQD_ERR_CANCELLED;
        if (refined[i] == UQD_NOT_REFINED)
            continue;
        const int16_t *twice_centres = unit->cells + i / UQD_UNIT_CHANNELS * UQD_BLOCK_CHANNELS;
        const struct uqd_cell cell = uqd_cell_at(twice_centres[c], to[c]);
        mean_q4[i] = uqd_split_clamp(scratch[i], cell.low, cell.high);
    }
    return UQD_OK;
}

int uqd_interrupted_denoise_late(struct uqd_engine *engine, const struct uqd_state *state,
                                 const struct uqd_interruption *at, int32_t *mean_q4)
{
    const int next = type_ahead(engine->model, at->unit, at->type);
    if (next < 0 || at->phase == 0)
        return UQD_OK;
    return denoise(engine, state, at, engine->model->stage_types[next].from, mean_q4);
}
