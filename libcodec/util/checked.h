/* Arithmetic on sizes that cannot overflow silently. */
#ifndef UQD_UTIL_CHECKED_H
#define UQD_UTIL_CHECKED_H

#include <stddef.h>
#include <stdlib.h>

/* *product = a * b. Returns 0, or -1 on overflow; then *product is unspecified. */
static inline int uqd_mul_size(size_t a, size_t b, size_t *product)
{
    return __builtin_mul_overflow(a, b, product) ? -1 : 0;
}

/* *sum = a + b. Returns 0, or -1 on overflow; then *sum is unspecified. */
static inline int uqd_add_size(size_t a, size_t b, size_t *sum)
{
    return __builtin_add_overflow(a, b, sum) ? -1 : 0;
}

/* malloc of n elements of the given size: NULL if the product overflows or memory is short. The
 * caller frees it. An array of no elements is one byte, so that NULL always means failure. */
static inline void *uqd_malloc_array(size_t n, size_t size)
{
    size_t bytes;
    if (uqd_mul_size(n, size, &bytes) < 0)
        return NULL;
    return malloc(bytes > 0 ? bytes : 1);
}

/* As uqd_malloc_array, with every byte zero. */
static inline void *uqd_calloc_array(size_t n, size_t size)
{
    if (n == 0 || size == 0)
        n = size = 1;
    return calloc(n, size);
}

#endif
