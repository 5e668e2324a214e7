/* A daemon that behaves badly, in a thread of the test. */
#ifndef UQD_TESTS_FAKE_DAEMON_H
#define UQD_TESTS_FAKE_DAEMON_H

enum fake_manner {
    FAKE_SILENT,           /* answers nothing */
    FAKE_SILENT_ONCE_OPEN, /* opens files and answers nothing from then on */
    FAKE_DIES_OPENING,     /* leaves the bus when it is to open a file */
    FAKE_DIES_ONCE_OPEN,   /* opens a file, and leaves the bus when it is to decode it */
    FAKE_LEAVES            /* says that it takes no files any more, then leaves */
};

struct fake_daemon;

/* Takes the daemon's name on the session bus. */
struct fake_daemon *fake_daemon_start(enum fake_manner manner);

/* Gives it back. */
void fake_daemon_end(struct fake_daemon *fake);

#endif
