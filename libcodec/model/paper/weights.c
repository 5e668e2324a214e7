#include "model/paper/weights.h"

#include "model/model.h"
#include "model/paper/paper.h"
#include "util/checked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PREFIX = 16, MAX_NAME = 32 };

/* ---- Single tensors, named by a prefix and a part ---- */

/* Without scratch, tensors are only checked and counted, and layers get their shapes but no
 * weights. */
struct loader {
    const struct uqd_tensors *tensors;
    float *scratch;      /* the largest tensor */
    float *next;         /* unused part of the weights' vectors */
    size_t n_vectors;    /* floats of vectors so far */
    uint64_t parameters; /* numbers in the file so far */
    double macs;         /* per pixel, of layers so far that run for every pixel */
    int status;          /* the first failure; nothing is read behind it */
};

static void read_tensor(struct loader *loader, const char *prefix, const char *part,
                        const uint32_t shape[4], float *values)
{
    char name[MAX_NAME];
    snprintf(name, sizeof name, "%s.%s", prefix, part);
    if (loader->status == UQD_OK)
        loader->status = uqd_tensors_read(loader->tensors, name, shape, values);
    loader->parameters += (uint64_t)shape[0] * shape[1] * shape[2] * shape[3];
}

/* n numbers, and zeros behind them up to a whole block of outputs. */
static float *read_vector(struct loader *loader, const char *prefix, const char *part, uint32_t n)
{
    const uint32_t shape[4] = {n, 1, 1, 1};
    float *values = loader->next;
    if (values != NULL)
        loader->next += uqd_nn_padded(n);
    loader->n_vectors += uqd_nn_padded(n);
    read_tensor(loader, prefix, part, shape, values);
    return values;
}

static void make_conv(struct loader *loader, struct uqd_nn_conv *conv, uint32_t size, uint32_t n_in,
                      uint32_t n_out, const float *weights)
{
    if (weights == NULL)
        *conv = (struct uqd_nn_conv){.size = size, .n_in = n_in, .n_out = uqd_nn_padded(n_out)};
    else if (loader->status == UQD_OK)
        loader->status = uqd_nn_conv_init(conv, size, n_in, n_out, weights);
}

static void read_conv(struct loader *loader, struct uqd_nn_conv *conv, const char *prefix,
                      const char *part, uint32_t size, uint32_t n_in, uint32_t n_out)
{
    const uint32_t shape[4] = {n_out, n_in, size, size};
    read_tensor(loader, prefix, part, shape, loader->scratch);
    make_conv(loader, conv, size, n_in, n_out, loader->scratch);
    loader->macs += (double)size * size * n_in * uqd_nn_padded(n_out);
}

/* A layer that runs once for a step, not for every pixel. */
static void read_linear(struct loader *loader, struct uqd_nn_conv *conv, const char *prefix,
                        const char *part, uint32_t n_in, uint32_t n_out)
{
    const double macs = loader->macs;
    read_conv(loader, conv, prefix, part, 1, n_in, n_out);
    loader->macs = macs;
}

static void read_norm(struct loader *loader, struct uqd_paper_norm *norm, const char *prefix,
                      const char *part, uint32_t n)
{
    char name[MAX_NAME];
    snprintf(name, sizeof name, "%s.weight", part);
    norm->weight = read_vector(loader, prefix, name, n);
    snprintf(name, sizeof name, "%s.bias", part);
    norm->bias = read_vector(loader, prefix, name, n);
}

/* ---- Layers ---- */

/* The tensor is a layer from two planes side by side. They are not side by side in memory, so its
 * columns are taken apart into a layer for each. */
static void read_skip(struct loader *loader, struct uqd_paper_block *block, const char *prefix,
                      uint32_t width)
{
    const uint32_t shape[4] = {width, 2 * width, 1, 1};
    const size_t row = (size_t)2 * width;
    /* Behind the tensor: the scratch memory has room for a 3x3 layer of as many channels. */
    float *half = loader->scratch != NULL ? loader->scratch + row * width : NULL;
    read_tensor(loader, prefix, "skip.weight", shape, loader->scratch);
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t out = 0; out < width && half != NULL; out++)
            memcpy(half + (size_t)out * width, loader->scratch + out * row + side * width,
                   width * sizeof *half);
        make_conv(loader, &block->skip[side], 1, width, width, half);
        loader->macs += (double)width * width;
    }
    block->skip_bias = read_vector(loader, prefix, "skip.bias", width);
}

static void read_block(struct loader *loader, struct uqd_paper_block *block, uint32_t width,
                       uint32_t n_in, const char *list, uint32_t i)
{
    char prefix[MAX_PREFIX];
    snprintf(prefix, sizeof prefix, "%s%u", list, i);
    block->n_in = n_in;
    read_norm(loader, &block->norm1, prefix, "norm1", n_in);
    read_conv(loader, &block->conv1, prefix, "conv1.weight", 3, n_in, width);
    block->bias1 = read_vector(loader, prefix, "conv1.bias", width);
    read_linear(loader, &block->cond, prefix, "cond", 4 * width, width);
    read_norm(loader, &block->norm2, prefix, "norm2", width);
    read_conv(loader, &block->conv2, prefix, "conv2.weight", 3, width, width);
    block->bias2 = read_vector(loader, prefix, "conv2.bias", width);
    if (n_in != width)
        read_skip(loader, block, prefix, width);
}

static void read_attention(struct loader *loader, struct uqd_paper_weights *weights, uint32_t width)
{
    read_norm(loader, &weights->attention_norm, "attn", "norm", width);
    read_conv(loader, &weights->qkv, "attn", "qkv.weight", 1, width, 3 * width);
    weights->qkv_bias = read_vector(loader, "attn", "qkv.bias", 3 * width);
    read_conv(loader, &weights->attention_out, "attn", "out.weight", 1, width, width);
    weights->attention_out_bias = read_vector(loader, "attn", "out.bias", width);
    loader->macs += 2.0 * UQD_PAPER_PIXELS * width;
}

static void read_ends(struct loader *loader, struct uqd_paper_weights *weights, uint32_t width)
{
    weights->timescales = read_vector(loader, "embed", "timescales", width / 2);
    read_linear(loader, &weights->embed[0], "embed0", "weight", width, 4 * width);
    weights->embed_bias[0] = read_vector(loader, "embed0", "bias", 4 * width);
    read_linear(loader, &weights->embed[1], "embed1", "weight", 4 * width, 4 * width);
    weights->embed_bias[1] = read_vector(loader, "embed1", "bias", 4 * width);
    read_conv(loader, &weights->in, "in", "weight", 3, UQD_PAPER_FEATURES, width);
    weights->in_bias = read_vector(loader, "in", "bias", width);
    read_norm(loader, &weights->out_norm, "out", "norm", width);
    read_conv(loader, &weights->out, "out", "conv.weight", 3, width, UQD_PAPER_OUTPUTS);
    weights->out_bias = read_vector(loader, "out", "conv.bias", UQD_PAPER_OUTPUTS);
}

static void read_layers(struct loader *loader, struct uqd_paper *paper)
{
    struct uqd_paper_weights *weights = &paper->weights;
    const uint32_t width = paper->width;
    read_ends(loader, weights, width);
    for (uint32_t i = 0; i < paper->n_blocks; i++)
        read_block(loader, &weights->down[i], width, width, "down", i);
    for (uint32_t i = 0; i < 2; i++)
        read_block(loader, &weights->mid[i], width, width, "mid", i);
    read_attention(loader, weights, width);
    for (uint32_t i = 0; i <= paper->n_blocks; i++)
        read_block(loader, &weights->up[i], width, 2 * width, "up", i);
}

static void free_block(struct uqd_paper_block *block)
{
    uqd_nn_conv_deinit(&block->conv1);
    uqd_nn_conv_deinit(&block->conv2);
    uqd_nn_conv_deinit(&block->cond);
    uqd_nn_conv_deinit(&block->skip[0]);
    uqd_nn_conv_deinit(&block->skip[1]);
}

static void free_weights(struct uqd_paper_weights *weights)
{
    uqd_nn_conv_deinit(&weights->embed[0]);
    uqd_nn_conv_deinit(&weights->embed[1]);
    uqd_nn_conv_deinit(&weights->in);
    for (uint32_t i = 0; i < UQD_PAPER_MAX_BLOCKS; i++)
        free_block(&weights->down[i]);
    free_block(&weights->mid[0]);
    free_block(&weights->mid[1]);
    for (uint32_t i = 0; i <= UQD_PAPER_MAX_BLOCKS; i++)
        free_block(&weights->up[i]);
    uqd_nn_conv_deinit(&weights->qkv);
    uqd_nn_conv_deinit(&weights->attention_out);
    uqd_nn_conv_deinit(&weights->out);
    free(weights->vectors);
}

int uqd_paper_check_layers(struct uqd_model *model)
{
    struct uqd_paper *paper = model->paper;
    struct loader loader = {.tensors = &paper->tensors};
    read_layers(&loader, paper);
    paper->n_vectors = loader.n_vectors;
    paper->macs_per_pixel = loader.macs;
    model->parameters = loader.parameters;
    if (loader.parameters > paper->tensors.size / sizeof(float))
        return UQD_ERR_CORRUPT;
    return loader.status;
}

/* For all layers without a gain or a bias. values: 2 n that are zero, borrowed. Returns what is
 * behind them. */
static float *set_constants(struct uqd_paper_weights *weights, float *values, size_t n)
{
    weights->ones = values;
    for (size_t i = 0; i < n; i++)
        weights->ones[i] = 1;
    weights->zeros = weights->ones + n;
    return weights->zeros + n;
}

/* Under the lock. Memory is asked for only as far as the file has room for tensors of these sizes
 * (uqd_paper_check_layers), but for the constants. */
static int read_weights(struct uqd_paper *paper)
{
    const size_t width = paper->width, n_constants = 4 * width;
    const size_t largest = 9 * 2 * width * width; /* tensor: conv1 of a block on the way up */
    struct uqd_paper_weights *weights = &paper->weights;
    const struct uqd_paper_weights shapes = *weights;
    struct loader loader = {
        .tensors = &paper->tensors,
        .scratch = uqd_malloc_array(largest, sizeof(float)),
        .next = uqd_calloc_array(paper->n_vectors + 2 * n_constants, sizeof(float)),
    };
    weights->vectors = loader.next;
    loader.status = loader.scratch != NULL && loader.next != NULL ? UQD_OK : UQD_ERR_NOMEM;
    if (loader.status == UQD_OK) {
        loader.next = set_constants(weights, weights->vectors, n_constants);
        read_layers(&loader, paper);
    }
    free(loader.scratch);
    if (loader.status < 0) {
        free_weights(weights);
        *weights = shapes;
    }
    return loader.status;
}

int uqd_paper_weights(const struct uqd_model *model, const struct uqd_paper_weights **weights)
{
    struct uqd_paper *paper = model->paper;
    int status = UQD_OK;
    *weights = &paper->weights;
    if (atomic_load_explicit(&paper->is_read, memory_order_acquire))
        return UQD_OK;
    pthread_mutex_lock(&paper->lock);
    if (!atomic_load_explicit(&paper->is_read, memory_order_relaxed)) {
        status = read_weights(paper);
        if (status == UQD_OK)
            atomic_store_explicit(&paper->is_read, 1, memory_order_release);
    }
    pthread_mutex_unlock(&paper->lock);
    return status;
}

void uqd_paper_free_weights(struct uqd_paper *paper)
{
    free_weights(&paper->weights);
}
