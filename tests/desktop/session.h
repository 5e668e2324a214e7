/* A session of a user for one test: what the build installs, directories, a message bus, and a
 * display where one is wanted. Nothing of it is shared with the user's own session. All functions
 * fail the running test when something does not work; all waits are bounded. */
#ifndef UQD_TESTS_SESSION_H
#define UQD_TESTS_SESSION_H

#include "desk.h"

#include <stdbool.h>
#include <sys/types.h>

/* The directory for pictures, below the session's; file managers are shown it. */
#define SESSION_PICTURES "pictures"

/* A cmocka group fixture: installs the build below the scratch directory, once for all tests. The
 * programs of the installation are found first from then on, and so are its data. */
int session_install(void **state);

/* Where a file of the installation is, such as "/usr/bin/uqd"; in a static buffer. */
const char *session_installed(const char *path);

/* Makes new directories, goes there, and starts a bus. It can start those programs of the machine
 * whose files in the system's directory of services are named; NULL ends them. */
void session_begin(const char *const services[]);

/* Ends all that was started, and fails the test if something stays. */
void session_end(void);

/* For the clients of the daemon's tests. */
const struct desk *session_desk(void);

/* Whether there is a program of that name, or file of that path. If not, the running test is
 * skipped, and the Debian package is named. */
void session_need(const char *program, const char *package);

/* Starts a program that goes on while the test runs. What it says is kept for session_await. */
pid_t session_start(const char *const argv[]);

/* Ends it as a user would, and waits. */
void session_stop(pid_t pid);

/* Runs a program to its end, which must be a success. */
void session_run(const char *const argv[]);

/* The same, and tells whether it was one. */
bool session_try(const char *const argv[]);

/* Starts a display and returns the file that has its pixels, in the format of xwd(1). */
const char *session_open_display(void);

/* Waits until something holds, or fails the test with what the programs have said. */
void session_await(bool (*holds)(const void *cookie), const void *cookie, const char *what);

#endif
