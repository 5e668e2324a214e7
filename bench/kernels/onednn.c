#include "onednn.h"

#include "common.h"

#include <stdio.h>
#include <stdlib.h>

static void check(dnnl_status_t status, const char *what)
{
    if (status != dnnl_success)
        die(what, "oneDNN fails");
}

static int is_8(const struct data *data)
{
    return data->numbers == NUMBERS_8;
}

static dnnl_memory_desc_t description(int n_dims, const dnnl_dims_t dims, dnnl_data_type_t type,
                                      dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t out;

    check(dnnl_memory_desc_init_by_tag(&out, n_dims, dims, type, tag), "a layout");
    return out;
}

static dnnl_memory_desc_t plane(const struct data *data, uint32_t channels, dnnl_data_type_t type,
                                dnnl_format_tag_t tag)
{
    const dnnl_dims_t dims = {1, channels, data->height, data->width};

    return description(4, dims, type, tag);
}

static dnnl_memory_desc_t kernel(const struct layer *layer, dnnl_data_type_t type,
                                 dnnl_format_tag_t tag)
{
    const dnnl_dims_t dims = {layer->n_out, layer->n_in, layer->size, layer->size};

    return description(4, dims, type, tag);
}

static dnnl_memory_desc_t vector(const struct layer *layer)
{
    const dnnl_dims_t dims = {layer->n_out};

    return description(1, dims, dnnl_f32, dnnl_a);
}

/* ---- Layouts ---- */

static dnnl_memory_t new_memory(const struct onednn *onednn, const dnnl_memory_desc_t *layout,
                                void *values)
{
    dnnl_memory_t out;

    check(dnnl_memory_create(&out, layout, onednn->engine, values), "memory");
    return out;
}

static void execute(const struct onednn *onednn, dnnl_primitive_t primitive, int n,
                    const dnnl_exec_arg_t *arguments)
{
    check(dnnl_primitive_execute(primitive, onednn->stream, n, arguments), "a primitive");
    check(dnnl_stream_wait(onednn->stream), "a primitive");
}

static void reorder(const struct onednn *onednn, dnnl_memory_t from, dnnl_memory_t to)
{
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    const dnnl_memory_desc_t *from_layout, *to_layout;
    dnnl_primitive_desc_t plan;
    dnnl_primitive_t primitive;

    check(dnnl_memory_get_memory_desc(from, &from_layout), "a layout");
    check(dnnl_memory_get_memory_desc(to, &to_layout), "a layout");
    check(dnnl_reorder_primitive_desc_create(&plan, from_layout, onednn->engine, to_layout,
                                             onednn->engine, NULL),
          "a reorder");
    check(dnnl_primitive_create(&primitive, plan), "a reorder");
    execute(onednn, primitive, 2, arguments);
    dnnl_primitive_destroy(primitive);
    dnnl_primitive_desc_destroy(plan);
}

/* The values, in a memory of the layout and type that the convolution asks for. */
static dnnl_memory_t import(const struct onednn *onednn, const dnnl_memory_desc_t *wanted,
                            const dnnl_memory_desc_t *given, float *values)
{
    dnnl_memory_t from = new_memory(onednn, given, values);
    dnnl_memory_t to = new_memory(onednn, wanted, DNNL_MEMORY_ALLOCATE);

    reorder(onednn, from, to);
    dnnl_memory_destroy(from);
    return to;
}

/* ---- The convolution ---- */

static void append_post_ops(dnnl_post_ops_t post_ops, const struct data *data)
{
    if (data->layer->finish == UQD_NN_FINISH_SILU)
        check(dnnl_post_ops_append_eltwise(post_ops, data->scale, dnnl_eltwise_swish, 1, 0),
              "an activation");
    if (data->layer->finish == UQD_NN_FINISH_ADD)
        check(dnnl_post_ops_append_sum(post_ops, 1), "an addition");
}

static dnnl_primitive_attr_t attributes(const struct data *data)
{
    enum { EACH_OUTPUT = 1 << 1 };
    dnnl_primitive_attr_t out;
    dnnl_post_ops_t post_ops;

    check(dnnl_primitive_attr_create(&out), "attributes");
    check(dnnl_post_ops_create(&post_ops), "attributes");
    append_post_ops(post_ops, data);
    check(dnnl_primitive_attr_set_post_ops(out, post_ops), "attributes");
    dnnl_post_ops_destroy(post_ops);
    if (is_8(data))
        check(
            dnnl_primitive_attr_set_output_scales(out, data->layer->n_out, EACH_OUTPUT, data->gain),
            "attributes");
    return out;
}

static dnnl_primitive_desc_t plan_convolution(const struct onednn *onednn, const struct data *data)
{
    const struct layer *layer = data->layer;
    const int is_whole = is_8(data) && layer->finish != UQD_NN_FINISH_FLOAT;
    const dnnl_memory_desc_t input =
        plane(data, layer->n_in, is_8(data) ? dnnl_u8 : dnnl_f32, dnnl_format_tag_any);
    const dnnl_memory_desc_t output =
        plane(data, layer->n_out, is_whole ? dnnl_s8 : dnnl_f32, dnnl_format_tag_any);
    const dnnl_memory_desc_t weights =
        kernel(layer, is_8(data) ? dnnl_s8 : dnnl_f32, dnnl_format_tag_any);
    const dnnl_memory_desc_t bias = vector(layer);
    const dnnl_dims_t strides = {1, 1}, border = {layer->size / 2, layer->size / 2};
    dnnl_primitive_attr_t how = attributes(data);
    dnnl_convolution_desc_t convolution;
    dnnl_primitive_desc_t out;

    check(dnnl_convolution_forward_desc_init(
              &convolution, dnnl_forward_inference, dnnl_convolution_direct, &input, &weights,
              layer->has_bias ? &bias : NULL, &output, strides, border, border),
          "a convolution");
    check(dnnl_primitive_desc_create(&out, &convolution, how, onednn->engine, NULL),
          "a convolution");
    dnnl_primitive_attr_destroy(how);
    return out;
}

static float *floats_of(const int16_t *numbers, size_t n)
{
    float *out = new_array(n, sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = numbers[i];
    return out;
}

/* Of floats there is no gain, so it goes into the weights. */
static float *weights_of(const struct data *data)
{
    const struct layer *layer = data->layer;
    const size_t n = n_weights(layer), each = n / layer->n_out;
    float *out = floats_of(data->weights, n);

    for (size_t i = 0; i < n && !is_8(data); i++)
        out[i] *= data->gain[i / each];
    return out;
}

/* With 8 bits, gains are applied to sums with their biases. */
static float *biases_of(const struct data *data)
{
    const uint32_t n = data->layer->n_out;
    float *out = new_array(n, sizeof *out);

    for (uint32_t i = 0; i < n; i++)
        out[i] = is_8(data) ? data->bias[i] / data->gain[i] : data->bias[i];
    return out;
}

static void import_all(struct onednn *onednn, const struct data *data,
                       const_dnnl_primitive_desc_t plan)
{
    const struct layer *layer = data->layer;
    const dnnl_memory_desc_t input = plane(data, layer->n_in, dnnl_f32, dnnl_nhwc);
    const dnnl_memory_desc_t output = plane(data, layer->n_out, dnnl_f32, dnnl_nhwc);
    const dnnl_memory_desc_t weights = kernel(layer, dnnl_f32, dnnl_oihw), bias = vector(layer);
    float *values[] = {floats_of(data->input, n_inputs(data)), weights_of(data), biases_of(data),
                       floats_of(data->output, n_outputs(data))};

    onednn->input =
        import(onednn, dnnl_primitive_desc_query_md(plan, dnnl_query_src_md, 0), &input, values[0]);
    onednn->weights = import(onednn, dnnl_primitive_desc_query_md(plan, dnnl_query_weights_md, 0),
                             &weights, values[1]);
    if (layer->has_bias)
        onednn->bias = import(onednn, &bias, &bias, values[2]);
    onednn->output = import(onednn, dnnl_primitive_desc_query_md(plan, dnnl_query_dst_md, 0),
                            &output, values[3]);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        free(values[i]);
}

void onednn_init(struct onednn *onednn, const struct data *data)
{
    const char *implementation;

    *onednn = (struct onednn){0};
    check(dnnl_engine_create(&onednn->engine, dnnl_cpu, 0), "the processor");
    check(dnnl_stream_create(&onednn->stream, onednn->engine, dnnl_stream_default_flags),
          "the processor");
    dnnl_primitive_desc_t plan = plan_convolution(onednn, data);
    check(dnnl_primitive_desc_query(plan, dnnl_query_impl_info_str, 0, &implementation),
          "a convolution");
    snprintf(onednn->implementation, sizeof onednn->implementation, "%s", implementation);
    check(dnnl_primitive_create(&onednn->primitive, plan), "a convolution");
    import_all(onednn, data, plan);
    dnnl_primitive_desc_destroy(plan);
}

void onednn_free(struct onednn *onednn)
{
    dnnl_memory_destroy(onednn->input);
    dnnl_memory_destroy(onednn->weights);
    if (onednn->bias)
        dnnl_memory_destroy(onednn->bias);
    dnnl_memory_destroy(onednn->output);
    dnnl_primitive_destroy(onednn->primitive);
    dnnl_stream_destroy(onednn->stream);
    dnnl_engine_destroy(onednn->engine);
}

void onednn_run(const struct onednn *onednn)
{
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, onednn->input},
                                         {DNNL_ARG_WEIGHTS, onednn->weights},
                                         {DNNL_ARG_DST, onednn->output},
                                         {DNNL_ARG_BIAS, onednn->bias}};

    execute(onednn, onednn->primitive, onednn->bias ? 4 : 3, arguments);
}

void onednn_output(const struct onednn *onednn, const struct data *data, float *out)
{
    const dnnl_memory_desc_t layout = plane(data, data->layer->n_out, dnnl_f32, dnnl_nhwc);
    dnnl_memory_t to = new_memory(onednn, &layout, out);

    reorder(onednn, onednn->output, to);
    dnnl_memory_destroy(to);
}
