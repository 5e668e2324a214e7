#include "term/colour_tree.h"

#include "term/threshold.h"

/* Some of the pixels, which belong to a node without children. */
struct part {
    uint32_t *pixels;
    size_t n;
    unsigned node;
    unsigned channel, limit; /* how it is divided best */
    uint64_t error;          /* what that may be worth: of squares; 0: all are alike */
};

static unsigned channel_of(uint32_t colour, unsigned channel)
{
    return colour >> (8 * channel) & 255;
}

/* Looks at one channel of a part: its spread, and whether it is the one to divide. Returns the mean
 * value. */
static unsigned measure_channel(struct part *part, unsigned channel, struct colour_node *node)
{
    uint64_t sum = 0, squares = 0, n = part->n;
    unsigned low = 255, high = 0;
    for (size_t i = 0; i < part->n; i++) {
        unsigned value = channel_of(part->pixels[i], channel);
        sum += value;
        squares += value * value;
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    uint64_t error = high > low ? squares - sum * sum / n : 0;
    if (error > part->error) {
        part->error = error;
        part->channel = channel;
        part->limit = (unsigned)(sum / n);
    }
    node->spread[channel] = (uint8_t)(high - low);
    return (unsigned)((sum + n / 2) / n);
}

static void add_part(struct colour_tree *tree, struct part *parts, unsigned index,
                     const struct part *part)
{
    struct colour_node *node = &tree->nodes[part->node];
    parts[index] = (struct part){.pixels = part->pixels, .n = part->n, .node = part->node};
    *node = (struct colour_node){.index = (uint8_t)index};
    tree->colours[index] = 0;
    for (unsigned channel = 0; channel < 3; channel++)
        tree->colours[index] |= measure_channel(&parts[index], channel, node) << (8 * channel);
}

/* Puts the pixels up to the limit first; returns how many. */
static size_t divide(const struct part *part)
{
    size_t n = 0;
    for (size_t i = 0; i < part->n; i++) {
        uint32_t pixel = part->pixels[i];
        if (channel_of(pixel, part->channel) > part->limit)
            continue;
        part->pixels[i] = part->pixels[n];
        part->pixels[n++] = pixel;
    }
    return n;
}

/* The second half becomes one more colour. */
static void split(struct colour_tree *tree, struct part *parts, unsigned index)
{
    struct part whole = parts[index];
    size_t n = divide(&whole);
    unsigned child = 2 * tree->n_colours - 1; /* as many nodes as there are */
    tree->nodes[whole.node] = (struct colour_node){
        .channel = (uint8_t)whole.channel, .limit = (uint8_t)whole.limit, .child = (uint16_t)child};
    add_part(tree, parts, index, &(struct part){.pixels = whole.pixels, .n = n, .node = child});
    add_part(tree, parts, tree->n_colours++,
             &(struct part){.pixels = whole.pixels + n, .n = whole.n - n, .node = child + 1});
}

void colour_tree_make(struct colour_tree *tree, uint32_t *pixels, size_t n, unsigned most)
{
    struct part parts[COLOUR_TREE_MAX];
    add_part(tree, parts, 0, &(struct part){.pixels = pixels, .n = n, .node = 0});
    for (tree->n_colours = 1; tree->n_colours < most;) {
        unsigned worst = 0;
        for (unsigned i = 1; i < tree->n_colours; i++)
            if (parts[i].error > parts[worst].error)
                worst = i;
        if (parts[worst].error == 0)
            return;
        split(tree, parts, worst);
    }
}

static const struct colour_node *find(const struct colour_tree *tree, uint32_t colour)
{
    const struct colour_node *node = tree->nodes;
    while (node->child)
        node = &tree->nodes[node->child + (channel_of(colour, node->channel) > node->limit)];
    return node;
}

unsigned colour_tree_dither(const struct colour_tree *tree, uint32_t colour, int x, int y)
{
    const struct colour_node *own = find(tree, colour);
    int place = 2 * (int)threshold_at(x, y) - 63;
    uint32_t moved = 0;
    for (unsigned channel = 0; channel < 3; channel++) {
        int value = (int)channel_of(colour, channel) + own->spread[channel] * place / 128;
        moved |= (uint32_t)(value < 0 ? 0 : value > 255 ? 255 : value) << (8 * channel);
    }
    return find(tree, moved)->index;
}
