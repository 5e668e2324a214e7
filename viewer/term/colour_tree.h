/* A palette made for some pixels, as a tree that halves the space of colours where most of them lie
 * apart. Colours are 0x00RRGGBB. */
#ifndef UQD_VIEWER_TERM_COLOUR_TREE_H
#define UQD_VIEWER_TERM_COLOUR_TREE_H

#include <stddef.h>
#include <stdint.h>

#define COLOUR_TREE_MAX 256 /* colours */

struct colour_node {
    uint8_t channel;   /* whose values up to the limit are in the first child */
    uint8_t limit;     /* of a node that has children */
    uint16_t child;    /* the first, before the second; 0: none */
    uint8_t index;     /* of the colour of a node without children */
    uint8_t spread[3]; /* of its pixels, by channel */
};

struct colour_tree {
    struct colour_node nodes[2 * COLOUR_TREE_MAX];
    uint32_t colours[COLOUR_TREE_MAX]; /* means of the pixels in a node without children */
    unsigned n_colours;
};

/* As many colours as it takes to have every pixel's own, or at most so many, from 1 to
 * COLOUR_TREE_MAX. The pixels, at least one, are put into another order. */
void colour_tree_make(struct colour_tree *tree, uint32_t *pixels, size_t n, unsigned most);

/* The entry for a pixel at (x, y): between colours it is dithered by its place, so that what does
 * not change is sent alike; a colour that is in the palette is taken as it is. */
unsigned colour_tree_dither(const struct colour_tree *tree, uint32_t colour, int x, int y);

#endif
