#include "peak.h"

#include <math.h>
#include <omp.h>
#include <stddef.h>
#include <uqd/uqd.h>

#define MIN_SECONDS 1.0
#define ROUNDS      100000
/* Independent sums: at least latency times throughput, and no more than registers. */
#if defined(__aarch64__)
#define CHAINS 24
#else
#define CHAINS 12
#endif

/* A loop of independent sums that all stay in registers; `fma` makes of `sum` and `x` the next sum,
 * which tends to 1. Unrolled whatever the optimisation, or they would lie in memory. */
#define EACH_CHAIN _Pragma("GCC unroll 24") for (int i = 0; i < CHAINS; i++)
#define DEFINE_LOOP(name, attribute, vector, lanes, broadcast, fma, store)                         \
    enum { name##_flops = 2 * (lanes)*CHAINS * ROUNDS };                                           \
                                                                                                   \
    attribute static float name(void)                                                              \
    {                                                                                              \
        vector sums[CHAINS];                                                                       \
        volatile float half = 0.5f; /* not a constant, or the sums were known before they begin */ \
        const vector x = broadcast(half);                                                          \
        float stored[lanes], total = 0;                                                            \
                                                                                                   \
        EACH_CHAIN sums[i] = broadcast((float)i);                                                  \
        for (int round = 0; round < ROUNDS; round++)                                               \
            EACH_CHAIN                                                                             \
            {                                                                                      \
                const vector sum = sums[i];                                                        \
                                                                                                   \
                sums[i] = fma;                                                                     \
            }                                                                                      \
        EACH_CHAIN                                                                                 \
        {                                                                                          \
            store(stored, sums[i]);                                                                \
            total += stored[0];                                                                    \
        }                                                                                          \
        return total;                                                                              \
    }

#if defined(__x86_64__)
#include <immintrin.h>

DEFINE_LOOP(loop_avx512, __attribute__((target("avx512f"))), __m512, 16, _mm512_set1_ps,
            _mm512_fmadd_ps(sum, x, x), _mm512_storeu_ps)
DEFINE_LOOP(loop_avx2, __attribute__((target("avx2,fma"))), __m256, 8, _mm256_set1_ps,
            _mm256_fmadd_ps(sum, x, x), _mm256_storeu_ps)
#elif defined(__aarch64__)
#include <arm_neon.h>

DEFINE_LOOP(loop_neon, , float32x4_t, 4, vdupq_n_f32, vfmaq_f32(x, sum, x), vst1q_f32)
#endif

static double seconds_of(float (*loop)(void), uint32_t threads)
{
    const double begin = omp_get_wtime();

#pragma omp parallel num_threads(threads)
    {
        /* Somebody might look at it, so it must be computed. */
        volatile float result = loop();

        (void)result;
    }
    return omp_get_wtime() - begin;
}

/* From the fastest of many runs: the others were disturbed. */
static double gflops_of(float (*loop)(void), double flops, uint32_t threads)
{
    const double begin = omp_get_wtime();
    double best = seconds_of(loop, threads);

    while (omp_get_wtime() - begin < MIN_SECONDS)
        best = fmin(best, seconds_of(loop, threads));
    return 1e-9 * flops * threads / best;
}

double measure_peak(unsigned cpu_flags, uint32_t threads)
{
    float (*loop)(void) = NULL;
    double flops = 0;

    (void)cpu_flags;
#if defined(__x86_64__)
    if (cpu_flags & UQD_CPU_AVX512) {
        loop = loop_avx512;
        flops = loop_avx512_flops;
    } else if (cpu_flags & UQD_CPU_AVX2) {
        loop = loop_avx2;
        flops = loop_avx2_flops;
    }
#elif defined(__aarch64__)
    loop = loop_neon;
    flops = loop_neon_flops;
#endif
    return loop ? gflops_of(loop, flops, threads) : NAN;
}
