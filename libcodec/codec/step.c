#include "codec/step.h"

#include "util/bytes.h"
#include "util/checked.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { CRC_SIZE = 4 };

static uint32_t checksum(const uint8_t *data, size_t size)
{
    return (uint32_t)crc32_z(0, data, size);
}

double uqd_step_macs(const struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     const struct uqd_state *state, uint32_t step)
{
    double macs = 0;
    for (uint32_t p = 0; p < schedule->n; p++)
        if (schedule->passes[p].step == step)
            macs += uqd_engine_macs(engine, &state->units[schedule->passes[p].unit]);
    return macs;
}

/* The stream's output behind its checksum; an empty stream stays empty. */
static int seal(const struct uqd_stream *stream, uint8_t **data, size_t *size)
{
    *data = NULL;
    *size = 0;
    if (stream->output_size == 0)
        return UQD_OK;
    uint8_t *sealed = malloc(CRC_SIZE + stream->output_size);
    if (sealed == NULL)
        return UQD_ERR_NOMEM;
    uqd_put_u32(sealed, checksum(stream->output, stream->output_size));
    memcpy(sealed + CRC_SIZE, stream->output, stream->output_size);
    *data = sealed;
    *size = CRC_SIZE + stream->output_size;
    return UQD_OK;
}

int uqd_step_encode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                    struct uqd_state *state, const struct uqd_state *exact, uint32_t step,
                    uint8_t **data, size_t *size)
{
    struct uqd_stream stream;
    uqd_stream_init(&stream, UQD_SYMBOLS_ENCODE, 0);
    int status = UQD_OK;
    for (uint32_t p = 0; p < schedule->n && status == UQD_OK; p++) {
        const struct uqd_pass *pass = &schedule->passes[p];
        if (pass->step == step)
            status =
                uqd_pass_run(engine, state, pass, &stream, exact->units[pass->unit].cells, NULL);
    }
    if (status == UQD_OK)
        status = uqd_stream_close(&stream);
    if (status == UQD_OK)
        status = seal(&stream, data, size);
    uqd_stream_free(&stream);
    return status;
}

static int run_pass(struct uqd_engine *engine, struct uqd_state *state, const struct uqd_pass *pass,
                    struct uqd_stream *stream, struct uqd_partial *partial)
{
    if (partial == NULL)
        return uqd_pass_run(engine, state, pass, stream, NULL, NULL);
    const struct uqd_unit *unit = &state->units[pass->unit];
    const size_t n_cells = (size_t)unit->grid_w * unit->grid_h;
    free(partial->mean_q4);
    partial->unit = pass->unit;
    partial->mean_q4 = uqd_calloc_array(n_cells, UQD_UNIT_CHANNELS * sizeof *partial->mean_q4);
    if (partial->mean_q4 == NULL)
        return UQD_ERR_NOMEM;
    const int status = uqd_pass_run(engine, state, pass, stream, NULL, partial->mean_q4);
    if (status != UQD_NEED_DATA) {
        free(partial->mean_q4);
        partial->mean_q4 = NULL;
    }
    return status;
}

int uqd_step_decode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                    struct uqd_state *state, uint32_t step, const uint8_t *data, size_t available,
                    size_t size, struct uqd_partial *partial)
{
    if (size == 0)
        return uqd_step_macs(engine, schedule, state, step) > 0 ? UQD_ERR_CORRUPT : UQD_OK;
    if (size <= CRC_SIZE)
        return UQD_ERR_CORRUPT;
    if (available <= CRC_SIZE)
        return UQD_NEED_DATA;
    if (available == size && checksum(data + CRC_SIZE, size - CRC_SIZE) != uqd_get_u32(data))
        return UQD_ERR_CORRUPT;
    struct uqd_stream stream;
    uqd_stream_init_decode(&stream, data + CRC_SIZE, available - CRC_SIZE, size - CRC_SIZE);
    int status = UQD_OK;
    for (uint32_t p = 0; p < schedule->n && status == UQD_OK; p++)
        if (schedule->passes[p].step == step)
            status = run_pass(engine, state, &schedule->passes[p], &stream, partial);
    if (status == UQD_OK)
        status = uqd_stream_close(&stream);
    if (status == UQD_OK && stream.position != stream.size)
        status = available == size ? UQD_ERR_CORRUPT : UQD_NEED_DATA;
    uqd_stream_free(&stream);
    return status;
}
