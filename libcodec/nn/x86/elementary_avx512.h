/* nn/elementary.h for 16 numbers, operation by operation. A maximum or minimum is the comparison
 * there: of a NaN it gives the second operand. */
#ifndef UQD_NN_ELEMENTARY_AVX512_H
#define UQD_NN_ELEMENTARY_AVX512_H

#include "util/x86/avx512.h"

static inline __m512 uqd_clamp16(__m512 x, float low, float high)
{
    return _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(low)), _mm512_set1_ps(high));
}

static inline __m512 uqd_exp16(__m512 x)
{
    const __m512 rounder = _mm512_set1_ps(0x1.8p23f);
    x = uqd_clamp16(x, -87.0f, 87.0f);
    const __m512 shifted = _mm512_fmadd_ps(x, _mm512_set1_ps(0x1.715476p0f), rounder);
    const __m512 k = _mm512_sub_ps(shifted, rounder);
    __m512 r = _mm512_fmadd_ps(k, _mm512_set1_ps(-0x1.62e4p-1f), x);
    r = _mm512_fmadd_ps(k, _mm512_set1_ps(-0x1.7f7d1cp-20f), r);

    __m512 p = _mm512_set1_ps(0x1.6a2434p-10f);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0x1.1239e2p-7f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0x1.5558f2p-5f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0x1.555492p-3f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0x1.fffffcp-2f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
    const __m512i power = _mm512_add_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(127));
    return _mm512_mul_ps(p, _mm512_castsi512_ps(_mm512_slli_epi32(power, 23)));
}

static inline __m512 uqd_sigmoid16(__m512 x)
{
    const __m512 one = _mm512_set1_ps(1.0f);
    const __m512 negative = _mm512_xor_ps(x, _mm512_set1_ps(-0.0f));
    return _mm512_div_ps(one, _mm512_add_ps(one, uqd_exp16(negative)));
}

static inline __m512 uqd_silu16(__m512 x)
{
    x = _mm512_max_ps(x, _mm512_set1_ps(-87.0f));
    return _mm512_mul_ps(x, uqd_sigmoid16(x));
}

static inline __m512 uqd_log_of_parts16(__m512i k, __m512 f)
{
    __m512 p = _mm512_set1_ps(-0x1.2e8766p-4f);
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.0394fp-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(-0x1.0efb04p-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.2356a2p-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(-0x1.545198p-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.9995f4p-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(-0x1.000298p-2f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.555574p-2f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(-0.5f));
    p = _mm512_fmadd_ps(p, _mm512_mul_ps(f, f), f);
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(k), _mm512_set1_ps(0x1.62e43p-1f), p);
}

static inline __m512 uqd_log1p16(__m512 x)
{
    const __m512 one = _mm512_set1_ps(1.0f);
    const __m512i sum = _mm512_castps_si512(_mm512_add_ps(one, x));
    const __m512i k = _mm512_srli_epi32(_mm512_sub_epi32(sum, _mm512_set1_epi32(0x3f3504f3)), 23);
    const __m512 scale =
        _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_sub_epi32(_mm512_set1_epi32(127), k), 23));
    return uqd_log_of_parts16(k, _mm512_fmadd_ps(x, scale, _mm512_sub_ps(scale, one)));
}

static inline __m512 uqd_asinh16(__m512 x)
{
    const __m512 one = _mm512_set1_ps(1.0f), sign = _mm512_and_ps(x, _mm512_set1_ps(-0.0f));
    const __m512 a = _mm512_min_ps(_mm512_xor_ps(x, sign), _mm512_set1_ps(0x1p60f));
    const __m512 root = _mm512_sqrt_ps(_mm512_fmadd_ps(a, a, one));
    const __m512 share = _mm512_div_ps(_mm512_mul_ps(a, a), _mm512_add_ps(one, root));
    return _mm512_or_ps(uqd_log1p16(_mm512_add_ps(a, share)), sign);
}

/* |x| < 2^22. */
static inline __m512i uqd_round16(__m512 x)
{
    return _mm512_cvtps_epi32(x);
}

static inline __m256i uqd_whole16(__m512 x)
{
    return _mm512_cvtepi32_epi16(uqd_round16(uqd_clamp16(x, -32767.0f, 32767.0f)));
}

#endif
