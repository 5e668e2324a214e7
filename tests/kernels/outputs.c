#include "outputs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GUARD = 72 }; /* bytes */

struct output output_new(size_t size)
{
    struct output output = {malloc(size + 2 * GUARD), size};

    assert_non_null(output.memory);
    memset(output.memory, OUTPUT_UNTOUCHED, size + 2 * GUARD);
    return output;
}

struct output output_of(const void *data, size_t size)
{
    struct output output = output_new(size);

    memcpy(output.memory + GUARD, data, size);
    return output;
}

void *data_of(const struct output *output)
{
    return output->memory + GUARD;
}

static void check_guards(const struct output *output)
{
    for (size_t i = 0; i < GUARD; i++) {
        assert_int_equal(output->memory[i], OUTPUT_UNTOUCHED);
        assert_int_equal(output->memory[GUARD + output->size + i], OUTPUT_UNTOUCHED);
    }
}

void compare_floats(const struct output *expected, const struct output *got, const char *what,
                    const struct context *context)
{
    const float *a = data_of(expected), *b = data_of(got);
    const size_t n = expected->size / sizeof *a, at = first_difference(a, b, n);

    if (at < n)
        fail_msg("%s, %s, %s: float %zu of %zu is %a, not %a", what, context->isa,
                 fill_name(context->fill), at, n, (double)b[at], (double)a[at]);
}

void compare_doubles(const struct output *expected, const struct output *got, const char *what,
                     const struct context *context)
{
    const double *a = data_of(expected), *b = data_of(got);

    for (size_t i = 0; i < expected->size / sizeof *a; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) && !(isnan(a[i]) && isnan(b[i])))
            fail_msg("%s, %s, %s: double %zu is %a, not %a", what, context->isa,
                     fill_name(context->fill), i, b[i], a[i]);
}

void keep_or_check(struct output *kept, struct output got, compare_outputs *compare,
                   const char *what, const struct context *context)
{
    check_guards(&got);
    if (kept->memory == NULL) {
        *kept = got;
        return;
    }
    compare(kept, &got, what, context);
    free(got.memory);
}
