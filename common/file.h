/* Whole files: reading with a limit, and writing that never leaves half a file. */
#ifndef UQD_COMMON_FILE_H
#define UQD_COMMON_FILE_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>

/* Reads a whole file; path "-" is standard input. *data is malloc'ed. 0, or -1 with a message. */
int file_read(const char *path, uint64_t max_size, uint8_t **data, size_t *size,
              struct message *message);

/* Writes to a temporary file in the same directory and renames it, so that on failure nothing is
 * left and an older file stays; "-" is standard output, and devices and pipes are written in
 * place. The caller ignores SIGPIPE to get a message for a closed pipe. 0, or -1 with a message. */
int file_write(const char *path, const void *data, size_t size, struct message *message);

/* What messages call a path: "standard input" or "standard output" for "-", else the path. */
const char *file_input_name(const char *path);
const char *file_output_name(const char *path);

#endif
