/* Random whole numbers for one layer, the same for all kernels. */
#ifndef BENCH_KERNELS_DATA_H
#define BENCH_KERNELS_DATA_H

#include "layers.h"

#include <stddef.h>
#include <stdint.h>

/* Which whole numbers a layer reads and writes. */
enum numbers {
    NUMBERS_16, /* as in a model: 16 bits, an output's weights together about 60000 */
    NUMBERS_8,  /* what 8 bits hold: inputs 0 .. 255, weights and outputs -127 .. 127 */
};

struct data {
    const struct layer *layer;
    enum numbers numbers;
    uint32_t width, height; /* of the grid */
    int16_t *weights;       /* [n_out][n_in][size][size] */
    int16_t *input;         /* [cell][n_in] */
    int16_t *output;        /* [cell][n_out], what it holds before the layer runs */
    float *gain, *bias;     /* [n_out padded]; a layer without biases has 0 */
    float scale;            /* what an activation of 1 becomes */
};

void data_init(struct data *data, const struct layer *layer, enum numbers numbers, uint32_t width,
               uint32_t height);

void data_free(struct data *data);

size_t n_cells(const struct data *data);

/* How many numbers the layer reads, writes and multiplies with. */
size_t n_inputs(const struct data *data);
size_t n_outputs(const struct data *data);
size_t n_weights(const struct layer *layer);

/* The largest difference of two outputs [cell][n_out], less what whole numbers may differ by since
 * each is rounded, over their root mean square. */
double largest_difference(const struct data *data, const float *a, const float *b);

#endif
