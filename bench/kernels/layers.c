#include "layers.h"

#include <string.h>

const char *const part_names[N_PARTS] = {"trunk", "groups", "denoiser"};

struct list {
    const struct uqd_model *model;
    struct layer *layers;
    unsigned n;
};

static int is_equal(const struct layer *a, const struct layer *b)
{
    return a->part == b->part && strcmp(a->name, b->name) == 0 && a->n_in == b->n_in &&
           a->n_out == b->n_out;
}

static void add(struct list *list, struct layer layer)
{
    for (unsigned i = 0; i < list->n; i++)
        if (is_equal(&list->layers[i], &layer)) {
            list->layers[i].runs += layer.runs;
            return;
        }
    list->layers[list->n++] = layer;
}

/* From a plane of the network's width to another. */
static struct layer inner_layer(const struct list *list, enum part part, const char *name,
                                const struct uqd_nn_qconv *conv)
{
    const uint32_t width = list->model->width;

    return (struct layer){.part = part,
                          .name = name,
                          .runs = 1,
                          .size = conv->size,
                          .n_in = conv->n_in,
                          .n_out = width,
                          .input_channels = width,
                          .output_channels = width};
}

static void add_blocks(struct list *list, enum part part, const struct uqd_block *blocks,
                       uint32_t n)
{
    for (uint32_t b = 0; b < n; b++) {
        struct layer in = inner_layer(list, part, "block in", &blocks[b].in);
        struct layer out = inner_layer(list, part, "block out", &blocks[b].out);

        in.has_bias = 1;
        in.finish = UQD_NN_FINISH_SILU;
        out.finish = UQD_NN_FINISH_ADD;
        add(list, in);
        add(list, out);
    }
}

static void add_head(struct list *list, enum part part, const struct uqd_head *head, uint32_t n_out)
{
    struct layer mix = inner_layer(list, part, "mix", &head->mix);
    struct layer out = inner_layer(list, part, "out", &head->out);

    mix.has_bias = out.has_bias = 1;
    mix.finish = UQD_NN_FINISH_SILU;
    out.finish = UQD_NN_FINISH_FLOAT;
    out.n_out = n_out;
    out.output_channels = head->out.n_out;
    add(list, mix);
    add(list, out);
}

/* Of the plane that the largest context fills. */
static uint32_t context_channels(const struct uqd_model *model, const struct uqd_weights *weights)
{
    uint32_t most = 0;

    for (uint32_t g = 0; g + 1 < model->n_groups; g++)
        most = weights->contexts[g].n_in > most ? weights->contexts[g].n_in : most;
    return most;
}

static void add_context(struct list *list, const struct uqd_nn_qconv *conv, uint32_t input_channels)
{
    struct layer context = inner_layer(list, PART_GROUPS, "context", conv);

    context.finish = UQD_NN_FINISH_ADD;
    context.input_channels = input_channels;
    add(list, context);
}

unsigned list_layers(const struct uqd_model *model, const struct uqd_weights *weights,
                     struct layer *layers)
{
    struct list list = {.model = model, .layers = layers};
    struct layer input = inner_layer(&list, PART_TRUNK, "input", &weights->input);

    input.has_bias = 1;
    input.finish = UQD_NN_FINISH_SET;
    input.input_channels = UQD_FEATURES;
    add(&list, input);
    add_blocks(&list, PART_TRUNK, weights->blocks, model->n_blocks);
    for (uint32_t g = 0; g < model->n_groups; g++) {
        add_head(&list, PART_GROUPS, &weights->groups[g], 3 * model->groups[g].n);
        if (g + 1 < model->n_groups)
            add_context(&list, &weights->contexts[g], context_channels(model, weights));
    }
    add_blocks(&list, PART_DENOISER, weights->denoise_blocks, model->n_denoise_blocks);
    add_head(&list, PART_DENOISER, &weights->denoise, 2 * UQD_UNIT_CHANNELS);
    return list.n;
}

double layer_macs(const struct layer *layer)
{
    return (double)layer->size * layer->size * layer->n_in * layer->n_out;
}
