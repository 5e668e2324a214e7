/* Bytes in memory that grow. */
#ifndef UQD_COMMON_BUFFER_H
#define UQD_COMMON_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty one; data is malloc'ed and freed by the owner. */
struct buffer {
    uint8_t *data;
    size_t size, capacity;
};

/* Makes room for n more bytes behind what is there. 0, or -1 where there is no memory. */
int buffer_reserve(struct buffer *buffer, size_t n);

/* 0, or -1 where there is no memory. */
int buffer_append(struct buffer *buffer, const void *data, size_t size);

#endif
