/* The operations of paper models but the convolution (nn/ops.h defines them). Like elementwise.c
 * this file is compiled once for every instruction set: vectors run over channels, elements, or the
 * sixteen lanes that are part of an operation's definition. */
#include "nn/elementary.h"
#include "nn/kernels.h"

#include <assert.h>
#include <string.h>

#define KERNEL(name) UQD_NN_KERNEL(name)

/* ---- Elements ---- */

void KERNEL(uqd_nn_sincos)(float *restrict sines, float *restrict cosines,
                           const float *restrict values, float frequency, size_t n)
{
    assert(uqd_nn_are_apart(sines, n * sizeof *sines, cosines, n * sizeof *cosines));
    assert(uqd_nn_are_apart(sines, n * sizeof *sines, values, n * sizeof *values));
    assert(uqd_nn_are_apart(cosines, n * sizeof *cosines, values, n * sizeof *values));
    for (size_t i = 0; i < n; i++) {
        uint32_t turns;
        const float r = uqd_quarter_turns(frequency * values[i], &turns);

        sines[i] = uqd_sine_behind(r, turns);
        cosines[i] = uqd_sine_behind(r, turns + 1);
    }
}

void KERNEL(uqd_nn_softplus)(float *restrict out, const float *restrict in, size_t n)
{
    assert(uqd_nn_are_apart(out, n * sizeof *out, in, n * sizeof *in));
    for (size_t i = 0; i < n; i++)
        out[i] = uqd_softplusf(in[i] + 0x1.152888p-1f); /* log(e - 1) */
}

void KERNEL(uqd_nn_rescale)(float *values, size_t stride, const float *factors, uint32_t n_rows,
                            uint32_t n)
{
    assert(n % UQD_NN_BLOCK == 0 && (n <= stride || n_rows <= 1));
    for (uint32_t r = 0; r < n_rows; r++) {
        float *restrict row = values + r * stride;
        const float factor = factors[r];

        /* Of most queries: few blocks of keys have a new highest score. */
        if (factor == 1)
            continue;
        for (uint32_t i = 0; i < n; i++)
            row[i] *= factor;
    }
}

/* ---- Normalisation ---- */

static inline __attribute__((always_inline)) void sums_of_block(double *restrict sum,
                                                                double *restrict squares,
                                                                const float *restrict pixels,
                                                                size_t stride, uint32_t n_pixels)
{
    double s[UQD_NN_BLOCK] = {0}, q[UQD_NN_BLOCK] = {0};

    for (uint32_t p = 0; p < n_pixels; p++) {
        for (unsigned c = 0; c < UQD_NN_BLOCK; c++) {
            const double x = pixels[c];

            s[c] += x;
            q[c] += x * x; /* exact, so that it does not matter whether it is fused */
        }
        pixels += stride;
    }
    for (unsigned c = 0; c < UQD_NN_BLOCK; c++) {
        sum[c] = s[c];
        squares[c] = q[c];
    }
}

void KERNEL(uqd_nn_sums)(double *sums, const float *pixels, size_t stride, uint32_t n_pixels,
                         uint32_t n)
{
    assert(n % UQD_NN_BLOCK == 0 && (n <= stride || n_pixels <= 1));
    for (uint32_t c = 0; c < n; c += UQD_NN_BLOCK)
        sums_of_block(sums + c, sums + n + c, pixels + c, stride, n_pixels);
}

void KERNEL(uqd_nn_totals)(double *restrict totals, const double *restrict rows, uint32_t n_rows,
                           uint32_t n)
{
    assert(uqd_nn_are_apart(totals, n * sizeof *totals, rows, (size_t)n_rows * n * sizeof *rows));
    for (uint32_t i = 0; i < n; i++)
        totals[i] = 0;
    for (uint32_t r = 0; r < n_rows; r++) {
        for (uint32_t i = 0; i < n; i++)
            totals[i] += rows[i];
        rows += n;
    }
}

static void norm_group(const struct uqd_nn_norm_args *args, uint32_t begin, uint32_t end)
{
    const double count = (double)args->n_pixels * (end - begin);
    double s = 0, q = 0;

    for (uint32_t c = begin; c < end; c++) {
        s += args->sum[c];
        q += args->squares[c];
    }
    const double mean = s / count, var = q / count - mean * mean;
    const double r = 1 / __builtin_sqrt((var > 0 ? var : 0) + 1e-5);

    for (uint32_t c = begin; c < end; c++) {
        const double f = (double)args->weight[c] * r;

        args->scale[c] = (float)f;
        args->shift[c] = (float)((double)args->bias[c] - mean * f);
    }
}

void KERNEL(uqd_nn_norm)(const struct uqd_nn_norm_args *args)
{
    const uint32_t n = args->n_channels / args->n_groups;

    assert(n > 0 && args->n_channels % args->n_groups == 0 && args->n_pixels > 0);
    for (uint32_t begin = 0; begin < args->n_channels; begin += n)
        norm_group(args, begin, begin + n);
}

static inline __attribute__((always_inline)) void affine(const struct uqd_nn_affine_args *args,
                                                         int silu)
{
    const float *restrict scale = args->scale, *restrict shift = args->shift;
    /* n_channels, of which the compiler learns that it is a multiple. */
    const uint32_t n = args->n_channels / UQD_NN_BLOCK * UQD_NN_BLOCK;

    for (uint32_t p = 0; p < args->n_pixels; p++) {
        const float *restrict in = args->input + p * args->input_channels;
        float *restrict out = args->output + p * args->output_channels;

        for (uint32_t c = 0; c < n; c++) {
            const float v = __builtin_fmaf(in[c], scale[c], shift[c]);

            out[c] = silu ? uqd_siluf(v) : v;
        }
    }
}

void KERNEL(uqd_nn_affine)(const struct uqd_nn_affine_args *args)
{
    assert(args->n_channels % UQD_NN_BLOCK == 0);
    assert(args->n_channels <= args->input_channels && args->n_channels <= args->output_channels);
    /* Constants at each call, as in elementwise.c. */
    if (args->activation == UQD_NN_ACTIVATION_SILU)
        affine(args, 1);
    else
        affine(args, 0);
}

/* ---- Attention ---- */

/* e^x of a score that is x above the highest. -60 makes it vanish beside the highest's 1, and is
 * still far from denormals, which are slow. */
static inline float weight_of(float x)
{
    return uqd_expf_within(x > -60.0f ? x : -60.0f);
}

/* The sixteen lanes as explicit vectors, since compilers do not find any in the loops below. */
#if defined(__AVX512F__)
#define VECTOR_LANES 16
#elif defined(__AVX__)
#define VECTOR_LANES 8
#else
#define VECTOR_LANES 4
#endif
#define N_VECTORS (UQD_NN_BLOCK / VECTOR_LANES)

typedef float vector __attribute__((vector_size(VECTOR_LANES * sizeof(float))));
typedef int32_t vector_mask __attribute__((vector_size(VECTOR_LANES * sizeof(float))));

static inline vector load(const float *p)
{
    vector v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* a > b ? a : b of each lane. */
static inline vector higher_of(vector a, vector b)
{
    const vector_mask is_higher = a > b;

    return (vector)(((vector_mask)a & is_higher) | ((vector_mask)b & ~is_higher));
}

/* Of the scores and of `highest`, the highest before them. */
static inline float highest_of(const float *scores, size_t n, float highest)
{
    float m[UQD_NN_BLOCK];
    vector tops[N_VECTORS];

    for (unsigned lane = 0; lane < UQD_NN_BLOCK; lane++)
        m[lane] = highest;
    memcpy(tops, m, sizeof tops);
    for (size_t k = 0; k < n; k += UQD_NN_BLOCK)
        for (unsigned i = 0; i < N_VECTORS; i++)
            tops[i] = higher_of(load(scores + k + i * VECTOR_LANES), tops[i]);
    memcpy(m, tops, sizeof m);
    for (unsigned half = UQD_NN_BLOCK / 2; half > 0; half /= 2)
        for (unsigned lane = 0; lane < half; lane++)
            m[lane] = m[lane] > m[lane + half] ? m[lane] : m[lane + half];
    return m[0];
}

static inline float sum_of(const float *weights, size_t n)
{
    float t[UQD_NN_BLOCK];
    vector sums[N_VECTORS] = {{0}};

    for (size_t k = 0; k < n; k += UQD_NN_BLOCK)
        for (unsigned i = 0; i < N_VECTORS; i++)
            sums[i] += load(weights + k + i * VECTOR_LANES);
    memcpy(t, sums, sizeof t);
    for (unsigned half = UQD_NN_BLOCK / 2; half > 0; half /= 2)
        for (unsigned lane = 0; lane < half; lane++)
            t[lane] += t[lane + half];
    return t[0];
}

/* Turns scores into weights; returns their sum. */
static inline float weigh(float *restrict scores, size_t n, float top)
{
    for (size_t k = 0; k < n; k++)
        scores[k] = weight_of(scores[k] - top);
    return sum_of(scores, n);
}

void KERNEL(uqd_nn_softmax)(const struct uqd_nn_softmax_args *args)
{
    assert(args->n_keys > 0 && args->n_keys % UQD_NN_BLOCK == 0);
    for (uint32_t q = 0; q < args->n_queries; q++) {
        float *scores = args->scores + (size_t)q * args->n_keys;
        const float top = highest_of(scores, args->n_keys, args->highest[q]);
        const float factor = weight_of(args->highest[q] - top);

        args->factor[q] = factor;
        args->sum[q] = __builtin_fmaf(args->sum[q], factor, weigh(scores, args->n_keys, top));
        args->highest[q] = top;
    }
}
