#include "codec/refine.h"

#include "entropy/split.h"

#include <string.h>

/* Scale of the first symbols of dithered coefficients: 16. */
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
    struct uqd_cell cell;
    int32_t mean_q4;
    uint32_t scale_index;
    int32_t exact;    /* ENCODE */
    uint64_t counter; /* SAMPLE: distinct for every symbol */
};

static inline int draw(const struct uqd_split *split, uint64_t key, uint64_t counter)
{
    const uint32_t u = (uint32_t)(((uqd_random(key, counter) >> 32) * split->total) >> 32);
    return (u >= split->cum1) + (u >= split->cum2);
}

static inline int encode(const struct uqd_split *split, struct uqd_range_encoder *encoder,
                         int32_t exact, struct uqd_cuts cuts)
{
    const int symbol = (exact >= cuts.first) + (exact >= cuts.second);
    const uint32_t edges[4] = {0, split->cum1, split->cum2, split->total};
    uqd_range_encode(encoder, edges[symbol], edges[symbol + 1] - edges[symbol], split->total);
    return symbol;
}

/* The child that holds the mean; the lower one if it lies between two. */
static inline int central(const struct coefficient *coefficient, struct uqd_cuts cuts)
{
    const int32_t mean =
        uqd_split_clamp(coefficient->mean_q4, coefficient->cell.low, coefficient->cell.high);
    return (mean > 16 * cuts.first - 8) + (mean > 16 * cuts.second - 8);
}

/* One symbol: which child of the cell. 0..2 or UQD_RANGE_STOPPED. */
static inline int next_symbol(struct uqd_symbols *symbols, const struct coefficient *coefficient,
                              struct uqd_cuts cuts)
{
    if (symbols->source == UQD_SYMBOLS_CENTRAL)
        return central(coefficient, cuts);
    const struct uqd_split split =
        uqd_split_of(coefficient->mean_q4, coefficient->scale_index, coefficient->cell.low,
                     cuts.first, cuts.second, coefficient->cell.high);
    switch (symbols->source) {
    case UQD_SYMBOLS_DECODE:
        return uqd_range_decode3(&symbols->decoder, split.cum1, split.cum2, split.total);
    case UQD_SYMBOLS_ENCODE:
        return encode(&split, &symbols->encoder, coefficient->exact, cuts);
    default:
        return draw(&split, symbols->key, coefficient->counter);
    }
}

/* A symbol of two: `first` of `total` for 0. */
static inline int code_binary(struct uqd_symbols *symbols, uint32_t first, uint32_t total,
                              int symbol)
{
    if (symbols->source == UQD_SYMBOLS_DECODE)
        return uqd_range_decode3(&symbols->decoder, first, total, total);
    uqd_range_encode(&symbols->encoder, symbol ? first : 0, symbol ? total - first : first, total);
    return symbol;
}

/* The symbol of a cell around 0 with what the curve has learnt: whether the coefficient leaves 0,
 * then to which side. */
static inline int adaptive_symbol(struct uqd_symbols *symbols, struct uqd_adaptive *curve,
                                  const struct coefficient *coefficient, struct uqd_cuts cuts)
{
    const struct uqd_split split =
        uqd_split_of(coefficient->mean_q4, coefficient->scale_index, coefficient->cell.low,
                     cuts.first, cuts.second, coefficient->cell.high);
    const uint32_t stays = split.cum2 - split.cum1, leaves = split.total - stays;
    const int32_t position = uqd_adaptive_position(leaves, stays);
    const uint32_t adapted =
        position < 0 ? leaves
                     : uqd_adaptive_yes(curve, position, leaves, split.total, UQD_SPLIT_FLOOR);
    const int is_above = coefficient->exact >= cuts.second;
    const int has_left = code_binary(symbols, split.total - adapted, split.total,
                                     is_above || coefficient->exact < cuts.first);
    if (has_left < 0)
        return UQD_RANGE_STOPPED;
    if (position >= 0)
        uqd_adaptive_update(curve, position, has_left);
    if (!has_left)
        return 1;
    const int side = code_binary(symbols, split.cum1, leaves, is_above);
    return side < 0 ? UQD_RANGE_STOPPED : 2 * side;
}

/* Refines one coefficient; cell and counter advance. UQD_OK or UQD_RANGE_STOPPED. */
static inline int refine_coefficient(struct uqd_symbols *symbols, struct coefficient *coefficient,
                                     uint32_t from, uint32_t to, struct uqd_curves *curves,
                                     uint32_t surroundings)
{
    for (uint32_t level = from; level > to; level--) {
        const struct uqd_cuts cuts = uqd_cell_cuts(coefficient->cell, level);
        const int is_zero = coefficient->cell.low + coefficient->cell.high == 0;
        const int symbol = curves != NULL && is_zero
                               ? adaptive_symbol(symbols, &curves->leaving[level - 1][surroundings],
                                                 coefficient, cuts)
                               : next_symbol(symbols, coefficient, cuts);
        if (symbol < 0)
            return UQD_RANGE_STOPPED;
        coefficient->cell = uqd_cell_child(coefficient->cell, cuts, symbol);
        coefficient->counter++;
    }
    return UQD_OK;
}

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

static inline int is_refined(const struct uqd_refine *refine, uint32_t c, uint32_t x, uint32_t y)
{
    return refine->from[c] > refine->to[c] && x < refine->exist_w[c] && y < refine->exist_h[c];
}

void uqd_refine_sort(const struct uqd_refine *refine, uint32_t y)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    for (uint32_t x = 0; x < unit->grid_w; x++) {
        const uint64_t cell = (uint64_t)y * unit->grid_w + x;
        const int16_t *twice_centres = unit->cells + cell * UQD_CELL_CHANNELS + refine->first;
        for (uint32_t c = 0; c < refine->n; c++) {
            const uint64_t index = cell * refine->n + c;
            refine->phases[index] =
                !is_refined(refine, c, x, y)
                    ? UQD_NO_PHASE
                    : (uint8_t)uqd_phase_of(&refine->state->model->phases, refine->first + c,
                                            uqd_cell_at(twice_centres[c], refine->from[c]),
                                            refine->mean_q4[index], refine->scale_index[index],
                                            refine->to[c]);
        }
    }
}

static int refine_cell(const struct uqd_refine *refine, uint32_t x, uint32_t y,
                       struct uqd_symbols *symbols, struct uqd_curves *curves)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    const uint64_t cell = (uint64_t)y * unit->grid_w + x;
    const int16_t *twice_centres = unit->cells + cell * UQD_CELL_CHANNELS + refine->first;
    for (uint32_t c = 0; c < refine->n; c++) {
        const uint32_t channel = refine->first + c;
        const uint64_t index = cell * refine->n + c;
        if (refine->phases != NULL ? refine->phases[index] != refine->phase
                                   : !is_refined(refine, c, x, y))
            continue;
        struct coefficient coefficient = {
            .mean_q4 = refine->mean_q4 != NULL ? refine->mean_q4[index] : 0,
            .scale_index = refine->mean_q4 != NULL ? refine->scale_index[index] : TOP_SCALE_INDEX,
            .cell = uqd_cell_at(twice_centres[c], refine->from[c]),
        };
        if (symbols->source == UQD_SYMBOLS_ENCODE)
            coefficient.exact = refine->exact[cell * UQD_CELL_CHANNELS + channel];
        if (symbols->source == UQD_SYMBOLS_SAMPLE)
            coefficient.counter = ((uint64_t)refine->unit << 60) | (uint64_t)channel << 52 |
                                  cell << 8 | (uint64_t)refine->from[c] << 4;
        const uint32_t surroundings =
            curves != NULL && twice_centres[c] == 0
                ? uqd_surroundings(refine->neighbours, unit, channel, x, y, refine->to[c])
                : 0;
        if (refine_coefficient(symbols, &coefficient, refine->from[c], refine->to[c], curves,
                               surroundings) < 0)
            return symbols->decoder.status;
        const struct uqd_cell child = coefficient.cell;
        refine->moved[index] = (int16_t)(child.low + child.high - twice_centres[c]);
        if (refine->centroid_q4 != NULL)
            refine->centroid_q4[cell * UQD_UNIT_CHANNELS + channel] = uqd_split_centroid_q4(
                coefficient.mean_q4, coefficient.scale_index, child.low, child.high);
    }
    return UQD_OK;
}

void uqd_curves_init(struct uqd_curves *curves)
{
    for (uint32_t level = 0; level < UQD_TOP_LEVEL; level++)
        for (uint32_t s = 0; s < UQD_SURROUNDINGS; s++)
            uqd_adaptive_init(&curves->leaving[level][s]);
}

int uqd_refine_tile(const struct uqd_refine *refine, struct uqd_tile tile,
                    struct uqd_symbols *symbols, struct uqd_curves *curves)
{
    for (uint32_t y = tile.y_begin; y < tile.y_end; y++) {
        for (uint32_t x = tile.x_begin; x < tile.x_end; x++) {
            const int status = refine_cell(refine, x, y, symbols, curves);
            if (status != UQD_OK)
                return status;
        }
    }
    return UQD_OK;
}
