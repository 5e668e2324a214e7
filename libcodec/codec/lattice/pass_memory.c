#include "codec/lattice/pass_memory.h"

#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>

static int alloc_slices(struct uqd_pass_memory *memory, const struct uqd_pass_needs *needs)
{
    const struct uqd_tile largest = uqd_tile_at(needs->tiling, 0);
    const uint32_t n = uqd_n_tiles(needs->tiling) > 1 ? needs->threads : 1;
    memory->slices = uqd_calloc_array(n, sizeof *memory->slices);
    if (memory->slices == NULL)
        return UQD_ERR_NOMEM;
    memory->n_slices = n;
    int status = UQD_OK;
    for (uint32_t i = 0; i < n && status == UQD_OK; i++)
        status = uqd_plan_slices_init(&memory->slices[i], largest.x_end, largest.y_end);
    return status;
}

static int alloc_tiles(struct uqd_pass_memory *memory, const struct uqd_pass_needs *needs)
{
    const uint32_t n = uqd_n_tiles(needs->tiling);
    memory->results = uqd_malloc_array(n, sizeof *memory->results);
    memory->ended = uqd_malloc_array(n, sizeof *memory->ended);
    if (memory->results == NULL || memory->ended == NULL)
        return UQD_ERR_NOMEM;
    if (needs->adapts) {
        memory->curves = uqd_malloc_array(n, sizeof *memory->curves);
        memory->busy = uqd_malloc_array((size_t)needs->tiling->grid_w * needs->tiling->grid_h,
                                        sizeof *memory->busy);
        if (memory->curves == NULL || memory->busy == NULL)
            return UQD_ERR_NOMEM;
        for (uint32_t i = 0; i < n; i++)
            uqd_curves_init(&memory->curves[i]);
    }
    return alloc_slices(memory, needs);
}

static int alloc_lists(struct uqd_phase_lists *lists, const struct uqd_tiling *tiling, size_t n)
{
    lists->length = tiling->side < UQD_MAX_SEGMENT ? tiling->side : UQD_MAX_SEGMENT;
    const size_t segments = (size_t)tiling->grid_h * uqd_n_segments(tiling->grid_w, lists->length);
    lists->indices = uqd_malloc_array(n, sizeof *lists->indices);
    lists->ends = uqd_malloc_array(segments * UQD_MAX_GROUPS * UQD_MAX_PHASES, sizeof *lists->ends);
    return lists->indices != NULL && lists->ends != NULL ? UQD_OK : UQD_ERR_NOMEM;
}

int uqd_pass_memory_init(struct uqd_pass_memory *memory, const struct uqd_pass_needs *needs)
{
    const struct uqd_tiling *tiling = needs->tiling;
    assert(tiling->grid_w > 0 && tiling->grid_h > 0 && tiling->side > 0 && needs->threads > 0);
    *memory = (struct uqd_pass_memory){0};
    size_t n;
    if (uqd_mul_size((size_t)tiling->grid_w * tiling->grid_h, UQD_UNIT_CHANNELS, &n) < 0)
        return UQD_ERR_NOMEM;
    memory->mean_q4 = uqd_malloc_array(n, sizeof *memory->mean_q4);
    memory->scale_index = uqd_malloc_array(n + UQD_BATCH_SLACK, sizeof *memory->scale_index);
    memory->moved = uqd_malloc_array(n, sizeof *memory->moved);
    if (memory->mean_q4 == NULL || memory->scale_index == NULL || memory->moved == NULL ||
        alloc_lists(&memory->lists, tiling, n) < 0)
        return UQD_ERR_NOMEM;
    return needs->is_file ? alloc_tiles(memory, needs) : UQD_OK;
}

void uqd_pass_memory_free(struct uqd_pass_memory *memory)
{
    free(memory->mean_q4);
    free(memory->scale_index);
    free(memory->moved);
    free(memory->lists.indices);
    free(memory->lists.ends);
    free(memory->curves);
    free(memory->busy);
    free(memory->results);
    free(memory->ended);
    for (uint32_t i = 0; i < memory->n_slices; i++)
        uqd_plan_slices_free(&memory->slices[i]);
    free(memory->slices);
}
