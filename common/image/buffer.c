#include "buffer.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

int buffer_reserve(struct buffer *buffer, size_t n)
{
    size_t wanted, capacity = buffer->capacity > 0 ? buffer->capacity : FIRST_CAPACITY;
    if (__builtin_add_overflow(buffer->size, n, &wanted))
        return -1;
    while (capacity < wanted)
        if (__builtin_mul_overflow(capacity, 2, &capacity))
            return -1;
    if (capacity == buffer->capacity)
        return 0;
    uint8_t *grown = realloc(buffer->data, capacity);
    if (!grown)
        return -1;
    buffer->data = grown;
    buffer->capacity = capacity;
    return 0;
}

int buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (buffer_reserve(buffer, size) < 0)
        return -1;
    if (size > 0)
        memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return 0;
}
