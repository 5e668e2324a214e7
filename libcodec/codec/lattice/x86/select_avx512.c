/* Sixteen indices at a time. */
#include "codec/lattice/select.h"
#include "util/x86/avx512.h"

enum { LANES = 16 };
_Static_assert((int)UQD_SELECT_SLACK >= (int)LANES, "a whole register is written");

static inline __mmask16 lanes_of(size_t left)
{
    return left < LANES ? (__mmask16)((1u << left) - 1) : 0xffff;
}

/* Writes those of 16 indices whose bit is set; returns how many. */
static inline size_t put(uint16_t *out, const uint16_t *indices, __mmask16 lanes, __mmask16 picked)
{
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, indices));
    const __m512i packed = _mm512_maskz_compress_epi32(picked, wide);
    _mm256_storeu_si256((__m256i *)out, _mm512_cvtepi32_epi16(packed));
    return (size_t)__builtin_popcount(picked);
}

static size_t of_phase(uint16_t *out, const uint16_t *indices, const uint8_t *phases, size_t n,
                       uint8_t phase)
{
    const __m128i wanted = _mm_set1_epi8((char)phase);
    size_t count = 0;
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask16 lanes = lanes_of(n - i);
        const __m128i those = _mm_maskz_loadu_epi8(lanes, phases + i);
        const __mmask16 picked = _mm_mask_cmpeq_epu8_mask(lanes, those, wanted);
        count += put(out + count, indices + i, lanes, picked);
    }
    return count;
}

static size_t zeros(uint16_t *out, const uint16_t *indices, const int16_t *values,
                    const uint8_t *phases, size_t n, uint8_t end)
{
    const __m128i bound = _mm_set1_epi8((char)end);
    size_t count = 0;
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask16 lanes = lanes_of(n - i);
        const __m256i v = _mm256_maskz_loadu_epi16(lanes, values + i);
        const __m128i those = _mm_maskz_loadu_epi8(lanes, phases + i);
        const __mmask16 early = _mm_mask_cmplt_epu8_mask(lanes, those, bound);
        const __mmask16 picked = _mm256_mask_testn_epi16_mask(early, v, v);
        count += put(out + count, indices + i, lanes, picked);
    }
    return count;
}

const struct uqd_select uqd_select_avx512 = {of_phase, zeros};
