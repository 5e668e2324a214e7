/* Writing the thumbnail where the caller expects it. */
#ifndef UQD_THUMBNAILER_OUTPUT_H
#define UQD_THUMBNAILER_OUTPUT_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>

/* Writes the file: under a temporary name that is renamed when it is complete, but into a file
 * that is there and empty, as tumbler makes one and keeps it open to read. On failure the output is
 * what it was. 0, or -1 with a message. */
int output_write(const char *path, const uint8_t *data, size_t size, struct message *message);

#endif
