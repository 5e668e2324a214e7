#include "codec/lattice/steps.h"

#include "codec/lattice/spent.h"
#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>

double uqd_step_macs(const struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     const struct uqd_state *state, uint32_t step)
{
    double macs = 0;
    for (uint32_t p = 0; p < schedule->n; p++)
        if (schedule->passes[p].step == step && !schedule->passes[p].skipped)
            macs += uqd_engine_macs(engine, &state->units[schedule->passes[p].unit],
                                    UQD_PART_TRUNK | UQD_PART_GROUPS);
    return macs;
}

int uqd_steps_encode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     struct uqd_state *state, const struct uqd_state *exact, struct uqd_body body,
                     uint8_t **data, size_t *size)
{
    assert(body.first <= body.last && exact->n_units == state->n_units);
    struct uqd_stream stream;
    uqd_stream_init_encode(&stream, uqd_engine_is_one_tile(engine, state));
    int status = UQD_OK;
    for (uint32_t p = 0; p < schedule->n && status == UQD_OK; p++) {
        const struct uqd_pass *pass = &schedule->passes[p];
        if (body.first <= pass->step && pass->step <= body.last)
            status =
                uqd_tiles_run(engine, state, pass, &stream, exact->units[pass->unit].cells, NULL);
    }
    if (status == UQD_OK)
        status = uqd_stream_close(&stream);
    if (status == UQD_OK)
        status =
            uqd_body_seal(stream.output.data, stream.output.size, body, data, size, engine->work);
    uqd_stream_free(&stream);
    return status;
}

static int run_pass(struct uqd_engine *engine, struct uqd_state *state, const struct uqd_pass *pass,
                    struct uqd_stream *stream, struct uqd_partial *partial)
{
    if (pass->skipped)
        return uqd_tiles_skip(engine, state, pass, stream);
    if (partial == NULL || pass->unit < partial->first)
        return uqd_tiles_run(engine, state, pass, stream, NULL, NULL);
    const struct uqd_unit *unit = &state->units[pass->unit];
    const size_t n_blocks = (size_t)unit->grid_w * unit->grid_h;
    free(partial->mean_q4);
    partial->unit = pass->unit;
    partial->mean_q4 = uqd_calloc_array(n_blocks, UQD_UNIT_CHANNELS * sizeof *partial->mean_q4);
    if (partial->mean_q4 == NULL)
        return UQD_ERR_NOMEM;
    const int status = uqd_tiles_run(engine, state, pass, stream, NULL, partial->mean_q4);
    if (status != UQD_NEED_DATA) {
        free(partial->mean_q4);
        partial->mean_q4 = NULL;
    }
    return status;
}

int uqd_steps_decode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     struct uqd_state *state, struct uqd_body body, uint32_t until,
                     struct uqd_extent extent, struct uqd_partial *partial, size_t *used)
{
    assert(body.first <= until && until <= body.last);
    struct uqd_extent chunks;
    struct uqd_stream stream;
    if (used != NULL)
        *used = 0;
    int status = uqd_body_open(body, extent, &chunks, engine->work);
    if (status != UQD_OK)
        return status;
    uqd_stream_init_decode(&stream, chunks.data, chunks.available, chunks.size,
                           uqd_engine_is_one_tile(engine, state));
    for (uint32_t p = 0; p < schedule->n && status == UQD_OK; p++) {
        const struct uqd_pass *pass = &schedule->passes[p];
        if (pass->step < body.first || pass->step > until)
            continue;
        status = run_pass(engine, state, pass, &stream, partial);
        if (pass->step < until)
            uqd_spent_reset(state);
    }
    if (status == UQD_OK && used != NULL)
        *used = uqd_body_used(extent, chunks, &stream);
    if (status == UQD_OK && schedule->is_short && extent.available < extent.size)
        status = UQD_NEED_DATA;
    else if (status == UQD_OK && until == body.last && !schedule->is_short)
        status = uqd_body_close(&stream);
    uqd_stream_free(&stream);
    return status;
}
