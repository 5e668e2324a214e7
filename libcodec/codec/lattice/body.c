#include "codec/lattice/body.h"

#include "util/bytes.h"
#include "util/checked.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { CRC_SIZE = 4, SOLID_CRC_SIZE = 2 };

/* A body without a byte has no checksum: nothing was to be told, or nothing but what was expected.
 */
static size_t crc_size(struct uqd_body body, size_t size)
{
    return size == 0 ? 0 : body.solid ? SOLID_CRC_SIZE : CRC_SIZE;
}

static uint32_t checksum(struct uqd_body body, const uint8_t *data, size_t size)
{
    const uint32_t crc = (uint32_t)crc32_z(0, data, size);
    return body.solid ? crc & 0xffff : crc;
}

static uint32_t stored_checksum(struct uqd_body body, const uint8_t *data)
{
    return body.solid ? uqd_get_u16(data) : uqd_get_u32(data);
}

double uqd_step_macs(const struct uqd_engine *engine, const struct uqd_schedule *schedule,
                     const struct uqd_state *state, uint32_t step)
{
    double macs = 0;
    for (uint32_t p = 0; p < schedule->n; p++)
        if (schedule->passes[p].step == step)
            macs += uqd_engine_macs(engine, &state->units[schedule->passes[p].unit],
                                    UQD_PART_TRUNK | UQD_PART_GROUPS);
    return macs;
}

/* The stream's output behind its checksum; an empty stream stays empty. */
static int seal(const struct uqd_stream *stream, struct uqd_body body, uint8_t **data, size_t *size)
{
    const size_t before = crc_size(body, stream->output_size);
    *data = NULL;
    *size = 0;
    if (stream->output_size == 0)
        return UQD_OK;
    uint8_t *sealed = malloc(before + stream->output_size);
    if (sealed == NULL)
        return UQD_ERR_NOMEM;
    const uint32_t crc = checksum(body, stream->output, stream->output_size);
    if (body.solid)
        uqd_put_u16(sealed, crc);
    else
        uqd_put_u32(sealed, crc);
    memcpy(sealed + before, stream->output, stream->output_size);
    *data = sealed;
    *size = before + stream->output_size;
    return UQD_OK;
}

int uqd_body_encode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                    struct uqd_state *state, const struct uqd_state *exact, struct uqd_body body,
                    uint8_t **data, size_t *size)
{
    struct uqd_stream stream;
    uqd_stream_init_encode(&stream, uqd_engine_is_one_tile(engine, state));
    int status = UQD_OK;
    for (uint32_t p = 0; p < schedule->n && status == UQD_OK; p++) {
        const struct uqd_pass *pass = &schedule->passes[p];
        if (body.first <= pass->step && pass->step <= body.last)
            status =
                uqd_pass_run(engine, state, pass, &stream, exact->units[pass->unit].cells, NULL);
    }
    if (status == UQD_OK)
        status = uqd_stream_close(&stream);
    if (status == UQD_OK)
        status = seal(&stream, body, data, size);
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

/* Checks what can be checked before decoding: UQD_OK, UQD_NEED_DATA if there is nothing to decode
 * yet, or UQD_ERR_CORRUPT. */
static int check_extent(struct uqd_body body, struct uqd_extent extent)
{
    const size_t before = crc_size(body, extent.size);
    if (extent.size == 0)
        return UQD_OK;
    if (extent.size <= before)
        return UQD_ERR_CORRUPT;
    if (extent.available <= before)
        return UQD_NEED_DATA;
    const int is_whole = extent.available == extent.size;
    if (is_whole && checksum(body, extent.data + before, extent.size - before) !=
                        stored_checksum(body, extent.data))
        return UQD_ERR_CORRUPT;
    return UQD_OK;
}

int uqd_body_decode(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                    struct uqd_state *state, struct uqd_body body, uint32_t until,
                    struct uqd_extent extent, struct uqd_partial *partial, size_t *used)
{
    if (used != NULL)
        *used = 0;
    int status = check_extent(body, extent);
    if (status != UQD_OK)
        return status;
    const size_t before = crc_size(body, extent.size);
    struct uqd_stream stream;
    uqd_stream_init_decode(&stream, extent.data + before, extent.available - before,
                           extent.size - before, uqd_engine_is_one_tile(engine, state));
    for (uint32_t p = 0; p < schedule->n && status == UQD_OK; p++)
        if (body.first <= schedule->passes[p].step && schedule->passes[p].step <= until)
            status = run_pass(engine, state, &schedule->passes[p], &stream, partial);
    if (status == UQD_OK && used != NULL)
        *used = before + uqd_stream_used(&stream);
    if (status == UQD_OK && until == body.last) {
        status = uqd_stream_close(&stream);
        if (status == UQD_OK && stream.position != stream.size)
            status = extent.available == extent.size ? UQD_ERR_CORRUPT : UQD_NEED_DATA;
    }
    uqd_stream_free(&stream);
    return status;
}
