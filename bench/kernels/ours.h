/* One layer by the kernels of libcodec, as the decoder runs it. */
#ifndef BENCH_KERNELS_OURS_H
#define BENCH_KERNELS_OURS_H

#include "data.h"
#include "nn/ops.h"
#include "nn/plane.h"

struct ours {
    const struct uqd_nn_ops *ops;
    uint32_t threads;
    struct uqd_nn_qconv conv;
    struct uqd_nn_qplane input, output;
    struct uqd_nn_plane values;    /* instead of the output, of a layer whose outputs are floats */
    struct uqd_nn_qconv_args args; /* borrows gain and bias of the data */
};

/* With the fastest kernels of cpu_flags (UQD_CPU_* bits), which the machine has. */
void ours_init(struct ours *ours, const struct data *data, uint32_t threads, unsigned cpu_flags);

void ours_free(struct ours *ours);

void ours_run(const struct ours *ours);

/* The output, without padding, [cell][n_out]. */
void ours_output(const struct ours *ours, const struct data *data, float *out);

#endif
