#include "ours.h"

#include "codec/rows.h"
#include "common.h"
#include "util/isa.h"

#include <string.h>

static void check(int status, const char *what)
{
    if (status < 0)
        die(what, uqd_status_text(status));
}

/* A plane with n channels of every pixel from [cell][n]. */
static void fill_plane(struct uqd_nn_qplane *plane, const struct data *data, uint32_t channels,
                       const int16_t *values, uint32_t n)
{
    check(uqd_nn_qplane_alloc(plane, data->width, data->height, channels, NULL), "a plane");
    for (uint32_t y = 0; y < plane->height; y++)
        for (uint32_t x = 0; x < plane->width; x++, values += n)
            memcpy(uqd_nn_qplane_pixel(plane, x, y), values, n * sizeof *values);
}

void ours_output(const struct ours *ours, const struct data *data, float *out)
{
    const uint32_t n = data->layer->n_out;

    for (uint32_t y = 0; y < data->height; y++)
        for (uint32_t x = 0; x < data->width; x++, out += n) {
            if (ours->values.data)
                memcpy(out, uqd_nn_plane_pixel(&ours->values, x, y), n * sizeof *out);
            else
                for (uint32_t i = 0; i < n; i++)
                    out[i] = uqd_nn_qplane_pixel(&ours->output, x, y)[i];
        }
}

static void init_output(struct ours *ours, const struct data *data)
{
    const struct layer *layer = data->layer;

    if (layer->finish == UQD_NN_FINISH_FLOAT) {
        check(uqd_nn_plane_alloc(&ours->values, data->width, data->height, layer->output_channels),
              "a plane");
        ours->args.values = uqd_nn_plane_pixel(&ours->values, 0, 0);
        return;
    }
    fill_plane(&ours->output, data, layer->output_channels, data->output, layer->n_out);
    ours->args.output = uqd_nn_qplane_pixel(&ours->output, 0, 0);
}

void ours_init(struct ours *ours, const struct data *data, uint32_t threads, unsigned cpu_flags)
{
    const struct layer *layer = data->layer;

    *ours = (struct ours){.threads = threads};
    ours->ops = uqd_nn_ops_for(cpu_flags);
    /* The gains that a layer brings along are not used: those of stage types are handed over. */
    check(uqd_nn_qconv_init(&ours->conv, layer->size, layer->n_in, layer->n_out, data->weights,
                            data->gain),
          "weights");
    fill_plane(&ours->input, data, layer->input_channels, data->input, layer->n_in);
    ours->args = (struct uqd_nn_qconv_args){
        .layer = &ours->conv,
        .input = uqd_nn_qplane_pixel(&ours->input, 0, 0),
        .input_channels = layer->input_channels,
        .output_channels = layer->output_channels,
        .gain = data->gain,
        .bias = data->bias,
        .scale = data->scale,
        .width = data->width,
        .height = data->height,
        .finish = layer->finish,
    };
    init_output(ours, data);
}

void ours_free(struct ours *ours)
{
    uqd_nn_qconv_deinit(&ours->conv);
    uqd_nn_qplane_free(&ours->input);
    uqd_nn_qplane_free(&ours->output);
    uqd_nn_plane_free(&ours->values);
}

static void run_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct ours *ours = arguments;

    ours->ops->qconv(&ours->args, row_begin, row_end);
}

void ours_run(const struct ours *ours)
{
    const struct uqd_nn_qconv *conv = &ours->conv;
    const double macs = (double)conv->size * conv->size * conv->n_in * conv->n_out;
    struct uqd_work work = {.threads = ours->threads};

    check(uqd_for_rows(&work, ours->args.width, ours->args.height, macs, run_rows, (void *)ours),
          "a layer");
}
