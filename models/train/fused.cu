/* fused.c for a GPU: the same functions, one thread for each coefficient. Arrays are [samples, cells, channels],
 * channels in coding order; layers' outputs, their gradients, features and contexts are bfloat16. */
#include <cuda_bf16.h>
#include <stdint.h>

#define N_DETAILS 189
#define N_CELL 192
#define MAX_GROUPS 16
#define PROBABILITY_FLOOR 0x1p-22f
#define LOG2_SCALE_MIN -4.0f
#define LOG2_SCALE_MAX 11.0f
#define REFERENCE_LEVEL 7
#define LN2 0.69314718f
#define THREADS 256

typedef __nv_bfloat16 bf16;

/* 2^level for a whole level. */
static __device__ float power_of_two(float level)
{
    return __int_as_float(((int)level + 127) << 23);
}

struct cell {
    float low, high;
};

/* The cell of x at a level of width 2^level (docs/format.md, "Lattice and dither"). */
static __device__ struct cell cell_of(float x, float offset, float level, int dithered)
{
    float width = power_of_two(level), inverse = power_of_two(-level);
    float near = floorf(fabsf(x) * inverse) * width, begin = floorf((x + offset) * inverse) * width - offset;
    if (dithered)
        return {begin, begin + width - 1};
    float far = near + width - 1;
    if (near == 0)
        return {-far, far};
    return x < 0 ? cell{-far, -near} : cell{near, far};
}

static __device__ float centre_of(float x, float offset, float level, int dithered)
{
    struct cell cell = cell_of(x, offset, level, dithered);
    return (cell.low + cell.high) * 0.5f;
}

static __device__ float logistic(float u)
{
    return 1 / (1 + expf(-fmaxf(fminf(u, 60), -60)));
}

/* value summed over the block, added to *sum by one thread. */
static __device__ void add_block(float value, double *sum)
{
    __shared__ float parts[THREADS / 32];
    for (int lane = 16; lane > 0; lane /= 2)
        value += __shfl_down_sync(~0u, value, lane);
    if (threadIdx.x % 32 == 0)
        parts[threadIdx.x / 32] = value;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int i = 1; i < THREADS / 32; i++)
            value += parts[i];
        atomicAdd(sum, (double)value);
    }
}

static dim3 grid_of(int samples, int n)
{
    return dim3((n + THREADS - 1) / THREADS, samples);
}

/* ---- Activation ---- */

/* y = silu(gain x + bias), n values a sample in pairs of channels. */
__global__ void modulate_rows(int n, int pairs, const __nv_bfloat162 *x, const float2 *gain, const float2 *bias,
                              __nv_bfloat162 *y)
{
    int i = blockIdx.x * THREADS + threadIdx.x;
    if (i >= n)
        return;
    float2 g = gain[blockIdx.y * pairs + i % pairs], b = bias[blockIdx.y * pairs + i % pairs];
    float2 v = __bfloat1622float2(x[(size_t)blockIdx.y * n + i]);
    float2 z = {g.x * v.x + b.x, g.y * v.y + b.y};
    y[(size_t)blockIdx.y * n + i] = __floats2bfloat162_rn(z.x * logistic(z.x), z.y * logistic(z.y));
}

static __device__ float silu_slope(float z)
{
    float s = logistic(z);
    return s * (1 + z * (1 - s));
}

/* A block has all pairs of channels of some cells; gradients by gain and bias are added. */
__global__ void modulate_rows_backward(int cells, int pairs, const __nv_bfloat162 *x, const float2 *gain,
                                       const float2 *bias, const __nv_bfloat162 *by_y, __nv_bfloat162 *by_x,
                                       float *by_gain, float *by_bias)
{
    int pair = threadIdx.x, row = blockIdx.y * pairs + pair;
    float2 g = gain[row], b = bias[row], sum_gain = {0, 0}, sum_bias = {0, 0};
    for (int p = blockIdx.x * blockDim.y + threadIdx.y; p < cells; p += gridDim.x * blockDim.y) {
        size_t at = ((size_t)blockIdx.y * cells + p) * pairs + pair;
        float2 v = __bfloat1622float2(x[at]), up = __bfloat1622float2(by_y[at]);
        float2 slope = {up.x * silu_slope(g.x * v.x + b.x), up.y * silu_slope(g.y * v.y + b.y)};
        by_x[at] = __floats2bfloat162_rn(slope.x * g.x, slope.y * g.y);
        sum_gain.x += slope.x * v.x, sum_gain.y += slope.y * v.y;
        sum_bias.x += slope.x, sum_bias.y += slope.y;
    }
    atomicAdd(&by_gain[2 * row], sum_gain.x), atomicAdd(&by_gain[2 * row + 1], sum_gain.y);
    atomicAdd(&by_bias[2 * row], sum_bias.x), atomicAdd(&by_bias[2 * row + 1], sum_bias.y);
}

/* ---- What a stage knows ---- */

struct contexts {
    int n_groups, first[MAX_GROUPS + 1];
    bf16 *rows[MAX_GROUPS];
};

__global__ void prepare_rows(int cells, struct contexts contexts, const float *x, const float *offset,
                             const float *low_pass, const int *dithered, const float *level_from,
                             const float *level_to, bf16 *features)
{
    int i = blockIdx.x * THREADS + threadIdx.x, b = blockIdx.y;
    if (i >= cells * N_CELL)
        return;
    int c = i % N_CELL;
    size_t index = (size_t)b * cells + i / N_CELL;
    bf16 *f = features + index * 3 * N_CELL + c;
    if (c >= N_DETAILS) {
        float v = low_pass[index * 3 + c - N_DETAILS];
        f[0] = asinhf(v * 0.05f), f[N_CELL] = v / 64, f[2 * N_CELL] = fabsf(asinhf(v * 0.05f));
        return;
    }
    float xs = x[index * N_DETAILS + c], o = offset[index * N_DETAILS + c];
    float from = level_from[b * N_DETAILS + c], to = level_to[b * N_DETAILS + c];
    float centre = centre_of(xs, o, from, dithered[b]), place = asinhf(centre * power_of_two(-from));
    f[0] = asinhf(centre * 0.05f), f[N_CELL] = place, f[2 * N_CELL] = fabsf(place);
    for (int g = 0; g + 1 < contexts.n_groups; g++) {
        int first = contexts.first[g], n = contexts.first[g + 1] - first;
        if (c < first || c >= first + n)
            continue;
        float moved = asinhf((centre_of(xs, o, to, dithered[b]) - centre) * power_of_two(-to));
        bf16 *out = contexts.rows[g] + index * 2 * n + c - first;
        out[0] = moved, out[n] = fabsf(moved);
    }
}

/* ---- Rate ---- */

struct distribution {
    float gate, centre, reference, mean, log2_scale, inverse;
};

static __device__ struct distribution distribution_of(float gate, float shift, float log_scale, float x, float offset,
                                                      float level, int dithered)
{
    struct distribution d;
    d.reference = power_of_two(fminf(level, REFERENCE_LEVEL) - 1);
    d.centre = centre_of(x, offset, level, dithered);
    d.gate = 1 / (1 + expf(-gate));
    d.mean = d.centre * d.gate + shift * d.reference;
    d.log2_scale = log_scale + fminf(level, REFERENCE_LEVEL) - 1;
    d.inverse = exp2f(-fmaxf(fminf(d.log2_scale, LOG2_SCALE_MAX), LOG2_SCALE_MIN));
    return d;
}

/* Logarithm's derivatives of the logistic's mass on u .. v, taken on the side of its lower tail, where differences
 * are exact: by a shift of both ends, and by a stretch. */
struct mass {
    float value, shift, stretch;
};

static __device__ struct mass mass_of(float u, float v)
{
    float sign = u + v > 0 ? -1.0f : 1.0f;
    float a = fmaxf(fminf(sign * u, sign * v), -60), b = fmaxf(fmaxf(sign * u, sign * v), -60);
    float sa = 1 / (1 + expf(-a)), sb = 1 / (1 + expf(-b)), da = sa * (1 - sa), db = sb * (1 - sb);
    float mass = sb - sa + 1e-30f;
    return {mass, -sign * (db - da) / mass, -(b * db - a * da) / mass};
}

struct cost {
    float bits, by_mean, by_scale;
};

/* A symbol that refines x from `level` to the one below. */
static __device__ struct cost symbol_cost(float x, float offset, float level, int dithered, struct distribution d)
{
    struct cell cell = cell_of(x, offset, level, dithered), child = cell_of(x, offset, level - 1, dithered);
    float low = cell.low - 0.5f, high = cell.high + 0.5f, m = fmaxf(fminf(d.mean, high), low);
    struct mass part = mass_of((child.low - 0.5f - m) * d.inverse, (child.high + 0.5f - m) * d.inverse);
    struct mass whole = mass_of((low - m) * d.inverse, (high - m) * d.inverse);
    float raw = part.value / whole.value * (1 - 3 * PROBABILITY_FLOOR), p = raw + PROBABILITY_FLOOR;
    float chain = -raw / p / LN2, slope = chain * (part.shift - whole.shift) * d.inverse;
    /* A mean outside the cell only hears that it should come back. */
    slope = d.mean > high ? fmaxf(slope, 0) : d.mean < low ? fminf(slope, 0) : slope;
    return {-logf(p) / LN2, slope, chain * (part.stretch - whole.stretch) * LN2};
}

/* Whether a coefficient is of a later phase than the first. */
static __device__ int is_late(float x, float from, float to, struct distribution d, float threshold, int rest)
{
    float edge = power_of_two(from) - 0.5f, inner = power_of_two(to) - 0.5f, m = fmaxf(fminf(d.mean, edge), -edge);
    if (fabsf(x) >= edge + 0.5f)
        return rest;
    float stays = logistic((inner - m) * d.inverse) - logistic((-inner - m) * d.inverse);
    float whole = logistic((edge - m) * d.inverse) - logistic((-edge - m) * d.inverse);
    return whole - stays < threshold * whole;
}

__global__ void group_bits_rows(int cells, int first, int n, const bf16 *out, const float *x, const float *offset,
                                const int *dithered, const int *phased, const float *level_from, const float *level_to,
                                const float *threshold, const int *rest, double *bits, bf16 *gradient, bf16 *context)
{
    int i = blockIdx.x * THREADS + threadIdx.x, b = blockIdx.y;
    struct cost sum = {0, 0, 0};
    if (i < cells * n) {
        int c = i % n, channel = first + c, is_dithered = dithered[b];
        size_t index = (size_t)b * cells + i / n;
        const bf16 *in = out + index * 3 * n + c;
        bf16 *g = gradient + index * 3 * n + c;
        float xs = x[index * N_DETAILS + channel], o = offset[index * N_DETAILS + channel];
        float from = level_from[b * N_DETAILS + channel], to = level_to[b * N_DETAILS + channel];
        struct distribution d = distribution_of(in[0], in[n], in[2 * n], xs, o, from, is_dithered);
        for (float level = from; level > to; level--) {
            struct cost cost = symbol_cost(xs, o, level, is_dithered, d);
            sum.bits += cost.bits, sum.by_mean += cost.by_mean, sum.by_scale += cost.by_scale;
        }
        float s = sum.by_scale;
        s = d.log2_scale > LOG2_SCALE_MAX ? fmaxf(s, 0) : d.log2_scale < LOG2_SCALE_MIN ? fminf(s, 0) : s;
        g[0] = sum.by_mean * d.centre * d.gate * (1 - d.gate), g[n] = sum.by_mean * d.reference, g[2 * n] = s;
        if (context && phased[b] && !is_dithered && is_late(xs, from, to, d, threshold[channel], rest[channel])) {
            context[index * 2 * n + c] = 0.0f;
            context[index * 2 * n + n + c] = 0.0f;
        }
    }
    add_block(sum.bits / cells, &bits[b]);
}

/* ---- Denoised error ---- */

__global__ void denoised_error_rows(int cells, const bf16 *out, const float *x, const float *offset,
                                    const int *dithered, const float *level_from, const float *energy, double *error,
                                    bf16 *gradient)
{
    int i = blockIdx.x * THREADS + threadIdx.x, b = blockIdx.y;
    float sum = 0;
    if (i < cells * N_DETAILS) {
        int c = i % N_DETAILS;
        size_t index = (size_t)b * cells + i / N_DETAILS;
        const bf16 *in = out + index * 2 * N_DETAILS + c;
        bf16 *g = gradient + index * 2 * N_DETAILS + c;
        float xs = x[index * N_DETAILS + c], o = offset[index * N_DETAILS + c], level = level_from[b * N_DETAILS + c];
        struct distribution d = distribution_of(in[0], in[N_DETAILS], 0, xs, o, level, dithered[b]);
        struct cell cell = cell_of(xs, o, level, dithered[b]);
        float m = fmaxf(fminf(d.mean, cell.high + 0.5f), cell.low - 0.5f), slope = 2 * (m - xs) * energy[c];
        slope = d.mean > m ? fmaxf(slope, 0) : d.mean < m ? fminf(slope, 0) : slope;
        sum = (m - xs) * (m - xs) * energy[c];
        g[0] = slope * d.centre * d.gate * (1 - d.gate), g[N_DETAILS] = slope * d.reference;
    }
    add_block(sum / cells, &error[b]);
}

/* ---- Calls: pointers to the device's memory, except for those of prepare's groups ---- */

extern "C" void modulate(cudaStream_t stream, int samples, int cells, int width, const void *x, const void *gain,
                         const void *bias, void *y)
{
    int n = cells * width / 2;
    modulate_rows<<<grid_of(samples, n), THREADS, 0, stream>>>(
        n, width / 2, (const __nv_bfloat162 *)x, (const float2 *)gain, (const float2 *)bias, (__nv_bfloat162 *)y);
}

extern "C" void modulate_backward(cudaStream_t stream, int samples, int cells, int width, const void *x,
                                  const void *gain, const void *bias, const void *by_y, void *by_x, float *by_gain,
                                  float *by_bias)
{
    int rows = THREADS / (width / 2), blocks = (cells + 8 * rows - 1) / (8 * rows);
    modulate_rows_backward<<<dim3(blocks, samples), dim3(width / 2, rows), 0, stream>>>(
        cells, width / 2, (const __nv_bfloat162 *)x, (const float2 *)gain, (const float2 *)bias,
        (const __nv_bfloat162 *)by_y, (__nv_bfloat162 *)by_x, by_gain, by_bias);
}

extern "C" void prepare(cudaStream_t stream, int samples, int cells, int n_groups, const int *first, const float *x,
                        const float *offset, const float *low_pass, const int *dithered, const float *level_from,
                        const float *level_to, bf16 *features, bf16 **context)
{
    struct contexts contexts;
    contexts.n_groups = n_groups;
    for (int g = 0; g <= n_groups; g++)
        contexts.first[g] = first[g];
    for (int g = 0; g + 1 < n_groups; g++)
        contexts.rows[g] = context[g];
    prepare_rows<<<grid_of(samples, cells * N_CELL), THREADS, 0, stream>>>(
        cells, contexts, x, offset, low_pass, dithered, level_from, level_to, features);
}

extern "C" void group_bits(cudaStream_t stream, int samples, int cells, int first, int n, const bf16 *out,
                           const float *x, const float *offset, const int *dithered, const int *phased,
                           const float *level_from, const float *level_to, const float *threshold, const int *rest,
                           double *bits, bf16 *gradient, bf16 *context)
{
    group_bits_rows<<<grid_of(samples, cells * n), THREADS, 0, stream>>>(
        cells, first, n, out, x, offset, dithered, phased, level_from, level_to, threshold, rest, bits, gradient,
        context);
}

extern "C" void denoised_error(cudaStream_t stream, int samples, int cells, const bf16 *out, const float *x,
                               const float *offset, const int *dithered, const float *level_from, const float *energy,
                               double *error, bf16 *gradient)
{
    denoised_error_rows<<<grid_of(samples, cells * N_DETAILS), THREADS, 0, stream>>>(
        cells, out, x, offset, dithered, level_from, energy, error, gradient);
}
