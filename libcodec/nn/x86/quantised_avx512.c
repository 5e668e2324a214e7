/* nn/quantised.c with AVX-512: compilers do not make maxima of its comparisons. */
#include "nn/kernels.h"
#include "nn/x86/qfinish_avx512.h"
#include "util/x86/avx512.h"

#include <assert.h>

enum { LANES = 16 };

static inline __mmask16 lanes_of(size_t left)
{
    return left < LANES ? (__mmask16)((1u << left) - 1) : 0xffff;
}

static inline __attribute__((always_inline)) void
finish_pixels(const struct uqd_nn_qconv_args *args, enum uqd_nn_finish finish, uint32_t oc,
              size_t pixel, const int32_t *sums, unsigned n_pixels)
{
    for (unsigned p = 0; p < n_pixels; p++)
        uqd_nn_qfinish16(args, finish, oc, pixel + p, _mm512_loadu_si512(sums + p * LANES));
}

void uqd_nn_qfinish_avx512(const struct uqd_nn_qconv_args *args, uint32_t oc, size_t pixel,
                           const int32_t *sums, unsigned n_pixels)
{
    switch (args->finish) {
    case UQD_NN_FINISH_FLOAT:
        finish_pixels(args, UQD_NN_FINISH_FLOAT, oc, pixel, sums, n_pixels);
        break;
    case UQD_NN_FINISH_SET:
        finish_pixels(args, UQD_NN_FINISH_SET, oc, pixel, sums, n_pixels);
        break;
    case UQD_NN_FINISH_ADD:
        finish_pixels(args, UQD_NN_FINISH_ADD, oc, pixel, sums, n_pixels);
        break;
    case UQD_NN_FINISH_SILU:
        finish_pixels(args, UQD_NN_FINISH_SILU, oc, pixel, sums, n_pixels);
        break;
    }
}

static inline __m512 load_whole(const int16_t *in, __mmask16 lanes)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_maskz_loadu_epi16(lanes, in)));
}

void uqd_nn_asinh_avx512(int16_t *out, const int16_t *in, const float *scale, float out_scale,
                         size_t n)
{
    assert(uqd_nn_can_asinh(out, in, scale, n));
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask16 lanes = lanes_of(n - i);
        const __m512 x =
            _mm512_mul_ps(load_whole(in + i, lanes), _mm512_maskz_loadu_ps(lanes, scale + i));
        const __m512 y = _mm512_mul_ps(uqd_asinh16(x), _mm512_set1_ps(out_scale));
        _mm256_mask_storeu_epi16(out + i, lanes, uqd_whole16(y));
    }
}

static inline void head_means(const struct uqd_nn_head_args *args, size_t i, __mmask16 lanes)
{
    const __m512 centre =
        _mm512_mul_ps(_mm512_set1_ps(0.5f), load_whole(args->twice_centre + i, lanes));
    const __m512 width = _mm512_maskz_loadu_ps(lanes, args->width + i);
    const __m512 gate = uqd_sigmoid16(_mm512_maskz_loadu_ps(lanes, args->gate + i));
    const __m512 offset = _mm512_mul_ps(_mm512_maskz_loadu_ps(lanes, args->offset + i),
                                        _mm512_maskz_loadu_ps(lanes, args->reference + i));
    __m512 mean = _mm512_fmadd_ps(gate, centre, offset);
    mean = _mm512_max_ps(mean, _mm512_sub_ps(centre, width));
    mean = _mm512_min_ps(mean, _mm512_add_ps(centre, width));
    _mm512_mask_storeu_epi32(args->mean_q4 + i, lanes,
                             uqd_round16(_mm512_mul_ps(_mm512_set1_ps(16.0f), mean)));
}

static inline void head_scales(const struct uqd_nn_head_args *args, size_t i, __mmask16 lanes)
{
    const __m512 sum = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, args->log_scale + i),
                                     _mm512_maskz_loadu_ps(lanes, args->log2_reference + i));
    const __m512 log2_scale = uqd_clamp16(sum, -4.0f, 11.0f);
    const __m512i index = _mm512_add_epi32(
        uqd_round16(_mm512_mul_ps(_mm512_set1_ps(16.0f), log2_scale)), _mm512_set1_epi32(64));
    _mm_mask_storeu_epi8(args->scale_index + i, lanes, _mm512_cvtepi32_epi8(index));
}

void uqd_nn_head_avx512(const struct uqd_nn_head_args *args)
{
    assert(uqd_nn_can_head(args));
    for (size_t i = 0; i < args->n; i += LANES) {
        const __mmask16 lanes = lanes_of(args->n - i);
        head_means(args, i, lanes);
        if (args->log_scale != NULL)
            head_scales(args, i, lanes);
    }
}
