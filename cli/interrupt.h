/* Signals that ask to stop. */
#ifndef UQD_CLI_INTERRUPT_H
#define UQD_CLI_INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP are remembered instead of ending the program, so that no
 * temporary file stays behind. A second one ends it. */
void interrupt_install(void);

/* The signal that arrived, or 0. */
int interrupt_signal(void);

/* Waits until a descriptor is ready for the events of poll(2), POLLIN or POLLOUT, or has ended, or
 * a signal arrives. Returns the signal, or 0. */
int interrupt_wait(int fd, short events);

#endif
