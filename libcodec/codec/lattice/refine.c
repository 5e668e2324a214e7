#include "codec/lattice/refine.h"

#include "entropy/spent.h"
#include "util/team.h"

#include <assert.h>

enum {
    /* Tiles of fewer coefficients are not worth the threads. */
    PARALLEL_COEFFICIENTS = 1 << 14,
    /* Coding or planning a coefficient takes as long as so many samples elsewhere. */
    SAMPLES_PER_COEFFICIENT = 16,
};

void uqd_curves_init(struct uqd_curves *curves)
{
    for (uint32_t level = 0; level < UQD_TOP_LEVEL; level++)
        for (uint32_t s = 0; s < UQD_CONTEXT_CLASSES; s++)
            uqd_adaptive_init(&curves->leaving[level][s]);
    for (uint32_t subband = 0; subband < UQD_SUBBANDS; subband++)
        for (uint32_t s = 0; s < UQD_SIGN_CLASSES; s++)
            uqd_adaptive_init(&curves->positive[subband][s]);
}

/* A row of a tile. */
struct row {
    const struct uqd_stage_group *group;
    const struct uqd_group_data *data;
    struct uqd_tile tile;
    uint32_t y;
    uint64_t first_block; /* of the tile's */
    struct uqd_curves *curves;
};

/* ---- Signs ---- */

/* The sign of the neighbour of a coefficient of channel c in block x of the row: 0 for one around
 * 0, 1 negative, 2 positive. Of other tiles nothing is known, since they may be coded meanwhile. */
static uint32_t sign_of_neighbour(const struct row *row, uint32_t c, uint32_t x, uint32_t which)
{
    const struct uqd_stage_group *group = row->group;
    const struct uqd_group_data *data = row->data;
    const struct uqd_neighbour *at = &data->neighbours->of[group->first_channel + c][which];
    const int64_t x_there = (int64_t)x + at->dx, y_there = (int64_t)row->y + at->dy;
    if (x_there < row->tile.x_begin || y_there < row->tile.y_begin)
        return 0;
    const size_t block = (size_t)y_there * data->unit->grid_w + (size_t)x_there;
    int32_t twice_centre = data->unit->cells[block * UQD_BLOCK_CHANNELS + at->channel];
    if (at->channel >= group->first_channel && at->channel < group->first_channel + group->n)
        twice_centre += data->moved[block * group->n + at->channel - group->first_channel];
    return (twice_centre != 0) + (twice_centre > 0);
}

static struct uqd_adaptive *sign_curve(const struct row *row, const struct uqd_planned *planned)
{
    const uint32_t x = row->tile.x_begin + planned->x, c = planned->c;
    const uint32_t subband = row->data->neighbours->subband[row->group->first_channel + c];
    return &row->curves->positive[subband][3 * sign_of_neighbour(row, c, x, UQD_NEIGHBOUR_ABOVE) +
                                           sign_of_neighbour(row, c, x, UQD_NEIGHBOUR_LEFT)];
}

/* ---- Symbols ---- */

/* One of the two is used. Copies whose addresses are not taken can live in registers. */
struct coder {
    struct uqd_range_decoder decoder;
    struct uqd_range_encoder encoder;
};

/* What codes a symbol, given the exact value if it is written. Each returns it, or
 * UQD_RANGE_STOPPED. */

static inline int code_binary(struct coder *coder, int encodes, uint32_t first, uint32_t total,
                              int symbol)
{
    if (!encodes)
        return uqd_range_decode2(&coder->decoder, first, total);
    uqd_range_encode(&coder->encoder, symbol ? first : 0, symbol ? total - first : first, total);
    return symbol;
}

static inline int code_plain(struct coder *coder, int encodes, const struct uqd_split *split,
                             int symbol)
{
    if (!encodes)
        return uqd_range_decode3(&coder->decoder, split->cum1, split->cum2, split->total);
    const uint32_t edges[4] = {0, split->cum1, split->cum2, split->total};
    uqd_range_encode(&coder->encoder, edges[symbol], edges[symbol + 1] - edges[symbol],
                     split->total);
    return symbol;
}

/* A decision of which `yes` of `total` was said, with what the curve has learnt at the position,
 * negative beside it. */
static inline int code_learnt(struct coder *coder, int encodes, struct uqd_adaptive *curve,
                              int32_t position, uint32_t yes, uint32_t total, int happens)
{
    if (position < 0)
        return code_binary(coder, encodes, total - yes, total, happens);
    const uint32_t adapted = uqd_adaptive_yes(curve, position, yes, total, UQD_SPLIT_FLOOR);
    const int happened = code_binary(coder, encodes, total - adapted, total, happens);
    if (happened >= 0)
        uqd_adaptive_update(curve, position, happened);
    return happened;
}

/* The symbol of a cell around 0 of that level: whether the coefficient leaves 0, then its sign. */
static inline int code_adaptive(struct coder *coder, int encodes, const struct row *row,
                                const struct uqd_planned *planned, uint32_t level,
                                const struct uqd_split *split, int32_t position, int symbol)
{
    struct uqd_adaptive *leaving = &row->curves->leaving[level - 1][planned->context_class];
    const uint32_t leaves = split->total - (split->cum2 - split->cum1);
    const int has_left =
        code_learnt(coder, encodes, leaving, position, leaves, split->total, symbol != 1);
    if (has_left <= 0)
        return has_left < 0 ? UQD_RANGE_STOPPED : 1;
    const uint32_t negative = split->cum1, positive = leaves - negative;
    const int is_positive =
        row->group->has_sign_curves
            ? code_learnt(coder, encodes, sign_curve(row, planned),
                          uqd_adaptive_position(positive, negative), positive, leaves, symbol == 2)
            : code_binary(coder, encodes, negative, leaves, symbol == 2);
    return is_positive < 0 ? UQD_RANGE_STOPPED : 2 * is_positive;
}

static inline int symbol_of(int32_t exact, struct uqd_cuts cuts)
{
    return (exact >= cuts.first) + (exact >= cuts.second);
}

/* ---- Coefficients ---- */

/* A coefficient on its way through the levels. */
struct coefficient {
    struct uqd_cell cell;
    uint64_t offset; /* in the arrays [block][n] of the group */
    int32_t exact;   /* if it is written */
};

static inline struct uqd_split split_of(const struct uqd_group_data *data,
                                        const struct coefficient *coefficient, struct uqd_cuts cuts)
{
    return uqd_split_of(uqd_mean_of(data, coefficient->offset),
                        uqd_scale_of(data, coefficient->offset), coefficient->cell.low, cuts.first,
                        cuts.second, coefficient->cell.high);
}

/* In which half of its cell a coefficient lies, the upper beginning at `first`: takes it there and
 * returns which, or UQD_RANGE_STOPPED. */
static inline int code_half(struct coder *coder, int encodes, const struct row *row,
                            struct coefficient *coefficient, int32_t first)
{
    const struct uqd_cell cell = coefficient->cell;
    const struct uqd_cuts cuts = {first, cell.high + 1};
    const struct uqd_split split = split_of(row->data, coefficient, cuts);
    const int symbol = code_plain(coder, encodes, &split, symbol_of(coefficient->exact, cuts));
    if (symbol >= 0)
        coefficient->cell = uqd_cell_child(cell, cuts, symbol);
    return symbol;
}

/* Where a coefficient lies that has left the cell around 0 of level `to`: how far out, from near to
 * far, since most are near, and then its halves. UQD_OK or UQD_RANGE_STOPPED. */
static int code_outside(struct coder *coder, int encodes, const struct row *row, uint32_t from,
                        uint32_t to, struct coefficient *coefficient)
{
    const int is_above = coefficient->cell.low > 0;
    uint32_t level = to;
    for (int is_near = 0; level + 1 < from && !is_near; level += !is_near) {
        const int32_t far = (int32_t)1 << (level + 1);
        const int half = code_half(coder, encodes, row, coefficient, is_above ? far : 1 - far);
        if (half < 0)
            return UQD_RANGE_STOPPED;
        is_near = half != is_above;
    }
    for (; level > to; level--)
        if (code_half(coder, encodes, row, coefficient,
                      coefficient->cell.low + ((int32_t)1 << (level - 1))) < 0)
            return UQD_RANGE_STOPPED;
    return UQD_OK;
}

/* The symbols behind the first. UQD_OK or UQD_RANGE_STOPPED. */
static inline __attribute__((always_inline)) int code_further(struct coder *coder, int encodes,
                                                              const struct row *row,
                                                              const struct uqd_planned *planned,
                                                              struct coefficient *coefficient)
{
    const struct uqd_stage_group *group = row->group;
    for (uint32_t level = group->from[planned->c] - 1u; level > group->to[planned->c]; level--) {
        const struct uqd_cell cell = coefficient->cell;
        const struct uqd_cuts cuts = uqd_cell_cuts(cell, level);
        const struct uqd_split split = split_of(row->data, coefficient, cuts);
        int symbol = symbol_of(coefficient->exact, cuts);
        if (row->curves != NULL && cell.low + cell.high == 0) {
            const uint32_t stays = split.cum2 - split.cum1;
            symbol = code_adaptive(coder, encodes, row, planned, level, &split,
                                   uqd_adaptive_position(split.total - stays, stays), symbol);
        } else {
            symbol = code_plain(coder, encodes, &split, symbol);
        }
        if (symbol < 0)
            return UQD_RANGE_STOPPED;
        coefficient->cell = uqd_cell_child(cell, cuts, symbol);
    }
    return UQD_OK;
}

static inline int code_first(struct coder *coder, int encodes, const struct row *row,
                             const struct uqd_planned *planned, uint32_t level, int symbol)
{
    if (planned->position == UQD_PLAN_PLAIN)
        return code_plain(coder, encodes, &planned->split, symbol);
    return code_adaptive(coder, encodes, row, planned, level, &planned->split, planned->position,
                         symbol);
}

/* goes_far: whether it may have more than one symbol. UQD_OK or UQD_RANGE_STOPPED. */
static inline __attribute__((always_inline)) int code_coefficient(struct coder *coder, int encodes,
                                                                  int goes_far,
                                                                  const struct row *row,
                                                                  const struct uqd_planned *planned)
{
    const struct uqd_stage_group *group = row->group;
    const struct uqd_group_data *data = row->data;
    const uint64_t block = row->first_block + planned->x, offset = block * group->n + planned->c;
    const uint32_t channel = group->first_channel + planned->c, from = group->from[planned->c];
    struct coefficient coefficient = {.cell = uqd_cell_at(planned->twice_centre, from),
                                      .offset = offset};
    const int is_joint = goes_far && planned->twice_centre == 0 && uqd_is_joint(group, planned->c);
    const uint32_t level = is_joint ? group->to[planned->c] + 1u : from;
    const struct uqd_cuts cuts = uqd_cell_cuts(coefficient.cell, level);
    if (encodes)
        coefficient.exact = data->exact[block * UQD_BLOCK_CHANNELS + channel];
    const int symbol = code_first(coder, encodes, row, planned, level,
                                  encodes ? symbol_of(coefficient.exact, cuts) : 0);
    if (symbol < 0)
        return UQD_RANGE_STOPPED;
    coefficient.cell = uqd_cell_child(coefficient.cell, cuts, symbol);
    int status = UQD_OK;
    if (is_joint && symbol != 1)
        status = code_outside(coder, encodes, row, from, group->to[planned->c], &coefficient);
    else if (goes_far && !is_joint)
        status = code_further(coder, encodes, row, planned, &coefficient);
    if (status != UQD_OK)
        return UQD_RANGE_STOPPED;
    const struct uqd_cell child = coefficient.cell;
    data->moved[offset] = (int16_t)(child.low + child.high - planned->twice_centre);
    if (data->centroid_q4 != NULL)
        data->centroid_q4[block * UQD_UNIT_CHANNELS + channel] = uqd_split_centroid_q4(
            uqd_mean_of(data, offset), uqd_scale_of(data, offset), child.low, child.high);
    return UQD_OK;
}

/* encodes and goes_far are constants at every call: each loop has only what it needs. */
static inline __attribute__((always_inline)) int code_row(struct uqd_symbols *symbols, int encodes,
                                                          int goes_far, const struct row *row,
                                                          const struct uqd_planned *planned,
                                                          uint32_t n)
{
    struct coder coder = {symbols->decoder, symbols->encoder};
    int status = UQD_OK;
    for (uint32_t i = 0; i < n && status == UQD_OK; i++)
        status = code_coefficient(&coder, encodes, goes_far, row, &planned[i]);
    symbols->decoder = coder.decoder;
    symbols->encoder = coder.encoder;
    return status == UQD_OK ? UQD_OK : symbols->decoder.status;
}

/* Reads a row and counts what its blocks took: coefficient by coefficient, as slow as that is,
 * which leaves the loop that does not count as it is. */
static int count_row(struct uqd_symbols *symbols, const struct row *row,
                     const struct uqd_planned *planned, uint32_t n)
{
    uint32_t *spent = row->data->unit->spent + row->first_block;
    int status = UQD_OK;
    for (uint32_t i = 0; i < n && status == UQD_OK; i++) {
        const uint64_t before = uqd_range_decoder_spent_q8(&symbols->decoder);
        status = code_row(symbols, 0, 1, row, &planned[i], 1);
        spent[planned[i].x] += (uint32_t)(uqd_range_decoder_spent_q8(&symbols->decoder) - before);
    }
    return status;
}

/* ---- Tiles ---- */

/* A tile on its way, slice by slice. */
struct tile_run {
    const struct uqd_group_phase *at;
    struct uqd_tile tile;
    struct uqd_symbols *symbols;
    struct uqd_curves *curves;
    struct uqd_plan_slices *slices;
    struct uqd_work *work;
    uint32_t rows; /* of a slice */
    size_t row_size;
    int goes_far; /* coefficients may have more than one symbol */
};

static uint32_t slice_begin(const struct tile_run *run, uint32_t slice)
{
    const uint64_t begin = run->tile.y_begin + (uint64_t)slice * run->rows;
    return begin < run->tile.y_end ? (uint32_t)begin : run->tile.y_end;
}

static void plan_row(const struct tile_run *run, uint32_t slice, uint32_t y)
{
    const uint32_t i = y - slice_begin(run, slice);
    run->slices->counts[slice % 2][i] =
        uqd_plan_row(run->at, run->tile, y, run->curves != NULL,
                     run->slices->planned[slice % 2] + i * run->row_size);
}

static int code_slice(const struct tile_run *run, uint32_t slice)
{
    const struct uqd_unit *unit = run->at->data->unit;
    const uint32_t begin = slice_begin(run, slice), end = slice_begin(run, slice + 1);
    int status = UQD_OK;
    for (uint32_t y = begin; y < end && status == UQD_OK; y++) {
        if (uqd_work_look(run->work, SAMPLES_PER_COEFFICIENT * run->row_size) < 0)
            return UQD_ERR_CANCELLED;
        const struct row row = {
            .group = run->at->group,
            .data = run->at->data,
            .tile = run->tile,
            .y = y,
            .first_block = (uint64_t)y * unit->grid_w + run->tile.x_begin,
            .curves = run->curves,
        };
        const struct uqd_planned *planned =
            run->slices->planned[slice % 2] + (y - begin) * run->row_size;
        const uint32_t n = run->slices->counts[slice % 2][y - begin];
        if (run->symbols->source == UQD_SYMBOLS_ENCODE)
            status = run->goes_far ? code_row(run->symbols, 1, 1, &row, planned, n)
                                   : code_row(run->symbols, 1, 0, &row, planned, n);
        else if (unit->spent != NULL)
            status = count_row(run->symbols, &row, planned, n);
        else
            status = run->goes_far ? code_row(run->symbols, 0, 1, &row, planned, n)
                                   : code_row(run->symbols, 0, 0, &row, planned, n);
    }
    return status;
}

static int goes_far(const struct uqd_stage_group *group)
{
    for (uint32_t c = 0; c < group->n; c++)
        if (group->from[c] > group->to[c] + 1)
            return 1;
    return 0;
}

int uqd_refine_tile(const struct uqd_group_phase *at, struct uqd_tile tile,
                    struct uqd_symbols *symbols, struct uqd_curves *curves,
                    struct uqd_plan_slices *slices, uint32_t threads, struct uqd_work *work)
{
    assert(tile.x_begin < tile.x_end && tile.x_end <= at->data->unit->grid_w);
    assert(tile.y_begin < tile.y_end && tile.y_end <= at->data->unit->grid_h);
    assert(symbols->source == UQD_SYMBOLS_DECODE || symbols->source == UQD_SYMBOLS_ENCODE);
    assert(symbols->source == UQD_SYMBOLS_DECODE || at->data->exact != NULL);
    assert(threads > 0);
    const size_t row_size = (size_t)(tile.x_end - tile.x_begin) * at->group->n;
    const uint32_t height = tile.y_end - tile.y_begin;
    const struct tile_run run = {
        .at = at,
        .tile = tile,
        .symbols = symbols,
        .curves = curves,
        .slices = slices,
        .work = work,
        .rows = uqd_plan_slice_rows(row_size, height),
        .row_size = row_size,
        .goes_far = goes_far(at->group),
    };
    const uint32_t n_slices = (height + run.rows - 1) / run.rows;
    const int is_worthwhile = row_size * height >= PARALLEL_COEFFICIENTS;
    int status = UQD_OK;
    /* One thread codes a slice while the others, and it when it is done, plan the next. */
#pragma omp parallel num_threads(uqd_team(threads, is_worthwhile))
    for (uint32_t slice = 0; slice <= n_slices; slice++) {
#pragma omp master
        if (slice > 0 && status == UQD_OK)
            status = code_slice(&run, slice - 1);
#pragma omp for schedule(dynamic)
        for (uint32_t y = slice_begin(&run, slice); y < slice_begin(&run, slice + 1); y++)
            if (uqd_work_look(work, SAMPLES_PER_COEFFICIENT * row_size) == UQD_OK)
                plan_row(&run, slice, y);
    }
    return status;
}
