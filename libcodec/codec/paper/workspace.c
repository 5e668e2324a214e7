#include "codec/paper/workspace.h"

#include "codec/paper/attention.h"
#include "codec/paper/strips.h"
#include "util/checked.h"
#include "util/isa.h"

#include <assert.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };

/* ---- Sizes ---- */

static uint32_t n_planes(const struct uqd_paper *paper)
{
    return paper->n_blocks + 1 + 3; /* skips; hidden, other, inner */
}

/* Sums of planes, of the rows of one, and of two planes side by side. */
static size_t doubles_size(const struct uqd_paper *paper)
{
    return (size_t)2 * paper->width * (n_planes(paper) + UQD_PAPER_SIDE + 2);
}

/* Without scratch memory. */
static size_t floats_size(const struct uqd_paper *paper)
{
    const size_t width = paper->width;
    return 4 * width + paper->n_steps * uqd_paper_all_blocks(paper) * width +
           3 * UQD_PAPER_PIXELS * width + 2 * UQD_PAPER_KEYS;
}

/* Of a thread, whichever stage needs most. */
static size_t scratch_size(const struct uqd_paper *paper)
{
    const size_t strips = uqd_paper_strips_scratch((size_t)2 * paper->width);
    const size_t attention = uqd_paper_attention_scratch(paper->width);
    return strips > attention ? strips : attention;
}

uint64_t uqd_paper_network_size(const struct uqd_model *model, uint32_t threads)
{
    const struct uqd_paper *paper = model->paper;
    const size_t plane = uqd_nn_plane_size(UQD_PAPER_SIDE, UQD_PAPER_SIDE, paper->width);
    return n_planes(paper) * (sizeof(struct uqd_paper_plane) + plane) +
           doubles_size(paper) * sizeof(double) +
           (floats_size(paper) + (uint64_t)threads * scratch_size(paper)) * sizeof(float);
}

/* ---- Memory ---- */

/* Allocates a plane; its sums are taken from those that are left. */
static int alloc_plane(struct uqd_paper_plane *plane, uint32_t width, double **sums)
{
    plane->sums = *sums;
    *sums += (size_t)2 * width;
    return uqd_nn_plane_alloc(&plane->plane, UQD_PAPER_SIDE, UQD_PAPER_SIDE, width);
}

static int alloc_planes(struct uqd_paper_network *network)
{
    const struct uqd_paper *paper = network->model->paper;
    const uint32_t width = paper->width;
    network->skips = uqd_calloc_array(paper->n_blocks + 1, sizeof *network->skips);
    network->doubles = uqd_malloc_array(doubles_size(paper), sizeof(double));
    if (network->skips == NULL || network->doubles == NULL)
        return UQD_ERR_NOMEM;
    double *sums = network->doubles;
    int status = alloc_plane(&network->hidden, width, &sums);
    if (status == UQD_OK)
        status = alloc_plane(&network->other, width, &sums);
    if (status == UQD_OK)
        status = alloc_plane(&network->inner, width, &sums);
    for (uint32_t i = 0; i <= paper->n_blocks && status == UQD_OK; i++)
        status = alloc_plane(&network->skips[i], width, &sums);
    network->row_sums = sums;
    network->pair_sums = sums + (size_t)2 * UQD_PAPER_SIDE * width;
    return status;
}

static float *take(float **next, size_t n)
{
    float *taken = *next;
    *next += n;
    return taken;
}

static int alloc_floats(struct uqd_paper_network *network)
{
    const struct uqd_paper *paper = network->model->paper;
    const size_t width = paper->width, n_floats = floats_size(paper);
    size_t size;
    network->scratch_size = scratch_size(paper);
    if (uqd_mul_size(network->threads, network->scratch_size, &size) < 0 ||
        uqd_add_size(size, n_floats, &size) < 0 || uqd_mul_size(size, sizeof(float), &size) < 0 ||
        size > PTRDIFF_MAX)
        return UQD_ERR_NOMEM;
    /* Keys and values are read as weights of layers, which are aligned; all sizes are multiples. */
    network->floats = aligned_alloc(ALIGNMENT, size);
    if (network->floats == NULL)
        return UQD_ERR_NOMEM;
    float *next = network->floats;
    network->scale = take(&next, 2 * width);
    network->shift = take(&next, 2 * width);
    network->biases = take(&next, paper->n_steps * uqd_paper_all_blocks(paper) * width);
    network->queries = take(&next, UQD_PAPER_PIXELS * width);
    network->keys = take(&next, UQD_PAPER_PIXELS * width);
    network->values = take(&next, UQD_PAPER_PIXELS * width);
    network->score_gain = take(&next, UQD_PAPER_KEYS);
    network->score_bias = take(&next, UQD_PAPER_KEYS);
    network->scratch = next;
    assert(network->scratch == network->floats + n_floats);
    return UQD_OK;
}

int uqd_paper_network_init(struct uqd_paper_network *network, const struct uqd_model *model,
                           unsigned cpu_mask, uint32_t threads)
{
    assert(model->paper != NULL && threads > 0);
    *network = (struct uqd_paper_network){.model = model, .threads = threads};
    network->ops = *uqd_nn_ops_for(uqd_cpu_flags() & cpu_mask);
    const int status = alloc_planes(network);
    return status == UQD_OK ? alloc_floats(network) : status;
}

void uqd_paper_network_free(struct uqd_paper_network *network)
{
    for (uint32_t i = 0; network->skips != NULL && i <= network->model->paper->n_blocks; i++)
        uqd_nn_plane_free(&network->skips[i].plane);
    uqd_nn_plane_free(&network->hidden.plane);
    uqd_nn_plane_free(&network->other.plane);
    uqd_nn_plane_free(&network->inner.plane);
    free(network->skips);
    free(network->doubles);
    free(network->floats);
    *network = (struct uqd_paper_network){0};
}
