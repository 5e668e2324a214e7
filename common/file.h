/* Whole files: reading with a limit, and writing that never leaves half a file. */
#ifndef UQD_COMMON_FILE_H
#define UQD_COMMON_FILE_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>

/* Reads a whole file; path "-" is standard input. *data is malloc'ed. 0, or -1 with a message. */
int file_read(const char *path, uint64_t max_size, uint8_t **data, size_t *size,
              struct message *message);

/* Opens a file for reading and refuses what is none, as a pipe that nobody writes or a device
 * without an end: for what must neither wait nor read for ever. "-" is a file of that name. The
 * descriptor, or -1 with a message that begins with the name. */
int file_open_regular(const char *path, const char *name, struct message *message);

/* The same, and reads all of it as file_read does. */
int file_read_regular(const char *path, uint64_t max_size, uint8_t **data, size_t *size,
                      struct message *message);

/* Writes to a temporary file in the same directory and renames it, so that on failure nothing is
 * left and an older file stays; "-" is standard output, and devices and pipes are written in
 * place, and so is a file in a directory where none can be made: it may be left half. The caller
 * ignores SIGPIPE to get a message for a closed pipe. 0, or -1 with a message. */
int file_write(const char *path, const void *data, size_t size, struct message *message);

/* Writes all of it to a descriptor. 0, or -1 with errno. */
int file_write_all(int fd, const void *data, size_t size);

/* Whether an error of opening tells that the system has run out of something, so that the file may
 * well be there. */
int file_is_exhausted(int error);

/* Whether both paths lead to one file. */
int file_is_same(const char *path, const char *other);

/* From now on `wait` is called before each piece that is read or written, to wait until the
 * descriptor is ready for the events of poll(2), POLLIN or POLLOUT. If it returns other than 0, the
 * reading or writing fails as after a signal. For the main thread, before any other begins. */
void file_set_wait(int (*wait)(int fd, short events));

/* What messages call a path: "standard input" or "standard output" for "-", else the path. */
const char *file_input_name(const char *path);
const char *file_output_name(const char *path);

#endif
