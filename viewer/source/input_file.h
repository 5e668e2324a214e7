/* A picture that comes through a pipe, as a file: what has come is copied into a file without a
 * name, which grows as a download does and can be read and mapped at any place, also by the daemon.
 * A thread of its own copies. All functions are for one other thread. */
#ifndef UQD_VIEWER_SOURCE_INPUT_FILE_H
#define UQD_VIEWER_SOURCE_INPUT_FILE_H

#include "message.h"

#include <stdbool.h>
#include <stdint.h>

/* More is not read: a pipe may never end. The file is in $TMPDIR or /tmp, where there is room for
 * it, else in memory. */
#define INPUT_FILE_MAX_SIZE ((uint64_t)4 << 30)

struct input_file_config {
    int fd;                       /* to read from; borrowed for the life of the input file */
    const char *name;             /* what messages call it; borrowed likewise */
    uint64_t max_size;            /* bytes; most often INPUT_FILE_MAX_SIZE */
    void (*notify)(void *cookie); /* called from the thread when more is there, or the end; and not
                                     again before input_file_look was called */
    void *cookie;
};

struct input_file_state {
    uint64_t size;          /* bytes that can be read */
    bool ended;             /* and no more will come */
    bool failed;            /* because of an error; what is there stays */
    struct message message; /* what is wrong; empty if nothing is */
};

struct input_file;

/* A regular file that is read from its beginning is used as it is: nothing is copied, it has ended
 * at once, and may change as other files do. NULL with a message if it cannot be read: a terminal,
 * a directory, something that is not open, or for want of memory, of a thread or of a file. */
struct input_file *input_file_new(const struct input_file_config *config, struct message *message);

/* Stops copying at once and waits for the thread. NULL is allowed. */
void input_file_free(struct input_file *input);

/* Open for reading at any offset, as long as the input file lives. */
int input_file_fd(const struct input_file *input);

/* A name under which this process can open it anew, as long as the input file lives. */
const char *input_file_path(const struct input_file *input);

/* What there is now. */
void input_file_look(struct input_file *input, struct input_file_state *state);

#endif
