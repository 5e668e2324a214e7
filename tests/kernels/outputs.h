/* Memory for outputs of the kernel tests that shows what was written, and its comparison. */
#ifndef UQD_TESTS_OUTPUTS_H
#define UQD_TESTS_OUTPUTS_H

#include "inputs.h"

#include <stddef.h>

enum { OUTPUT_UNTOUCHED = 0xa5 }; /* every byte that nobody has written */

/* Between guards; aligned to doubles, not to vectors. free(memory) frees it. */
struct output {
    unsigned char *memory;
    size_t size; /* without the guards */
};

struct output output_new(size_t size);

/* That begins as a copy, for what is read and written. */
struct output output_of(const void *data, size_t size);

void *data_of(const struct output *output);

/* What is compared, for messages. */
struct context {
    const char *isa;
    enum fill fill;
};

/* The test fails at the first difference. NaNs are equal to each other. */
typedef void compare_outputs(const struct output *expected, const struct output *got,
                             const char *what, const struct context *context);
compare_outputs compare_floats, compare_doubles;

/* Keeps the first output, plain C's, where nothing has been kept yet; all others must be equal to
 * it, and are freed. The guards must be untouched. */
void keep_or_check(struct output *kept, struct output got, compare_outputs *compare,
                   const char *what, const struct context *context);

#endif
