#include "elements.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GUARD      68 /* bytes; odd in vectors, so that no output is aligned */
#define GUARD_BYTE 0xa5

static float *new_floats(struct random *random, enum fill fill, size_t n)
{
    float *out = malloc(n ? n * sizeof *out : 1);

    assert_non_null(out);
    fill_floats(random, fill, out, n);
    return out;
}

static int16_t *new_integers(struct random *random, size_t n)
{
    int16_t *out = malloc(n ? n * sizeof *out : 1);

    assert_non_null(out);
    /* All magnitudes, as coefficients have. */
    for (size_t i = 0; i < n; i++)
        out[i] = (int16_t)((int16_t)random_below(random, 65536) >> random_below(random, 16));
    return out;
}

void elements_init(struct elements *elements, struct random *random, size_t n, enum fill fill)
{
    *elements = (struct elements){
        .n = n,
        .values = new_integers(random, n),
        .scale = new_floats(random, fill == FILL_ANY ? FILL_UNIT : fill, n),
        .out_scale = (float)(1 << random_below(random, 16)),
        .gate = new_floats(random, fill, n),
        .offset = new_floats(random, fill, n),
        .log_scale = new_floats(random, fill, n),
        .twice_centre = new_integers(random, n),
        .width = new_floats(random, FILL_ZERO, n),
        .reference = new_floats(random, FILL_ZERO, n),
        .log2_reference = new_floats(random, FILL_ZERO, n),
    };
    for (size_t i = 0; i < n; i++) {
        float level = (float)random_below(random, 13);

        elements->width[i] = exp2f(level);
        elements->log2_reference[i] = fminf(level, 7) - 1;
        elements->reference[i] = exp2f(elements->log2_reference[i]);
        /* Unit values are spread to where sigmoid and clamps work. */
        if (fill == FILL_UNIT) {
            elements->gate[i] *= 20;
            elements->offset[i] *= 4;
            elements->log_scale[i] *= 16;
        }
    }
}

void elements_deinit(struct elements *elements)
{
    free(elements->values);
    free(elements->scale);
    free(elements->gate);
    free(elements->offset);
    free(elements->log_scale);
    free(elements->twice_centre);
    free(elements->width);
    free(elements->reference);
    free(elements->log2_reference);
}

void element_results_init(struct element_results *results, size_t n)
{
    unsigned char *at;

    results->size = 4 * GUARD + n * (sizeof(int32_t) + sizeof(int16_t) + sizeof(uint8_t));
    results->memory = at = malloc(results->size);
    assert_non_null(at);
    memset(at, GUARD_BYTE, results->size);
    /* The largest numbers first: their size is a multiple of the others' alignment. */
    results->mean_q4 = (int32_t *)(void *)(at += GUARD);
    results->asinh = (int16_t *)(void *)(at += n * sizeof(int32_t) + GUARD);
    results->scale_index = at + n * sizeof(int16_t) + GUARD;
}

void element_results_deinit(struct element_results *results)
{
    free(results->memory);
}

static int untouched(const void *data, size_t size)
{
    const unsigned char *at = data;

    for (size_t i = 0; i < size; i++)
        if (at[i] != GUARD_BYTE)
            return 0;
    return 1;
}

int element_results_intact(const struct element_results *results, size_t n, int with_scale)
{
    return untouched(results->memory, GUARD) && untouched(results->asinh + n, GUARD) &&
           untouched(results->mean_q4 + n, GUARD) && untouched(results->scale_index + n, GUARD) &&
           (with_scale || untouched(results->scale_index, n));
}

void elements_run_head(const struct elements *elements, const struct uqd_nn_ops *ops,
                       int with_scale, struct element_results *results)
{
    ops->head(&(struct uqd_nn_head_args){
        .gate = elements->gate,
        .offset = elements->offset,
        .log_scale = with_scale ? elements->log_scale : NULL,
        .twice_centre = elements->twice_centre,
        .width = elements->width,
        .reference = elements->reference,
        .log2_reference = elements->log2_reference,
        .mean_q4 = results->mean_q4,
        .scale_index = results->scale_index,
        .n = elements->n,
    });
}

void elements_run(const struct elements *elements, const struct uqd_nn_ops *ops, int with_scale,
                  struct element_results *results)
{
    ops->asinh(results->asinh, elements->values, elements->scale, elements->out_scale, elements->n);
    elements_run_head(elements, ops, with_scale, results);
}
