/* What the parts of the benchmark share. */
#ifndef BENCH_KERNELS_COMMON_H
#define BENCH_KERNELS_COMMON_H

#include <stddef.h>

/* Prints why the benchmark cannot go on and ends it. */
_Noreturn void die(const char *what, const char *why);

/* Never NULL; to be freed. */
void *new_array(size_t n, size_t size);

#endif
