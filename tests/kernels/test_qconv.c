/* The convolution of whole numbers of every instruction set, plain C among them, against its
 * definition: the same bits, and nothing written elsewhere. */
#include "nn/elementary.h"
#include "qconv_case.h"
#include "versions.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct random test_random;

static const struct {
    enum uqd_nn_finish finish;
    const char *name;
} finishes[] = {
    {UQD_NN_FINISH_FLOAT, "numbers"},
    {UQD_NN_FINISH_SET, "set"},
    {UQD_NN_FINISH_ADD, "add"},
    {UQD_NN_FINISH_SILU, "silu"},
};

/* ---- The definition in nn/ops.h, from the weights before they are packed ---- */

static int32_t modulo_32_bits(int64_t sum)
{
    const uint32_t low = (uint32_t)(uint64_t)sum;

    return low <= INT32_MAX ? (int32_t)low : (int32_t)((int64_t)low - ((int64_t)1 << 32));
}

/* The interior pixel (x, y), or one of the border. */
static const int16_t *input_at(const struct qconv_case *qconv, int64_t x, int64_t y)
{
    const int64_t row = (int64_t)qconv->shape.width + 2;

    return qconv->args.input + (y * row + x) * (int64_t)qconv->args.input_channels;
}

static int32_t sum_by_definition(const struct qconv_case *qconv, uint32_t x, uint32_t y,
                                 uint32_t oc)
{
    const struct conv_shape *shape = &qconv->shape;
    const int size = (int)shape->size;
    int64_t sum = 0;

    if (oc >= shape->n_out)
        return 0;
    const int16_t *weights = qconv->weights + (size_t)oc * shape->n_in * shape->size * shape->size;

    for (int ky = 0; ky < size; ky++)
        for (int kx = 0; kx < size; kx++) {
            const int16_t *in =
                input_at(qconv, (int64_t)x + kx - size / 2, (int64_t)y + ky - size / 2);

            for (uint32_t ic = 0; ic < shape->n_in; ic++)
                sum += (int64_t)in[ic] * weights[((int)ic * size + ky) * size + kx];
        }
    return modulo_32_bits(sum);
}

static int16_t whole_by_definition(float x)
{
    if (!(x > -32767))
        return -32767;
    return (int16_t)(x < 32767 ? lrintf(x) : 32767);
}

static float value_of(const struct qconv_case *qconv, int32_t sum, uint32_t oc)
{
    return fmaf((float)sum, qconv->args.gain[oc], qconv->bias[oc]);
}

static int16_t output_of_value(const struct qconv_case *qconv, float v, int16_t held)
{
    if (qconv->args.finish == UQD_NN_FINISH_ADD)
        v = (float)held + v;
    else if (qconv->args.finish == UQD_NN_FINISH_SILU)
        v = uqd_siluf(v) * qconv->args.scale;
    return whole_by_definition(v);
}

/* Of all pixels [height][width][layer.n_out]. */
static int32_t *new_sums(const struct qconv_case *qconv)
{
    const struct conv_shape *shape = &qconv->shape;
    const uint32_t n_out = qconv->layer.n_out;
    int32_t *sums = malloc((size_t)shape->width * shape->height * n_out * sizeof *sums), *at = sums;

    assert_non_null(sums);
    for (uint32_t y = 0; y < shape->height; y++)
        for (uint32_t x = 0; x < shape->width; x++)
            for (uint32_t oc = 0; oc < n_out; oc++)
                *at++ = sum_by_definition(qconv, x, y, oc);
    return sums;
}

/* Both outputs' memory, with all around what is written. */
struct outputs {
    int16_t *output;
    float *values;
};

static struct outputs copy_outputs(const struct qconv_case *qconv)
{
    const size_t n = qconv_outputs(qconv);

    return (struct outputs){copy_of(qconv->output.data, n * sizeof(int16_t)),
                            copy_of(qconv->values.data, n * sizeof(float))};
}

static void restore_outputs(struct qconv_case *qconv, const struct outputs *outputs)
{
    const size_t n = qconv_outputs(qconv);

    memcpy(qconv->output.data, outputs->output, n * sizeof(int16_t));
    memcpy(qconv->values.data, outputs->values, n * sizeof(float));
}

static void free_outputs(struct outputs *outputs)
{
    free(outputs->output);
    free(outputs->values);
}

/* What the memory must hold afterwards. */
static struct outputs outputs_by_definition(const struct qconv_case *qconv, const int32_t *sums)
{
    const struct conv_shape *shape = &qconv->shape;
    struct outputs expected = copy_outputs(qconv);

    for (uint32_t y = 0; y < shape->height; y++)
        for (uint32_t x = 0; x < shape->width; x++) {
            const size_t pixel = (y + (size_t)1) * (shape->width + (size_t)2) + x + 1;
            const size_t at = pixel * qconv->output.channels + qconv->skip_out;

            for (uint32_t oc = 0; oc < qconv->layer.n_out; oc++) {
                const float v = value_of(qconv, *sums++, oc);
                int16_t *output = &expected.output[at + oc];

                if (qconv->args.finish == UQD_NN_FINISH_FLOAT)
                    expected.values[at + oc] = v;
                else
                    *output = output_of_value(qconv, v, *output);
            }
        }
    return expected;
}

/* ---- Comparison ---- */

static void compare_outputs(const struct qconv_case *qconv, const struct outputs *expected,
                            const char *what)
{
    const struct conv_shape *shape = &qconv->shape;
    const size_t n = qconv_outputs(qconv);
    char where[120];

    snprintf(where, sizeof where, "%s: %ux%u, %u to %u channels, %ux%u pixels", what, shape->size,
             shape->size, shape->n_in, shape->n_out, shape->width, shape->height);
    for (size_t i = 0; i < n; i++)
        if (qconv->output.data[i] != expected->output[i])
            fail_msg("%s: number %zu is %d, not %d", where, i, qconv->output.data[i],
                     expected->output[i]);
    const size_t at = first_difference(expected->values, qconv->values.data, n);

    if (at < n)
        fail_msg("%s: float %zu is %a, not %a", where, at, (double)qconv->values.data[at],
                 (double)expected->values[at]);
}

/* In two pieces, the lower one first. */
static void run_qconv(struct qconv_case *qconv, unsigned cpu_flags)
{
    const uint32_t height = qconv->shape.height, cut = random_below(&test_random, height + 1);
    const struct uqd_nn_ops *ops = uqd_nn_ops_for(cpu_flags);

    ops->qconv(&qconv->args, cut, height);
    ops->qconv(&qconv->args, 0, cut);
}

static void check_finish(struct qconv_case *qconv, const int32_t *sums, const char *finish)
{
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_nn_kernels, versions);
    struct outputs before = copy_outputs(qconv), expected = outputs_by_definition(qconv, sums);

    for (size_t i = 0; i < n_versions; i++) {
        char what[40];

        snprintf(what, sizeof what, "%s, %s", versions[i].name, finish);
        run_qconv(qconv, versions[i].flags);
        compare_outputs(qconv, &expected, what);
        restore_outputs(qconv, &before);
    }
    free_outputs(&before);
    free_outputs(&expected);
}

static void check_shape(const struct conv_shape *shape, struct qconv_values values)
{
    struct qconv_case qconv;

    qconv_case_init(&qconv, &test_random, shape, values, 1);
    int32_t *sums = new_sums(&qconv);

    for (size_t i = 0; i < sizeof finishes / sizeof *finishes; i++) {
        qconv_case_set_finish(&qconv, finishes[i].finish);
        check_finish(&qconv, sums, finishes[i].name);
    }
    free(sums);
    qconv_case_deinit(&qconv);
}

/* ---- Tests ---- */

static const struct qconv_values ordinary = {WHOLE_ANY, WHOLE_ANY, GAINS_ORDINARY};

/* Widths around the tiles' and outputs around the blocks', for both kernel sizes. */
static void test_tails(void **state)
{
    static const uint32_t n_in[] = {2, 6, 12, 18, 34, 128};
    static const uint32_t n_out[] = {1, 15, 16, 17, 32, 48, 63, 64, 65, 80, 144};

    (void)state;
    for (uint32_t width = 1; width <= 40; width++)
        for (uint32_t size = 1; size <= 3; size += 2) {
            const struct conv_shape shape = {size, n_in[random_below(&test_random, 6)],
                                             n_out[random_below(&test_random, 11)], width,
                                             1 + random_below(&test_random, 4)};

            check_shape(&shape, ordinary);
        }
}

/* The layers of networks, long and high planes, which are strips of rows, and inputs that do not
 * fill the tiles of a processor that has some. */
static void test_layers(void **state)
{
    static const struct conv_shape shapes[] = {
        {1, 576, 128, 5, 2}, {1, 128, 144, 13, 1}, {1, 128, 378, 3, 2},  {3, 128, 128, 7, 2},
        {3, 60, 128, 3, 3},  {3, 24, 96, 12, 2},   {3, 6, 48, 25, 3},    {3, 576, 16, 2, 2},
        {3, 32, 32, 1, 1},   {1, 2, 16, 600, 2},   {3, 2, 16, 2, 600},   {3, 2, 80, 300, 4},
        {3, 34, 48, 210, 5}, {1, 98, 33, 900, 2},  {3, 1024, 16, 30, 5}, {1, 1024, 17, 90, 1},
        {3, 98, 16, 1, 40},  {3, 1026, 16, 3, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_shape(&shapes[i], ordinary);
}

static void test_values(void **state)
{
    (void)state;
    for (enum whole_fill input = 0; input < N_WHOLE_FILLS; input++)
        for (enum whole_fill weights = 0; weights < N_WHOLE_FILLS; weights++)
            for (enum gain_fill gains = 0; gains < N_GAIN_FILLS; gains++)
                for (uint32_t size = 1; size <= 3; size += 2)
                    check_shape(&(struct conv_shape){size, size == 1 ? 98 : 34, 48, 11, 3},
                                (struct qconv_values){input, weights, gains});
}

/* One pixel of two inputs, whose products and their sum are the largest that there are. */
static void test_extremes(void **state)
{
    static const struct {
        int16_t input, weight;
        int32_t sum;
    } rows[] = {
        {-32768, -32768, INT32_MIN}, /* 2^31 wraps */
        {-32768, 32767, -2147418112},
        {32767, 32767, 2147352578},
        {0, -32768, 0},
    };
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_nn_kernels, versions);
    const float gain[UQD_NN_BLOCK] = {1}, bias[UQD_NN_BLOCK] = {0};

    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t i = 0; i < n_versions; i++) {
            const int16_t input[2] = {rows[r].input, rows[r].input};
            const int16_t weights[2] = {rows[r].weight, rows[r].weight};
            float values[UQD_NN_BLOCK];
            struct uqd_nn_qconv layer;
            const struct uqd_nn_ops *ops = uqd_nn_ops_for(versions[i].flags);

            assert_int_equal(uqd_nn_qconv_init(&layer, 1, 2, 1, weights, gain), 0);
            ops->qconv(&(struct uqd_nn_qconv_args){&layer, input, 2, NULL, values, UQD_NN_BLOCK,
                                                   layer.gain, bias, 1, 1, 1, UQD_NN_FINISH_FLOAT},
                       0, 1);
            if (values[0] != (float)rows[r].sum)
                fail_msg("%s, row %zu: %a", versions[i].name, r, (double)values[0]);
            uqd_nn_qconv_deinit(&layer);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tails),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_extremes),
    };

    random_init(&test_random);
    return cmocka_run_group_tests_name("qconv", tests, NULL, NULL);
}
