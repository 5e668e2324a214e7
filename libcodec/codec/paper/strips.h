/* 3x3 layers in strips. A thread makes some rows of a layer's input in its scratch memory, where
 * they stay in the cache, and convolves them there: what a layer reads, normalised planes above
 * all, is never written to memory as a whole. */
#ifndef UQD_PAPER_STRIPS_H
#define UQD_PAPER_STRIPS_H

#include "codec/paper/layer.h"
#include "codec/paper/network.h"
#include "codec/rows.h"

#include <stddef.h>
#include <stdint.h>

/* A layer and the functions that make its input and take its output. They are called with
 * `arguments`, on any thread, once for each row, but for make_row: twice for rows that two strips
 * need. All that is pointed at is borrowed. */
struct uqd_paper_strips {
    const struct uqd_paper_network *network;
    struct uqd_paper_layer layer;
    const void *arguments;
    /* Makes row y of the input: 64 pixels of layer.conv->n_in floats, `channels` floats apart. */
    void (*make_row)(const void *arguments, uint32_t y, float *row, size_t channels);
    size_t channels; /* a multiple of UQD_NN_BLOCK, so that pixels are aligned */
    /* The output, which is written and summed up for its normalisation; or NULL and take_row. */
    const struct uqd_paper_plane *output;
    /* Writes what a row of the output holds before the layer adds to it. May be NULL. */
    void (*begin_row)(const void *arguments, uint32_t y);
    double begin_macs; /* of begin_row, per pixel */
    /* Takes row y of the output: 64 pixels of UQD_NN_BLOCK floats. */
    void (*take_row)(const void *arguments, uint32_t y, const float *outputs);
};

/* Floats of scratch memory that a thread needs for layers of up to so many input channels. */
size_t uqd_paper_strips_scratch(size_t channels);

/* Runs the layer over the whole picture, on all threads. Errors: UQD_ERR_CANCELLED. */
int uqd_paper_strips_run(struct uqd_paper_strips *strips, struct uqd_work *work);

#endif
