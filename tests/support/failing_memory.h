/* Allocations that fail: the n-th of those that the code under test makes. To be linked with
 * -Wl,--wrap= of malloc, calloc, realloc, aligned_alloc, free, deflateInit2_ and inflateInit2_, of
 * which the last two stand for what zlib allocates. */
#ifndef UQD_TESTS_FAILING_MEMORY_H
#define UQD_TESTS_FAILING_MEMORY_H

#include <stddef.h>

/* From now on the n-th allocation fails, and with `and_all` all that follow; n = 0: none. */
void memory_fail(size_t n, int and_all);

/* Ends that. Returns whether any allocation has failed. */
int memory_has_failed(void);

/* Blocks that are allocated and not freed. */
size_t memory_n_blocks(void);

#endif
