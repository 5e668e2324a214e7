#include "codec/paper/network.h"

#include "codec/paper/attention.h"
#include "codec/paper/stages.h"
#include "codec/paper/workspace.h"
#include "util/fpenv.h"

#include <assert.h>

/* ---- What the first run computes for all runs ---- */

/* The biases of all blocks' first layers, for all steps at once: they depend on nothing else. No
 * other thread works for this workspace yet, so that all of the scratch memory can be used. */
static void compute_biases(const struct uqd_paper_network *network)
{
    const struct uqd_paper *paper = network->model->paper;
    const struct uqd_paper_weights *weights = network->weights;
    const size_t width = paper->width, n_blocks = uqd_paper_all_blocks(paper);
    const uint32_t n = paper->n_steps;
    float *waves = network->scratch, *inner = waves + n * width, *cond = inner + n * 4 * width;
    struct uqd_paper_layer first =
        uqd_paper_layer(network, &weights->embed[0], weights->embed_bias[0]);
    struct uqd_paper_layer second =
        uqd_paper_layer(network, &weights->embed[1], weights->embed_bias[1]);
    assert(9 * n * width <= network->scratch_size);
    first.activation = second.activation = UQD_NN_ACTIVATION_SILU;
    for (uint32_t step = 0; step < n; step++) {
        float *sines = waves + step * width;
        network->ops.sincos(sines, sines + width / 2, weights->timescales,
                            paper->steps[step].time * 1000, width / 2);
    }
    uqd_paper_run_pixels(&network->ops, &first, waves, width, inner, 4 * width, n);
    uqd_paper_run_pixels(&network->ops, &second, inner, 4 * width, cond, 4 * width, n);
    for (uint32_t i = 0; i < n_blocks; i++) {
        const struct uqd_paper_block *block = uqd_paper_block_at(network, i);
        const struct uqd_paper_layer layer = uqd_paper_layer(network, &block->cond, block->bias1);
        uqd_paper_run_pixels(&network->ops, &layer, cond, 4 * width,
                             uqd_paper_bias_at(network, 0, i), n_blocks * width, n);
    }
}

static int prepare(struct uqd_paper_network *network)
{
    const struct uqd_paper_weights *weights;
    struct uqd_fpenv saved;
    const int status = uqd_paper_weights(network->model, &weights);
    if (status < 0)
        return status;
    network->weights = weights;
    uqd_fpenv_enter(&saved);
    compute_biases(network);
    uqd_paper_attention_prepare(network);
    uqd_fpenv_leave(&saved);
    return UQD_OK;
}

/* ---- Runs ---- */

/* From skips[0], on the way down, to the last of them. */
static int run_down(const struct uqd_paper_network *network, uint32_t step, struct uqd_work *work)
{
    const struct uqd_paper_plane *skips = network->skips;
    int status = UQD_OK;
    for (uint32_t i = 0; i < network->model->paper->n_blocks && status == UQD_OK; i++)
        status = uqd_paper_run_block(network, step, i, (struct uqd_paper_pair){&skips[i], NULL},
                                     &skips[i + 1], work);
    return status;
}

/* From the last of the skips to hidden. */
static int run_middle(const struct uqd_paper_network *network, uint32_t step, struct uqd_work *work)
{
    const uint32_t n = network->model->paper->n_blocks;
    const struct uqd_paper_pair deepest = {&network->skips[n], NULL};
    const struct uqd_paper_pair hidden = {&network->hidden, NULL};
    int status = uqd_paper_run_block(network, step, n, deepest, hidden.first, work);
    if (status == UQD_OK)
        status = uqd_paper_run_attention(network, hidden.first, work);
    if (status == UQD_OK)
        status = uqd_paper_run_block(network, step, n + 1, hidden, hidden.first, work);
    return status;
}

/* From hidden to hidden, taking up the skips from the last to the first. */
static int run_up(struct uqd_paper_network *network, uint32_t step, struct uqd_work *work)
{
    const uint32_t n = network->model->paper->n_blocks;
    struct uqd_paper_plane *hidden = &network->hidden, *other = &network->other;
    int status = UQD_OK;
    for (uint32_t i = 0; i <= n && status == UQD_OK; i++) {
        const struct uqd_paper_plane before = *hidden;
        const struct uqd_paper_pair input = {hidden, &network->skips[n - i]};
        status = uqd_paper_run_block(network, step, n + 2 + i, input, other, work);
        *hidden = *other;
        *other = before;
    }
    return status;
}

int uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step,
                          const float z[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS],
                          float eps_hat[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS],
                          float factor[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS], struct uqd_work *work)
{
    assert(step < network->model->paper->n_steps && work->threads <= network->threads);
    int status = network->weights == NULL ? prepare(network) : UQD_OK;
    if (status == UQD_OK)
        status = uqd_paper_run_first(network, z, &network->skips[0], work);
    if (status == UQD_OK)
        status = run_down(network, step, work);
    if (status == UQD_OK)
        status = run_middle(network, step, work);
    if (status == UQD_OK)
        status = run_up(network, step, work);
    if (status == UQD_OK)
        status = uqd_paper_run_last(network, &network->hidden, z, eps_hat, factor, work);
    return status;
}
