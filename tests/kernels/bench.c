#include "bench.h"

#include "conv_case.h"
#include "elements.h"
#include "versions.h"

#include <stdio.h>
#include <time.h>
#include <uqd/uqd.h>

#define MIN_SECONDS 0.25
#define MIN_RUNS    5

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Seconds of the fastest of many runs: the others were disturbed. */
static double fastest(void (*run)(void *), void *cookie)
{
    const double begin = now();
    double best = 1e9;

    for (int i = 0; i < MIN_RUNS || now() - begin < MIN_SECONDS; i++) {
        double start = now();

        run(cookie);
        double seconds = now() - start;
        if (seconds < best)
            best = seconds;
    }
    return best;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define CHAINS 12 /* independent sums: more than latency times throughput of any machine */
#define ROUNDS 100000

__attribute__((target("avx2,fma"))) static void peak_avx2(void *out)
{
    __m256 sums[CHAINS], x = _mm256_set1_ps(0.5f);

    for (int i = 0; i < CHAINS; i++)
        sums[i] = _mm256_set1_ps((float)i);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < CHAINS; i++)
            sums[i] = _mm256_fmadd_ps(sums[i], x, x);
    for (int i = 1; i < CHAINS; i++)
        sums[0] = _mm256_add_ps(sums[0], sums[i]);
    _mm256_storeu_ps(out, sums[0]);
}

__attribute__((target("avx512f,fma"))) static void peak_avx512(void *out)
{
    __m512 sums[CHAINS], x = _mm512_set1_ps(0.5f);

    for (int i = 0; i < CHAINS; i++)
        sums[i] = _mm512_set1_ps((float)i);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < CHAINS; i++)
            sums[i] = _mm512_fmadd_ps(sums[i], x, x);
    for (int i = 1; i < CHAINS; i++)
        sums[0] = _mm512_add_ps(sums[0], sums[i]);
    _mm512_storeu_ps(out, sums[0]);
}

/* GFLOP/s of fused multiply-adds in registers; 0 for plain C. */
static double peak(unsigned flags)
{
    float out[16];

    if (flags & UQD_CPU_AVX512)
        return 2e-9 * 16 * CHAINS * ROUNDS / fastest(peak_avx512, out);
    if (flags & UQD_CPU_AVX2)
        return 2e-9 * 8 * CHAINS * ROUNDS / fastest(peak_avx2, out);
    return 0;
}
#else
static double peak(unsigned flags)
{
    (void)flags;
    return 0;
}
#endif

struct run {
    const struct uqd_nn_ops *ops;
    struct conv_case conv;
    struct elements elements;
    struct element_results results;
};

static void run_conv(void *cookie)
{
    struct run *run = cookie;

    run->ops->conv(&run->conv.args, 0, run->conv.shape.height);
}

static void run_asinh(void *cookie)
{
    struct run *run = cookie;

    run->ops->asinh(run->results.asinh, run->elements.values, run->elements.scale,
                    run->elements.out_scale, run->elements.n);
}

static void run_head(void *cookie)
{
    struct run *run = cookie;

    elements_run_head(&run->elements, run->ops, 1, &run->results);
}

static void bench_convs(struct run *run, struct random *random, double peak_gflops)
{
    static const struct {
        struct conv_shape shape;
        enum uqd_nn_activation activation;
        int accumulate;
    } rows[] = {
        {{3, 128, 128, 96, 16}, UQD_NN_ACTIVATION_SILU, 0},
        {{3, 128, 128, 64, 16}, UQD_NN_ACTIVATION_NONE, 1},
        {{3, 128, 128, 8, 8}, UQD_NN_ACTIVATION_SILU, 0},
        {{3, 60, 128, 96, 16}, UQD_NN_ACTIVATION_NONE, 1},
        {{1, 384, 128, 96, 16}, UQD_NN_ACTIVATION_NONE, 0},
        {{1, 128, 128, 96, 16}, UQD_NN_ACTIVATION_SILU, 0},
        {{1, 128, 144, 96, 16}, UQD_NN_ACTIVATION_NONE, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct conv_shape *shape = &rows[i].shape;
        double flops = 2.0 * shape->size * shape->size * shape->n_in * shape->n_out * shape->width *
                       shape->height;

        conv_case_init(&run->conv, random, shape, FILL_UNIT, 0);
        run->conv.args.activation = rows[i].activation;
        run->conv.args.accumulate = rows[i].accumulate;
        double gflops = 1e-9 * flops / fastest(run_conv, run);
        conv_case_deinit(&run->conv);
        printf("  %ux%u %3u -> %3u, %2ux%2u pixels%s%s: %7.1f GFLOP/s", shape->size, shape->size,
               shape->n_in, shape->n_out, shape->width, shape->height,
               rows[i].activation ? ", silu" : "", rows[i].accumulate ? ", accumulate" : "",
               gflops);
        if (peak_gflops > 0)
            printf(", %.0f %% of peak", 100 * gflops / peak_gflops);
        printf("\n");
    }
}

void bench(struct random *random)
{
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_nn_kernels, versions), n = 10000;

    for (size_t i = 0; i < n_versions; i++) {
        struct run run = {0};
        double peak_gflops = peak(versions[i].flags);

        printf("%s", versions[i].name);
        if (peak_gflops > 0)
            printf(": peak %.1f GFLOP/s", peak_gflops);
        printf("\n");
        run.ops = uqd_nn_ops_for(versions[i].flags);
        bench_convs(&run, random, peak_gflops);
        elements_init(&run.elements, random, n, FILL_UNIT);
        element_results_init(&run.results, n);
        printf("  asinh: %.2f ns per element\n", 1e9 * fastest(run_asinh, &run) / (double)n);
        printf("  head: %.2f ns per element\n", 1e9 * fastest(run_head, &run) / (double)n);
        element_results_deinit(&run.results);
        elements_deinit(&run.elements);
    }
}
