/* Bytes in memory that another process gets by a descriptor. Nothing is sealed: glycin does that,
 * after it has written into the pixels itself, to turn them or to convert their colours. */
#ifndef UQD_LOADERS_GLYCIN_MEMORY_H
#define UQD_LOADERS_GLYCIN_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Maps new memory for writing. The descriptor, or -1. glycin waits until it is unmapped. */
int memory_create(size_t size, uint8_t **bytes);
void memory_unmap(uint8_t *bytes, size_t size);

/* A copy, unmapped. The descriptor, or -1. */
int memory_copy(const void *bytes, size_t size);

#endif
