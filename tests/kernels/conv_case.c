#include "conv_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

size_t plane_floats(const struct uqd_nn_plane *plane)
{
    return uqd_nn_plane_pitch(plane) * (plane->height + 2);
}

static float *random_floats(struct random *random, size_t n)
{
    float *out = malloc(n * sizeof *out);

    assert_non_null(out);
    fill_floats(random, FILL_UNIT, out, n);
    return out;
}

static void fill_interior(struct random *random, enum fill fill, struct uqd_nn_plane *plane)
{
    for (uint32_t y = 0; y < plane->height; y++)
        fill_floats(random, fill, uqd_nn_plane_pixel(plane, 0, y),
                    (size_t)plane->width * plane->channels);
}

void conv_case_init(struct conv_case *conv, struct random *random, const struct conv_shape *shape,
                    enum fill fill, int spread)
{
    const uint32_t n_out = uqd_nn_padded(shape->n_out);
    const uint32_t skip_in = spread ? random_below(random, 20) : 0;
    const uint32_t skip_out = spread ? random_below(random, 20) : 0;
    const uint32_t spare_out = spread ? random_below(random, 20) : 0;

    *conv = (struct conv_case){.shape = *shape};
    conv->weights =
        random_floats(random, (size_t)shape->size * shape->size * shape->n_in * shape->n_out);
    conv->gain = random_floats(random, n_out);
    conv->bias = random_floats(random, n_out);
    assert_int_equal(
        uqd_nn_conv_init(&conv->layer, shape->size, shape->n_in, shape->n_out, conv->weights), 0);
    assert_int_equal(
        uqd_nn_plane_alloc(&conv->input, shape->width, shape->height, shape->n_in + skip_in), 0);
    assert_int_equal(uqd_nn_plane_alloc(&conv->output, shape->width, shape->height,
                                        n_out + skip_out + spare_out),
                     0);
    fill_interior(random, fill, &conv->input);
    fill_floats(random, FILL_UNIT, conv->output.data, plane_floats(&conv->output));
    conv->args = (struct uqd_nn_conv_args){
        .layer = &conv->layer,
        .input = uqd_nn_plane_pixel(&conv->input, 0, 0) + skip_in,
        .input_channels = conv->input.channels,
        .output = uqd_nn_plane_pixel(&conv->output, 0, 0) + skip_out,
        .output_channels = conv->output.channels,
        .gain = conv->gain,
        .bias = conv->bias,
        .width = shape->width,
        .height = shape->height,
    };
}

void conv_case_deinit(struct conv_case *conv)
{
    free(conv->weights);
    free(conv->gain);
    free(conv->bias);
    uqd_nn_conv_deinit(&conv->layer);
    uqd_nn_plane_free(&conv->input);
    uqd_nn_plane_free(&conv->output);
}
