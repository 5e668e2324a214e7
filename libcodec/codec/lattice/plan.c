#include "codec/lattice/plan.h"

#include "entropy/splits.h"

#include <string.h>

/* ---- What is the same for all coefficients of a group ---- */

/* Cells of one level, those around 0 cut at another. */
static void set_levels(struct uqd_chunk_levels *levels, uint32_t c, uint32_t level, uint32_t cut)
{
    levels->far[c] = ((int32_t)1 << level) - 1;
    levels->half[c] = (int32_t)1 << cut;
}

static uint32_t below(uint32_t level, uint32_t steps)
{
    return level > steps ? level - steps : 0;
}

void uqd_plan_group(struct uqd_refine *refine)
{
    const struct uqd_phases *phases = &refine->state->model->phases;
    for (uint32_t c = 0; c < refine->n; c++) {
        const uint32_t from = refine->from[c];
        set_levels(&refine->levels.first, c, from, below(from, 1));
        set_levels(&refine->levels.stage, c, from, refine->to[c]);
        for (uint32_t l = 0; l < UQD_PLAN_AHEAD; l++)
            set_levels(&refine->levels.ahead[l], c, below(from, l + 1), below(from, l + 2));
        for (uint32_t p = 0; p + 1 < phases->n; p++)
            refine->thresholds[p][c] = phases->threshold[p][refine->first + c];
    }
}

static void split(struct uqd_chunk *chunk, const struct uqd_refine *refine)
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
        .n = chunk->n,
    };
    refine->splits(&splits);
}

static uint32_t chunk_size(size_t left)
{
    return left < UQD_CHUNK ? (uint32_t)left : UQD_CHUNK;
}

/* ---- Phases ---- */

/* Part of a row of cells. */
struct segment {
    uint32_t x_begin, x_end, y;
    uint64_t first_cell;
};

static struct uqd_chunk_source source_at(const struct uqd_refine *refine, uint64_t first_cell)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    const size_t index = first_cell * refine->n;
    return (struct uqd_chunk_source){
        .twice_centres = unit->cells + first_cell * UQD_CELL_CHANNELS + refine->first,
        .mean_q4 = refine->mean_q4 != NULL ? refine->mean_q4 + index : NULL,
        .scale_index = refine->mean_q4 != NULL ? refine->scale_index + index : NULL,
        .n_channels = refine->n,
    };
}

/* The phases of the coefficients around 0 that stand in `places`. */
static void phases_around_0(const struct uqd_refine *refine, const struct segment *segment,
                            const uint16_t *places, size_t n, uint8_t *phases)
{
    const struct uqd_chunk_source source = source_at(refine, segment->first_cell);
    const uint32_t n_thresholds = refine->state->model->phases.n - 1;
    struct uqd_chunk chunk;
    for (size_t begin = 0; begin < n; begin += UQD_CHUNK) {
        refine->chunk->gather(&chunk, &source, &refine->levels.stage, places + begin,
                              chunk_size(n - begin));
        split(&chunk, refine);
        refine->chunk->phases(&chunk, refine->thresholds[0], n_thresholds);
        for (uint32_t i = 0; i < chunk.n; i++)
            phases[chunk.index[i]] = (uint8_t)chunk.answer[i];
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

/* The first symbols of up to UQD_CHUNK places of a segment that begins at x_begin. Field by field
 * where it stands: a struct that is made elsewhere and copied stalls. */
static void plan_chunk(const struct uqd_refine *refine, const struct uqd_chunk_source *source,
                       const uint16_t *places, uint32_t n, struct uqd_planned *planned)
{
    struct uqd_chunk chunk;
    refine->chunk->gather(&chunk, source, &refine->levels.first, places, n);
    split(&chunk, refine);
    refine->chunk->positions(&chunk);
    for (uint32_t i = 0; i < n; i++) {
        planned[i].split.cum1 = chunk.cum1[i];
        planned[i].split.cum2 = chunk.cum2[i];
        planned[i].split.total = chunk.total[i];
        planned[i].twice_centre = (int16_t)chunk.twice_centre[i];
        planned[i].position = (int16_t)chunk.answer[i];
        planned[i].c = (uint8_t)chunk.channel[i];
    }
}

/* Which curve a first symbol asks, if it asks one. Where it does not, later ones may. */
static inline void plan_curve(const struct uqd_refine *refine, int adapts, uint32_t x, uint32_t y,
                              struct uqd_planned *planned)
{
    const struct uqd_unit *unit = &refine->state->units[refine->unit];
    const uint32_t c = planned->c;
    planned->surroundings = 0;
    if (!adapts || planned->twice_centre != 0)
        planned->position = UQD_PLAN_PLAIN;
    else if (planned->position >= 0 || refine->from[c] - refine->to[c] > 1)
        planned->surroundings = (uint8_t)uqd_surroundings(refine->neighbours, unit,
                                                          refine->first + c, x, y, refine->to[c]);
}

/* The splits of the cells around 0 of one level, l + 1 below that of the first symbol. */
static void plan_level_ahead(const struct uqd_refine *refine, const struct uqd_chunk_source *source,
                             uint32_t l, const uint16_t *places, uint32_t n,
                             const struct uqd_planned *planned, struct uqd_split *ahead)
{
    struct uqd_chunk chunk;
    uint16_t there[UQD_CHUNK];
    uint32_t which[UQD_CHUNK], n_there = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t c = uqd_place_channel(places[i]);
        which[n_there] = i;
        there[n_there] = places[i];
        n_there += (planned[i].twice_centre == 0) & (refine->from[c] > refine->to[c] + 1u + l);
    }
    refine->chunk->gather(&chunk, source, &refine->levels.ahead[l], there, n_there);
    split(&chunk, refine);
    for (uint32_t i = 0; i < n_there; i++)
        ahead[which[i] * UQD_PLAN_AHEAD + l] =
            (struct uqd_split){chunk.cum1[i], chunk.cum2[i], chunk.total[i]};
}

static void plan_ahead(const struct uqd_refine *refine, const struct uqd_chunk_source *source,
                       const uint16_t *places, uint32_t n, const struct uqd_planned *planned,
                       struct uqd_split *ahead)
{
    for (uint32_t begin = 0; begin < n; begin += UQD_CHUNK)
        for (uint32_t l = 0; l < UQD_PLAN_AHEAD; l++)
            plan_level_ahead(refine, source, l, places + begin, chunk_size(n - begin),
                             planned + begin, ahead + (size_t)begin * UQD_PLAN_AHEAD);
}

static uint32_t plan_segment(const struct uqd_refine *refine, struct uqd_tile tile,
                             uint32_t x_begin, uint32_t y, int adapts, struct uqd_planned *planned,
                             struct uqd_split *ahead)
{
    const uint32_t grid_w = refine->state->units[refine->unit].grid_w;
    const struct uqd_chunk_source source = source_at(refine, (uint64_t)y * grid_w + x_begin);
    const struct uqd_places places = uqd_places_of(refine, x_begin, y);
    const uint32_t n = (uint32_t)(places.end - places.begin);
    for (uint32_t begin = 0; begin < n; begin += UQD_CHUNK)
        plan_chunk(refine, &source, places.begin + begin, chunk_size(n - begin), planned + begin);
    if (ahead != NULL)
        plan_ahead(refine, &source, places.begin, n, planned, ahead);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t x = x_begin + uqd_place_x(places.begin[i]);
        planned[i].x = (uint16_t)(x - tile.x_begin);
        plan_curve(refine, adapts, x, y, &planned[i]);
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
