/* Files behind descriptors. */
#ifndef UQD_UTIL_DESCRIPTOR_H
#define UQD_UTIL_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>

/* Reads `size` bytes from an offset on, without moving the descriptor's position. Returns 0, or -1
 * if they cannot be read or the file ends before. */
int uqd_read_at(int fd, uint8_t *out, size_t size, uint64_t offset);

#endif
