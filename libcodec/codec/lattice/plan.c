#include "codec/lattice/plan.h"

#include "entropy/adaptive.h"
#include "entropy/splits.h"

#include <string.h>

/* Cells whose frequencies are worked out together. */
enum { CHUNK = 64 };

struct chunk {
    int32_t mean_q4[CHUNK], low[CHUNK], first[CHUNK], second[CHUNK], end[CHUNK];
    uint8_t scale_index[CHUNK];
    uint32_t cum1[CHUNK], cum2[CHUNK], total[CHUNK];
};

/* A coefficient's distribution, its cell and what that is cut into. */
static inline void set(struct chunk *chunk, uint32_t i, const struct uqd_refine *refine,
                       uint64_t index, struct uqd_cell cell, struct uqd_cuts cuts)
{
    chunk->mean_q4[i] = refine->mean_q4 != NULL ? refine->mean_q4[index] : 0;
    chunk->scale_index[i] =
        refine->mean_q4 != NULL ? refine->scale_index[index] : UQD_TOP_SCALE_INDEX;
    chunk->low[i] = cell.low;
    chunk->first[i] = cuts.first;
    chunk->second[i] = cuts.second;
    chunk->end[i] = cell.high + 1;
}

static void split(struct chunk *chunk, uint32_t n, const struct uqd_refine *refine)
{
    const struct uqd_splits splits = {
        .mean_q4 = chunk->mean_q4,
        .low = chunk->low,
        .first = chunk->first,
        .second = chunk->second,
        .end = chunk->end,
        .scale_index = chunk->scale_index,
        .cum1 = chunk->cum1,
        .cum2 = chunk->cum2,
        .total = chunk->total,
        .n = n,
    };
    refine->splits(&splits);
}

/* ---- Phases ---- */

static inline uint32_t phase_by(const struct uqd_phases *phases, uint32_t channel,
                                struct uqd_split split)
{
    const uint64_t leaves = (uint64_t)(split.total - (split.cum2 - split.cum1)) << 16;
    uint32_t phase = 0;
    /* The first whose threshold is reached, without a jump that cannot be foreseen. */
    for (uint32_t p = 0; p + 1 < phases->n; p++)
        phase += (phase == p) & (leaves < (uint64_t)phases->threshold[p][channel] * split.total);
    return phase;
}

/* A cell around 0, cut at the ends of the cell around 0 that the stage leads to. */
static inline struct uqd_cuts stage_cuts(uint32_t to)
{
    const int32_t half = (int32_t)1 << to;
    return (struct uqd_cuts){1 - half, half};
}

uint32_t uqd_phase_of(const struct uqd_phases *phases, uint32_t channel, struct uqd_cell cell,
                      int32_t mean_q4, uint32_t scale_index, uint32_t to)
{
    if (cell.low + cell.high != 0)
        return phases->others[channel];
    const struct uqd_cuts cuts = stage_cuts(to);
    return phase_by(
        phases, channel,
        uqd_split_of(mean_q4, scale_index, cell.low, cuts.first, cuts.second, cell.high));
}

/* Part of a row of cells. */
struct segment {
    uint32_t x_begin, x_end, y;
    uint64_t first_cell;
};

/* The phases of the coefficients around 0 that stand in `places`. */
static void phases_around_0(const struct uqd_refine *refine, const struct segment *segment,
                            const uint16_t *places, size_t n, uint8_t *phases)
{
    struct chunk chunk;
    for (size_t begin = 0; begin < n; begin += CHUNK) {
        const uint32_t size = n - begin < CHUNK ? (uint32_t)(n - begin) : CHUNK;
        for (uint32_t i = 0; i < size; i++) {
            const uint32_t c = uqd_place_channel(places[begin + i]);
            const uint64_t cell = segment->first_cell + uqd_place_x(places[begin + i]);
            set(&chunk, i, refine, cell * refine->n + c, uqd_cell_at(0, refine->from[c]),
                stage_cuts(refine->to[c]));
        }
        split(&chunk, size, refine);
        for (uint32_t i = 0; i < size; i++) {
            const uint32_t c = uqd_place_channel(places[begin + i]);
            const struct uqd_split split = {chunk.cum1[i], chunk.cum2[i], chunk.total[i]};
            phases[(size_t)uqd_place_x(places[begin + i]) * refine->n + c] =
                (uint8_t)phase_by(&refine->state->model->phases, refine->first + c, split);
        }
    }
}

/* The phases of a cell's coefficients that are not around 0; what is not refined gets one behind
 * the last. All cells of a row have the same but for the last, which the grid's edge may cut. */
static void phases_of_cell(const struct uqd_refine *refine, uint32_t x, uint32_t y, uint8_t *phases)
{
    const uint8_t *others = refine->state->model->phases.others + refine->first;
    for (uint32_t c = 0; c < refine->n; c++) {
        const int phase = refine->is_phased ? others[c] : 0;
        phases[c] = (uint8_t)(uqd_is_refined(refine, c, x, y) ? phase : UQD_MAX_PHASES);
    }
}

/* The refined coefficients around 0, in coding order; returns how many. all: the places of all. */
static size_t list_around_0(const struct uqd_refine *refine, const struct segment *segment,
                            const uint16_t *all, const uint8_t *phases, uint16_t *places)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    const size_t channels = refine->n;
    size_t n = 0;
    for (uint32_t i = 0; i < segment->x_end - segment->x_begin; i++) {
        const int16_t *twice_centres =
            unit->cells + (segment->first_cell + i) * UQD_CELL_CHANNELS + refine->first;
        n += refine->select->zeros(places + n, all + i * channels, twice_centres,
                                   phases + i * channels, channels, UQD_MAX_PHASES);
    }
    return n;
}

/* Phases [cell][n] of a segment whose places are all[cell][n]. around_0: scratch for as many. */
static void phases_of_segment(const struct uqd_refine *refine, const struct segment *segment,
                              const uint16_t *all, uint16_t *around_0, uint8_t *phases)
{
    const uint32_t n_cells = segment->x_end - segment->x_begin, n = refine->n;
    phases_of_cell(refine, segment->x_begin, segment->y, phases);
    for (uint32_t i = 1; i + 1 < n_cells; i++)
        memcpy(phases + (size_t)i * n, phases, n);
    phases_of_cell(refine, segment->x_end - 1, segment->y, phases + (size_t)(n_cells - 1) * n);
    if (refine->is_phased)
        phases_around_0(refine, segment, around_0,
                        list_around_0(refine, segment, all, phases, around_0), phases);
}

/* The places of one segment, phase by phase. all: the places of a segment, [cell][n]. */
static void list_segment(const struct uqd_refine *refine, const struct segment *segment,
                         const uint16_t *all, uint8_t *phases)
{
    const uint32_t grid_w = refine->state->units[refine->unit].grid_w, n = refine->n;
    const uint32_t length = refine->lists.length;
    const size_t row = (size_t)segment->y * uqd_n_segments(grid_w, length);
    uint32_t *ends = refine->lists.ends + (row + segment->x_begin / length) * UQD_MAX_PHASES;
    uint16_t places[UQD_MAX_SEGMENT * UQD_MAX_GROUP_CHANNELS + UQD_SELECT_SLACK];
    const uint32_t n_phases = refine->is_phased ? refine->state->model->phases.n : 1;
    const uint32_t n_cells = segment->x_end - segment->x_begin;
    size_t count = 0;
    phases_of_segment(refine, segment, all, places, phases);
    for (uint32_t p = 0; p < UQD_MAX_PHASES; p++) {
        if (p < n_phases)
            count += refine->select->of_phase(places + count, all, phases, (size_t)n_cells * n,
                                              (uint8_t)p);
        ends[p] = (uint32_t)count;
    }
    memcpy(refine->lists.places + segment->first_cell * n, places, count * sizeof *places);
}

/* The places of so many cells of a segment. */
static void list_all(const struct uqd_refine *refine, uint32_t n_cells, uint16_t *all)
{
    for (uint32_t x = 0; x < n_cells; x++)
        for (uint32_t c = 0; c < refine->n; c++)
            *all++ = (uint16_t)(x << UQD_PLACE_BITS | c);
}

void uqd_plan_phases(const struct uqd_refine *refine, uint32_t y)
{
    const uint32_t grid_w = refine->state->units[refine->unit].grid_w;
    const uint32_t length = refine->lists.length;
    uint8_t phases[UQD_MAX_SEGMENT * UQD_MAX_GROUP_CHANNELS];
    uint16_t all[UQD_MAX_SEGMENT * UQD_MAX_GROUP_CHANNELS];
    list_all(refine, grid_w < length ? grid_w : length, all);
    for (uint32_t x = 0; x < grid_w; x += length) {
        const struct segment segment = {
            .x_begin = x,
            .x_end = grid_w - x < length ? grid_w : x + length,
            .y = y,
            .first_cell = (uint64_t)y * grid_w + x,
        };
        list_segment(refine, &segment, all, phases);
    }
}

/* ---- Symbols ---- */

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

/* Plans up to CHUNK places of a segment that begins at x_begin. Field by field where it stands: a
 * struct that is made elsewhere and copied stalls. */
static void plan_chunk(const struct uqd_refine *refine, uint32_t x_begin, uint32_t y,
                       const uint16_t *places, uint32_t n, struct uqd_planned *planned)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    const uint64_t first_cell = (uint64_t)y * unit->grid_w + x_begin;
    struct chunk chunk;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t c = uqd_place_channel(places[i]);
        const uint64_t cell = first_cell + uqd_place_x(places[i]);
        const int16_t twice_centre = unit->cells[cell * UQD_CELL_CHANNELS + refine->first + c];
        const struct uqd_cell around = uqd_cell_at(twice_centre, refine->from[c]);
        set(&chunk, i, refine, cell * refine->n + c, around,
            uqd_cell_cuts(around, refine->from[c]));
        planned[i].twice_centre = twice_centre;
        planned[i].c = (uint8_t)c;
    }
    split(&chunk, n, refine);
    for (uint32_t i = 0; i < n; i++) {
        planned[i].split.cum1 = chunk.cum1[i];
        planned[i].split.cum2 = chunk.cum2[i];
        planned[i].split.total = chunk.total[i];
        planned[i].position = UQD_PLAN_PLAIN;
        planned[i].surroundings = 0;
    }
}

/* The splits of the cells around 0 of one level, l + 1 below that of the first symbol. */
static void plan_level_ahead(const struct uqd_refine *refine, uint64_t first_cell, uint32_t l,
                             const uint16_t *places, uint32_t n, const struct uqd_planned *planned,
                             struct uqd_split *ahead)
{
    struct chunk chunk;
    uint32_t which[CHUNK], n_set = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t c = uqd_place_channel(places[i]), level = refine->from[c] - 1u - l;
        const uint64_t cell = first_cell + uqd_place_x(places[i]);
        if (planned[i].twice_centre != 0 || refine->from[c] <= refine->to[c] + 1u + l)
            continue;
        which[n_set] = i;
        set(&chunk, n_set++, refine, cell * refine->n + c, uqd_cell_at(0, level),
            uqd_cell_cuts(uqd_cell_at(0, level), level));
    }
    split(&chunk, n_set, refine);
    for (uint32_t i = 0; i < n_set; i++)
        ahead[which[i] * UQD_PLAN_AHEAD + l] =
            (struct uqd_split){chunk.cum1[i], chunk.cum2[i], chunk.total[i]};
}

static void plan_ahead(const struct uqd_refine *refine, uint32_t x_begin, uint32_t y,
                       const uint16_t *places, uint32_t n, const struct uqd_planned *planned,
                       struct uqd_split *ahead)
{
    const uint32_t grid_w = refine->state->units[refine->unit].grid_w;
    for (uint32_t begin = 0; begin < n; begin += CHUNK)
        for (uint32_t l = 0; l < UQD_PLAN_AHEAD; l++)
            plan_level_ahead(refine, (uint64_t)y * grid_w + x_begin, l, places + begin,
                             n - begin < CHUNK ? n - begin : CHUNK, planned + begin,
                             ahead + (size_t)begin * UQD_PLAN_AHEAD);
}

static uint32_t plan_segment(const struct uqd_refine *refine, struct uqd_tile tile,
                             uint32_t x_begin, uint32_t y, int adapts, struct uqd_planned *planned,
                             struct uqd_split *ahead)
{
    const struct uqd_places places = uqd_places_of(refine, x_begin, y);
    const uint32_t n = (uint32_t)(places.end - places.begin);
    for (uint32_t begin = 0; begin < n; begin += CHUNK)
        plan_chunk(refine, x_begin, y, places.begin + begin, n - begin < CHUNK ? n - begin : CHUNK,
                   planned + begin);
    if (ahead != NULL)
        plan_ahead(refine, x_begin, y, places.begin, n, planned, ahead);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t x = x_begin + uqd_place_x(places.begin[i]);
        planned[i].x = (uint16_t)(x - tile.x_begin);
        if (adapts && planned[i].twice_centre == 0)
            plan_curve(refine, x, y, &planned[i]);
    }
    return n;
}

uint32_t uqd_plan_row(const struct uqd_refine *refine, struct uqd_tile tile, uint32_t y, int adapts,
                      struct uqd_planned *planned, struct uqd_split *ahead)
{
    uint32_t n = 0;
    for (uint32_t x = tile.x_begin; x < tile.x_end; x += refine->lists.length)
        n += plan_segment(refine, tile, x, y, adapts, planned + n,
                          ahead != NULL ? ahead + (size_t)n * UQD_PLAN_AHEAD : NULL);
    return n;
}
