/* What a picture is computed with: the networks of its units, kept from pass to pass. */
#ifndef UQD_LATTICE_ENGINE_H
#define UQD_LATTICE_ENGINE_H

#include "codec/lattice/batch.h"
#include "codec/lattice/neighbours.h"
#include "codec/lattice/network.h"
#include "codec/lattice/select.h"
#include "codec/lattice/tile.h"
#include "entropy/splits.h"

#include <stdint.h>

/* The networks of a picture's units, made when first used. */
struct uqd_engine {
    const struct uqd_model *model;
    unsigned cpu_mask;
    uint32_t tile_log2; /* tiles are 2^tile_log2 blocks wide and high */
    int separate;       /* a unit's tiles, if it has several, are predicted by themselves */
    struct uqd_tile
        first; /* tiles of unit 0, not blocks: they come before the others in each pass */
    struct uqd_work *work;
    struct uqd_neighbours neighbours;
    uqd_splits_function *splits;
    const struct uqd_select *select;
    const struct uqd_batch_ops *batch;
    struct uqd_network networks[UQD_MAX_UNITS];
    int ready[UQD_MAX_UNITS];
    struct {
        uint64_t version; /* of the state whose trunk the network holds; 0: none */
        uint32_t type;
    } trunks[UQD_MAX_UNITS];
    /* Trunks of separate tiles that a picture was made with, for the pass that goes on from it. */
    struct uqd_kept_trunks {
        uint64_t version;
        uint32_t type;
        uint32_t n;                   /* tiles */
        struct uqd_nn_qplane *planes; /* empty ones: of that tile none is kept; owned */
    } kept[UQD_MAX_UNITS];
    struct uqd_engine *of_tiles; /* of separate tiles, one for each thread that has one; owned */
    uint32_t n_of_tiles;
};

/* Bytes per pixel that coding and showing a picture take at most, the input and output aside. */
uint64_t uqd_engine_bytes_per_pixel(const struct uqd_model *model);

/* Model and work are borrowed. Allocates nothing. */
void uqd_engine_init(struct uqd_engine *engine, const struct uqd_model *model, unsigned cpu_mask,
                     struct uqd_work *work, uint32_t tile_log2, int separate);
void uqd_engine_free(struct uqd_engine *engine);

/* Whether all units of the picture, the full-size one being the largest, have a single tile. */
int uqd_engine_is_one_tile(const struct uqd_engine *engine, const struct uqd_state *state);

/* Whether a unit, all of it, has several tiles. */
static inline int uqd_engine_has_tiles(const struct uqd_engine *engine, const struct uqd_unit *unit)
{
    const uint32_t side = 1u << engine->tile_log2;
    return unit->whole_w > side || unit->whole_h > side;
}

/* Whether the tiles of a unit are predicted by themselves: it has several. */
int uqd_engine_separates(const struct uqd_engine *engine, const struct uqd_unit *unit);

/* Makes n engines for tiles, or keeps those there are. Errors: UQD_ERR_NOMEM. */
int uqd_engine_for_tiles(struct uqd_engine *engine, uint32_t n);

/* Room for the trunks of a unit's n tiles, in this state and of this stage type; drops those that
 * are of others. Errors: UQD_ERR_NOMEM. */
int uqd_engine_keep(struct uqd_engine *engine, const struct uqd_state *state, uint32_t unit,
                    uint32_t type, uint32_t n);

void uqd_engine_drop(struct uqd_engine *engine, uint32_t unit);

/* The kept trunk of a tile in this state and of this stage type, or NULL. */
struct uqd_nn_qplane *uqd_engine_kept(struct uqd_engine *engine, const struct uqd_state *state,
                                      uint32_t unit, uint32_t type, uint32_t tile);

/* Puts a trunk that was kept into the network of a tile, which owns it from here on.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
int uqd_engine_give_trunk(struct uqd_engine *engine, const struct uqd_state *tile, uint32_t unit,
                          uint32_t type, struct uqd_nn_qplane *plane);

/* Multiply-accumulates of one run of these parts (enum uqd_network_parts) over a unit. */
double uqd_engine_macs(const struct uqd_engine *engine, const struct uqd_unit *unit,
                       unsigned parts);

/* Whether the network of a unit has the trunk of this stage type in it. */
int uqd_engine_has_trunk(const struct uqd_engine *engine, const struct uqd_state *state,
                         uint32_t unit, uint32_t type);

/* The network of a unit with the trunk of this stage type in it, computed unless it is still there.
 * Updates the unit's low-pass, but for that of a tile. Not for units whose tiles are predicted by
 * themselves. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_engine_trunk(struct uqd_engine *engine, struct uqd_state *state, uint32_t unit,
                     uint32_t type, struct uqd_network **network);

#endif
