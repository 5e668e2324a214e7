/* The operations of paper models: plain C against their definition, and every instruction set
 * against plain C: the same bits, and nothing written elsewhere. */
#include "inputs.h"
#include "nn/elementary.h"
#include "nn/ops.h"
#include "outputs.h"
#include "versions.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct random test_random;

static float *new_floats(enum fill fill, size_t n)
{
    float *out = malloc(n ? n * sizeof *out : 1);

    assert_non_null(out);
    fill_floats(&test_random, fill, out, n);
    return out;
}

static double *new_doubles(enum fill fill, size_t n)
{
    double *out = malloc(n ? n * sizeof *out : 1);
    float *values = new_floats(fill, n);

    assert_non_null(out);
    for (size_t i = 0; i < n; i++)
        out[i] = (double)values[i] * (1 + 0x1p-40);
    free(values);
    return out;
}

/* Calls a function for plain C and then for the other versions. */
typedef void one_version(void *cookie, const struct uqd_nn_ops *ops, const char *isa);

static void for_versions(one_version *function, void *cookie)
{
    struct version versions[MAX_VERSIONS];
    const size_t n = runnable_versions(&uqd_nn_kernels, versions);

    for (size_t i = 0; i < n; i++) {
        const struct uqd_nn_ops *ops = uqd_nn_ops_for(versions[i].flags);

        function(cookie, ops, versions[i].name);
    }
}

/* ---- Elements ---- */

#define LOG_E_MINUS_1 0.541324854612918

struct elements_case {
    enum fill fill;
    size_t n;
    float *in, frequency;
    struct output sines, cosines, softplus; /* of plain C */
};

static void run_elements(void *cookie, const struct uqd_nn_ops *ops, const char *isa)
{
    struct elements_case *c = cookie;
    const struct context context = {isa, c->fill};
    struct output sines = output_new(c->n * sizeof(float));
    struct output cosines = output_new(c->n * sizeof(float));
    struct output softplus = output_new(c->n * sizeof(float));

    ops->sincos(data_of(&sines), data_of(&cosines), c->in, c->frequency, c->n);
    ops->softplus(data_of(&softplus), c->in, c->n);
    keep_or_check(&c->sines, sines, compare_floats, "sin", &context);
    keep_or_check(&c->cosines, cosines, compare_floats, "cos", &context);
    keep_or_check(&c->softplus, softplus, compare_floats, "softplus", &context);
}

static void check_elements(enum fill fill, size_t n)
{
    struct elements_case c = {.fill = fill, .n = n, .in = new_floats(fill, n)};

    /* Within one turn, and over many. */
    c.frequency = n % 2 ? 0x1.921fb6p8f : 3;
    for_versions(run_elements, &c);
    const float *sines = data_of(&c.sines), *cosines = data_of(&c.cosines);
    const float *softplus = data_of(&c.softplus);

    for (size_t i = 0; i < n; i++) {
        assert_true(fabsf(sines[i]) <= 1 && fabsf(cosines[i]) <= 1);
        if (fill == FILL_UNIT) {
            assert_true(fabs(sines[i] - sin(c.frequency * c.in[i])) < 1e-6);
            assert_true(fabs(softplus[i] - log1p(exp(c.in[i] + LOG_E_MINUS_1))) < 1e-6);
        }
    }
    free(c.in);
    free(c.sines.memory);
    free(c.cosines.memory);
    free(c.softplus.memory);
}

static void test_elements(void **state)
{
    (void)state;
    for (enum fill fill = 0; fill < N_FILLS; fill++) {
        for (size_t n = 0; n <= 40; n++)
            check_elements(fill, n);
        check_elements(fill, 1001);
    }
}

/* ---- Normalisation ---- */

enum {
    N_ROWS = 5,         /* that totals are made of */
    UNUSED_CHANNELS = 3 /* of affine's output, not to be written */
};

struct norm_case {
    enum fill fill;
    uint32_t n, n_pixels, n_groups;
    size_t stride;
    float *pixels, *weight, *bias;
    double *rows;                                           /* [N_ROWS][2][n] */
    struct output sums, totals, scale, shift, affine, silu; /* of plain C */
};

static struct output run_affine(const struct norm_case *c, const struct uqd_nn_ops *ops,
                                enum uqd_nn_activation activation)
{
    const size_t out_stride = c->n + UNUSED_CHANNELS;
    struct output out = output_new(c->n_pixels * out_stride * sizeof(float));

    ops->affine(&(struct uqd_nn_affine_args){
        .input = c->pixels,
        .input_channels = c->stride,
        .output = data_of(&out),
        .output_channels = out_stride,
        .scale = c->weight,
        .shift = c->bias,
        .n_pixels = c->n_pixels,
        .n_channels = c->n,
        .activation = activation,
    });
    return out;
}

/* Scale and shift from the sums of a case. */
static void run_norm_op(const struct norm_case *c, const struct uqd_nn_ops *ops,
                        const struct output *sums, struct output *scale, struct output *shift)
{
    const double *sum = data_of(sums);

    ops->norm(&(struct uqd_nn_norm_args){
        .sum = sum,
        .squares = sum + c->n,
        .weight = c->weight,
        .bias = c->bias,
        .n_channels = c->n,
        .n_groups = c->n_groups,
        .n_pixels = c->n_pixels,
        .scale = data_of(scale),
        .shift = data_of(shift),
    });
}

static void run_norm(void *cookie, const struct uqd_nn_ops *ops, const char *isa)
{
    struct norm_case *c = cookie;
    const struct context context = {isa, c->fill};
    struct output sums = output_new(2 * c->n * sizeof(double));
    struct output totals = output_new(2 * c->n * sizeof(double));
    struct output scale = output_new(c->n * sizeof(float));
    struct output shift = output_new(c->n * sizeof(float));

    ops->sums(data_of(&sums), c->pixels, c->stride, c->n_pixels, c->n);
    ops->totals(data_of(&totals), c->rows, N_ROWS, 2 * c->n);
    run_norm_op(c, ops, &sums, &scale, &shift);
    keep_or_check(&c->sums, sums, compare_doubles, "sums", &context);
    keep_or_check(&c->totals, totals, compare_doubles, "totals", &context);
    keep_or_check(&c->scale, scale, compare_floats, "scale", &context);
    keep_or_check(&c->shift, shift, compare_floats, "shift", &context);
    keep_or_check(&c->affine, run_affine(c, ops, UQD_NN_ACTIVATION_NONE), compare_floats, "affine",
                  &context);
    keep_or_check(&c->silu, run_affine(c, ops, UQD_NN_ACTIVATION_SILU), compare_floats,
                  "affine with silu", &context);
}

/* The definitions in nn/ops.h once more: sums and totals, */
static void check_sums_definition(const struct norm_case *c)
{
    const double *sums = data_of(&c->sums), *totals = data_of(&c->totals);

    for (uint32_t i = 0; i < c->n; i++) {
        double sum = 0, squares = 0, total = 0;

        for (uint32_t p = 0; p < c->n_pixels; p++) {
            const double x = c->pixels[p * c->stride + i];

            sum += x;
            squares += x * x;
        }
        for (uint32_t r = 0; r < N_ROWS; r++)
            total += c->rows[r * 2 * c->n + i];
        assert_true(sums[i] == sum && sums[c->n + i] == squares && totals[i] == total);
    }
}

/* scale and shift, */
static void check_norm_definition(const struct norm_case *c)
{
    const double *sums = data_of(&c->sums);
    const float *scale = data_of(&c->scale), *shift = data_of(&c->shift);
    const uint32_t group = c->n / c->n_groups;

    for (uint32_t i = 0; i < c->n; i++) {
        const uint32_t first = i / group * group;
        const double count = (double)c->n_pixels * group;
        double s = 0, q = 0;

        for (uint32_t k = first; k < first + group; k++) {
            s += sums[k];
            q += sums[c->n + k];
        }
        const double mean = s / count, var = q / count - mean * mean;
        const double r = 1 / sqrt((var > 0 ? var : 0) + 1e-5), f = c->weight[i] * r;

        assert_true(scale[i] == (float)f && shift[i] == (float)(c->bias[i] - mean * f));
    }
}

/* and affine, of the first pixel. */
static void check_affine_definition(const struct norm_case *c)
{
    const float *affine = data_of(&c->affine), *silu = data_of(&c->silu);

    for (uint32_t i = 0; i < c->n; i++) {
        const float v = fmaf(c->pixels[i], c->weight[i], c->bias[i]);

        assert_true(affine[i] == v && silu[i] == uqd_siluf(v));
    }
}

static void check_unused_channels(const struct norm_case *c)
{
    unsigned char untouched[UNUSED_CHANNELS * sizeof(float)];

    memset(untouched, OUTPUT_UNTOUCHED, sizeof untouched);
    for (uint32_t p = 0; p < c->n_pixels; p++) {
        const float *pixel = (float *)data_of(&c->silu) + p * (c->n + UNUSED_CHANNELS);

        assert_memory_equal(pixel + c->n, untouched, sizeof untouched);
    }
}

static void check_norm(enum fill fill, uint32_t n, uint32_t n_groups, uint32_t n_pixels)
{
    struct norm_case c = {.fill = fill, .n = n, .n_pixels = n_pixels, .n_groups = n_groups};

    c.stride = n + random_below(&test_random, 20);
    c.pixels = new_floats(fill, n_pixels * c.stride);
    c.rows = new_doubles(fill, (size_t)N_ROWS * 2 * n);
    c.weight = new_floats(FILL_UNIT, n);
    c.bias = new_floats(FILL_UNIT, n);
    for_versions(run_norm, &c);
    if (fill == FILL_UNIT) {
        check_sums_definition(&c);
        check_norm_definition(&c);
        check_affine_definition(&c);
    }
    check_unused_channels(&c);
    free(c.pixels);
    free(c.rows);
    free(c.weight);
    free(c.bias);
    free(c.sums.memory);
    free(c.totals.memory);
    free(c.scale.memory);
    free(c.shift.memory);
    free(c.affine.memory);
    free(c.silu.memory);
}

static void test_norm(void **state)
{
    static const struct {
        uint32_t n, n_groups, n_pixels;
    } rows[] = {{16, 4, 1},  {16, 1, 7}, {32, 8, 64}, {48, 48, 13},
                {64, 2, 64}, {96, 3, 5}, {256, 32, 3}};

    (void)state;
    for (enum fill fill = 0; fill < N_FILLS; fill++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            check_norm(fill, rows[i].n, rows[i].n_groups, rows[i].n_pixels);
}

/* A variance that rounding makes negative is 0. */
static void test_constant(void **state)
{
    const double sums[16] = {3e6 * 0.1}, squares[16] = {3e6 * 0.01 - 1e-6};
    const float weight[16] = {1}, bias[16] = {0.5f};
    float scale[16], shift[16];
    const struct uqd_nn_ops *ops = uqd_nn_ops_for(0);

    (void)state;
    ops->norm(
        &(struct uqd_nn_norm_args){sums, squares, weight, bias, 16, 16, 3000000, scale, shift});
    assert_true(scale[0] == (float)(1 / sqrt(1e-5)));
    assert_true(scale[1] == 0 && shift[1] == 0);
}

/* ---- Attention ---- */

enum { N_VALUES = 32, VALUES_STRIDE = 40 }; /* of each query, for rescale */

struct softmax_case {
    enum fill fill;
    uint32_t n_queries, n_keys;
    float *scores, *highest, *sum, *values;
    struct output weights, tops, sums, factors, rescaled; /* of plain C */
};

static void run_softmax(void *cookie, const struct uqd_nn_ops *ops, const char *isa)
{
    struct softmax_case *c = cookie;
    const struct context context = {isa, c->fill};
    const size_t size = c->n_queries * sizeof(float);
    struct output weights = output_of(c->scores, size * c->n_keys);
    struct output tops = output_of(c->highest, size), sums = output_of(c->sum, size);
    struct output factors = output_new(size);
    struct output rescaled = output_of(c->values, size * VALUES_STRIDE);

    ops->softmax(&(struct uqd_nn_softmax_args){
        .scores = data_of(&weights),
        .highest = data_of(&tops),
        .sum = data_of(&sums),
        .factor = data_of(&factors),
        .n_queries = c->n_queries,
        .n_keys = c->n_keys,
    });
    ops->rescale(data_of(&rescaled), VALUES_STRIDE, data_of(&factors), c->n_queries, N_VALUES);
    keep_or_check(&c->weights, weights, compare_floats, "weights", &context);
    keep_or_check(&c->tops, tops, compare_floats, "highest", &context);
    keep_or_check(&c->sums, sums, compare_floats, "sum", &context);
    keep_or_check(&c->factors, factors, compare_floats, "factor", &context);
    keep_or_check(&c->rescaled, rescaled, compare_floats, "rescaled", &context);
}

static float weight_of(float x)
{
    return uqd_expf(x > -60 ? x : -60);
}

static float higher_of(float a, float b)
{
    return a > b ? a : b;
}

static float sum_of(float a, float b)
{
    return a + b;
}

static float fold(float v[16], float function(float, float))
{
    for (uint32_t half = 8; half > 0; half /= 2)
        for (uint32_t lane = 0; lane < half; lane++)
            v[lane] = function(v[lane], v[lane + half]);
    return v[0];
}

/* The definition in nn/ops.h once more, of one query. */
static void check_softmax_definition(const struct softmax_case *c, uint32_t q)
{
    const float *scores = c->scores + (size_t)q * c->n_keys;
    const float *weights = (float *)data_of(&c->weights) + (size_t)q * c->n_keys;
    const float *tops = data_of(&c->tops), *sums = data_of(&c->sums);
    const float *factors = data_of(&c->factors);
    float m[16], t[16] = {0};

    for (uint32_t lane = 0; lane < 16; lane++)
        m[lane] = c->highest[q];
    for (uint32_t k = 0; k < c->n_keys; k++)
        m[k % 16] = higher_of(scores[k], m[k % 16]);
    const float top = fold(m, higher_of), factor = weight_of(c->highest[q] - top);

    for (uint32_t k = 0; k < c->n_keys; k++) {
        assert_true(weights[k] == weight_of(scores[k] - top));
        t[k % 16] += weights[k];
    }
    assert_true(tops[q] == top && factors[q] == factor);
    assert_true(sums[q] == fmaf(c->sum[q], factor, fold(t, sum_of)));
}

static void check_softmax(enum fill fill, uint32_t n_queries, uint32_t n_keys, int is_first)
{
    struct softmax_case c = {.fill = fill, .n_queries = n_queries, .n_keys = n_keys};

    c.scores = new_floats(fill, (size_t)n_queries * n_keys);
    c.highest = new_floats(FILL_UNIT, n_queries);
    c.sum = new_floats(FILL_UNIT, n_queries);
    c.values = new_floats(fill, (size_t)n_queries * VALUES_STRIDE);
    /* What is known of the keys before: nothing, or something like it. */
    for (uint32_t q = 0; q < n_queries; q++) {
        c.highest[q] = is_first ? -FLT_MAX : 2 * c.highest[q];
        c.sum[q] = is_first ? 0 : fabsf(c.sum[q]);
    }
    /* Unit scores are spread to where some weights are cut off. */
    for (size_t i = 0; i < (size_t)n_queries * n_keys && fill == FILL_UNIT; i++)
        c.scores[i] *= 50;
    for_versions(run_softmax, &c);
    const float *sums = data_of(&c.sums);

    for (uint32_t q = 0; q < n_queries; q++) {
        assert_true(sums[q] > 0 && sums[q] < INFINITY);
        if (fill == FILL_UNIT)
            check_softmax_definition(&c, q);
    }
    free(c.scores);
    free(c.highest);
    free(c.sum);
    free(c.values);
    free(c.weights.memory);
    free(c.tops.memory);
    free(c.sums.memory);
    free(c.factors.memory);
    free(c.rescaled.memory);
}

static void test_softmax(void **state)
{
    (void)state;
    for (enum fill fill = 0; fill < N_FILLS; fill++)
        for (int is_first = 0; is_first < 2; is_first++)
            for (uint32_t n_keys = 16; n_keys <= 144; n_keys += 16)
                check_softmax(fill, 1 + random_below(&test_random, 9), n_keys, is_first);
}

/* A NaN is no highest score, and neither a NaN nor an infinity weighs more than the least. */
static void test_scores_without_order(void **state)
{
    const float least = weight_of(-100);
    float scores[16], highest = 0, sum = 1, factor;
    const struct uqd_nn_ops *ops = uqd_nn_ops_for(0);

    (void)state;
    for (uint32_t k = 0; k < 16; k++)
        scores[k] = k % 2 ? NAN : -INFINITY;
    scores[3] = 1;
    ops->softmax(&(struct uqd_nn_softmax_args){scores, &highest, &sum, &factor, 1, 16});
    assert_true(highest == 1 && factor == weight_of(-1) && scores[3] == 1);
    assert_true(scores[0] == least && scores[1] == least && sum > 1);
    scores[0] = INFINITY;
    ops->softmax(&(struct uqd_nn_softmax_args){scores, &highest, &sum, &factor, 1, 16});
    assert_true(highest == INFINITY && factor == least && scores[0] == least && sum > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_norm),
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_scores_without_order),
    };

    random_init(&test_random);
    return cmocka_run_group_tests_name("unet", tests, NULL, NULL);
}
