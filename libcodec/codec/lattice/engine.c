#include "codec/lattice/engine.h"

#include "util/checked.h"
#include "util/isa.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint64_t uqd_engine_bytes_per_pixel(const struct uqd_model *model)
{
    /* States (two), activations, and of every coefficient a mean, a scale, a move, an index, what
     * is shown, and what an interrupted pass refined. */
    const uint64_t per_block = 2 * UQD_BLOCK_CHANNELS * sizeof(int16_t) +
                               uqd_network_bytes_per_block(model) +
                               UQD_UNIT_CHANNELS * (9 + 2 * sizeof(int32_t));
    return per_block / (UQD_UNIT_BLOCK * UQD_UNIT_BLOCK) + 1 + 3 * sizeof(int32_t);
}

void uqd_engine_init(struct uqd_engine *engine, const struct uqd_model *model, unsigned cpu_mask,
                     struct uqd_work *work, uint32_t tile_log2, int separate)
{
    assert(model->n_stage_types > 0 && tile_log2 < 32 && work->threads > 0);
    *engine = (struct uqd_engine){
        .model = model,
        .cpu_mask = cpu_mask,
        .tile_log2 = tile_log2,
        .separate = separate,
        .work = work,
    };
    engine->splits = uqd_splits_ops_for(uqd_cpu_flags() & cpu_mask)->splits;
    engine->select = uqd_select_for(uqd_cpu_flags() & cpu_mask);
    engine->batch = uqd_batch_ops_for(uqd_cpu_flags() & cpu_mask);
    uqd_neighbours_init(&engine->neighbours, model->channels);
}

void uqd_engine_drop(struct uqd_engine *engine, uint32_t u)
{
    struct uqd_kept_trunks *kept = &engine->kept[u];
    for (uint32_t i = 0; i < kept->n; i++)
        uqd_nn_qplane_free(&kept->planes[i]);
    free(kept->planes);
    *kept = (struct uqd_kept_trunks){0};
}

void uqd_engine_free(struct uqd_engine *engine)
{
    for (uint32_t u = 0; u < UQD_MAX_UNITS; u++)
        if (engine->ready[u])
            uqd_network_free(&engine->networks[u]);
    memset(engine->ready, 0, sizeof engine->ready);
    for (uint32_t u = 0; u < UQD_MAX_UNITS; u++)
        uqd_engine_drop(engine, u);
    for (uint32_t i = 0; i < engine->n_of_tiles; i++)
        uqd_engine_free(&engine->of_tiles[i]);
    free(engine->of_tiles);
    engine->of_tiles = NULL;
    engine->n_of_tiles = 0;
}

int uqd_engine_for_tiles(struct uqd_engine *engine, uint32_t n)
{
    if (engine->n_of_tiles == n)
        return UQD_OK;
    struct uqd_engine *of_tiles = uqd_malloc_array(n, sizeof *of_tiles);
    if (of_tiles == NULL)
        return UQD_ERR_NOMEM;
    for (uint32_t i = 0; i < engine->n_of_tiles; i++)
        uqd_engine_free(&engine->of_tiles[i]);
    free(engine->of_tiles);
    for (uint32_t i = 0; i < n; i++)
        uqd_engine_init(&of_tiles[i], engine->model, engine->cpu_mask, engine->work,
                        engine->tile_log2, 0);
    engine->of_tiles = of_tiles;
    engine->n_of_tiles = n;
    return UQD_OK;
}

int uqd_engine_separates(const struct uqd_engine *engine, const struct uqd_unit *unit)
{
    return engine->separate && uqd_engine_has_tiles(engine, unit);
}

int uqd_engine_is_one_tile(const struct uqd_engine *engine, const struct uqd_state *state)
{
    return state->n_units == 0 || !uqd_engine_has_tiles(engine, &state->units[0]);
}

double uqd_engine_macs(const struct uqd_engine *engine, const struct uqd_unit *unit, unsigned parts)
{
    return (double)unit->grid_w * unit->grid_h *
           (double)uqd_model_macs_per_block(engine->model, parts);
}

int uqd_engine_has_trunk(const struct uqd_engine *engine, const struct uqd_state *state, uint32_t u,
                         uint32_t type)
{
    return engine->ready[u] && state->version != 0 && engine->trunks[u].version == state->version &&
           engine->trunks[u].type == type;
}

/* Gives a unit a network of its size. Tiles at the edges of a picture are smaller than others. */
static int make_network(struct uqd_engine *engine, const struct uqd_unit *unit, uint32_t u)
{
    struct uqd_network *network = &engine->networks[u];
    if (engine->ready[u] && network->width == unit->grid_w && network->height == unit->grid_h)
        return uqd_network_make_trunk(network);
    if (engine->ready[u])
        uqd_network_free(network);
    engine->ready[u] = 0;
    const int status = uqd_network_init(network, engine->model, engine->cpu_mask, engine->work,
                                        unit->grid_w, unit->grid_h);
    if (status < 0) {
        uqd_network_free(network);
        return status;
    }
    engine->ready[u] = 1;
    return UQD_OK;
}

int uqd_engine_trunk(struct uqd_engine *engine, struct uqd_state *state, uint32_t u, uint32_t type,
                     struct uqd_network **out)
{
    assert(u < state->n_units && type < engine->model->n_stage_types);
    assert(!uqd_engine_separates(engine, &state->units[u]));
    struct uqd_network *network = &engine->networks[u];
    struct uqd_unit *unit = &state->units[u];
    int status = make_network(engine, unit, u);
    if (status < 0)
        return status;
    *out = network;
    if (uqd_engine_has_trunk(engine, state, u, type))
        return UQD_OK;
    engine->trunks[u].version = 0;
    if (!state->is_tile)
        status = uqd_state_update_low(state, u, engine->work);
    if (status == UQD_OK)
        status = uqd_network_trunk(network, unit, type, engine->model->stage_types[type].from,
                                   state->dithered);
    if (status < 0)
        return status;
    engine->trunks[u].version = state->version;
    engine->trunks[u].type = type;
    return UQD_OK;
}

/* ---- Trunks that are kept ---- */

int uqd_engine_keep(struct uqd_engine *engine, const struct uqd_state *state, uint32_t u,
                    uint32_t type, uint32_t n)
{
    struct uqd_kept_trunks *kept = &engine->kept[u];
    if (kept->n == n && kept->version == state->version && kept->type == type)
        return UQD_OK;
    uqd_engine_drop(engine, u);
    struct uqd_nn_qplane *planes = uqd_calloc_array(n, sizeof *planes);
    if (planes == NULL)
        return UQD_ERR_NOMEM;
    *kept = (struct uqd_kept_trunks){state->version, type, n, planes};
    return UQD_OK;
}

struct uqd_nn_qplane *uqd_engine_kept(struct uqd_engine *engine, const struct uqd_state *state,
                                      uint32_t u, uint32_t type, uint32_t tile)
{
    struct uqd_kept_trunks *kept = &engine->kept[u];
    const int is_of = state->version != 0 && kept->version == state->version && kept->type == type;
    return is_of && tile < kept->n ? &kept->planes[tile] : NULL;
}

int uqd_engine_give_trunk(struct uqd_engine *engine, const struct uqd_state *tile, uint32_t u,
                          uint32_t type, struct uqd_nn_qplane *plane)
{
    int status = make_network(engine, &tile->units[u], u);
    if (status == UQD_OK)
        status =
            uqd_network_give_trunk(&engine->networks[u], type,
                                   engine->model->stage_types[type].from, tile->dithered, plane);
    if (status < 0)
        return status;
    engine->trunks[u].version = tile->version;
    engine->trunks[u].type = type;
    return UQD_OK;
}
