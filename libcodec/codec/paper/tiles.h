/* The tiles of a picture and the networks that run over them, all at hand at once: z of every step
 * of every tile, so that any step can be shown, and what the network said last of each tile, since
 * the picture of a step and the next step need the same. */
#ifndef UQD_PAPER_TILES_H
#define UQD_PAPER_TILES_H

#include "codec/paper/tile.h"
#include "container/header.h"

#include <stddef.h>
#include <stdint.h>

struct uqd_paper_tiles {
    const struct uqd_model *model;
    struct uqd_work *work; /* borrowed */
    uint32_t width, height, colours;
    uint64_t seed;
    uint32_t tiles_x, n;
    float *z;                                 /* [n_steps + 1][n][UQD_PAPER_VALUES] */
    uint8_t *pixels;                          /* [n][UQD_PAPER_VALUES]: exact */
    struct uqd_paper_prediction *predictions; /* of each tile */
    int8_t *predicted;                        /* of each tile: for which step, or -1 */
    struct uqd_paper_network *networks;       /* of each thread that runs tiles */
    uint32_t n_networks;
};

/* Bytes that the tiles of a picture take at most, with so many threads (0: OpenMP's default). */
uint64_t uqd_paper_tiles_size(const struct uqd_model *model, uint32_t width, uint32_t height,
                              uint32_t threads);

/* Pure noise in all tiles. Model and work are borrowed. On failure the tiles may be freed.
 * Errors: UQD_ERR_NOMEM. */
int uqd_paper_tiles_init(struct uqd_paper_tiles *tiles, const struct uqd_model *model,
                         const struct uqd_header *header, unsigned cpu_mask, struct uqd_work *work);
void uqd_paper_tiles_free(struct uqd_paper_tiles *tiles);

/* Sets the exact pixels. */
void uqd_paper_tiles_load(struct uqd_paper_tiles *tiles, const struct uqd_image *image);

static inline float *uqd_paper_z(const struct uqd_paper_tiles *tiles, uint32_t step, uint32_t i)
{
    return tiles->z + ((size_t)step * tiles->n + i) * UQD_PAPER_VALUES;
}

static inline uint8_t *uqd_paper_pixels(const struct uqd_paper_tiles *tiles, uint32_t i)
{
    return tiles->pixels + (size_t)i * UQD_PAPER_VALUES;
}

struct uqd_paper_tile uqd_paper_tile_at(const struct uqd_paper_tiles *tiles, uint32_t i);

/* Multiply-accumulates of a run of the network over one tile. */
double uqd_paper_run_macs(const struct uqd_paper_tiles *tiles);

/* What is done with a tile, given a network to run; returns a status. */
typedef int uqd_paper_tile_function(void *arguments, uint32_t tile,
                                    struct uqd_paper_network *network, struct uqd_work *work);

/* Calls the function for all tiles, as many at a time as there are networks. Without a failure all
 * are done; the worst status is returned: a failure, or else lack of data. */
int uqd_paper_for_tiles(struct uqd_paper_tiles *tiles, uqd_paper_tile_function *function,
                        void *arguments);

/* Sees to it that the prediction of a tile is that of a step.
 * Errors: those of uqd_paper_network_run. */
int uqd_paper_predict(struct uqd_paper_tiles *tiles, uint32_t step, uint32_t i,
                      struct uqd_paper_network *network, struct uqd_work *work);

#endif
