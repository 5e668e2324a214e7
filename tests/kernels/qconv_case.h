/* One convolution of whole numbers with everything it needs. */
#ifndef UQD_TESTS_QCONV_CASE_H
#define UQD_TESTS_QCONV_CASE_H

#include "conv_case.h"
#include "inputs.h"
#include "nn/ops.h"
#include "nn/plane.h"

enum whole_fill {
    WHOLE_ANY,   /* all magnitudes, also -32768 */
    WHOLE_ZERO,  /* zeros */
    WHOLE_LEAST, /* -32768 */
    WHOLE_MOST,  /* 32767 */
    WHOLE_ENDS,  /* -32768 or 32767 */
    N_WHOLE_FILLS,
};

enum gain_fill {
    GAINS_ORDINARY, /* outputs of all magnitudes, some beyond 16 bits */
    GAINS_HUGE,     /* infinite outputs */
    N_GAIN_FILLS,
};

struct qconv_values {
    enum whole_fill input, weights;
    enum gain_fill gains;
};

struct qconv_case {
    struct conv_shape shape;
    int16_t *weights; /* [n_out][n_in][size][size] */
    struct uqd_nn_qconv layer;
    struct uqd_nn_qplane input, output; /* may have more channels than are used */
    struct uqd_nn_plane values;         /* like output, for UQD_NN_FINISH_FLOAT */
    uint32_t skip_out;                  /* channels before those that are written */
    float *bias;
    struct uqd_nn_qconv_args args;
};

/* Numbers in all of the memory of both outputs. The channels of the planes are n_in and n_out, and
 * some more if `spread`. UQD_NN_FINISH_SET is set. */
void qconv_case_init(struct qconv_case *qconv, struct random *random,
                     const struct conv_shape *shape, struct qconv_values values, int spread);

/* Sets what becomes of the sums, and the one output that belongs to it. */
void qconv_case_set_finish(struct qconv_case *qconv, enum uqd_nn_finish finish);

void qconv_case_deinit(struct qconv_case *qconv);

/* Numbers of the output's plane with its border. */
size_t qconv_outputs(const struct qconv_case *qconv);

#endif
