#include "data.h"

#include "common.h"

#include <math.h>
#include <stdlib.h>

/* Uniform in -scale .. scale. */
static float *random_floats(uint64_t *state, size_t n, float scale)
{
    float *out = new_floats(n);

    for (size_t i = 0; i < n; i++) {
        *state = *state * 6364136223846793005 + 1442695040888963407;
        out[i] = scale * ((float)(*state >> 40) * 0x1p-23f - 1);
    }
    return out;
}

static float *constant_floats(size_t n, float value)
{
    float *out = new_floats(n);

    for (size_t i = 0; i < n; i++)
        out[i] = value;
    return out;
}

size_t n_cells(const struct data *data)
{
    return (size_t)data->width * data->height;
}

void data_init(struct data *data, const struct layer *layer, uint32_t width, uint32_t height)
{
    const size_t fan_in = (size_t)layer->size * layer->size * layer->n_in;
    const uint32_t padded = uqd_nn_padded(layer->n_out);
    uint64_t state = 1;

    *data = (struct data){.layer = layer, .width = width, .height = height};
    /* Weights that keep the variance of the input. */
    data->weights = random_floats(&state, fan_in * layer->n_out, sqrtf(3.0f / (float)fan_in));
    data->gain = layer->has_gain ? random_floats(&state, padded, 1) : constant_floats(padded, 1);
    data->bias = layer->has_bias ? random_floats(&state, padded, 1) : constant_floats(padded, 0);
    data->input = random_floats(&state, n_cells(data) * layer->n_in, 2);
    data->output = random_floats(&state, n_cells(data) * layer->n_out, 1);
}

void data_free(struct data *data)
{
    free(data->weights);
    free(data->gain);
    free(data->bias);
    free(data->input);
    free(data->output);
}

double largest_difference(const struct data *data, const float *a, const float *b)
{
    const size_t n = n_cells(data) * data->layer->n_out;
    double largest = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);

        /* Not a number counts as a difference, too. */
        if (!(difference <= largest))
            largest = difference;
        squares += (double)a[i] * (double)a[i];
    }
    return largest / sqrt(squares / (double)n);
}
