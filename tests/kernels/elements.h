/* Inputs and outputs of the elementwise operations, for the kernel tests and their benchmark. */
#ifndef UQD_TESTS_ELEMENTS_H
#define UQD_TESTS_ELEMENTS_H

#include "inputs.h"
#include "nn/ops.h"

struct elements {
    size_t n;
    /* For asinh. */
    int16_t *values;
    float *scale, out_scale;
    /* For head; width, reference and log2_reference belong together. */
    float *gate, *offset, *log_scale;
    int16_t *twice_centre;
    float *width, *reference, *log2_reference;
};

/* The outputs of one run, in one piece of memory with guards before, between and behind them. */
struct element_results {
    unsigned char *memory;
    size_t size;
    int32_t *mean_q4;
    int16_t *asinh;
    uint8_t *scale_index;
};

/* The fill is that of gate, offset and log_scale, and where it is finite also of scale. */
void elements_init(struct elements *elements, struct random *random, size_t n, enum fill fill);
void elements_deinit(struct elements *elements);

void element_results_init(struct element_results *results, size_t n);
void element_results_deinit(struct element_results *results);

/* Whether all guards are as they were, and scale_index too unless with_scale. */
int element_results_intact(const struct element_results *results, size_t n, int with_scale);

/* Runs asinh and head; head without log_scale unless with_scale. */
void elements_run(const struct elements *elements, const struct uqd_nn_ops *ops, int with_scale,
                  struct element_results *results);

/* head alone. */
void elements_run_head(const struct elements *elements, const struct uqd_nn_ops *ops,
                       int with_scale, struct element_results *results);

#endif
