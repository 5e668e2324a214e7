/* A private desktop for one test: a temporary directory, a message bus, and daemons on it. All
 * functions fail the running test when something does not work; all waits are bounded. */
#ifndef UQD_TESTS_DESK_H
#define UQD_TESTS_DESK_H

#include <sys/types.h>

/* No test may wait longer than this for anything, even on a slow machine under a sanitizer. */
#define PATIENCE_MS 60000

struct desk {
    char dir[64];      /* temporary; holds models/, dbus-1/services/ and the tests' files */
    char address[256]; /* of the bus */
    pid_t bus;
    pid_t daemon; /* 0 if there is none */
};

/* Makes the directory and starts the bus. */
void desk_open(struct desk *desk);

/* Ends what is running and removes the directory. */
void desk_close(struct desk *desk);

/* Makes the directory only, for tests without a bus; and removes it. */
void desk_make_directory(struct desk *desk);
void desk_remove_directory(const struct desk *desk);

/* The URI of a file in the directory, in one of 32 static buffers that are overwritten in turn. */
const char *desk_uri(const struct desk *desk, const char *name);

/* Starts a daemon with further arguments (at most 8, NULL-terminated; NULL for none). Returns its
 * process id; it may not be ready yet. */
pid_t desk_spawn(const struct desk *desk, const char *const arguments[]);

/* Starts the desk's daemon and waits until it owns its name. */
void desk_start(struct desk *desk, const char *const arguments[]);

/* Waits for a process to end. Returns its exit status, or -1 if a signal ended it. */
int desk_wait(pid_t pid);

/* Ends the bus as if the session were over. */
void desk_end_bus(struct desk *desk);

/* Current time of the monotonic clock in milliseconds. */
long desk_now(void);

#endif
