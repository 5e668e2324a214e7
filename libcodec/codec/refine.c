#include "codec/refine.h"

#include "entropy/ternary.h"

#include <string.h>

/* Scale of the top-level index of dithered coefficients: 16. */
enum { TOP_SCALE_INDEX = 64 + 16 * 4 };

static uint32_t cells_with(uint32_t side, uint32_t first, uint32_t shift)
{
    return side > first ? (side - first + (1u << shift) - 1) >> shift : 0;
}

void uqd_refine_init(struct uqd_refine *refine, const struct uqd_state *state, uint32_t unit,
                     uint32_t first, uint32_t n)
{
    memset(refine, 0, sizeof *refine);
    refine->state = state;
    refine->unit = unit;
    refine->first = first;
    refine->n = n;
    for (uint32_t c = 0; c < n; c++) {
        const struct uqd_channel *channel = &state->model->channels[first + c];
        const struct uqd_subband subband =
            uqd_channel_subband(channel, state->units[unit].width, state->units[unit].height);
        const uint32_t shift = UQD_UNIT_LEVELS - channel->level;
        if (channel->colour < state->colours) {
            refine->exist_w[c] = cells_with(subband.width, channel->dx, shift);
            refine->exist_h[c] = cells_with(subband.height, channel->dy, shift);
        }
    }
}

/* A coefficient on its way through the levels. */
struct coefficient {
    int32_t mean_q4, centre;
    uint32_t scale_index;
    int32_t exact, offset; /* ENCODE */
    uint64_t counter;      /* SAMPLE: distinct for every symbol */
};

static inline int draw(const struct uqd_ternary *ternary, uint64_t key, uint64_t counter)
{
    const uint32_t u = (uint32_t)(((uqd_random(key, counter) >> 32) * ternary->total) >> 32);
    return (u >= ternary->cum1) + (u >= ternary->cum2);
}

static inline int encode(const struct uqd_ternary *ternary, struct uqd_range_encoder *encoder,
                         const struct coefficient *coefficient, int32_t third)
{
    const int32_t child = uqd_cell_centre(coefficient->exact, coefficient->offset, third);
    const int symbol = (child - coefficient->centre) / third + 1;
    const uint32_t edges[4] = {0, ternary->cum1, ternary->cum2, ternary->total};
    uqd_range_encode(encoder, edges[symbol], edges[symbol + 1] - edges[symbol], ternary->total);
    return symbol;
}

/* One ternary symbol: the third of the cell of that width. 0..2 or UQD_RANGE_STOPPED. */
static inline int next_symbol(struct uqd_symbols *symbols, const struct coefficient *coefficient,
                              int32_t width)
{
    if (symbols->source == UQD_SYMBOLS_CENTRAL) {
        const int32_t mean = uqd_ternary_clamp(coefficient->mean_q4, coefficient->centre, width);
        const int32_t inner = 8 * (width / 3);
        return mean < -inner ? 0 : mean > inner ? 2 : 1;
    }
    const struct uqd_ternary ternary =
        uqd_ternary_of(coefficient->mean_q4, coefficient->scale_index, coefficient->centre, width);
    switch (symbols->source) {
    case UQD_SYMBOLS_DECODE:
        return uqd_range_decode3(&symbols->decoder, ternary.cum1, ternary.cum2, ternary.total);
    case UQD_SYMBOLS_ENCODE:
        return encode(&ternary, &symbols->encoder, coefficient, width / 3);
    default:
        return draw(&ternary, symbols->key, coefficient->counter);
    }
}

/* Refines one coefficient; centre and counter advance. UQD_OK or UQD_RANGE_STOPPED. */
static inline int refine_coefficient(struct uqd_symbols *symbols, struct coefficient *coefficient,
                                     uint32_t from, uint32_t to)
{
    for (uint32_t level = from; level > to; level--) {
        const int32_t width = uqd_cell_width(level);
        const int symbol = next_symbol(symbols, coefficient, width);
        if (symbol < 0)
            return UQD_RANGE_STOPPED;
        coefficient->centre += (symbol - 1) * (width / 3);
        coefficient->counter++;
    }
    return UQD_OK;
}

static int refine_cell(const struct uqd_refine *refine, uint32_t x, uint32_t y,
                       struct uqd_symbols *symbols)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    const uint64_t cell = (uint64_t)y * unit->grid_w + x;
    const int16_t *centres = unit->cells + cell * UQD_CELL_CHANNELS + refine->first;
    for (uint32_t c = 0; c < refine->n; c++) {
        if (refine->from[c] == refine->to[c] || x >= refine->exist_w[c] || y >= refine->exist_h[c])
            continue;
        const uint32_t channel = refine->first + c;
        const uint64_t index = cell * refine->n + c;
        struct coefficient coefficient = {
            .mean_q4 = refine->mean_q4 != NULL ? refine->mean_q4[index] : 0,
            .scale_index = refine->mean_q4 != NULL ? refine->scale_index[index] : TOP_SCALE_INDEX,
            .centre = centres[c],
        };
        if (symbols->source == UQD_SYMBOLS_ENCODE) {
            coefficient.exact = refine->exact[cell * UQD_CELL_CHANNELS + channel];
            coefficient.offset = uqd_dither_offset(refine->state, refine->unit, channel, cell);
        }
        if (symbols->source == UQD_SYMBOLS_SAMPLE)
            coefficient.counter = ((uint64_t)refine->unit << 60) | (uint64_t)channel << 52 |
                                  cell << 8 | (uint64_t)refine->from[c] << 4;
        if (refine_coefficient(symbols, &coefficient, refine->from[c], refine->to[c]) < 0)
            return symbols->decoder.status;
        refine->moved[index] = (int16_t)(coefficient.centre - centres[c]);
        if (refine->centroid_q4 != NULL)
            refine->centroid_q4[cell * UQD_UNIT_CHANNELS + channel] =
                uqd_ternary_centroid_q4(coefficient.mean_q4, coefficient.scale_index,
                                        coefficient.centre, uqd_cell_width(refine->to[c]));
    }
    return UQD_OK;
}

int uqd_refine_tile(const struct uqd_refine *refine, struct uqd_tile tile,
                    struct uqd_symbols *symbols)
{
    for (uint32_t y = tile.y_begin; y < tile.y_end; y++) {
        for (uint32_t x = tile.x_begin; x < tile.x_end; x++) {
            const int status = refine_cell(refine, x, y, symbols);
            if (status != UQD_OK)
                return status;
        }
    }
    return UQD_OK;
}
