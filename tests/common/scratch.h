/* A directory of its own for each test program. */
#ifndef UQD_TESTS_SCRATCH_H
#define UQD_TESTS_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

/* cmocka group fixtures: create a directory and make it the current one; remove it. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* Absolute path of the directory. */
const char *scratch_directory(void);

/* Files in the current directory, hidden ones included. */
unsigned scratch_count(void);

/* Writes and reads whole files; they fail the test if they cannot. Free what scratch_read gives. */
void scratch_write(const char *path, const void *data, size_t size);
uint8_t *scratch_read(const char *path, size_t *size);

int scratch_exists(const char *path);

/* Fails the test unless both files have the same bytes. */
void scratch_assert_same(const char *path, const char *other);

#endif
