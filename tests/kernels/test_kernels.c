/* Every kernel of every instruction set against plain C: the same bits, and nothing written
 * elsewhere. With --bench: how fast they are. */
#include "bench.h"
#include "conv_case.h"
#include "elements.h"
#include "inputs.h"
#include "nn/elementary.h"
#include "versions.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

_Static_assert(
    sizeof(struct uqd_nn_ops) == 12 * sizeof(void (*)(void)),
    "conv, asinh and head are compared here, the others in test_qconv.c and test_unet.c");

static struct random test_random;

static const struct {
    enum uqd_nn_activation activation;
    int accumulate;
} epilogues[] = {
    {UQD_NN_ACTIVATION_NONE, 0},
    {UQD_NN_ACTIVATION_NONE, 1},
    {UQD_NN_ACTIVATION_SILU, 0},
    {UQD_NN_ACTIVATION_SILU, 1},
};

/* The definition in nn/ops.h, from the weights before they are packed. */
static float conv_by_definition(const struct conv_case *conv, uint32_t x, uint32_t y, uint32_t oc)
{
    const struct conv_shape *shape = &conv->shape;
    const ptrdiff_t pitch = (ptrdiff_t)uqd_nn_plane_pitch(&conv->input);
    const ptrdiff_t column = conv->input.channels;
    const int size = (int)shape->size;
    float sum = 0;

    for (int ky = 0; ky < size; ky++)
        for (int kx = 0; kx < size; kx++)
            for (uint32_t ic = 0; ic < shape->n_in; ic++) {
                ptrdiff_t at = ((ptrdiff_t)y + ky - size / 2) * pitch +
                               ((ptrdiff_t)x + kx - size / 2) * column + (ptrdiff_t)ic;
                size_t weight =
                    ((oc * (size_t)shape->n_in + ic) * shape->size + (size_t)ky) * shape->size +
                    (size_t)kx;

                sum = fmaf(conv->args.input[at], conv->weights[weight], sum);
            }
    return fmaf(sum, conv->gain[oc], conv->bias[oc]);
}

static void test_conv_definition(void **state)
{
    static const struct conv_shape shapes[] = {{1, 5, 20, 7, 3}, {3, 6, 33, 5, 4}};
    const struct uqd_nn_ops *ops = uqd_nn_ops_for(0);

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct conv_shape *shape = &shapes[i];
        struct conv_case conv;

        conv_case_init(&conv, &test_random, shape, FILL_UNIT, 1);
        ops->conv(&conv.args, 0, shape->height);
        for (uint32_t y = 0; y < shape->height; y++)
            for (uint32_t x = 0; x < shape->width; x++) {
                size_t pixel = y * ((size_t)shape->width + 2) + x;
                const float *got = conv.args.output + pixel * conv.args.output_channels;

                for (uint32_t oc = 0; oc < shape->n_out; oc++)
                    assert_true(got[oc] == conv_by_definition(&conv, x, y, oc));
                for (uint32_t oc = shape->n_out; oc < conv.layer.n_out; oc++)
                    assert_true(got[oc] == conv.bias[oc]);
            }
        conv_case_deinit(&conv);
    }
}

/* Whether nothing but the layer's channels of the interior pixels has changed. */
static int only_outputs_written(const struct conv_case *conv, const float *before)
{
    const struct uqd_nn_plane *plane = &conv->output;
    const size_t columns = (size_t)plane->width + 2, channels = plane->channels;
    const size_t first_channel = (size_t)(conv->args.output - uqd_nn_plane_pixel(plane, 0, 0));

    for (size_t i = 0; i < plane_floats(plane); i++) {
        size_t x = i / channels % columns, y = i / channels / columns, c = i % channels;

        if (x >= 1 && x <= plane->width && y >= 1 && y <= plane->height && c >= first_channel &&
            c < first_channel + conv->layer.n_out)
            continue;
        if (plane->data[i] != before[i])
            return 0;
    }
    return 1;
}

/* Runs one case with two kernels; the candidate in two pieces. */
static void compare_conv(struct conv_case *conv, const struct uqd_nn_ops *reference,
                         const struct uqd_nn_ops *candidate, const char *isa, const char *fill)
{
    const struct conv_shape *shape = &conv->shape;
    const size_t n = plane_floats(&conv->output);
    float *before = copy_of(conv->output.data, n * sizeof *before), *expected;
    uint32_t cut = random_below(&test_random, shape->height + 1);
    size_t at;

    reference->conv(&conv->args, 0, shape->height);
    assert_true(only_outputs_written(conv, before));
    expected = copy_of(conv->output.data, n * sizeof *expected);
    memcpy(conv->output.data, before, n * sizeof *before);
    candidate->conv(&conv->args, cut, shape->height);
    candidate->conv(&conv->args, 0, cut);
    at = first_difference(expected, conv->output.data, n);
    if (at < n)
        fail_msg("%s: %ux%u, %u to %u channels, %ux%u pixels, %s: float %zu is %a, not %a", isa,
                 shape->size, shape->size, shape->n_in, shape->n_out, shape->width, shape->height,
                 fill, at, (double)conv->output.data[at], (double)expected[at]);
    memcpy(conv->output.data, before, n * sizeof *before);
    free(before);
    free(expected);
}

/* All epilogues on one shape, each available instruction set. */
static void check_shape(const struct conv_shape *shape, enum fill fill)
{
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_nn_kernels, versions);
    const struct uqd_nn_ops *reference, *candidate;
    struct conv_case conv;

    reference = uqd_nn_ops_for(0);
    conv_case_init(&conv, &test_random, shape, fill, 1);
    for (size_t i = 1; i < n_versions; i++) {
        candidate = uqd_nn_ops_for(versions[i].flags);
        for (size_t e = 0; e < sizeof epilogues / sizeof *epilogues; e++) {
            conv.args.activation = epilogues[e].activation;
            conv.args.accumulate = epilogues[e].accumulate;
            compare_conv(&conv, reference, candidate, versions[i].name, fill_name(fill));
        }
    }
    conv_case_deinit(&conv);
}

/* Widths around the tiles' and outputs around the blocks', for both kernel sizes. */
static void test_conv_tails(void **state)
{
    static const uint32_t n_out[] = {1, 16, 17, 48, 80};

    (void)state;
    for (uint32_t width = 1; width <= 40; width++)
        for (uint32_t size = 1; size <= 3; size += 2) {
            struct conv_shape shape = {size, 1 + random_below(&test_random, 9),
                                       n_out[random_below(&test_random, 5)], width,
                                       1 + random_below(&test_random, 4)};

            check_shape(&shape, FILL_UNIT);
        }
}

static void test_conv_layers(void **state)
{
    static const struct conv_shape shapes[] = {
        {1, 384, 128, 5, 2}, {1, 128, 144, 13, 1}, {1, 128, 384, 3, 2}, {3, 128, 128, 7, 2},
        {3, 60, 128, 3, 3},  {3, 24, 96, 12, 2},   {3, 6, 48, 25, 3},   {1, 96, 16, 11, 3},
        {3, 32, 32, 1, 1},   {1, 1, 16, 300, 2},   {3, 1, 16, 2, 300},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_shape(&shapes[i], FILL_UNIT);
}

static void test_conv_values(void **state)
{
    (void)state;
    for (enum fill fill = 0; fill < N_FILLS; fill++)
        for (uint32_t size = 1; size <= 3; size += 2)
            check_shape(&(struct conv_shape){size, 19, 48, 29, 3}, fill);
}

/* Runs the elementwise operations with plain C and every other instruction set. */
static void check_elements(size_t n, enum fill fill, int with_scale)
{
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_nn_kernels, versions);
    struct elements elements;
    struct element_results expected, got;
    const struct uqd_nn_ops *ops = uqd_nn_ops_for(0);

    elements_init(&elements, &test_random, n, fill);
    element_results_init(&expected, n);
    elements_run(&elements, ops, with_scale, &expected);
    assert_true(element_results_intact(&expected, n, with_scale));
    for (size_t i = 1; i < n_versions; i++) {
        ops = uqd_nn_ops_for(versions[i].flags);
        element_results_init(&got, n);
        elements_run(&elements, ops, with_scale, &got);
        if (memcmp(expected.memory, got.memory, got.size))
            fail_msg("%s: %zu elements, %s, %s scale", versions[i].name, n, fill_name(fill),
                     with_scale ? "with" : "without");
        element_results_deinit(&got);
    }
    element_results_deinit(&expected);
    elements_deinit(&elements);
}

static void test_elementwise(void **state)
{
    (void)state;
    for (enum fill fill = 0; fill < N_FILLS; fill++) {
        for (size_t n = 0; n <= 70; n++) {
            check_elements(n, fill, 0);
            check_elements(n, fill, 1);
        }
        check_elements(5000, fill, 1);
    }
}

/* Not -32768, even where a number is beyond the 16 bits. */
static void test_asinh_values(void **state)
{
    static const struct {
        int16_t in;
        float scale, out_scale;
        int16_t out;
    } rows[] = {
        {0, 1, 2048, 0},
        {1, 0x1p-20f, 0x1p19f, 0}, /* halves to even */
        {3, 0x1p-20f, 0x1p19f, 2},
        {-3, 0x1p-20f, 0x1p19f, -2},
        {40, 1.0f / 20, 2048, 2957}, /* asinh(2) = 1.443635 */
        {-40, 1.0f / 20, 2048, -2957},
        {INT16_MAX, 0.5f, 2048, 21293}, /* 10.397177 */
        {INT16_MIN, 0.5f, 2048, -21293},
        {INT16_MAX, 1, 4096, INT16_MAX}, /* 11.09 is beyond 8 */
        {INT16_MIN, 1, 4096, -INT16_MAX},
        {2, FLT_MAX, 2048, INT16_MAX},
        {-2, FLT_MAX, 2048, -INT16_MAX},
        {-1, FLT_MAX, FLT_MAX, -INT16_MAX},
    };
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_nn_kernels, versions);

    (void)state;
    for (size_t i = 0; i < n_versions; i++)
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            const struct uqd_nn_ops *ops = uqd_nn_ops_for(versions[i].flags);
            int16_t out;

            ops->asinh(&out, &rows[r].in, &rows[r].scale, rows[r].out_scale, 1);
            if (out != rows[r].out)
                fail_msg("%s, row %zu: %d, not %d", versions[i].name, r, out, rows[r].out);
        }
}

static void test_asinh_definition(void **state)
{
    enum { N = 1000 };
    struct elements elements;
    struct element_results results;
    const struct uqd_nn_ops *ops = uqd_nn_ops_for(0);

    (void)state;
    elements_init(&elements, &test_random, N, FILL_UNIT);
    element_results_init(&results, N);
    elements_run(&elements, ops, 0, &results);
    for (size_t i = 0; i < N; i++) {
        const float v = uqd_asinhf((float)elements.values[i] * elements.scale[i]);

        assert_int_equal(results.asinh[i],
                         lrintf(fmaxf(-32767, fminf(v * elements.out_scale, 32767))));
    }
    element_results_deinit(&results);
    elements_deinit(&elements);
}

/* Values from the definition in nn/ops.h that are known exactly, extremes above all. */
static void test_head_values(void **state)
{
    static const struct {
        float gate, offset, log_scale;
        int16_t twice_centre;
        float width, reference, log2_reference;
        int32_t mean_q4;
        uint8_t scale_index;
    } rows[] = {
        {0, 0, 0, 201, 32, 16, 0, 16 * 68 + 8, 64}, /* 50.25 is below 68.5 */
        {0, 0, 0, 80, 64, 32, 0, 16 * 20, 64},
        {INFINITY, 0, 0.5f, -7, 2, 1, 0.25f, -7 * 8, 76},
        {100, 0.5f, 20, -7, 2, 1, 0, -7 * 8 + 8, 240},
        {0, INFINITY, INFINITY, 11, 8, 4, 1, 8 * 11 + 128, 240},
        {0, -INFINITY, -INFINITY, 11, 8, 4, 1, 8 * 11 - 128, 0},
        {NAN, 0, NAN, 0, 8, 4, 1, 0, 0},
        {0, NAN, 0, 1001, 4096, 64, -9, 8 * 1001 - 65536, 0},
        {50, 0, 11, INT16_MAX, 1, 0.5f, 0, 8 * INT16_MAX, 240},
        {50, -1e9f, 0, INT16_MIN, 4096, 64, 0, 8 * INT16_MIN - 65536, 64},
        {INFINITY, 0, 0.03125f, 6, 1, 0.5f, 0, 48, 64}, /* halves to even */
        {INFINITY, 0, 0.09375f, 6, 1, 0.5f, 0, 48, 66},
        {-INFINITY, 0.0625f, 0, 5, 4, 0.5f, 0, 0, 64},
        {-INFINITY, 0.1875f, 0, 5, 4, 0.5f, 0, 2, 64},
    };
    const struct uqd_nn_ops *ops = uqd_nn_ops_for(0);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t mean_q4;
        uint8_t scale_index;

        ops->head(&(struct uqd_nn_head_args){&rows[i].gate, &rows[i].offset, &rows[i].log_scale,
                                             &rows[i].twice_centre, &rows[i].width,
                                             &rows[i].reference, &rows[i].log2_reference, &mean_q4,
                                             &scale_index, 1});
        if (mean_q4 != rows[i].mean_q4 || scale_index != rows[i].scale_index)
            fail_msg("row %zu: mean %d, scale %d", i, mean_q4, scale_index);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv_definition),  cmocka_unit_test(test_conv_tails),
        cmocka_unit_test(test_conv_layers),      cmocka_unit_test(test_conv_values),
        cmocka_unit_test(test_elementwise),      cmocka_unit_test(test_asinh_values),
        cmocka_unit_test(test_asinh_definition), cmocka_unit_test(test_head_values),
    };

    random_init(&test_random);
    if (argc == 2 && !strcmp(argv[1], "--bench")) {
        bench(&test_random);
        return 0;
    }
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
