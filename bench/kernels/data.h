/* Random numbers for one layer, the same for both kernels, and where our planes begin. */
#ifndef BENCH_KERNELS_DATA_H
#define BENCH_KERNELS_DATA_H

#include "layers.h"

#include <stddef.h>

struct data {
    const struct layer *layer;
    uint32_t width, height; /* of the grid */
    float *weights;         /* [n_out][n_in][size][size] */
    float *gain, *bias;     /* [n_out padded]; 1 and 0 for a layer without */
    float *input;           /* [cell][n_in] */
    float *output;          /* [cell][n_out], what it holds before the layer runs */
};

void data_init(struct data *data, const struct layer *layer, uint32_t width, uint32_t height);

void data_free(struct data *data);

size_t n_cells(const struct data *data);

/* The largest difference of two outputs [cell][n_out], over their root mean square. */
double largest_difference(const struct data *data, const float *a, const float *b);

#endif
