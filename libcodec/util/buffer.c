#include "util/buffer.h"

#include "util/checked.h"

#include <assert.h>
#include <string.h>

/* Of the first allocation, so that small buffers are not moved byte by byte. */
enum { FIRST_CAPACITY = 64 };

void uqd_buffer_free(struct uqd_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct uqd_buffer){.data = NULL};
}

/* What to allocate for `needed` bytes; just these where half as many more overflow. */
static size_t grown(size_t needed)
{
    size_t capacity;
    if (uqd_add_size(needed, needed / 2, &capacity) < 0)
        return needed;
    return capacity > FIRST_CAPACITY ? capacity : FIRST_CAPACITY;
}

int uqd_buffer_reserve(struct uqd_buffer *buffer, size_t more)
{
    size_t needed;

    assert(buffer->size <= buffer->capacity && (buffer->data != NULL || buffer->capacity == 0));
    if (uqd_add_size(buffer->size, more, &needed) < 0)
        return UQD_ERR_NOMEM;
    if (needed <= buffer->capacity)
        return UQD_OK;
    const size_t capacity = grown(needed);
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL)
        return UQD_ERR_NOMEM;
    buffer->data = data;
    buffer->capacity = capacity;
    return UQD_OK;
}

/* Whether bytes are none of the buffer's memory, which may move. */
static inline int is_foreign(const struct uqd_buffer *buffer, const void *data, size_t size)
{
    const uintptr_t begin = (uintptr_t)data, own = (uintptr_t)buffer->data;
    return begin + size <= own || begin >= own + buffer->capacity;
}

int uqd_buffer_append(struct uqd_buffer *buffer, const void *data, size_t size)
{
    assert(size == 0 || (data != NULL && is_foreign(buffer, data, size)));
    const int status = uqd_buffer_reserve(buffer, size);
    if (status < 0)
        return status;
    if (size > 0)
        memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return UQD_OK;
}
