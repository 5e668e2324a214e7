#include "failing_memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <zlib.h>

static atomic_size_t n_blocks, n_calls;
static size_t first_failing;
static int fails_after;
static atomic_int has_failed;

void memory_fail(size_t n, int and_all)
{
    n_calls = 0;
    has_failed = 0;
    first_failing = n;
    fails_after = and_all;
}

int memory_has_failed(void)
{
    first_failing = 0;
    return has_failed;
}

size_t memory_n_blocks(void)
{
    return n_blocks;
}

static int fails(void)
{
    const size_t call = atomic_fetch_add(&n_calls, 1) + 1;
    const int result =
        first_failing > 0 && (call == first_failing || (fails_after && call > first_failing));
    if (result)
        has_failed = 1;
    return result;
}

static void *counted(void *memory)
{
    if (memory != NULL)
        atomic_fetch_add(&n_blocks, 1);
    return memory;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(n, size));
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    if (fails())
        return NULL;
    void *grown = __real_realloc(memory, size);
    return memory == NULL ? counted(grown) : grown;
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : counted(__real_aligned_alloc(alignment, size));
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    if (memory != NULL)
        atomic_fetch_sub(&n_blocks, 1);
    __real_free(memory);
}

int __real_deflateInit2_(z_streamp stream, int level, int method, int window, int memory,
                         int strategy, const char *version, int size);
int __wrap_deflateInit2_(z_streamp stream, int level, int method, int window, int memory,
                         int strategy, const char *version, int size);
int __wrap_deflateInit2_(z_streamp stream, int level, int method, int window, int memory,
                         int strategy, const char *version, int size)
{
    return fails() ? Z_MEM_ERROR
                   : __real_deflateInit2_(stream, level, method, window, memory, strategy, version,
                                          size);
}

int __real_inflateInit2_(z_streamp stream, int window, const char *version, int size);
int __wrap_inflateInit2_(z_streamp stream, int window, const char *version, int size);
int __wrap_inflateInit2_(z_streamp stream, int window, const char *version, int size)
{
    return fails() ? Z_MEM_ERROR : __real_inflateInit2_(stream, window, version, size);
}
