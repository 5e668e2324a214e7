/* What becomes of the sums of 16 output channels of a pixel: nn/ops.h, qconv. */
#ifndef UQD_NN_QFINISH_AVX512_H
#define UQD_NN_QFINISH_AVX512_H

#include "nn/ops.h"
#include "nn/x86/elementary_avx512.h"
#include "util/x86/avx512.h"

/* The channels from oc on; `pixel`: its number, rows being width + 2 pixels long. finish: that of
 * args, a constant where the call is inlined. */
static inline __attribute__((always_inline)) void
uqd_nn_qfinish16(const struct uqd_nn_qconv_args *args, enum uqd_nn_finish finish, uint32_t oc,
                 size_t pixel, __m512i sum)
{
    const size_t at = pixel * args->output_channels + oc;
    __m512 v = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), _mm512_loadu_ps(args->gain + oc),
                               _mm512_loadu_ps(args->bias + oc));

    if (finish == UQD_NN_FINISH_FLOAT) {
        _mm512_storeu_ps(args->values + at, v);
        return;
    }
    __m256i *output = (__m256i *)(args->output + at);
    if (finish == UQD_NN_FINISH_ADD)
        v = _mm512_add_ps(_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_loadu_si256(output))), v);
    if (finish == UQD_NN_FINISH_SILU)
        v = _mm512_mul_ps(uqd_silu16(v), _mm512_set1_ps(args->scale));
    _mm256_storeu_si256(output, uqd_whole16(v));
}

#endif
