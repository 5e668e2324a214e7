/* Elementary functions of the network, defined down to the last bit: IEEE + - * / sqrt, fused
 * multiply-add and integer operations on the representation, in exactly this order. They contain
 * no branches, so that loops over them vectorise; what they return does not depend on that.
 *
 * Defined for every input: beyond the stated ranges they saturate. Errors are bounded by
 * tests/kernels. */
#ifndef UQD_NN_ELEMENTARY_H
#define UQD_NN_ELEMENTARY_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "float arithmetic must round to float after every operation (on i386: -msse2 -mfpmath=sse)"
#endif

static inline uint32_t uqd_float_bits(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float uqd_float_from_bits(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x if it lies in low .. high, else the bound it is nearer to; low for NaN. */
static inline float uqd_clampf(float x, float low, float high)
{
    x = x > low ? x : low;
    return x < high ? x : high;
}

/* Adding 1.5 * 2^23 leaves no bits behind the point: |x| < 2^22 is then rounded, half to even, and
 * the result stands in the lowest bits of the sum. */
#define UQD_ROUNDER 0x1.8p23f

static inline int32_t uqd_round(float x)
{
    return (int32_t)(uqd_float_bits(x + UQD_ROUNDER) - uqd_float_bits(UQD_ROUNDER));
}

/* The whole number of 16 bits that is nearest to x, half to even; of those -32768 is not used. */
static inline int16_t uqd_whole(float x)
{
    return (int16_t)uqd_round(uqd_clampf(x, -32767.0f, 32767.0f));
}

/* uqd_expf of what is known to lie in its range. Reduction by multiples of ln 2, then a polynomial
 * of degree 6 with the least relative error on |r| <= ln(2) / 2. */
static inline float uqd_expf_within(float x)
{
    float shifted = __builtin_fmaf(x, 0x1.715476p0f, UQD_ROUNDER); /* x / ln 2 */
    float k = shifted - UQD_ROUNDER;
    float r = __builtin_fmaf(k, -0x1.62e4p-1f, x); /* ln 2 in two parts */
    r = __builtin_fmaf(k, -0x1.7f7d1cp-20f, r);

    float p = 0x1.6a2434p-10f;
    p = __builtin_fmaf(p, r, 0x1.1239e2p-7f);
    p = __builtin_fmaf(p, r, 0x1.5558f2p-5f);
    p = __builtin_fmaf(p, r, 0x1.555492p-3f);
    p = __builtin_fmaf(p, r, 0x1.fffffcp-2f);
    p = __builtin_fmaf(p, r, 1.0f);
    p = __builtin_fmaf(p, r, 1.0f);
    /* 2^k: the shift drops all of the rounder's own bits. */
    return p * uqd_float_from_bits((uqd_float_bits(shifted) + 127) << 23);
}

/* e^x for x in -87 .. 87. */
static inline float uqd_expf(float x)
{
    return uqd_expf_within(uqd_clampf(x, -87.0f, 87.0f));
}

/* 1 / (1 + e^-x) for x in -87 .. 87. */
static inline float uqd_sigmoidf(float x)
{
    return 1.0f / (1.0f + uqd_expf(-x));
}

/* x * sigmoid(x) for x >= -87; below, and for NaN, the value at -87, which is -1.4e-36. */
static inline float uqd_siluf(float x)
{
    x = x > -87.0f ? x : -87.0f;
    return x * uqd_sigmoidf(x);
}

/* log(2^k (1 + f)) with f in sqrt(1/2) - 1 .. sqrt(2) - 1: k ln(2) and f - f^2/2 + f^3 P(f), P of
 * degree 7. */
static inline float uqd_log_of_parts(int32_t k, float f)
{
    float p = -0x1.2e8766p-4f;
    p = __builtin_fmaf(p, f, 0x1.0394fp-3f);
    p = __builtin_fmaf(p, f, -0x1.0efb04p-3f);
    p = __builtin_fmaf(p, f, 0x1.2356a2p-3f);
    p = __builtin_fmaf(p, f, -0x1.545198p-3f);
    p = __builtin_fmaf(p, f, 0x1.9995f4p-3f);
    p = __builtin_fmaf(p, f, -0x1.000298p-2f);
    p = __builtin_fmaf(p, f, 0x1.555574p-2f);
    p = __builtin_fmaf(p, f, -0.5f);
    p = __builtin_fmaf(p, f * f, f);
    return __builtin_fmaf((float)k, 0x1.62e43p-1f, p);
}

/* log(1 + x) for x in 0 .. 2^61: f comes from x itself with a single rounding. */
static inline float uqd_log1pf(float x)
{
    uint32_t k = (uqd_float_bits(1.0f + x) - 0x3f3504f3) >> 23;
    float scale = uqd_float_from_bits((127 - k) << 23);

    return uqd_log_of_parts((int32_t)k, __builtin_fmaf(x, scale, scale - 1.0f));
}

/* log(x) for normal numbers x > 0; the smallest of them stands for all that is less, and NaN. */
static inline float uqd_logf(float x)
{
    uint32_t bits = uqd_float_bits(uqd_clampf(x, FLT_MIN, FLT_MAX));
    uint32_t k = (bits - 0x3f3504f3) & 0xff800000; /* whole powers of 2, in place */

    return uqd_log_of_parts((int32_t)k / (1 << 23), uqd_float_from_bits(bits - k) - 1.0f);
}

/* log(1 + e^x); x itself above 20. */
static inline float uqd_softplusf(float x)
{
    float y = uqd_log1pf(uqd_expf(x));
    return x > 20.0f ? x : y;
}

/* Inverse hyperbolic sine for |x| <= 2^60: sign(x) log(1 + |x| + x^2 / (1 + sqrt(x^2 + 1))), which
 * keeps small values accurate. */
static inline float uqd_asinhf(float x)
{
    uint32_t sign = uqd_float_bits(x) & 0x80000000;
    float a = uqd_float_from_bits(uqd_float_bits(x) ^ sign);
    a = a < 0x1p60f ? a : 0x1p60f;

    float root = __builtin_sqrtf(__builtin_fmaf(a, a, 1.0f));
    float y = uqd_log1pf(a + a * a / (1.0f + root));
    return uqd_float_from_bits(uqd_float_bits(y) | sign);
}

/* An angle less the multiple of pi / 2 that it is nearest to, in -pi / 4 .. pi / 4 or hardly
 * outside, and which one; beyond -+ 2^20, and for NaN, that of a bound. The first of the three
 * parts of pi / 2 leaves no error. */
static inline float uqd_quarter_turns(float x, uint32_t *turns)
{
    x = uqd_clampf(x, -0x1p20f, 0x1p20f);

    float shifted = __builtin_fmaf(x, 0x1.45f306p-1f, UQD_ROUNDER); /* x / (pi / 2) */
    float k = shifted - UQD_ROUNDER;
    float r = __builtin_fmaf(k, -0x1.921fb6p0f, x);
    r = __builtin_fmaf(k, 0x1.777a5cp-25f, r);
    r = __builtin_fmaf(k, 0x1.ee59dap-50f, r);
    *turns = uqd_float_bits(shifted);
    return r;
}

/* Sine of an angle behind so many quarter turns: of r, cos(r), -sin(r) or -cos(r). */
static inline float uqd_sine_behind(float r, uint32_t turns)
{
    float s = r * r;

    float sine = -0x1.9943f2p-13f;
    sine = __builtin_fmaf(sine, s, 0x1.11073cp-7f);
    sine = __builtin_fmaf(sine, s, -0x1.555546p-3f);
    sine = __builtin_fmaf(sine, s * r, r);

    float cosine = 0x1.99eb9cp-16f;
    cosine = __builtin_fmaf(cosine, s, -0x1.6c0c34p-10f);
    cosine = __builtin_fmaf(cosine, s, 0x1.55554ap-5f);
    cosine = __builtin_fmaf(cosine, s, -0.5f);
    cosine = __builtin_fmaf(cosine, s, 1.0f);

    uint32_t bits = turns & 1 ? uqd_float_bits(cosine) : uqd_float_bits(sine);
    return uqd_float_from_bits(bits ^ (turns & 2) << 30);
}

/* Sine and cosine of |x| <= 2^20, accurate up to 10^4; beyond, and for NaN, those of a bound. */
static inline float uqd_sinf(float x)
{
    uint32_t turns;
    float r = uqd_quarter_turns(x, &turns);

    return uqd_sine_behind(r, turns);
}

static inline float uqd_cosf(float x)
{
    uint32_t turns;
    float r = uqd_quarter_turns(x, &turns);

    return uqd_sine_behind(r, turns + 1);
}

#endif
