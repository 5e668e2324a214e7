#include "peak.h"

#include "peak_amx.h"

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

/* A loop, and how many products it adds to sums. */
struct loop {
    double (*run)(void);
    double products;
};

/* A loop of independent sums that all stay in registers; `next` makes of `sum` and `x` the next
 * sum, with so many products for each of its lanes. Where a product is an instruction of its own
 * the sum is one of its factors, or it would be computed once. `start`, of which all lanes of x
 * are, is not known before the loop begins. Unrolled whatever the optimisation, or the sums would
 * lie in memory. */
#define EACH_CHAIN _Pragma("GCC unroll 24") for (int i = 0; i < CHAINS; i++)
#define DEFINE_LOOP(name, attribute, vector, element, lanes, each, start, broadcast, next, store)  \
    attribute static double name##_run(void)                                                       \
    {                                                                                              \
        vector sums[CHAINS];                                                                       \
        volatile element hidden = start;                                                           \
        const vector x = broadcast(hidden);                                                        \
        element stored[lanes];                                                                     \
        double total = 0;                                                                          \
                                                                                                   \
        EACH_CHAIN sums[i] = broadcast((element)i);                                                \
        for (int round = 0; round < ROUNDS; round++)                                               \
            EACH_CHAIN                                                                             \
            {                                                                                      \
                const vector sum = sums[i];                                                        \
                                                                                                   \
                sums[i] = next;                                                                    \
            }                                                                                      \
        EACH_CHAIN                                                                                 \
        {                                                                                          \
            store((void *)stored, sums[i]);                                                        \
            total += (double)stored[0];                                                            \
        }                                                                                          \
        return total;                                                                              \
    }                                                                                              \
                                                                                                   \
    static const struct loop name = {name##_run, (double)(lanes) * (each)*CHAINS * ROUNDS};

#if defined(__x86_64__)
#include <immintrin.h>

DEFINE_LOOP(floats_avx512, __attribute__((target("avx512f"))), __m512, float, 16, 1, 0.5f,
            _mm512_set1_ps, _mm512_fmadd_ps(sum, x, x), _mm512_storeu_ps)
DEFINE_LOOP(floats_avx2, __attribute__((target("avx2,fma"))), __m256, float, 8, 1, 0.5f,
            _mm256_set1_ps, _mm256_fmadd_ps(sum, x, x), _mm256_storeu_ps)
DEFINE_LOOP(whole_vnni, __attribute__((target("avx512f,avx512vnni"))), __m512i, int32_t, 16, 2,
            0x10003, _mm512_set1_epi32, _mm512_dpwssd_epi32(sum, x, x), _mm512_storeu_si512)
DEFINE_LOOP(whole_avx512, __attribute__((target("avx512f,avx512bw"))), __m512i, int32_t, 16, 2,
            0x10003, _mm512_set1_epi32, _mm512_add_epi32(sum, _mm512_madd_epi16(sum, x)),
            _mm512_storeu_si512)
DEFINE_LOOP(whole_avxvnni, __attribute__((target("avx2,avxvnni"))), __m256i, int32_t, 8, 2, 0x10003,
            _mm256_set1_epi32, _mm256_dpwssd_avx_epi32(sum, x, x), _mm256_storeu_si256)
DEFINE_LOOP(whole_avx2, __attribute__((target("avx2"))), __m256i, int32_t, 8, 2, 0x10003,
            _mm256_set1_epi32, _mm256_add_epi32(sum, _mm256_madd_epi16(sum, x)),
            _mm256_storeu_si256)
#elif defined(__aarch64__)
#include <arm_neon.h>

DEFINE_LOOP(floats_neon, , float32x4_t, float, 4, 1, 0.5f, vdupq_n_f32, vfmaq_f32(x, sum, x),
            vst1q_f32)
DEFINE_LOOP(whole_neon, , int32x4_t, int32_t, 4, 1, 0x10003, vdupq_n_s32,
            vmlal_s16(sum, vget_low_s16(vreinterpretq_s16_s32(x)),
                      vget_low_s16(vreinterpretq_s16_s32(x))),
            vst1q_s32)
#endif

static double seconds_of(const struct loop *loop, uint32_t threads)
{
    const double begin = omp_get_wtime();

#pragma omp parallel num_threads(threads)
    {
        /* Somebody might look at it, so it must be computed. */
        volatile double result = loop->run();

        (void)result;
    }
    return omp_get_wtime() - begin;
}

/* From the fastest of many runs: the others were disturbed. */
static double speed_of(const struct loop *loop, uint32_t threads)
{
    if (!loop)
        return NAN;
    const double begin = omp_get_wtime();
    double best = seconds_of(loop, threads);

    while (omp_get_wtime() - begin < MIN_SECONDS)
        best = fmin(best, seconds_of(loop, threads));
    return 2e-9 * loop->products * threads / best;
}

struct peak measure_peak(unsigned cpu_flags, uint32_t threads)
{
    const struct loop *floats = NULL, *whole = NULL;
    const struct loop whole_amx = {amx_loop, amx_products};

    (void)cpu_flags;
    (void)whole_amx;
#if defined(__x86_64__)
    if (cpu_flags & UQD_CPU_AVX512) {
        floats = &floats_avx512;
        whole = cpu_flags & UQD_CPU_AMX    ? &whole_amx
                : cpu_flags & UQD_CPU_VNNI ? &whole_vnni
                                           : &whole_avx512;
    } else if (cpu_flags & UQD_CPU_AVX2) {
        floats = &floats_avx2;
        whole = cpu_flags & UQD_CPU_AVX_VNNI ? &whole_avxvnni : &whole_avx2;
    }
#elif defined(__aarch64__)
    floats = &floats_neon;
    whole = &whole_neon;
#endif
    return (struct peak){speed_of(floats, threads), speed_of(whole, threads)};
}
