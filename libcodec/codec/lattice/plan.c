#include "codec/lattice/plan.h"

#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>

/* ---- Symbols ---- */

/* The first symbols of up to UQD_BATCH indices of a segment that begins at x_begin. Field by field
 * where it stands: a struct that is made elsewhere and copied stalls. */
static void plan_batch(const struct uqd_stage_group *group, const struct uqd_group_data *data,
                       const struct uqd_batch_source *source, const uint16_t *indices, uint32_t n,
                       struct uqd_planned *planned)
{
    struct uqd_batch batch;
    uqd_group_gather(&batch, &data->kernels, source, &group->levels.first, indices, n);
    data->kernels.batch->positions(&batch);
    for (uint32_t i = 0; i < n; i++) {
        planned[i].split.cum1 = batch.cum1[i];
        planned[i].split.cum2 = batch.cum2[i];
        planned[i].split.total = batch.total[i];
        planned[i].twice_centre = (int16_t)batch.twice_centre[i];
        planned[i].position = (int16_t)batch.answer[i];
        planned[i].c = (uint8_t)batch.channel[i];
    }
}

/* Which curve a first symbol asks, if it asks one. Where it does not, later ones may. busy: the
 * subbands that are, around its block. */
static inline void plan_curve(const struct uqd_stage_group *group,
                              const struct uqd_group_data *data, int adapts, uint32_t busy,
                              uint32_t x, uint32_t y, struct uqd_planned *planned)
{
    const uint32_t c = planned->c;
    planned->context_class = 0;
    if (!adapts || planned->twice_centre != 0)
        planned->position = UQD_PLAN_PLAIN;
    else if ((busy >> data->neighbours->subband[group->first_channel + c] & 1) != 0 &&
             (planned->position >= 0 || (!group->is_joint && group->from[c] - group->to[c] > 1)))
        planned->context_class = (uint8_t)uqd_context_class(
            data->neighbours, data->unit, group->first_channel + c, x, y, group->to[c]);
}

static uint32_t plan_segment(const struct uqd_group_phase *at, struct uqd_tile tile,
                             uint32_t x_begin, uint32_t y, int adapts, struct uqd_planned *planned)
{
    const struct uqd_stage_group *group = at->group;
    const struct uqd_group_data *data = at->data;
    const uint32_t grid_w = data->unit->grid_w;
    const struct uqd_batch_source source =
        uqd_group_source(group, data, (uint64_t)y * grid_w + x_begin);
    const struct uqd_indices indices = uqd_indices_of(at, x_begin, y);
    const uint32_t n = (uint32_t)(indices.end - indices.begin);
    for (uint32_t begin = 0; begin < n; begin += UQD_BATCH)
        plan_batch(group, data, &source, indices.begin + begin, uqd_batch_size(n - begin),
                   planned + begin);
    uint32_t last = UINT32_MAX, busy = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t x = x_begin + uqd_index_x(indices.begin[i]);
        if (adapts && x != last)
            busy = uqd_busy_around(data->unit, data->busy, x, y);
        last = x;
        planned[i].x = (uint16_t)(x - tile.x_begin);
        plan_curve(group, data, adapts, busy, x, y, &planned[i]);
    }
    return n;
}

uint32_t uqd_plan_row(const struct uqd_group_phase *at, struct uqd_tile tile, uint32_t y,
                      int adapts, struct uqd_planned *planned)
{
    assert(tile.y_begin <= y && y < tile.y_end && at->phase < uqd_n_phases(at->group));
    assert(tile.x_begin % at->data->lists.length == 0 && tile.x_end <= at->data->unit->grid_w);
    assert(!adapts || (at->data->neighbours != NULL && at->data->busy != NULL));
    uint32_t n = 0;
    for (uint32_t x = tile.x_begin; x < tile.x_end; x += at->data->lists.length)
        n += plan_segment(at, tile, x, y, adapts, planned + n);
    return n;
}

/* ---- Slices ---- */

/* Planned symbols that the threads leave in the cache for the one that codes them. */
enum { SLICE_SYMBOLS = 1 << 13 };

uint32_t uqd_plan_slice_rows(size_t row, uint32_t height)
{
    assert(row > 0 && height > 0);
    const size_t rows = SLICE_SYMBOLS / row;
    if (rows == 0)
        return 1;
    return rows < height ? (uint32_t)rows : height;
}

/* Coefficients for which a slice needs room. */
static size_t slice_size(uint32_t width, uint32_t height)
{
    const size_t row = (size_t)width * UQD_MAX_GROUP_CHANNELS;
    if (row >= SLICE_SYMBOLS)
        return row;
    return height < SLICE_SYMBOLS / row ? height * row : SLICE_SYMBOLS;
}

int uqd_plan_slices_init(struct uqd_plan_slices *slices, uint32_t width, uint32_t height)
{
    assert(width > 0 && height > 0);
    const size_t size = slice_size(width, height);
    *slices = (struct uqd_plan_slices){0};
    for (uint32_t i = 0; i < 2; i++) {
        slices->planned[i] = uqd_malloc_array(size, sizeof *slices->planned[0]);
        slices->counts[i] = uqd_malloc_array(height, sizeof *slices->counts[0]);
        if (slices->planned[i] == NULL || slices->counts[i] == NULL)
            return UQD_ERR_NOMEM;
    }
    return UQD_OK;
}

void uqd_plan_slices_free(struct uqd_plan_slices *slices)
{
    for (uint32_t i = 0; i < 2; i++) {
        free(slices->planned[i]);
        free(slices->counts[i]);
    }
}
