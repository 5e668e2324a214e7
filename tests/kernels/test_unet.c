/* The operations of paper models: plain C against their definition, and every instruction set
 * against plain C: the same bits, and nothing written elsewhere. */
#include "inputs.h"
#include "nn/elementary.h"
#include "nn/ops.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GUARD = 72, GUARD_BYTE = 0xa5 };

static struct random test_random;

/* ---- Memory that shows what was written ---- */

/* Between guards; aligned to doubles, not to vectors. */
struct output {
    unsigned char *memory;
    size_t size; /* without the guards */
};

static struct output output_new(size_t size)
{
    struct output output = {malloc(size + 2 * GUARD), size};

    assert_non_null(output.memory);
    memset(output.memory, GUARD_BYTE, size + 2 * GUARD);
    return output;
}

/* That begins with something. */
static struct output output_of(const void *data, size_t size)
{
    struct output output = output_new(size);

    memcpy(output.memory + GUARD, data, size);
    return output;
}

static void *data_of(const struct output *output)
{
    return output->memory + GUARD;
}

static void check_guards(const struct output *output)
{
    for (size_t i = 0; i < GUARD; i++) {
        assert_int_equal(output->memory[i], GUARD_BYTE);
        assert_int_equal(output->memory[GUARD + output->size + i], GUARD_BYTE);
    }
}

/* NaNs are equal to each other. Frees `got`. */
static void check_floats(const struct output *expected, struct output *got, const char *what,
                         const char *isa, enum fill fill)
{
    const size_t n = expected->size / sizeof(float);
    const size_t at = first_difference(data_of(expected), data_of(got), n);

    if (at < n)
        fail_msg("%s, %s, %s: float %zu of %zu is %a, not %a", what, isa, fill_name(fill), at, n,
                 (double)((float *)data_of(got))[at], (double)((float *)data_of(expected))[at]);
    check_guards(expected);
    check_guards(got);
    free(got->memory);
}

static void check_doubles(const struct output *expected, struct output *got, const char *what,
                          const char *isa, enum fill fill)
{
    const double *a = data_of(expected), *b = data_of(got);

    for (size_t i = 0; i < expected->size / sizeof *a; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) && !(isnan(a[i]) && isnan(b[i])))
            fail_msg("%s, %s, %s: double %zu is %a, not %a", what, isa, fill_name(fill), i, b[i],
                     a[i]);
    check_guards(expected);
    check_guards(got);
    free(got->memory);
}

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

/* Calls a function for plain C, whose results it keeps, and then for the other instruction sets. */
typedef void one_isa(void *cookie, const struct uqd_nn_ops *ops, const char *name);

static void for_isas(one_isa *function, void *cookie)
{
    struct isa isas[MAX_ISAS];
    const size_t n = available_isas(isas);

    for (size_t i = 0; i < n; i++) {
        struct uqd_nn_ops ops;

        uqd_nn_ops_init(&ops, isas[i].flags);
        function(cookie, &ops, isas[i].name);
    }
}

/* ---- Elements ---- */

struct elements_case {
    enum fill fill;
    size_t n;
    float *in, frequency;
    struct output sines, cosines, softplus; /* of plain C */
};

static void run_elements(void *cookie, const struct uqd_nn_ops *ops, const char *name)
{
    struct elements_case *c = cookie;
    struct output sines = output_new(c->n * sizeof(float));
    struct output cosines = output_new(c->n * sizeof(float));
    struct output softplus = output_new(c->n * sizeof(float));

    ops->sincos(data_of(&sines), data_of(&cosines), c->in, c->frequency, c->n);
    ops->softplus(data_of(&softplus), c->in, c->n);
    if (c->sines.memory == NULL) {
        c->sines = sines;
        c->cosines = cosines;
        c->softplus = softplus;
        return;
    }
    check_floats(&c->sines, &sines, "sin", name, c->fill);
    check_floats(&c->cosines, &cosines, "cos", name, c->fill);
    check_floats(&c->softplus, &softplus, "softplus", name, c->fill);
}

static void check_elements(enum fill fill, size_t n)
{
    struct elements_case c = {.fill = fill, .n = n, .in = new_floats(fill, n)};

    c.frequency = n % 2 ? 0x1.921fb6p8f : 3;
    for_isas(run_elements, &c);
    for (size_t i = 0; i < n; i++) {
        const float sine = ((float *)data_of(&c.sines))[i];
        const float softplus = ((float *)data_of(&c.softplus))[i];

        assert_true(fabsf(sine) <= 1 && fabsf(((float *)data_of(&c.cosines))[i]) <= 1);
        if (fill == FILL_UNIT) {
            assert_true(fabs(sine - sin(c.frequency * c.in[i])) < 1e-6);
            assert_true(fabs(softplus - log1p(exp(c.in[i] + 0.541324854612918))) < 1e-6);
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

struct norm_case {
    enum fill fill;
    uint32_t n, n_pixels, n_groups;
    size_t stride;
    float *pixels, *weight, *bias;
    double *rows;
    struct output sums, totals, scale, shift, affine, silu;
};

static struct output run_affine(const struct norm_case *c, const struct uqd_nn_ops *ops,
                                enum uqd_nn_activation activation)
{
    /* Of the output, channels behind the last are not to be written. */
    const size_t out_stride = c->n + 3, n = c->n_pixels * out_stride;
    struct output out = output_new(n * sizeof(float));

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

static void run_norm(void *cookie, const struct uqd_nn_ops *ops, const char *name)
{
    struct norm_case *c = cookie;
    struct output sums = output_new(2 * c->n * sizeof(double));
    struct output totals = output_new(2 * c->n * sizeof(double));
    struct output scale = output_new(c->n * sizeof(float));
    struct output shift = output_new(c->n * sizeof(float));
    struct output affine = run_affine(c, ops, UQD_NN_ACTIVATION_NONE);
    struct output silu = run_affine(c, ops, UQD_NN_ACTIVATION_SILU);
    double *aligned = malloc(2 * c->n * sizeof *aligned);

    assert_non_null(aligned);
    ops->sums(data_of(&sums), c->pixels, c->stride, c->n_pixels, c->n);
    ops->totals(data_of(&totals), c->rows, 5, 2 * c->n);
    memcpy(aligned, data_of(&sums), 2 * c->n * sizeof *aligned);
    ops->norm(&(struct uqd_nn_norm_args){
        .sum = aligned,
        .squares = aligned + c->n,
        .weight = c->weight,
        .bias = c->bias,
        .n_channels = c->n,
        .n_groups = c->n_groups,
        .n_pixels = c->n_pixels,
        .scale = data_of(&scale),
        .shift = data_of(&shift),
    });
    free(aligned);
    if (c->sums.memory == NULL) {
        c->sums = sums, c->totals = totals, c->scale = scale, c->shift = shift;
        c->affine = affine, c->silu = silu;
        return;
    }
    check_doubles(&c->sums, &sums, "sums", name, c->fill);
    check_doubles(&c->totals, &totals, "totals", name, c->fill);
    check_floats(&c->scale, &scale, "scale", name, c->fill);
    check_floats(&c->shift, &shift, "shift", name, c->fill);
    check_floats(&c->affine, &affine, "affine", name, c->fill);
    check_floats(&c->silu, &silu, "affine with silu", name, c->fill);
}

/* The definition in nn/ops.h once more. */
static void check_norm_definition(const struct norm_case *c)
{
    const double *sums = data_of(&c->sums), *totals = data_of(&c->totals);
    const float *scale = data_of(&c->scale), *shift = data_of(&c->shift);
    const float *affine = data_of(&c->affine), *silu = data_of(&c->silu);
    const uint32_t group = c->n / c->n_groups;

    for (uint32_t i = 0; i < c->n; i++) {
        double s = 0, q = 0, t = 0;
        const uint32_t first = i / group * group;

        for (uint32_t k = first; k < first + group; k++) {
            double sum = 0, squares = 0;
            for (uint32_t p = 0; p < c->n_pixels; p++) {
                const double x = c->pixels[p * c->stride + k];
                sum += x;
                squares += x * x;
            }
            assert_true(sums[k] == sum && sums[c->n + k] == squares);
            s += sum;
            q += squares;
        }
        for (uint32_t r = 0; r < 5; r++)
            t += c->rows[r * 2 * c->n + i];
        assert_true(totals[i] == t);

        const double count = (double)c->n_pixels * group, mean = s / count;
        const double var = q / count - mean * mean, r = 1 / sqrt((var > 0 ? var : 0) + 1e-5);
        const double f = c->weight[i] * r;
        assert_true(scale[i] == (float)f && shift[i] == (float)(c->bias[i] - mean * f));
        const float v = fmaf(c->pixels[i], c->weight[i], c->bias[i]);
        assert_true(affine[i] == v && silu[i] == uqd_siluf(v));
    }
}

static void check_norm(enum fill fill, uint32_t n, uint32_t n_groups, uint32_t n_pixels)
{
    struct norm_case c = {.fill = fill, .n = n, .n_pixels = n_pixels, .n_groups = n_groups};

    c.stride = n + random_below(&test_random, 20);
    c.pixels = new_floats(fill, n_pixels * c.stride);
    c.rows = new_doubles(fill, 10 * (size_t)n);
    c.weight = new_floats(FILL_UNIT, n);
    c.bias = new_floats(FILL_UNIT, n);
    for_isas(run_norm, &c);
    if (fill == FILL_UNIT)
        check_norm_definition(&c);
    for (uint32_t i = 0; i < n_pixels; i++) {
        float behind = 0;
        unsigned char untouched[sizeof behind];

        memset(untouched, GUARD_BYTE, sizeof untouched);
        memcpy(&behind, (float *)data_of(&c.silu) + i * (n + 3) + n, sizeof behind);
        assert_memory_equal(&behind, untouched, sizeof behind);
    }
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
    struct uqd_nn_ops ops;

    (void)state;
    uqd_nn_ops_init(&ops, 0);
    ops.norm(
        &(struct uqd_nn_norm_args){sums, squares, weight, bias, 16, 16, 3000000, scale, shift});
    assert_true(scale[0] == (float)(1 / sqrt(1e-5)));
    assert_true(scale[1] == 0 && shift[1] == 0);
}

/* ---- Attention ---- */

struct softmax_case {
    enum fill fill;
    uint32_t n_queries, n_keys;
    float *scores, *highest, *sum, *values;
    struct output weights, tops, sums, factors, rescaled; /* of plain C */
};

static void run_softmax(void *cookie, const struct uqd_nn_ops *ops, const char *name)
{
    struct softmax_case *c = cookie;
    const size_t size = c->n_queries * sizeof(float), stride = 40;
    struct output weights = output_of(c->scores, size * c->n_keys);
    struct output tops = output_of(c->highest, size), sums = output_of(c->sum, size);
    struct output factors = output_new(size);
    struct output rescaled = output_of(c->values, size * stride);

    ops->softmax(&(struct uqd_nn_softmax_args){
        .scores = data_of(&weights),
        .highest = data_of(&tops),
        .sum = data_of(&sums),
        .factor = data_of(&factors),
        .n_queries = c->n_queries,
        .n_keys = c->n_keys,
    });
    ops->rescale(data_of(&rescaled), stride, data_of(&factors), c->n_queries, 32);
    if (c->weights.memory == NULL) {
        c->weights = weights, c->tops = tops, c->sums = sums, c->factors = factors;
        c->rescaled = rescaled;
        return;
    }
    check_floats(&c->weights, &weights, "weights", name, c->fill);
    check_floats(&c->tops, &tops, "highest", name, c->fill);
    check_floats(&c->sums, &sums, "sum", name, c->fill);
    check_floats(&c->factors, &factors, "factor", name, c->fill);
    check_floats(&c->rescaled, &rescaled, "rescaled", name, c->fill);
}

static float weight_of(float x)
{
    return uqd_expf(x > -60 ? x : -60);
}

/* The definition in nn/ops.h once more, of one query. */
static void check_softmax_definition(const struct softmax_case *c, uint32_t q)
{
    const float *scores = c->scores + (size_t)q * c->n_keys;
    const float *weights = (float *)data_of(&c->weights) + (size_t)q * c->n_keys;
    float m[16], t[16] = {0};

    for (uint32_t lane = 0; lane < 16; lane++)
        m[lane] = c->highest[q];
    for (uint32_t k = 0; k < c->n_keys; k++)
        m[k % 16] = scores[k] > m[k % 16] ? scores[k] : m[k % 16];
    for (uint32_t half = 8; half > 0; half /= 2)
        for (uint32_t lane = 0; lane < half; lane++)
            m[lane] = m[lane] > m[lane + half] ? m[lane] : m[lane + half];
    for (uint32_t k = 0; k < c->n_keys; k++) {
        assert_true(weights[k] == weight_of(scores[k] - m[0]));
        t[k % 16] += weights[k];
    }
    for (uint32_t half = 8; half > 0; half /= 2)
        for (uint32_t lane = 0; lane < half; lane++)
            t[lane] += t[lane + half];
    const float factor = weight_of(c->highest[q] - m[0]);
    assert_true(((float *)data_of(&c->tops))[q] == m[0]);
    assert_true(((float *)data_of(&c->factors))[q] == factor);
    assert_true(((float *)data_of(&c->sums))[q] == fmaf(c->sum[q], factor, t[0]));
}

static void check_softmax(enum fill fill, uint32_t n_queries, uint32_t n_keys, int is_first)
{
    struct softmax_case c = {.fill = fill, .n_queries = n_queries, .n_keys = n_keys};

    c.scores = new_floats(fill, (size_t)n_queries * n_keys);
    c.highest = new_floats(FILL_UNIT, n_queries);
    c.sum = new_floats(FILL_UNIT, n_queries);
    c.values = new_floats(fill, (size_t)n_queries * 40);
    for (uint32_t q = 0; q < n_queries; q++) {
        c.highest[q] = is_first ? -FLT_MAX : 2 * c.highest[q];
        c.sum[q] = is_first ? 0 : fabsf(c.sum[q]);
    }
    for (size_t i = 0; i < (size_t)n_queries * n_keys && fill == FILL_UNIT; i++)
        c.scores[i] *= 50;
    for_isas(run_softmax, &c);
    for (uint32_t q = 0; q < n_queries; q++) {
        const float sum = ((float *)data_of(&c.sums))[q];

        assert_true(sum > 0 && sum < INFINITY);
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

/* The weights of scores that have no order. */
static void test_scores_without_order(void **state)
{
    const float least = weight_of(-100);
    float scores[16], highest = 0, sum = 1, factor;
    struct uqd_nn_ops ops;

    (void)state;
    uqd_nn_ops_init(&ops, 0);
    for (uint32_t k = 0; k < 16; k++)
        scores[k] = k % 2 ? NAN : -INFINITY;
    scores[3] = 1;
    ops.softmax(&(struct uqd_nn_softmax_args){scores, &highest, &sum, &factor, 1, 16});
    assert_true(highest == 1 && factor == weight_of(-1) && scores[3] == 1);
    assert_true(scores[0] == least && scores[1] == least && sum > 1);
    scores[0] = INFINITY;
    ops.softmax(&(struct uqd_nn_softmax_args){scores, &highest, &sum, &factor, 1, 16});
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
