/* One layer by oneDNN: a convolution with the same behind its sums, in floats or of 8 bits. */
#ifndef BENCH_KERNELS_ONEDNN_H
#define BENCH_KERNELS_ONEDNN_H

#include "data.h"

#include <oneapi/dnnl/dnnl.h>

struct onednn {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t primitive;
    dnnl_memory_t input, weights, bias, output; /* in oneDNN's layouts; no bias: NULL */
    char implementation[64];
};

/* For as many threads as omp_set_num_threads has set. Numbers of 16 bits are computed in floats,
 * which hold them, those of 8 as they are: inputs without a sign, weights and outputs with one. */
void onednn_init(struct onednn *onednn, const struct data *data);

void onednn_free(struct onednn *onednn);

void onednn_run(const struct onednn *onednn);

/* The output as [cell][n_out]. */
void onednn_output(const struct onednn *onednn, const struct data *data, float *out);

#endif
