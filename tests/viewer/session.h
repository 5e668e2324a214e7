/* The session bus under which a test runs, and the daemon on it. All waits are bounded, and fail
 * the test. */
#ifndef UQD_TESTS_SESSION_H
#define UQD_TESTS_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

/* cmocka group fixture: stage_setup, which hides the bus, and the bus beside it. */
int session_setup(void **state);

bool daemon_is_there(void);
void wait_for_daemon(bool there);

/* Starts the built daemon and waits for it. */
pid_t start_daemon(void);

/* Ends the daemon, if there is one, whoever started it. */
void kill_daemon(void);

#endif
