#include "qconv_case.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int16_t whole(struct random *random, enum whole_fill fill)
{
    const int16_t any = (int16_t)random_below(random, 65536);

    switch (fill) {
    case WHOLE_ZERO:
        return 0;
    case WHOLE_LEAST:
        return INT16_MIN;
    case WHOLE_MOST:
        return INT16_MAX;
    case WHOLE_ENDS:
        return any < 0 ? INT16_MIN : INT16_MAX;
    default:
        return (int16_t)(any >> random_below(random, 16));
    }
}

static void fill_whole(struct random *random, enum whole_fill fill, int16_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = whole(random, fill);
}

static void fill_interior(struct random *random, enum whole_fill fill, struct uqd_nn_qplane *plane)
{
    for (uint32_t y = 0; y < plane->height; y++)
        fill_whole(random, fill, uqd_nn_qplane_pixel(plane, 0, y),
                   (size_t)plane->width * plane->channels);
}

/* Of both signs, and of magnitudes from 2^low to 2^high. */
static float *new_magnitudes(struct random *random, enum gain_fill fill, int low, int high,
                             uint32_t n)
{
    float *out = malloc(n * sizeof *out);

    assert_non_null(out);
    for (uint32_t i = 0; i < n; i++) {
        const float sign = random_below(random, 2) ? -1.0f : 1.0f;
        const float unit = 1 + (float)random_below(random, 1 << 23) * 0x1p-23f;
        const int exponent = low + (int)random_below(random, (uint32_t)(high - low));

        out[i] = sign * (fill == GAINS_HUGE ? FLT_MAX : ldexpf(unit, exponent));
    }
    return out;
}

static void alloc_planes(struct qconv_case *qconv, const struct conv_shape *shape, uint32_t n_in,
                         uint32_t n_out)
{
    assert_int_equal(uqd_nn_qplane_alloc(&qconv->input, shape->width, shape->height, n_in, NULL),
                     0);
    assert_int_equal(uqd_nn_qplane_alloc(&qconv->output, shape->width, shape->height, n_out, NULL),
                     0);
    assert_int_equal(uqd_nn_plane_alloc(&qconv->values, shape->width, shape->height, n_out), 0);
}

/* The gains of padding are the layer's own zeros. */
static void init_layer(struct qconv_case *qconv, struct random *random, struct qconv_values values)
{
    const struct conv_shape *shape = &qconv->shape;
    const size_t n = (size_t)shape->size * shape->size * shape->n_in * shape->n_out;
    float *gain = new_magnitudes(random, values.gains, -30, 4, shape->n_out);

    qconv->weights = malloc(n * sizeof *qconv->weights);
    assert_non_null(qconv->weights);
    fill_whole(random, values.weights, qconv->weights, n);
    assert_int_equal(uqd_nn_qconv_init(&qconv->layer, shape->size, shape->n_in, shape->n_out,
                                       qconv->weights, gain),
                     0);
    free(gain);
    qconv->bias = new_magnitudes(random, values.gains, -10, 17, qconv->layer.n_out);
}

void qconv_case_init(struct qconv_case *qconv, struct random *random,
                     const struct conv_shape *shape, struct qconv_values values, int spread)
{
    const uint32_t n_out = uqd_nn_padded(shape->n_out);
    const uint32_t skip_in = spread ? 2 * random_below(random, 10) : 0;
    const uint32_t spare_out = spread ? 2 * random_below(random, 10) : 0;

    *qconv = (struct qconv_case){.shape = *shape};
    qconv->skip_out = spread ? 2 * random_below(random, 10) : 0;
    alloc_planes(qconv, shape, shape->n_in + skip_in, n_out + qconv->skip_out + spare_out);
    init_layer(qconv, random, values);
    fill_interior(random, values.input, &qconv->input);
    fill_whole(random, WHOLE_ANY, qconv->output.data, qconv_outputs(qconv));
    fill_floats(random, FILL_UNIT, qconv->values.data, qconv_outputs(qconv));
    qconv->args = (struct uqd_nn_qconv_args){
        .layer = &qconv->layer,
        .input = uqd_nn_qplane_pixel(&qconv->input, 0, 0) + skip_in,
        .input_channels = qconv->input.channels,
        .output_channels = qconv->output.channels,
        .gain = qconv->layer.gain,
        .bias = qconv->bias,
        .scale = (float)(1 << random_below(random, 16)),
        .width = shape->width,
        .height = shape->height,
    };
    qconv_case_set_finish(qconv, UQD_NN_FINISH_SET);
}

void qconv_case_set_finish(struct qconv_case *qconv, enum uqd_nn_finish finish)
{
    const int is_float = finish == UQD_NN_FINISH_FLOAT;
    int16_t *output = uqd_nn_qplane_pixel(&qconv->output, 0, 0) + qconv->skip_out;
    float *values = uqd_nn_plane_pixel(&qconv->values, 0, 0) + qconv->skip_out;

    qconv->args.finish = finish;
    qconv->args.output = is_float ? NULL : output;
    qconv->args.values = is_float ? values : NULL;
}

void qconv_case_deinit(struct qconv_case *qconv)
{
    free(qconv->weights);
    free(qconv->bias);
    uqd_nn_qconv_deinit(&qconv->layer);
    uqd_nn_qplane_free(&qconv->input);
    uqd_nn_qplane_free(&qconv->output);
    uqd_nn_plane_free(&qconv->values);
}

size_t qconv_outputs(const struct qconv_case *qconv)
{
    return ((size_t)qconv->output.width + 2) * (qconv->output.height + 2) * qconv->output.channels;
}
