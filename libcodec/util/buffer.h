/* Bytes that grow at their end. */
#ifndef UQD_UTIL_BUFFER_H
#define UQD_UTIL_BUFFER_H

#include "uqd/uqd.h"

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty buffer. */
struct uqd_buffer {
    uint8_t *data; /* owned; NULL until room is made */
    size_t size, capacity;
};

/* Frees the bytes; the buffer is empty then. */
void uqd_buffer_free(struct uqd_buffer *buffer);

/* Makes room for so many bytes more, and for half as many as there are then: any number of appends
 * copies a byte a few times on average. May move the bytes. Errors: UQD_ERR_NOMEM; the buffer is
 * then as it was. */
UQD_NODISCARD int uqd_buffer_reserve(struct uqd_buffer *buffer, size_t more);

/* Appends bytes, which must not be the buffer's own; data may be NULL if size is 0. Errors:
 * UQD_ERR_NOMEM; the buffer is then as it was. */
UQD_NODISCARD int uqd_buffer_append(struct uqd_buffer *buffer, const void *data, size_t size);

/* The same for one byte. */
UQD_NODISCARD static inline int uqd_buffer_append_byte(struct uqd_buffer *buffer, uint8_t byte)
{
    if (buffer->size == buffer->capacity) {
        const int status = uqd_buffer_reserve(buffer, 1);
        if (status < 0)
            return status;
    }
    buffer->data[buffer->size++] = byte;
    return UQD_OK;
}

#endif
