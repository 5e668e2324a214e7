#include "codec/paper/tiles.h"

#include "transform/threads.h"
#include "util/checked.h"
#include "util/team.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { NOTHING = -1 };

static uint32_t tiles_along(uint32_t side)
{
    return (side + UQD_PAPER_SIDE - 1) / UQD_PAPER_SIDE;
}

static uint32_t networks_for(uint64_t n_tiles, uint32_t threads)
{
    const uint64_t most = threads < UQD_PAPER_NETWORKS ? threads : UQD_PAPER_NETWORKS;
    return (uint32_t)(n_tiles < most ? n_tiles : most);
}

struct uqd_paper_tile uqd_paper_tile_at(const struct uqd_paper_tiles *tiles, uint32_t i)
{
    const uint32_t x = i % tiles->tiles_x * UQD_PAPER_SIDE;
    const uint32_t y = i / tiles->tiles_x * UQD_PAPER_SIDE;
    const uint32_t w = tiles->width - x, h = tiles->height - y;
    return (struct uqd_paper_tile){
        .paper = tiles->model->paper,
        .seed = tiles->seed,
        .first = (uint64_t)i * UQD_PAPER_VALUES,
        .width = w < UQD_PAPER_SIDE ? w : UQD_PAPER_SIDE,
        .height = h < UQD_PAPER_SIDE ? h : UQD_PAPER_SIDE,
        .colours = tiles->colours,
    };
}

/* ---- Life ---- */

/* One tile is computed by all threads, many by one each. */
static uint32_t threads_of_network(uint64_t n_tiles, uint32_t threads)
{
    return n_tiles == 1 ? threads : 1;
}

static size_t kept_size(const struct uqd_model *model)
{
    return sizeof(struct uqd_paper_kept) + model->n_steps * sizeof(float) * UQD_PAPER_VALUES;
}

uint64_t uqd_paper_tiles_size(const struct uqd_model *model, uint32_t width, uint32_t height,
                              uint32_t threads)
{
    const uint32_t n_threads = (uint32_t)uqd_thread_count(threads);
    const uint64_t n_tiles = (uint64_t)tiles_along(width) * tiles_along(height);
    /* How far it is shown is one byte. */
    const uint64_t per_tile = sizeof(void *) + kept_size(model) + 1;
    return n_tiles * per_tile +
           networks_for(n_tiles, n_threads) *
               uqd_paper_network_size(model, threads_of_network(n_tiles, n_threads));
}

void uqd_paper_tiles_free(struct uqd_paper_tiles *tiles)
{
    for (uint32_t i = 0; i < tiles->n_networks; i++)
        if (tiles->networks[i].model != NULL)
            uqd_paper_network_free(&tiles->networks[i]);
    for (uint32_t i = 0; i < tiles->n && tiles->kept != NULL; i++)
        free(tiles->kept[i]);
    free(tiles->kept);
}

void uqd_paper_tiles_init(struct uqd_paper_tiles *tiles, const struct uqd_model *model,
                          const struct uqd_header *header, unsigned cpu_mask, struct uqd_work *work)
{
    *tiles = (struct uqd_paper_tiles){
        .model = model,
        .work = work,
        .width = header->width,
        .height = header->height,
        .colours = header->colours,
        .seed = header->seed,
        .tiles_x = tiles_along(header->width),
        .n = tiles_along(header->width) * tiles_along(header->height),
        .cpu_mask = cpu_mask,
    };
    tiles->n_networks = networks_for(tiles->n, work->threads);
}

int uqd_paper_tiles_begin(struct uqd_paper_tiles *tiles)
{
    if (tiles->kept == NULL)
        tiles->kept = uqd_calloc_array(tiles->n, sizeof *tiles->kept);
    return tiles->kept != NULL ? UQD_OK : UQD_ERR_NOMEM;
}

int uqd_paper_hold(struct uqd_paper_tiles *tiles, uint32_t i)
{
    assert(tiles->kept != NULL && i < tiles->n);
    if (tiles->kept[i] != NULL)
        return UQD_OK;
    struct uqd_paper_kept *kept = malloc(kept_size(tiles->model));
    if (kept == NULL)
        return UQD_ERR_NOMEM;
    const struct uqd_paper_tile tile = uqd_paper_tile_at(tiles, i);
    kept->predicted = NOTHING;
    memset(kept->pixels, 0, sizeof kept->pixels);
    uqd_paper_start(&tile, kept->z);
    tiles->kept[i] = kept;
    return UQD_OK;
}

int uqd_paper_tiles_load(struct uqd_paper_tiles *tiles, const struct uqd_image *image)
{
    int status = uqd_paper_tiles_begin(tiles);
    for (uint32_t i = 0; i < tiles->n && status == UQD_OK; i++) {
        status = uqd_work_look(tiles->work, UQD_PAPER_VALUES);
        if (status == UQD_OK)
            status = uqd_paper_hold(tiles, i);
    }
    if (status < 0)
        return status;
    for (uint32_t y = 0; y < image->height && uqd_work_look(tiles->work, image->width) == UQD_OK;
         y++)
        for (uint32_t x = 0; x < image->width; x++) {
            const uint32_t tile = y / UQD_PAPER_SIDE * tiles->tiles_x + x / UQD_PAPER_SIDE;
            const uint8_t *pixel = image->pixels + y * image->stride + (size_t)x * image->channels;
            uint8_t *out = uqd_paper_pixels(tiles, tile) + y % UQD_PAPER_SIDE * UQD_PAPER_SIDE +
                           x % UQD_PAPER_SIDE;
            for (uint32_t c = 0; c < UQD_PAPER_COLOURS; c++)
                out[c * UQD_PAPER_PIXELS] = pixel[image->channels == 1 ? 0 : c];
        }
    return uqd_work_look(tiles->work, 0);
}

/* ---- Tiles on all threads ---- */

double uqd_paper_run_macs(const struct uqd_paper_tiles *tiles)
{
    return tiles->model->paper->macs_per_pixel * UQD_PAPER_PIXELS;
}

/* Progress of one of several tiles that are computed at the same time. */
struct tile_progress {
    struct uqd_paper_tiles *tiles;
    atomic_int *cancelled;
    int reports; /* it is computed by the thread that may call the progress callback */
};

static int tile_progressed(void *cookie, double done)
{
    const struct tile_progress *progress = cookie;
    struct uqd_work *work = progress->tiles->work;
    if (progress->reports && work->progress != NULL) {
        const double now = work->done + done * uqd_paper_run_macs(progress->tiles);
        const double share = work->total > 0 ? now / work->total : 0;
        if (work->progress(work->cookie, share < 1 ? share : 1) != 0)
            atomic_store(progress->cancelled, 1);
    }
    return atomic_load(progress->cancelled);
}

/* Failures first, then lack of data. */
static int worse(int a, int b)
{
    return a < 0 || b < 0 ? (a < b ? a : b) : (a > b ? a : b);
}

int uqd_paper_for_tiles(struct uqd_paper_tiles *tiles, uqd_paper_tile_function *function,
                        void *arguments)
{
    const uint32_t n = tiles->n, side_by_side = tiles->n_networks;
    int status = UQD_OK;
    if (n == 1)
        return function(arguments, 0, &tiles->networks[0], tiles->work);
    for (uint32_t begin = 0; begin < n && status >= 0; begin += side_by_side) {
        const uint32_t end = n - begin < side_by_side ? n : begin + side_by_side;
        int results[UQD_PAPER_NETWORKS];
        atomic_int cancelled = 0;
#pragma omp parallel for num_threads(uqd_team(side_by_side, 1)) schedule(static, 1)
        for (uint32_t i = begin; i < end; i++) {
            struct tile_progress progress = {tiles, &cancelled, omp_get_thread_num() == 0};
            struct uqd_work work = {.threads = 1, .progress = tile_progressed, .cookie = &progress};
            uqd_work_begin(&work, uqd_paper_run_macs(tiles));
            results[i - begin] = function(arguments, i, &tiles->networks[i - begin], &work);
        }
        for (uint32_t i = begin; i < end; i++)
            status = worse(status, results[i - begin]);
        const int added = uqd_work_add(tiles->work, uqd_paper_run_macs(tiles) * (end - begin));
        status = added < 0 ? added : status;
    }
    return status;
}

int uqd_paper_ready(const struct uqd_paper_tiles *tiles, struct uqd_paper_network *network)
{
    if (network->model != NULL)
        return UQD_OK;
    const int status = uqd_paper_network_init(network, tiles->model, tiles->cpu_mask,
                                              threads_of_network(tiles->n, tiles->work->threads));
    if (status < 0)
        uqd_paper_network_free(network);
    return status;
}

int uqd_paper_predict(struct uqd_paper_tiles *tiles, uint32_t step, uint32_t i,
                      struct uqd_paper_network *network, struct uqd_work *work)
{
    struct uqd_paper_kept *kept = tiles->kept[i];
    struct uqd_paper_prediction *prediction = &kept->prediction;
    if (kept->predicted == (int)step)
        return UQD_OK;
    int status = uqd_paper_ready(tiles, network);
    if (status < 0)
        return status;
    kept->predicted = NOTHING;
    status = uqd_paper_network_run(network, step, uqd_paper_z(tiles, step, i), prediction->eps_hat,
                                   prediction->factor, work);
    if (status == UQD_OK)
        kept->predicted = (int)step;
    return status;
}
