/* The tiles of a picture and the networks that run over them, all at hand at once: z of every step
 * of every tile, so that any step can be shown, and what the network said last of each tile, since
 * the picture of a step and the next step need the same. Nothing is kept of a tile of which no byte
 * has come, and a network gets its memory when it first runs. */
#ifndef UQD_PAPER_TILES_H
#define UQD_PAPER_TILES_H

#include "codec/paper/tile.h"
#include "container/header.h"

#include <stddef.h>
#include <stdint.h>

enum { UQD_PAPER_NETWORKS = 16 }; /* at most */

/* What is kept of a tile. */
struct uqd_paper_kept {
    struct uqd_paper_prediction prediction;
    int predicted;                    /* for which step, or -1 */
    uint8_t pixels[UQD_PAPER_VALUES]; /* exact */
    float z[];                        /* [n_steps + 1][UQD_PAPER_VALUES] */
};

struct uqd_paper_tiles {
    const struct uqd_model *model;
    struct uqd_work *work; /* borrowed */
    uint32_t width, height, colours;
    uint64_t seed;
    uint32_t tiles_x, n;
    struct uqd_paper_kept **kept; /* of each tile, or NULL; owned. All NULL: no array yet */
    struct uqd_paper_network networks[UQD_PAPER_NETWORKS]; /* of each thread that runs tiles */
    unsigned cpu_mask;
    uint32_t n_networks;
};

/* Bytes that the tiles of a picture take at most, with so many threads (0: OpenMP's default). */
uint64_t uqd_paper_tiles_size(const struct uqd_model *model, uint32_t width, uint32_t height,
                              uint32_t threads);

/* Nothing is kept of any tile. Model and work are borrowed. Allocates nothing. */
void uqd_paper_tiles_init(struct uqd_paper_tiles *tiles, const struct uqd_model *model,
                          const struct uqd_header *header, unsigned cpu_mask,
                          struct uqd_work *work);
void uqd_paper_tiles_free(struct uqd_paper_tiles *tiles);

/* Makes room for what is kept of tiles, unless it is there. To be called before uqd_paper_hold.
 * Errors: UQD_ERR_NOMEM. */
int uqd_paper_tiles_begin(struct uqd_paper_tiles *tiles);

/* Keeps a tile, which begins with pure noise, unless it is kept. Tiles may be held by several
 * threads at once. Errors: UQD_ERR_NOMEM. */
int uqd_paper_hold(struct uqd_paper_tiles *tiles, uint32_t i);

/* Holds all tiles and sets their exact pixels. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_paper_tiles_load(struct uqd_paper_tiles *tiles, const struct uqd_image *image);

/* Of a tile that is kept. */
static inline float *uqd_paper_z(const struct uqd_paper_tiles *tiles, uint32_t step, uint32_t i)
{
    return tiles->kept[i]->z + (size_t)step * UQD_PAPER_VALUES;
}

static inline uint8_t *uqd_paper_pixels(const struct uqd_paper_tiles *tiles, uint32_t i)
{
    return tiles->kept[i]->pixels;
}

/* What the network said last. */
static inline const struct uqd_paper_prediction *
uqd_paper_prediction_of(const struct uqd_paper_tiles *tiles, uint32_t i)
{
    return &tiles->kept[i]->prediction;
}

/* Whether that is of the step. */
static inline int uqd_paper_is_predicted(const struct uqd_paper_tiles *tiles, uint32_t step,
                                         uint32_t i)
{
    return tiles->kept != NULL && tiles->kept[i] != NULL && tiles->kept[i]->predicted == (int)step;
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

/* Gives a network that is handed to such a function its memory, unless it has it.
 * Errors: UQD_ERR_NOMEM. */
int uqd_paper_ready(const struct uqd_paper_tiles *tiles, struct uqd_paper_network *network);

/* Sees to it that the prediction of a tile that is kept is that of a step.
 * Errors: UQD_ERR_NOMEM, those of uqd_paper_network_run. */
int uqd_paper_predict(struct uqd_paper_tiles *tiles, uint32_t step, uint32_t i,
                      struct uqd_paper_network *network, struct uqd_work *work);

#endif
