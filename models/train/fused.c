/* The parts of training that PyTorch would run as hundreds of small operations: states, features
 * and the loss with its gradient. Arrays are [samples, blocks, channels], channels in coding order.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define N_DETAILS         189
#define N_BLOCK            192
#define MAX_GROUPS        16
#define PROBABILITY_FLOOR 0x1p-22f
#define LOG2_SCALE_MIN    -4.0f
#define LOG2_SCALE_MAX    11.0f
#define REFERENCE_LEVEL   7
#define LN2               0.69314718f

/* 2^level for a whole level; exact, which exp2f under -ffast-math need not be. */
static inline float power_of_two(float level)
{
    union {
        int32_t bits;
        float value;
    } u = {((int32_t)level + 127) << 23};
    return u.value;
}

/* Ends of the cell of x at a level of width 2^level (docs/format.md, "Lattice and dither"). */
static inline float cell_low(float x, float offset, float level, int dithered)
{
    float width = power_of_two(level), inverse = power_of_two(-level);
    float near = floorf(fabsf(x) * inverse) * width;
    float plain = (x < 0) | (near == 0) ? 1 - near - width : near;
    float begin = floorf((x + offset) * inverse) * width - offset;
    return dithered ? begin : plain;
}

static inline float cell_high(float x, float offset, float level, int dithered)
{
    float low = cell_low(x, offset, level, dithered), width = power_of_two(level);
    float plain = low + (low == 1 - width ? 2 * width - 2 : width - 1);
    return dithered ? low + width - 1 : plain;
}

static inline float asinh_fast(float x)
{
    float a = fabsf(x);
    return copysignf(logf(a + sqrtf(a * a + 1)), x);
}

static inline uint16_t to_bf16(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

static inline float from_bf16(uint16_t x)
{
    union {
        uint32_t bits;
        float value;
    } u = {(uint32_t)x << 16};
    return u.value;
}

/* Without infinities, of which -ffast-math may make no sense. */
static inline float logistic(float u)
{
    return 1 / (1 + expf(-fmaxf(fminf(u, 60), -60)));
}

/* y = x / (1 + e^-x) of n bfloat16 values; from the gradient by y, in place, that by x. */
void silu(int n, const uint16_t *x, uint16_t *y)
{
#pragma omp parallel for simd schedule(static)
    for (int i = 0; i < n; i++) {
        float v = from_bf16(x[i]);
        y[i] = to_bf16(v * logistic(v));
    }
}

void silu_backward(int n, const uint16_t *x, uint16_t *gradient)
{
#pragma omp parallel for simd schedule(static)
    for (int i = 0; i < n; i++) {
        float v = from_bf16(x[i]), s = logistic(v);
        gradient[i] = to_bf16(from_bf16(gradient[i]) * s * (1 + v * (1 - s)));
    }
}

/* Features [.., 576] and, per group, its refinements [.., 2 n], both bfloat16. */
void prepare(int samples, int blocks, int n_groups, const int *first, const float *x,
             const float *offset, const float *low_pass, const int *dithered,
             const float *level_from, const float *level_to, uint16_t *features, uint16_t **context)
{
#pragma omp parallel for schedule(static)
    for (int index = 0; index < samples * blocks; index++) {
        int b = index / blocks, d = dithered[b];
        const float *xs = x + (size_t)index * N_DETAILS, *o = offset + (size_t)index * N_DETAILS;
        const float *lf = level_from + b * N_DETAILS, *lt = level_to + b * N_DETAILS;
        float buffer[4][N_DETAILS];
#pragma omp simd
        for (int c = 0; c < N_DETAILS; c++) {
            float centre =
                (cell_low(xs[c], o[c], lf[c], d) + cell_high(xs[c], o[c], lf[c], d)) * 0.5f;
            float new_centre =
                (cell_low(xs[c], o[c], lt[c], d) + cell_high(xs[c], o[c], lt[c], d)) * 0.5f;
            buffer[0][c] = asinh_fast(centre * 0.05f);
            buffer[1][c] = asinh_fast(centre * power_of_two(-lf[c]));
            buffer[2][c] = asinh_fast((new_centre - centre) * power_of_two(-lt[c]));
        }
        uint16_t *f = features + (size_t)index * 3 * N_BLOCK;
        for (int c = 0; c < N_DETAILS; c++) {
            f[c] = to_bf16(buffer[0][c]);
            f[N_BLOCK + c] = to_bf16(buffer[1][c]);
            f[2 * N_BLOCK + c] = f[N_BLOCK + c] & 0x7FFF;
        }
        for (int c = 0; c < 3; c++) {
            float v = low_pass[(size_t)index * 3 + c];
            f[N_DETAILS + c] = to_bf16(asinh_fast(v * 0.05f));
            f[N_BLOCK + N_DETAILS + c] = to_bf16(v / 64);
            f[2 * N_BLOCK + N_DETAILS + c] = f[N_DETAILS + c] & 0x7FFF;
        }
        for (int g = 0; g + 1 < n_groups; g++) {
            int n = first[g + 1] - first[g];
            uint16_t *out = context[g] + (size_t)index * 2 * n;
            for (int i = 0; i < n; i++) {
                out[i] = to_bf16(buffer[2][first[g] + i]);
                out[n + i] = out[i] & 0x7FFF;
            }
        }
    }
}

/* One symbol of each of n coefficients whose level is above `to`: adds its bits to cost and the
 * derivatives by the mean and by log2 of the scale. A mass is taken from the side of the logistic's
 * lower tail, where differences are exact. */
static void refine_step(int n, float step, int dithered, const float *restrict x,
                        const float *restrict offset, const float *restrict from,
                        const float *restrict to, const float *restrict mean,
                        const float *restrict inverse, float *restrict cost,
                        float *restrict by_mean, float *restrict by_scale)
{
#pragma omp simd
    for (int i = 0; i < n; i++) {
        float below = from[i] - step, active = fmaxf(fminf(below - to[i], 1), 0),
              level = fmaxf(below, 1);
        float low = cell_low(x[i], offset[i], level, dithered) - 0.5f, s = inverse[i];
        float high = cell_high(x[i], offset[i], level, dithered) + 0.5f;
        float child_low = cell_low(x[i], offset[i], level - 1, dithered) - 0.5f;
        float child_high = cell_high(x[i], offset[i], level - 1, dithered) + 0.5f;
        float m = fmaxf(fminf(mean[i], high), low);
        float u = (child_low - m) * s, v = (child_high - m) * s;
        float sign = u + v > 0 ? -1.0f : 1.0f;
        float a = fmaxf(fminf(sign * u, sign * v), -60), b = fmaxf(fmaxf(sign * u, sign * v), -60);
        float sa = 1 / (1 + expf(-a)), sb = 1 / (1 + expf(-b));
        float mass = sb - sa + 1e-30f, da = sa * (1 - sa), db = sb * (1 - sb);
        float shift = -sign * (db - da) / mass, stretch = -(b * db - a * da) / mass;
        u = (low - m) * s, v = (high - m) * s;
        sign = u + v > 0 ? -1.0f : 1.0f;
        a = fmaxf(fminf(sign * u, sign * v), -60), b = fmaxf(fmaxf(sign * u, sign * v), -60);
        sa = 1 / (1 + expf(-a)), sb = 1 / (1 + expf(-b)), da = sa * (1 - sa), db = sb * (1 - sb);
        float whole = sb - sa + 1e-30f;
        shift += sign * (db - da) / whole, stretch += (b * db - a * da) / whole;
        float raw = mass / whole * (1 - 3 * PROBABILITY_FLOOR), p = raw + PROBABILITY_FLOOR;
        float chain = -active * raw / p / LN2, slope = chain * shift * s;
        /* A mean outside the cell only hears that it should come back. */
        slope = mean[i] > high ? fmaxf(slope, 0) : mean[i] < low ? fminf(slope, 0) : slope;
        cost[i] -= active * logf(p) / LN2;
        by_mean[i] += slope;
        by_scale[i] += chain * stretch * LN2;
    }
}

/* Takes the refinements of later phases than the first out of a block's context [2 n]: of
 * coefficients around 0 whose probability to leave it is below the threshold, and of the others
 * where `rest` says so. */
static void drop_late(int n, const float *restrict x, const float *restrict from,
                      const float *restrict to, const float *restrict mean,
                      const float *restrict inverse, const float *restrict threshold,
                      const int *restrict rest, uint16_t *restrict context)
{
    float keep[96];
#pragma omp simd
    for (int i = 0; i < n; i++) {
        float edge = power_of_two(from[i]) - 0.5f, inner = power_of_two(to[i]) - 0.5f,
              s = inverse[i];
        float m = fmaxf(fminf(mean[i], edge), -edge);
        float stays = logistic((inner - m) * s) - logistic((-inner - m) * s);
        float whole = logistic((edge - m) * s) - logistic((-edge - m) * s);
        float zero = whole - stays < threshold[i] * whole ? 0.0f : 1.0f,
              other = rest[i] ? 0.0f : 1.0f;
        keep[i] = fabsf(x[i]) < edge + 0.5f ? zero : other;
    }
    for (int i = 0; i < n; i++) {
        context[i] = keep[i] != 0 ? context[i] : 0;
        context[n + i] = keep[i] != 0 ? context[n + i] : 0;
    }
}

/* bits[b]: of all refinements of channels first .. first + n - 1, per block; gradient: by `out`
 * ([.., 3 n]: gate, offset, log2 of the scale), of the sample's bits per block. Takes out of the
 * context, unless NULL, what the phases of phased samples hide. */
void group_bits(int samples, int blocks, int first, int n, const float *out, const float *x,
                const float *offset, const int *dithered, const int *phased,
                const float *level_from, const float *level_to, const float *threshold,
                const int *rest, double *bits, float *gradient, uint16_t *context)
{
#pragma omp parallel for schedule(dynamic)
    for (int part = 0; part < samples * 4; part++) {
        int b = part / 4, is_dithered = dithered[b];
        double sum = 0;
        for (int p = blocks * (part % 4) / 4; p < blocks * (part % 4 + 1) / 4; p++) {
            size_t index = (size_t)b * blocks + p;
            const float *in = out + index * 3 * n, *xs = x + index * N_DETAILS + first,
                        *os = offset + index * N_DETAILS + first;
            const float *lf = level_from + b * N_DETAILS + first,
                        *lt = level_to + b * N_DETAILS + first;
            float *g_gate = gradient + index * 3 * n, *g_offset = g_gate + n,
                  *g_scale = g_offset + n;
            float mean[96], inverse[96], cost[96], by_mean[96], by_scale[96], drop = 0;
            for (int i = 0; i < n; i++) {
                drop = fmaxf(drop, lf[i] - lt[i]);
                cost[i] = by_mean[i] = by_scale[i] = 0;
            }
#pragma omp simd
            for (int i = 0; i < n; i++) {
                float reference = power_of_two(fminf(lf[i], REFERENCE_LEVEL) - 1);
                float low = cell_low(xs[i], os[i], lf[i], is_dithered),
                      high = cell_high(xs[i], os[i], lf[i], is_dithered);
                mean[i] = (low + high) * 0.5f / (1 + expf(-in[i])) + in[n + i] * reference;
                float log2_scale = in[2 * n + i] + fminf(lf[i], REFERENCE_LEVEL) - 1;
                inverse[i] = exp2f(-fmaxf(fminf(log2_scale, LOG2_SCALE_MAX), LOG2_SCALE_MIN));
            }
            for (float step = 0; step < drop; step++)
                refine_step(n, step, is_dithered, xs, os, lf, lt, mean, inverse, cost, by_mean,
                            by_scale);
#pragma omp simd
            for (int i = 0; i < n; i++) {
                float reference = power_of_two(fminf(lf[i], REFERENCE_LEVEL) - 1);
                float low = cell_low(xs[i], os[i], lf[i], is_dithered),
                      high = cell_high(xs[i], os[i], lf[i], is_dithered);
                float gate = 1 / (1 + expf(-in[i]));
                float log2_scale = in[2 * n + i] + fminf(lf[i], REFERENCE_LEVEL) - 1;
                float d = by_scale[i];
                d = log2_scale > LOG2_SCALE_MAX   ? fmaxf(d, 0)
                    : log2_scale < LOG2_SCALE_MIN ? fminf(d, 0)
                                                  : d;
                g_gate[i] = by_mean[i] * (low + high) * 0.5f * gate * (1 - gate);
                g_offset[i] = by_mean[i] * reference;
                g_scale[i] = d;
            }
            for (int i = 0; i < n; i++)
                sum += cost[i];
            if (context != NULL && phased[b] && !is_dithered)
                drop_late(n, xs, lf, lt, mean, inverse, threshold + first, rest + first,
                          context + index * 2 * n);
        }
#pragma omp atomic
        bits[b] += sum / blocks;
    }
}

/* error[b]: of the denoised details, weighted by energy[channel], per block; gradient by out [..,
 * 378]. */
void denoised_error(int samples, int blocks, const float *out, const float *x, const float *offset,
                    const int *dithered, const float *level_from, const float *energy,
                    double *error, float *gradient)
{
#pragma omp parallel for schedule(dynamic)
    for (int part = 0; part < samples * 4; part++) {
        int b = part / 4, is_dithered = dithered[b];
        double sum = 0;
        for (int p = blocks * (part % 4) / 4; p < blocks * (part % 4 + 1) / 4; p++) {
            size_t index = (size_t)b * blocks + p;
            const float *in = out + index * 2 * N_DETAILS, *xs = x + index * N_DETAILS,
                        *os = offset + index * N_DETAILS;
            const float *lf = level_from + b * N_DETAILS;
            float *g_gate = gradient + index * 2 * N_DETAILS, *g_offset = g_gate + N_DETAILS,
                  cost[N_DETAILS], total = 0;
#pragma omp simd
            for (int i = 0; i < N_DETAILS; i++) {
                float reference = power_of_two(fminf(lf[i], REFERENCE_LEVEL) - 1);
                float low = cell_low(xs[i], os[i], lf[i], is_dithered),
                      high = cell_high(xs[i], os[i], lf[i], is_dithered);
                float gate = 1 / (1 + expf(-in[i])), centre = (low + high) * 0.5f;
                float mean = centre * gate + in[N_DETAILS + i] * reference;
                float m = fmaxf(fminf(mean, high + 0.5f), low - 0.5f), difference = m - xs[i];
                float slope = 2 * difference * energy[i];
                slope = mean > m ? fmaxf(slope, 0) : mean < m ? fminf(slope, 0) : slope;
                cost[i] = difference * difference * energy[i];
                g_gate[i] = slope * centre * gate * (1 - gate);
                g_offset[i] = slope * reference;
            }
            for (int i = 0; i < N_DETAILS; i++)
                total += cost[i];
            sum += total;
        }
#pragma omp atomic
        error[b] += sum / blocks;
    }
}
