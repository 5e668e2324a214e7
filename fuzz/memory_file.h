/* The bytes of an input as a file that has a path, without a disk. */
#ifndef UQD_FUZZ_MEMORY_FILE_H
#define UQD_FUZZ_MEMORY_FILE_H

#include <stddef.h>
#include <stdint.h>

/* A path under which the bytes can be read until the next call. */
const char *fuzz_memory_file(const uint8_t *data, size_t size);

#endif
