/* The parts of training that PyTorch does slowly on a CPU. Arrays are [pictures, positions,
 * channels]. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Attention over all positions and its gradient, one head of WIDTH channels (a multiple of 16),
 * without keeping the weights of all pairs; positions are a multiple of KEYS. */

#define LANES   16
#define QUERIES 8
#define KEYS    (2 * LANES)
#define CHUNK   (WIDTH % 32 ? 16 : 32) /* channels of a sum in registers */
#define VECTORS (CHUNK / LANES)

typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4)));

static float *array(size_t n)
{
    return aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
}

static inline Lanes load(const float *from)
{
    return *(const Lanes *)from;
}

static inline void store(float *to, Lanes value)
{
    *(Lanes *)to = value;
}

/* to[WIDTH][n] from columns of an array whose rows are `stride` apart. */
static void transpose(float *to, const float *from, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < WIDTH; c++)
            to[c * n + i] = from[i * stride + c];
}

/* scores[QUERIES][n]: products of the rows with the columns of keys[WIDTH][n]. */
static void multiply(float *scores, const float rows[QUERIES][WIDTH], const float *keys, size_t n)
{
    for (size_t j = 0; j < n; j += KEYS) {
        Lanes sums[QUERIES][2] = {0};
        for (size_t c = 0; c < WIDTH; c++) {
            Lanes low = load(keys + c * n + j), high = load(keys + c * n + j + LANES);
#pragma GCC unroll 8
            for (int i = 0; i < QUERIES; i++) {
                sums[i][0] += rows[i][c] * low;
                sums[i][1] += rows[i][c] * high;
            }
        }
#pragma GCC unroll 8
        for (int i = 0; i < QUERIES; i++) {
            store(scores + i * n + j, sums[i][0]);
            store(scores + i * n + j + LANES, sums[i][1]);
        }
    }
}

/* out[QUERIES][WIDTH] = weights[QUERIES][n] times rows[n][WIDTH], which are `stride` apart. */
static void gather(float out[QUERIES][WIDTH], const float *weights, const float *rows, size_t n,
                   size_t stride)
{
    for (size_t c = 0; c < WIDTH; c += CHUNK) {
        Lanes sums[QUERIES][VECTORS] = {0};
        for (size_t j = 0; j < n; j++)
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; v++) {
                Lanes row = load(rows + j * stride + c + LANES * v);
#pragma GCC unroll 8
                for (int i = 0; i < QUERIES; i++)
                    sums[i][v] += weights[i * n + j] * row;
            }
#pragma GCC unroll 8
        for (int i = 0; i < QUERIES; i++)
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; v++)
                store(out[i] + c + LANES * v, sums[i][v]);
    }
}

/* sums[n][WIDTH] += the transposed weights[QUERIES][n] times rows[QUERIES][WIDTH]. */
static void scatter(float *sums, const float *weights, const float rows[QUERIES][WIDTH], size_t n)
{
    for (size_t c = 0; c < WIDTH; c += CHUNK)
        for (size_t j = 0; j < n; j++)
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; v++) {
                float *place = sums + j * WIDTH + c + LANES * v;
                Lanes sum = load(place);
#pragma GCC unroll 8
                for (int i = 0; i < QUERIES; i++)
                    sum += weights[i * n + j] * load(rows[i] + c + LANES * v);
                store(place, sum);
            }
}

/* Softmax in place; -> the logarithm of its denominator. */
static float normalise(float *scores, size_t n)
{
    float most = scores[0], sum = 0;
    for (size_t j = 0; j < n; j++)
        most = scores[j] > most ? scores[j] : most;
    for (size_t j = 0; j < n; j++) {
        scores[j] = expf(scores[j] - most);
        sum += scores[j];
    }
    for (size_t j = 0; j < n; j++)
        scores[j] /= sum;
    return most + logf(sum);
}

static void load_rows(float to[QUERIES][WIDTH], const float *from, size_t stride, float factor)
{
#pragma GCC unroll 8
    for (int i = 0; i < QUERIES; i++)
        for (size_t c = 0; c < WIDTH; c++)
            to[i][c] = factor * from[i * stride + c];
}

static void attend_picture(const float *qkv, size_t n, float *out, float *logs, float *keys,
                           float *scores)
{
    float queries[QUERIES][WIDTH], sums[QUERIES][WIDTH];
    transpose(keys, qkv + WIDTH, n, 3 * WIDTH);
    for (size_t first = 0; first < n; first += QUERIES) {
        load_rows(queries, qkv + first * 3 * WIDTH, 3 * WIDTH, 1 / sqrtf(WIDTH));
        multiply(scores, queries, keys, n);
#pragma GCC unroll 8
        for (int i = 0; i < QUERIES; i++)
            logs[first + i] = normalise(scores + i * n, n);
        gather(sums, scores, qkv + 2 * WIDTH, n, 3 * WIDTH);
#pragma GCC unroll 8
        for (int i = 0; i < QUERIES; i++)
            for (size_t c = 0; c < WIDTH; c++)
                out[(first + i) * WIDTH + c] = sums[i][c];
    }
}

/* qkv[pictures][n][3 WIDTH] -> out[pictures][n][WIDTH], logs[pictures][n]. */
void attend(const float *qkv, long pictures, long n, float *out, float *logs)
{
#pragma omp parallel
    {
        float *keys = array(WIDTH * n), *scores = array(QUERIES * n);
#pragma omp for schedule(dynamic)
        for (long p = 0; p < pictures; p++)
            attend_picture(qkv + p * n * 3 * WIDTH, n, out + p * n * WIDTH, logs + p * n, keys,
                           scores);
        free(keys);
        free(scores);
    }
}

typedef struct {
    float *keys, *values;       /* [WIDTH][n] */
    float *weights, *slopes;    /* [QUERIES][n] */
    float *of_keys, *of_values; /* gradients, [n][WIDTH] */
} Scratch;

/* Weights from the logarithms of their denominators; slopes: the gradient of the scores. */
static void slope(Scratch *s, size_t n, const float *logs, float slopes_of[QUERIES][WIDTH],
                  const float *out)
{
#pragma GCC unroll 8
    for (int i = 0; i < QUERIES; i++) {
        float mean = 0, log_sum = logs[i], *weights = s->weights + i * n,
              *slopes = s->slopes + i * n;
        for (size_t c = 0; c < WIDTH; c++)
            mean += slopes_of[i][c] * out[i * WIDTH + c];
        for (size_t j = 0; j < n; j++) {
            weights[j] = expf(weights[j] - log_sum);
            slopes[j] = weights[j] * (slopes[j] - mean);
        }
    }
}

static void backward_picture(const float *qkv, size_t n, const float *out, const float *logs,
                             const float *of_out, float *of_qkv, Scratch *s)
{
    float queries[QUERIES][WIDTH], slopes[QUERIES][WIDTH], sums[QUERIES][WIDTH];
    float factor = 1 / sqrtf(WIDTH);
    transpose(s->keys, qkv + WIDTH, n, 3 * WIDTH);
    transpose(s->values, qkv + 2 * WIDTH, n, 3 * WIDTH);
    for (size_t i = 0; i < n * WIDTH; i++)
        s->of_keys[i] = s->of_values[i] = 0;
    for (size_t first = 0; first < n; first += QUERIES) {
        load_rows(queries, qkv + first * 3 * WIDTH, 3 * WIDTH, factor);
        load_rows(slopes, of_out + first * WIDTH, WIDTH, 1);
        multiply(s->weights, queries, s->keys, n);
        multiply(s->slopes, slopes, s->values, n);
        slope(s, n, logs + first, slopes, out + first * WIDTH);
        gather(sums, s->slopes, qkv + WIDTH, n, 3 * WIDTH);
        scatter(s->of_keys, s->slopes, queries, n);
        scatter(s->of_values, s->weights, slopes, n);
#pragma GCC unroll 8
        for (int i = 0; i < QUERIES; i++)
            for (size_t c = 0; c < WIDTH; c++)
                of_qkv[(first + i) * 3 * WIDTH + c] = factor * sums[i][c];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < WIDTH; c++) {
            of_qkv[i * 3 * WIDTH + WIDTH + c] = s->of_keys[i * WIDTH + c];
            of_qkv[i * 3 * WIDTH + 2 * WIDTH + c] = s->of_values[i * WIDTH + c];
        }
}

/* of_qkv like qkv from of_out, the gradient of out. */
void attend_backward(const float *qkv, long pictures, long n, const float *out, const float *logs,
                     const float *of_out, float *of_qkv)
{
#pragma omp parallel
    {
        float *memory = array((4 * WIDTH + 2 * QUERIES) * n);
        Scratch scratch = {
            memory,
            memory + WIDTH * n,
            memory + 4 * WIDTH * n,
            memory + (4 * WIDTH + QUERIES) * n,
            memory + 2 * WIDTH * n,
            memory + 3 * WIDTH * n,
        };
#pragma omp for schedule(dynamic)
        for (long p = 0; p < pictures; p++)
            backward_picture(qkv + p * n * 3 * WIDTH, n, out + p * n * WIDTH, logs + p * n,
                             of_out + p * n * WIDTH, of_qkv + p * n * 3 * WIDTH, &scratch);
        free(memory);
    }
}

/* Group norm and SiLU of x + shift in bfloat16. */

#define MOST_CHANNELS 2048
#define EPSILON       1e-5f

typedef struct {
    const uint16_t *x;
    const float *shift; /* [pictures][channels] */
    const float *gain, *bias;
    long pictures, n, channels, groups;
} Layer;

static inline float from_bf16(uint16_t x)
{
    union {
        uint32_t bits;
        float value;
    } u = {(uint32_t)x << 16};
    return u.value;
}

static inline uint16_t to_bf16(float x)
{
    union {
        float value;
        uint32_t bits;
    } u = {x};
    return (uint16_t)((u.bits + 0x7FFF + ((u.bits >> 16) & 1)) >> 16);
}

/* Normalised x + shift is gain * x + bias per channel. */
static void moments(const Layer *layer, const uint16_t *x, const float *shift, float *gain,
                    float *bias)
{
    float sums[MOST_CHANNELS] = {0}, squares[MOST_CHANNELS] = {0};
    long channels = layer->channels, size = channels / layer->groups;
    for (long i = 0; i < layer->n; i++)
        for (long c = 0; c < channels; c++) {
            float value = from_bf16(x[i * channels + c]) + shift[c];
            sums[c] += value;
            squares[c] += value * value;
        }
    for (long first = 0; first < channels; first += size) {
        double sum = 0, square = 0, count = (double)layer->n * size;
        for (long c = first; c < first + size; c++) {
            sum += sums[c];
            square += squares[c];
        }
        double mean = sum / count, variance = square / count - mean * mean;
        float inverse = 1 / sqrtf((float)(variance > 0 ? variance : 0) + EPSILON);
        for (long c = first; c < first + size; c++) {
            gain[c] = inverse;
            bias[c] = (shift[c] - (float)mean) * inverse;
        }
    }
}

/* out like x; moments_[pictures][2][channels] for the gradient. */
void activate(const uint16_t *x, const float *shift, const float *gain, const float *bias,
              long pictures, long n, long channels, long groups, uint16_t *out, float *moments_)
{
    Layer layer = {x, shift, gain, bias, pictures, n, channels, groups};
#pragma omp parallel for schedule(dynamic)
    for (long p = 0; p < pictures; p++) {
        float *gains = moments_ + p * 2 * channels, *biases = gains + channels;
        float factors[MOST_CHANNELS], terms[MOST_CHANNELS];
        moments(&layer, x + p * n * channels, shift + p * channels, gains, biases);
        for (long c = 0; c < channels; c++) {
            factors[c] = gains[c] * gain[c];
            terms[c] = biases[c] * gain[c] + bias[c];
        }
        for (long i = p * n; i < (p + 1) * n; i++)
            for (long c = 0; c < channels; c++) {
                float u = factors[c] * from_bf16(x[i * channels + c]) + terms[c];
                out[i * channels + c] = to_bf16(u / (1 + expf(-u)));
            }
    }
}

/* Gradient of SiLU. */
static inline float silu_slope(float u)
{
    float s = 1 / (1 + expf(-u));
    return s * (1 + u * (1 - s));
}

static void activate_backward_picture(const Layer *l, const uint16_t *x, const float *gains,
                                      const float *biases, const uint16_t *of_out, uint16_t *of_x,
                                      float *of_shift, float *of_gain, float *of_bias)
{
    float normal[MOST_CHANNELS] = {0}, factor[MOST_CHANNELS], mean[MOST_CHANNELS];
    long channels = l->channels, size = channels / l->groups;
    for (long c = 0; c < channels; c++)
        of_gain[c] = of_bias[c] = 0;
    for (long i = 0; i < l->n; i++)
        for (long c = 0; c < channels; c++) {
            float h = gains[c] * from_bf16(x[i * channels + c]) + biases[c];
            float slope =
                from_bf16(of_out[i * channels + c]) * silu_slope(h * l->gain[c] + l->bias[c]);
            normal[c] += h;
            of_bias[c] += slope;
            of_gain[c] += slope * h;
        }
    for (long first = 0; first < channels; first += size) {
        float sum = 0, product = 0, count = (float)(l->n * size);
        for (long c = first; c < first + size; c++) {
            sum += l->gain[c] * of_bias[c];
            product += l->gain[c] * of_gain[c];
        }
        for (long c = first; c < first + size; c++) {
            mean[c] = sum / count;
            factor[c] = product / count;
            of_shift[c] = gains[c] *
                          (l->gain[c] * of_bias[c] - (float)l->n * mean[c] - factor[c] * normal[c]);
        }
    }
    for (long i = 0; i < l->n; i++)
        for (long c = 0; c < channels; c++) {
            float h = gains[c] * from_bf16(x[i * channels + c]) + biases[c];
            float slope =
                from_bf16(of_out[i * channels + c]) * silu_slope(h * l->gain[c] + l->bias[c]);
            of_x[i * channels + c] =
                to_bf16(gains[c] * (l->gain[c] * slope - mean[c] - factor[c] * h));
        }
}

/* of_x like x; of_shift, of_gain, of_bias [pictures][channels]. */
void activate_backward(const uint16_t *x, const float *gain, const float *bias, long pictures,
                       long n, long channels, long groups, const float *moments_,
                       const uint16_t *of_out, uint16_t *of_x, float *of_shift, float *of_gain,
                       float *of_bias)
{
    Layer layer = {x, 0, gain, bias, pictures, n, channels, groups};
#pragma omp parallel for schedule(dynamic)
    for (long p = 0; p < pictures; p++) {
        long values = p * n * channels, row = p * channels;
        activate_backward_picture(&layer, x + values, moments_ + 2 * row,
                                  moments_ + 2 * row + channels, of_out + values, of_x + values,
                                  of_shift + row, of_gain + row, of_bias + row);
    }
}
