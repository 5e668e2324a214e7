#include "codec/paper/tiles.h"

#include "transform/threads.h"
#include "util/checked.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { NOTHING = -1, MAX_NETWORKS = 16 };

static uint32_t tiles_along(uint32_t side)
{
    return (side + UQD_PAPER_SIDE - 1) / UQD_PAPER_SIDE;
}

static uint32_t networks_for(uint64_t n_tiles, uint32_t threads)
{
    const uint64_t most = threads < MAX_NETWORKS ? threads : MAX_NETWORKS;
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

uint64_t uqd_paper_tiles_size(const struct uqd_model *model, uint32_t width, uint32_t height,
                              uint32_t threads)
{
    const uint32_t n_threads = (uint32_t)uqd_thread_count(threads);
    const uint64_t n_tiles = (uint64_t)tiles_along(width) * tiles_along(height);
    const uint64_t per_tile = (model->n_steps * sizeof(float) + 2) * UQD_PAPER_VALUES +
                              sizeof(struct uqd_paper_prediction) + 2;
    return n_tiles * per_tile +
           networks_for(n_tiles, n_threads) *
               uqd_paper_network_size(model, threads_of_network(n_tiles, n_threads));
}

void uqd_paper_tiles_free(struct uqd_paper_tiles *tiles)
{
    for (uint32_t i = 0; i < tiles->n_networks && tiles->networks != NULL; i++)
        uqd_paper_network_free(&tiles->networks[i]);
    free(tiles->networks);
    free(tiles->z);
    free(tiles->pixels);
    free(tiles->predictions);
    free(tiles->predicted);
}

static int alloc_tiles(struct uqd_paper_tiles *tiles)
{
    const size_t n = tiles->n;
    tiles->z = uqd_malloc_array(n * tiles->model->n_steps, UQD_PAPER_VALUES * sizeof(float));
    tiles->pixels = uqd_calloc_array(n, UQD_PAPER_VALUES);
    tiles->predictions = uqd_malloc_array(n, sizeof *tiles->predictions);
    tiles->predicted = uqd_malloc_array(n, sizeof *tiles->predicted);
    tiles->networks = uqd_calloc_array(tiles->n_networks, sizeof *tiles->networks);
    if (tiles->z == NULL || tiles->pixels == NULL || tiles->predictions == NULL ||
        tiles->predicted == NULL || tiles->networks == NULL)
        return UQD_ERR_NOMEM;
    memset(tiles->predicted, NOTHING, n);
    return UQD_OK;
}

static void start_tiles(struct uqd_paper_tiles *tiles)
{
    const uint32_t threads = tiles->work->threads, n = tiles->n;
#pragma omp parallel for num_threads(threads) if (n > 1)
    for (uint32_t i = 0; i < n; i++) {
        const struct uqd_paper_tile tile = uqd_paper_tile_at(tiles, i);
        uqd_paper_start(&tile, uqd_paper_z(tiles, 0, i));
    }
}

int uqd_paper_tiles_init(struct uqd_paper_tiles *tiles, const struct uqd_model *model,
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
    };
    tiles->n_networks = networks_for(tiles->n, work->threads);
    int status = alloc_tiles(tiles);
    for (uint32_t i = 0; i < tiles->n_networks && status == UQD_OK; i++)
        status = uqd_paper_network_init(&tiles->networks[i], model, cpu_mask,
                                        threads_of_network(tiles->n, work->threads));
    if (status == UQD_OK)
        start_tiles(tiles);
    return status;
}

void uqd_paper_tiles_load(struct uqd_paper_tiles *tiles, const struct uqd_image *image)
{
    for (uint32_t y = 0; y < image->height; y++)
        for (uint32_t x = 0; x < image->width; x++) {
            const uint32_t tile = y / UQD_PAPER_SIDE * tiles->tiles_x + x / UQD_PAPER_SIDE;
            const uint8_t *pixel = image->pixels + y * image->stride + (size_t)x * image->channels;
            uint8_t *out = uqd_paper_pixels(tiles, tile) + y % UQD_PAPER_SIDE * UQD_PAPER_SIDE +
                           x % UQD_PAPER_SIDE;
            for (uint32_t c = 0; c < UQD_PAPER_COLOURS; c++)
                out[c * UQD_PAPER_PIXELS] = pixel[image->channels == 1 ? 0 : c];
        }
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
        int results[MAX_NETWORKS];
        atomic_int cancelled = 0;
#pragma omp parallel for num_threads(side_by_side) schedule(static, 1)
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

int uqd_paper_predict(struct uqd_paper_tiles *tiles, uint32_t step, uint32_t i,
                      struct uqd_paper_network *network, struct uqd_work *work)
{
    struct uqd_paper_prediction *prediction = &tiles->predictions[i];
    if (tiles->predicted[i] == (int)step)
        return UQD_OK;
    tiles->predicted[i] = NOTHING;
    const int status = uqd_paper_network_run(network, step, uqd_paper_z(tiles, step, i),
                                             prediction->eps_hat, prediction->factor, work);
    if (status == UQD_OK)
        tiles->predicted[i] = (int8_t)step;
    return status;
}
