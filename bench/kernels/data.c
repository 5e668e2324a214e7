#include "data.h"

#include "common.h"

#include <math.h>
#include <stdlib.h>

/* Sum of the magnitudes of an output's weights of 16 bits, on average: a model's are at most
 * 65535. */
#define SUM_OF_WEIGHTS 60000.0

/* Uniform in -1 .. 1. */
static float random_number(uint64_t *state)
{
    *state = *state * 6364136223846793005 + 1442695040888963407;
    return (float)(*state >> 40) * 0x1p-23f - 1;
}

static int16_t *random_numbers(uint64_t *state, size_t n, float middle, float largest)
{
    int16_t *out = new_array(n, sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = (int16_t)lrintf(middle + largest * random_number(state));
    return out;
}

static float *random_floats(uint64_t *state, size_t n, float middle, float largest)
{
    float *out = new_array(n, sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = middle + largest * random_number(state);
    return out;
}

size_t n_cells(const struct data *data)
{
    return (size_t)data->width * data->height;
}

size_t n_inputs(const struct data *data)
{
    return n_cells(data) * data->layer->n_in;
}

size_t n_outputs(const struct data *data)
{
    return n_cells(data) * data->layer->n_out;
}

size_t n_weights(const struct layer *layer)
{
    return (size_t)layer->size * layer->size * layer->n_in * layer->n_out;
}

/* The largest weight, the middle of inputs and how far from it they reach, and what 1 is among
 * outputs that are whole numbers. */
struct ranges {
    float weight, input_middle, input, one;
};

static struct ranges ranges_of(const struct layer *layer, enum numbers numbers)
{
    const double fan_in = (double)n_weights(layer) / layer->n_out;

    if (numbers == NUMBERS_8)
        return (struct ranges){127, 127.5f, 127, 8};
    return (struct ranges){(float)fmin(2 * SUM_OF_WEIGHTS / fan_in, 32767), 0, 8192, 2048};
}

void data_init(struct data *data, const struct layer *layer, enum numbers numbers, uint32_t width,
               uint32_t height)
{
    const struct ranges ranges = ranges_of(layer, numbers);
    const float fan_in = (float)n_weights(layer) / (float)layer->n_out;
    /* Root mean squares of inputs and sums, from which gains follow that make outputs about as
     * large as 1. Of a uniform number the mean of squares is a third of the largest one's. */
    const float input =
        sqrtf(ranges.input_middle * ranges.input_middle + ranges.input * ranges.input / 3);
    const float sum = ranges.weight * input * sqrtf(fan_in / 3);
    const float one =
        layer->finish == UQD_NN_FINISH_SET || layer->finish == UQD_NN_FINISH_ADD ? ranges.one : 1;
    const uint32_t padded = uqd_nn_padded(layer->n_out);
    uint64_t state = 1;

    *data = (struct data){
        .layer = layer, .numbers = numbers, .width = width, .height = height, .scale = ranges.one};
    data->weights = random_numbers(&state, n_weights(layer), 0, ranges.weight);
    data->input = random_numbers(&state, n_inputs(data), ranges.input_middle, ranges.input);
    data->output = random_numbers(&state, n_outputs(data), 0, ranges.one);
    data->gain = random_floats(&state, padded, one / sum, 0.5f * one / sum);
    data->bias = random_floats(&state, padded, 0, layer->has_bias ? one : 0);
}

void data_free(struct data *data)
{
    free(data->weights);
    free(data->gain);
    free(data->bias);
    free(data->input);
    free(data->output);
}

/* Of 8 bits both sides round, of 16 bits one does. */
static double rounding(const struct data *data)
{
    if (data->layer->finish == UQD_NN_FINISH_FLOAT)
        return 0;
    return data->numbers == NUMBERS_8 ? 1 : 0.5;
}

double largest_difference(const struct data *data, const float *a, const float *b)
{
    const size_t n = n_outputs(data);
    double largest = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        double difference = fabs((double)a[i] - (double)b[i]) - rounding(data);

        /* Not a number counts as a difference, too. */
        if (!(difference <= largest))
            largest = difference;
        squares += (double)a[i] * (double)a[i];
    }
    return largest / sqrt(squares / (double)n);
}
