/* Sixteen coefficients at a time; the arrays of a batch are whole registers, so that what is behind
 * its end may be computed too. */
#include "codec/lattice/batch.h"
#include "entropy/adaptive.h"
#include "util/x86/avx512.h"

#include <assert.h>

enum { LANES = 16 };
_Static_assert((int)UQD_BATCH % (int)LANES == 0, "whole registers");

static inline __mmask16 lanes_of(uint32_t left)
{
    return left < LANES ? (__mmask16)((1u << left) - 1) : 0xffff;
}

/* Values of 16 bits, whose addresses are 2 bytes apart. */
static inline __m512i gather_int16(__mmask16 lanes, __m512i at, const int16_t *values)
{
    const __m512i both = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes, at, values, 2);
    return _mm512_srai_epi32(_mm512_slli_epi32(both, 16), 16);
}

static inline void gather_distribution(struct uqd_batch *batch, uint32_t i, __mmask16 lanes,
                                       const struct uqd_batch_source *source, __m512i offset)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i mean = zero, scale = _mm512_set1_epi32(UQD_TOP_SCALE_INDEX);
    if (source->mean_q4 != NULL) {
        mean = _mm512_mask_i32gather_epi32(zero, lanes, offset, source->mean_q4, 4);
        scale = _mm512_mask_i32gather_epi32(zero, lanes, offset, source->scale_index, 1);
    }
    _mm512_storeu_si512(batch->mean_q4 + i, mean);
    _mm_storeu_si128((__m128i *)(batch->scale_index + i), _mm512_cvtepi32_epi8(scale));
}

static inline void set_cells(struct uqd_batch *batch, uint32_t i, __m512i twice_centre, __m512i far,
                             __m512i half)
{
    const __mmask16 around_0 = _mm512_testn_epi32_mask(twice_centre, twice_centre);
    const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
    __m512i low = _mm512_srai_epi32(_mm512_sub_epi32(twice_centre, far), 1);
    low = _mm512_mask_sub_epi32(low, around_0, zero, far);
    __m512i end = _mm512_add_epi32(_mm512_add_epi32(low, far), one);
    end = _mm512_mask_add_epi32(end, around_0, far, one);
    _mm512_storeu_si512(batch->low + i, low);
    _mm512_storeu_si512(batch->end + i, end);
    _mm512_storeu_si512(batch->first + i,
                        _mm512_mask_sub_epi32(_mm512_add_epi32(low, half), around_0, one, half));
    _mm512_storeu_si512(batch->second + i, _mm512_mask_mov_epi32(end, around_0, half));
}

static void gather(struct uqd_batch *batch, const struct uqd_batch_source *source,
                   const struct uqd_batch_levels *levels, const uint16_t *indices, uint32_t n)
{
    assert(n <= UQD_BATCH && source->n_channels > 0);
    assert((source->mean_q4 != NULL) == (source->scale_index != NULL));
    const __m512i channels = _mm512_set1_epi32((int)source->n_channels);
    batch->n = n;
    for (uint32_t i = 0; i < n; i += LANES) {
        const __mmask16 lanes = lanes_of(n - i);
        const __m512i index = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, indices + i));
        const __m512i c = _mm512_and_si512(index, _mm512_set1_epi32((1 << UQD_INDEX_BITS) - 1));
        const __m512i x = _mm512_srli_epi32(index, UQD_INDEX_BITS);
        const __m512i offset = _mm512_add_epi32(_mm512_mullo_epi32(x, channels), c);
        const __m512i at =
            _mm512_add_epi32(_mm512_mullo_epi32(x, _mm512_set1_epi32(UQD_BLOCK_CHANNELS)), c);
        const __m512i twice_centre = gather_int16(lanes, at, source->twice_centres);
        _mm512_storeu_si512(batch->channel + i, c);
        _mm512_storeu_si512(batch->offset + i, offset);
        _mm512_storeu_si512(batch->twice_centre + i, twice_centre);
        gather_distribution(batch, i, lanes, source, offset);
        set_cells(batch, i, twice_centre, _mm512_i32gather_epi32(c, levels->far, 4),
                  _mm512_i32gather_epi32(c, levels->half, 4));
    }
}

/* Which of eight are below a threshold. */
static inline __mmask8 are_below(__m512i leaves, __m512i threshold, __m512i total)
{
    return _mm512_cmplt_epu64_mask(leaves, _mm512_mul_epu32(threshold, total));
}

static inline __m512i widen(__m512i values, int half)
{
    return _mm512_cvtepu32_epi64(half ? _mm512_extracti64x4_epi64(values, 1)
                                      : _mm512_castsi512_si256(values));
}

static void phases(struct uqd_batch *batch, const int32_t *thresholds, uint32_t n_thresholds)
{
    assert(batch->n <= UQD_BATCH);
    for (uint32_t i = 0; i < batch->n; i += LANES) {
        const __mmask16 lanes = lanes_of(batch->n - i);
        const __m512i total = _mm512_maskz_loadu_epi32(lanes, batch->total + i);
        const __m512i c = _mm512_maskz_loadu_epi32(lanes, batch->channel + i);
        const __m512i stays = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(lanes, batch->cum2 + i),
                                               _mm512_maskz_loadu_epi32(lanes, batch->cum1 + i));
        const __m512i leaves = _mm512_sub_epi32(total, stays);
        const __m512i leaves0 = _mm512_slli_epi64(widen(leaves, 0), 16);
        const __m512i leaves1 = _mm512_slli_epi64(widen(leaves, 1), 16);
        __m512i phase = _mm512_setzero_si512();
        __mmask16 still = lanes;
        for (uint32_t p = 0; p < n_thresholds; p++) {
            const __m512i threshold =
                _mm512_i32gather_epi32(c, thresholds + p * UQD_MAX_GROUP_CHANNELS, 4);
            const __mmask8 low = are_below(leaves0, widen(threshold, 0), widen(total, 0));
            const __mmask8 high = are_below(leaves1, widen(threshold, 1), widen(total, 1));
            still &= (__mmask16)(low | high << 8);
            phase = _mm512_mask_add_epi32(phase, still, phase, _mm512_set1_epi32(1));
        }
        _mm512_storeu_si512(batch->answer + i, phase);
    }
}

/* uqd_log2_q8. */
static inline __m512i log2_q8(__m512i x)
{
    const __m512i leading = _mm512_lzcnt_epi32(x);
    const __m512i fraction = _mm512_and_si512(_mm512_srli_epi32(_mm512_sllv_epi32(x, leading), 23),
                                              _mm512_set1_epi32(0xff));
    /* Four bytes up to the one that is asked for, so that nothing behind the table is read. */
    const __m512i bytes = _mm512_i32gather_epi32(
        _mm512_max_epi32(_mm512_sub_epi32(fraction, _mm512_set1_epi32(3)), _mm512_setzero_si512()),
        uqd_log2_table, 1);
    const __m512i shift = _mm512_slli_epi32(_mm512_min_epi32(fraction, _mm512_set1_epi32(3)), 3);
    const __m512i entry =
        _mm512_and_si512(_mm512_srlv_epi32(bytes, shift), _mm512_set1_epi32(0xff));
    const __m512i whole = _mm512_sub_epi32(_mm512_set1_epi32(31), leading);
    return _mm512_add_epi32(_mm512_slli_epi32(whole, 8), entry);
}

static void positions(struct uqd_batch *batch)
{
    assert(batch->n <= UQD_BATCH);
    for (uint32_t i = 0; i < batch->n; i += LANES) {
        const __mmask16 lanes = lanes_of(batch->n - i);
        const __m512i stays = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(lanes, batch->cum2 + i),
                                               _mm512_maskz_loadu_epi32(lanes, batch->cum1 + i));
        const __m512i leaves =
            _mm512_sub_epi32(_mm512_maskz_loadu_epi32(lanes, batch->total + i), stays);
        const __m512i position = _mm512_add_epi32(_mm512_sub_epi32(log2_q8(leaves), log2_q8(stays)),
                                                  _mm512_set1_epi32(UQD_ADAPTIVE_ZERO));
        const __mmask16 beyond =
            _mm512_cmpge_epi32_mask(position, _mm512_set1_epi32(UQD_ADAPTIVE_END));
        _mm512_storeu_si512(batch->answer + i,
                            _mm512_mask_mov_epi32(position, beyond, _mm512_set1_epi32(-1)));
    }
}

const struct uqd_batch_ops uqd_batch_ops_avx512 = {gather, phases, positions};
