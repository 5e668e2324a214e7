/* Eight cells at a time, in lanes of 64 bits, which hold every product. */
#include "entropy/split.h"
#include "entropy/splits.h"
#include "util/x86/avx512.h"

enum { LANES = 8 };

/* uqd_logistic_cdf_reciprocal. An entry of the table and the one behind it are read together. */
static inline __m512i cdf(__m512i distance, __m512i reciprocal)
{
    const int shift = UQD_LOGISTIC_TABLE_BITS - UQD_LOGISTIC_BITS;
    const __m512i sign = _mm512_srai_epi64(distance, 63);
    __m512i t = _mm512_mullo_epi64(_mm512_abs_epi64(distance), reciprocal);
    t = _mm512_srli_epi64(t, UQD_LOGISTIC_RECIP_BITS);
    t = _mm512_min_epu64(t, _mm512_set1_epi64((long long)UQD_LOGISTIC_T_END));
    const __m512i pair = _mm512_i64gather_epi64(_mm512_srli_epi64(t, UQD_LOGISTIC_FRACTION),
                                                uqd_logistic_table, sizeof(uint32_t));
    const __m512i entry = _mm512_and_si512(pair, _mm512_set1_epi64(UINT32_MAX));
    const __m512i rise = _mm512_sub_epi64(_mm512_srli_epi64(pair, 32), entry);
    const __m512i fraction =
        _mm512_and_si512(t, _mm512_set1_epi64((1 << UQD_LOGISTIC_FRACTION) - 1));
    __m512i half = _mm512_srli_epi64(_mm512_mul_epu32(rise, fraction), UQD_LOGISTIC_FRACTION);
    half = _mm512_add_epi64(_mm512_add_epi64(half, entry), _mm512_set1_epi64(1 << (shift - 1)));
    half = _mm512_srli_epi64(half, shift);
    half = _mm512_sub_epi64(_mm512_xor_si512(half, sign), sign);
    return _mm512_add_epi64(half, _mm512_set1_epi64(UQD_LOGISTIC_ONE / 2));
}

static inline __m512i load(const int32_t *values, __mmask8 lanes)
{
    return _mm512_cvtepi32_epi64(_mm256_maskz_loadu_epi32(lanes, values));
}

static inline void store(uint32_t *out, __mmask8 lanes, __m512i values)
{
    _mm256_mask_storeu_epi32(out, lanes, _mm512_cvtepi64_epi32(values));
}

/* The value of the distribution at 16 edge - base. */
static inline __m512i at_edge(__m512i edge, __m512i base, __m512i reciprocal)
{
    return cdf(_mm512_sub_epi64(_mm512_slli_epi64(edge, 4), base), reciprocal);
}

static inline void split_lanes(const struct uqd_splits *splits, size_t i, __mmask8 lanes)
{
    const __m512i low = load(splits->low + i, lanes), end = load(splits->end + i, lanes);
    const __m512i second = load(splits->second + i, lanes), eight = _mm512_set1_epi64(8);
    const __m128i scales = _mm_maskz_loadu_epi8(lanes, splits->scale_index + i);
    const __m512i reciprocal =
        _mm512_i64gather_epi64(_mm512_cvtepu8_epi64(scales), uqd_logistic_reciprocal, 8);
    __m512i base = load(splits->mean_q4 + i, lanes);
    base = _mm512_max_epi64(base, _mm512_sub_epi64(_mm512_slli_epi64(low, 4), eight));
    base = _mm512_min_epi64(base, _mm512_sub_epi64(_mm512_slli_epi64(end, 4), eight));
    base = _mm512_add_epi64(base, eight);
    const __m512i floor = _mm512_set1_epi64(UQD_SPLIT_FLOOR), f0 = at_edge(low, base, reciprocal);
    __m512i cum1 = at_edge(load(splits->first + i, lanes), base, reciprocal);
    cum1 = _mm512_add_epi64(_mm512_sub_epi64(cum1, f0), floor);
    __m512i cum2 = _mm512_sub_epi64(at_edge(second, base, reciprocal), f0);
    cum2 = _mm512_add_epi64(cum2, _mm512_add_epi64(floor, floor));
    __m512i total = _mm512_sub_epi64(at_edge(end, base, reciprocal), f0);
    total = _mm512_add_epi64(total, _mm512_add_epi64(floor, floor));
    total = _mm512_mask_add_epi64(total, _mm512_cmplt_epi64_mask(second, end), total, floor);
    store(splits->cum1 + i, lanes, cum1);
    store(splits->cum2 + i, lanes, cum2);
    store(splits->total + i, lanes, total);
}

static void compute(const struct uqd_splits *splits)
{
    size_t i = 0;
    for (; splits->n - i >= LANES; i += LANES)
        split_lanes(splits, i, 0xff);
    if (i < splits->n)
        split_lanes(splits, i, (__mmask8)((1u << (splits->n - i)) - 1));
}

const struct uqd_splits_ops uqd_splits_ops_avx512 = {compute};
