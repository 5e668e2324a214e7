/* The file that a client passed as an open descriptor. It belongs to somebody else, may share its
 * offset with the sender and may shrink at any time: it is only ever read with pread. */
#ifndef UQD_DAEMON_DECODE_INPUT_H
#define UQD_DAEMON_DECODE_INPUT_H

#include "base/failure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct input {
    int fd;          /* owned */
    uint64_t offset; /* of the next byte */
    uint64_t limit;  /* bytes from here on do not exist */
    uint64_t most;   /* bytes from here on are not read for now; at first there is no such place */
    bool had_name;   /* at first: there was a path to the file */
};

/* Takes the descriptor over. */
void input_begin(struct input *input, int fd, uint64_t limit);

/* Checks that the descriptor is a regular file. 0, or -1 with a failure; the descriptor stays with
 * the caller. */
int input_check(int fd, const char *what, struct failure *failure);

/* Number of bytes that can be read at present, within the limit. */
uint64_t input_size(const struct input *input);

enum { INPUT_SAME = 0, INPUT_MORE = 1 };

/* What has become of a file that was read to its end and is awaited to grow. INPUT_MORE if it has,
 * INPUT_SAME if it still may, -1 with a failure if it never will: it is shorter than what was read,
 * or another file has taken its name, or it is removed. */
int input_look(const struct input *input, struct failure *failure);

/* Reads up to size bytes and moves on. Returns their number, 0 at the end or at `most`, -1 with a
 * failure. */
ssize_t input_read(struct input *input, void *buffer, size_t size, struct failure *failure);

#endif
