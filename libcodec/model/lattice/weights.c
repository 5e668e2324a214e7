#include "model/lattice/weights.h"

#include "util/checked.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Room for the name of a network or a list of layers, of a layer, of a tensor. */
enum { MAX_PREFIX = 32, MAX_LAYER = 48, MAX_NAME = 64 };

enum {
    MAX_BITS = 15, /* behind the point of a number */
    MAX_SCALES = 2 + 2 * UQD_MAX_RESIDUAL_BLOCKS + UQD_MAX_GROUPS,
};

/* What the loading of tensors needs: their directory, and where the next gain or bias goes. Without
 * room for either, tensors are only checked, and layers get their shapes but no weights. */
struct loader {
    struct uqd_model *model;
    const struct uqd_tensors *tensors; /* of what is being read */
    const struct uqd_tensors *denoiser;
    int16_t *scratch; /* the largest layer; NULL: check only */
    float *gain;      /* of a layer */
    float *next;      /* unused part of the tables or of a network's biases */
    int16_t *bits;    /* of the next numbers, behind their point; NULL: no values */
};

/* ---- Single tensors, named by a prefix and a part ---- */

/* With `scale` in its gain. */
static int read_conv(struct loader *loader, struct uqd_nn_qconv *conv, const char *prefix,
                     const char *part, uint32_t size, uint32_t n_in, uint32_t n_out, float scale)
{
    const uint32_t shape[4] = {n_out, n_in, size, size}, gain_shape[4] = {n_out, 1, 1, 1};
    char name[MAX_NAME];
    snprintf(name, sizeof name, "%s.%s", prefix, part);
    int status = uqd_tensors_read_int16(loader->tensors, name, shape, loader->scratch);
    snprintf(name, sizeof name, "%s.%s_scale", prefix, part);
    if (status == UQD_OK)
        status = uqd_tensors_read(loader->tensors, name, gain_shape, loader->gain);
    if (status < 0)
        return status;
    if (loader->scratch != NULL) {
        for (uint32_t i = 0; i < n_out; i++)
            loader->gain[i] *= scale;
        return uqd_nn_qconv_init(conv, size, n_in, n_out, loader->scratch, loader->gain);
    }
    *conv = (struct uqd_nn_qconv){.size = size, .n_in = n_in, .n_out = uqd_nn_padded(n_out)};
    loader->model->parameters += (uint64_t)n_out * n_in * size * size;
    return UQD_OK;
}

/* What 1 is among the next numbers; 1 while nothing is known of them. */
static float next_scale(struct loader *loader)
{
    return loader->bits != NULL ? (float)(1 << *loader->bits++) : 1;
}

static int read_out_bias(struct loader *loader, float **bias, const char *prefix, uint32_t n)
{
    const uint32_t shape[4] = {n, 1, 1, 1};
    char name[MAX_NAME];
    snprintf(name, sizeof name, "%s.out_bias", prefix);
    *bias = loader->next;
    if (loader->next != NULL)
        loader->next += uqd_nn_padded(n);
    else
        loader->model->parameters += n;
    return uqd_tensors_read(loader->tensors, name, shape, *bias);
}

static int read_affine(struct loader *loader, struct uqd_affine *affine, const char *prefix)
{
    struct uqd_model *model = loader->model;
    const uint32_t shape[4] = {2 * model->n_stage_types, model->width, 1, 1};
    const size_t n = (size_t)shape[0] * shape[1];
    for (int which = 0; which < 2; which++) {
        char name[MAX_NAME];
        snprintf(name, sizeof name, "%s.%s", prefix, which == 0 ? "gain" : "bias");
        const int status = uqd_tensors_read(loader->tensors, name, shape, loader->next);
        if (status < 0)
            return status;
        *(which == 0 ? &affine->gain : &affine->bias) = loader->next;
        loader->next += n;
        model->parameters += n;
    }
    return UQD_OK;
}

/* ---- One network ---- */

/* Blocks <prefix>0, <prefix>1, .. of a trunk of that scale. */
static int read_blocks(struct loader *loader, struct uqd_residual_block *blocks, const char *prefix,
                       uint32_t n, float trunk)
{
    const uint32_t width = loader->model->width;
    int status = UQD_OK;
    for (uint32_t b = 0; b < n && status == UQD_OK; b++) {
        char name[MAX_LAYER];
        snprintf(name, sizeof name, "%s%u", prefix, b);
        blocks[b].scale = next_scale(loader);
        status = read_conv(loader, &blocks[b].in, name, "in", 3, width, width, 1 / trunk);
        if (status == UQD_OK)
            status = read_conv(loader, &blocks[b].out, name, "out", 3, width, width,
                               trunk / blocks[b].scale);
    }
    return status;
}

static int read_head(struct loader *loader, struct uqd_head *head, const char *prefix,
                     uint32_t n_out, float trunk)
{
    const uint32_t width = loader->model->width;
    head->scale = next_scale(loader);
    int status = read_conv(loader, &head->mix, prefix, "mix", 1, width, width, 1 / trunk);
    if (status == UQD_OK)
        status = read_conv(loader, &head->out, prefix, "out", 1, width, n_out, 1 / head->scale);
    if (status == UQD_OK)
        status = read_out_bias(loader, &head->out_bias, prefix, n_out);
    return status;
}

static int read_group(struct loader *loader, struct uqd_weights *weights, uint32_t network,
                      uint32_t g)
{
    const struct uqd_model *model = loader->model;
    const uint32_t n = model->groups[g].n;
    char prefix[MAX_PREFIX];
    snprintf(prefix, sizeof prefix, "net%u.group%u", network, g);
    const int status = read_head(loader, &weights->groups[g], prefix, 3 * n, weights->scale);
    if (status < 0 || g + 1 == model->n_groups)
        return status;
    return read_conv(loader, &weights->contexts[g], prefix, "context", 3, 2 * n, model->width,
                     weights->scale / (1 << UQD_CONTEXT_BITS));
}

/* Bits behind the point of n numbers. */
static int read_some_bits(struct loader *loader, uint32_t network, const char *part, uint32_t n,
                          int16_t *bits)
{
    const uint32_t shape[4] = {n, 1, 1, 1};
    char name[MAX_NAME];
    snprintf(name, sizeof name, "net%u.%s", network, part);
    const int status = uqd_tensors_read_int16(loader->tensors, name, shape, bits);
    for (uint32_t i = 0; i < n && status == UQD_OK && bits != NULL; i++)
        if (bits[i] < 0 || bits[i] > MAX_BITS)
            return UQD_ERR_MODEL_FILE;
    return status;
}

/* Of the denoiser's blocks and its head. They are at the end of the others where it is no part of
 * its own. */
static uint32_t n_denoiser_bits(const struct uqd_model *model)
{
    return model->n_denoise_blocks + 1;
}

static int denoiser_is_apart(const struct loader *loader)
{
    return loader->denoiser->begin > 0;
}

/* Of the trunk's numbers, then of those inside each block and group. */
static int read_bits(struct loader *loader, uint32_t network)
{
    const struct uqd_model *model = loader->model;
    const uint32_t n = 1 + model->n_residual_blocks + model->n_groups;
    return read_some_bits(loader, network, "bits",
                          denoiser_is_apart(loader) ? n : n + n_denoiser_bits(model), loader->bits);
}

static int read_denoiser(struct loader *loader, struct uqd_weights *weights, uint32_t network)
{
    const struct uqd_model *model = loader->model;
    char prefix[MAX_PREFIX];
    int status = UQD_OK;
    loader->tensors = loader->denoiser;
    if (denoiser_is_apart(loader))
        status =
            read_some_bits(loader, network, "denoise.bits", n_denoiser_bits(model), loader->bits);
    snprintf(prefix, sizeof prefix, "net%u.denoise.block", network);
    if (status == UQD_OK)
        status = read_blocks(loader, weights->denoise_blocks, prefix, model->n_denoise_blocks,
                             weights->scale);
    snprintf(prefix, sizeof prefix, "net%u.denoise", network);
    if (status == UQD_OK)
        status =
            read_head(loader, &weights->denoise, prefix, 2 * UQD_UNIT_CHANNELS, weights->scale);
    return status;
}

static int read_network(struct loader *loader, uint32_t network)
{
    const struct uqd_model *model = loader->model;
    struct uqd_weights *weights = &model->networks->weights[network];
    char prefix[MAX_PREFIX];
    loader->tensors = &model->networks->tensors;
    int status = read_bits(loader, network);
    if (status < 0)
        return status;
    weights->scale = next_scale(loader);
    snprintf(prefix, sizeof prefix, "net%u.input", network);
    status = read_conv(loader, &weights->input, prefix, "weight", 1, UQD_FEATURES, model->width,
                       weights->scale / (1 << UQD_FEATURE_BITS));
    snprintf(prefix, sizeof prefix, "net%u.block", network);
    if (status == UQD_OK)
        status =
            read_blocks(loader, weights->blocks, prefix, model->n_residual_blocks, weights->scale);
    for (uint32_t g = 0; g < model->n_groups && status == UQD_OK; g++)
        status = read_group(loader, weights, network, g);
    return status == UQD_OK ? read_denoiser(loader, weights, network) : status;
}

/* ---- Gains and biases of stage types ---- */

/* Layers <prefix>0, <prefix>1, .. */
static int read_affine_list(struct loader *loader, struct uqd_affine *affines, const char *prefix,
                            uint32_t n)
{
    int status = UQD_OK;
    for (uint32_t i = 0; i < n && status == UQD_OK; i++) {
        char name[MAX_LAYER];
        snprintf(name, sizeof name, "%s%u", prefix, i);
        status = read_affine(loader, &affines[i], name);
    }
    return status;
}

static int read_affines(struct loader *loader)
{
    const struct uqd_model *model = loader->model;
    struct uqd_affines *affines = &loader->model->affines;
    int status = read_affine(loader, &affines->input, "input");
    if (status == UQD_OK)
        status = read_affine_list(loader, affines->blocks, "block", model->n_residual_blocks);
    if (status == UQD_OK)
        status = read_affine_list(loader, affines->groups, "group", model->n_groups);
    loader->tensors = loader->denoiser;
    if (status == UQD_OK)
        status = read_affine_list(loader, affines->denoise_blocks, "denoise.block",
                                  model->n_denoise_blocks);
    if (status == UQD_OK)
        status = read_affine(loader, &affines->denoise, "denoise");
    return status;
}

/* ---- All of it ---- */

/* Counts are small (reader.c), so nothing here can overflow. */
static int alloc_tables(struct loader *loader)
{
    struct uqd_model *model = loader->model;
    const size_t n_affines =
        2 + model->n_residual_blocks + model->n_groups + model->n_denoise_blocks;
    const size_t affine = (size_t)4 * model->n_stage_types * model->width;
    model->tables = uqd_calloc_array(n_affines * affine + UQD_MODEL_MAX_WIDTH, sizeof(float));
    if (model->tables == NULL)
        return UQD_ERR_NOMEM;
    model->zeros = model->tables;
    loader->next = model->zeros + UQD_MODEL_MAX_WIDTH;
    return UQD_OK;
}

int uqd_model_read_weights(struct uqd_model *model, const struct uqd_model_file *file)
{
    struct loader loader = {.model = model, .tensors = &file->tensors, .denoiser = &file->denoiser};
    int status = alloc_tables(&loader);
    if (status == UQD_OK)
        status = read_affines(&loader);
    model->networks = status == UQD_OK ? calloc(1, sizeof *model->networks) : NULL;
    if (status == UQD_OK && model->networks == NULL)
        return UQD_ERR_NOMEM;
    if (status == UQD_OK && pthread_mutex_init(&model->networks->lock, NULL) != 0) {
        free(model->networks);
        model->networks = NULL;
        return UQD_ERR_NOMEM;
    }
    if (status == UQD_OK) {
        model->networks->tensors = file->tensors;
        model->networks->denoiser = file->denoiser;
    }
    loader.next = NULL;
    for (uint32_t i = 0; i < model->n_networks && status == UQD_OK; i++)
        status = read_network(&loader, i);
    return status;
}

static void free_blocks(struct uqd_residual_block blocks[UQD_MAX_RESIDUAL_BLOCKS])
{
    for (uint32_t b = 0; b < UQD_MAX_RESIDUAL_BLOCKS; b++) {
        uqd_nn_qconv_deinit(&blocks[b].in);
        uqd_nn_qconv_deinit(&blocks[b].out);
    }
}

static void free_head(struct uqd_head *head)
{
    uqd_nn_qconv_deinit(&head->mix);
    uqd_nn_qconv_deinit(&head->out);
}

static void free_network(struct uqd_weights *weights)
{
    uqd_nn_qconv_deinit(&weights->input);
    free_blocks(weights->blocks);
    for (uint32_t g = 0; g < UQD_MAX_GROUPS; g++) {
        free_head(&weights->groups[g]);
        uqd_nn_qconv_deinit(&weights->contexts[g]);
    }
    free_blocks(weights->denoise_blocks);
    free_head(&weights->denoise);
    free(weights->biases);
}

/* Under the lock. */
static int read_weights_of(struct uqd_model *model, uint32_t network)
{
    struct uqd_weights *weights = &model->networks->weights[network];
    const struct uqd_weights shapes = *weights;
    const size_t n_biases = (size_t)(UQD_MAX_GROUPS + 2) * UQD_NN_BLOCK + 5 * UQD_UNIT_CHANNELS;
    int16_t bits[MAX_SCALES];
    float gain[UQD_MODEL_MAX_WIDTH > UQD_MODEL_MAX_HEAD ? UQD_MODEL_MAX_WIDTH : UQD_MODEL_MAX_HEAD];
    /* The largest layers: a 3x3 layer of the trunk, the input, and a context of all channels. */
    const size_t inputs = model->width > UQD_FEATURES ? model->width : UQD_FEATURES;
    struct loader loader = {
        .model = model,
        .denoiser = &model->networks->denoiser,
        .bits = bits,
        .gain = gain,
        .scratch = uqd_malloc_array(inputs * model->width * 9, sizeof(int16_t)),
        .next = uqd_calloc_array(n_biases, sizeof(float)),
    };
    weights->biases = loader.next;
    int status = UQD_ERR_NOMEM;
    if (loader.scratch != NULL && loader.next != NULL)
        status = read_network(&loader, network);
    free(loader.scratch);
    if (status < 0) {
        free_network(weights);
        *weights = shapes;
    }
    return status;
}

int uqd_model_network(const struct uqd_model *model, uint32_t network,
                      const struct uqd_weights **weights)
{
    struct uqd_networks *networks = model->networks;
    int status = UQD_OK;
    *weights = &networks->weights[network];
    if (atomic_load_explicit(&networks->is_read[network], memory_order_acquire))
        return UQD_OK;
    pthread_mutex_lock(&networks->lock);
    if (!atomic_load_explicit(&networks->is_read[network], memory_order_relaxed)) {
        status = read_weights_of((struct uqd_model *)model, network);
        if (status == UQD_OK)
            atomic_store_explicit(&networks->is_read[network], 1, memory_order_release);
    }
    pthread_mutex_unlock(&networks->lock);
    return status;
}

void uqd_model_free_weights(struct uqd_model *model)
{
    free(model->tables);
    if (model->networks == NULL)
        return;
    for (uint32_t i = 0; i < UQD_MAX_NETWORKS; i++)
        free_network(&model->networks->weights[i]);
    pthread_mutex_destroy(&model->networks->lock);
    free(model->networks);
}
