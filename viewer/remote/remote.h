/* Commands from other programs of the session, over D-Bus (docs/dbus.md, "The viewer"). A thread of
 * its own talks to the bus and waits for nothing but events; nothing here blocks. All functions are
 * for one other thread. Where there is no session bus, or no libdbus, nothing ever comes. */
#ifndef UQD_VIEWER_REMOTE_REMOTE_H
#define UQD_VIEWER_REMOTE_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    REMOTE_MAX_CALLS = 64,      /* that are not answered yet; further ones get an error */
    REMOTE_COMMAND_SIZE = 8192, /* bytes of a command with its end; longer ones get an error */
};

struct remote_call {
    uint32_t id; /* from 1 on */
    bool wait;   /* the caller wants the answer when what it asked for is on the screen */
    char command[REMOTE_COMMAND_SIZE];
};

/* What there is after a command. Texts are copied. */
struct remote_state {
    const char *message; /* of the command, for people; NULL or empty if it says nothing */
    const char *status;  /* what is going on, for people; NULL or empty if nothing is */
    bool idle;           /* nothing is asked for, and nothing more will be */
    double zoom;         /* display pixels per picture pixel */
    const char *file;    /* path of the active file; NULL: there is none, and nothing of what
                            follows */
    uint32_t step;
    uint64_t bytes;   /* of the file up to what is shown */
    const char *mode; /* its name */
    uint64_t seed;
    double psnr; /* NaN: not known */
};

struct remote_control;

/* notify is called from the thread when there is a call to take, and not again before remote_take
 * has found none. NULL if there is no bus, no memory or no thread. */
struct remote_control *remote_new(void (*notify)(void *cookie), void *cookie);

/* Sends what was answered, as far as that can be done at once; calls without an answer get an error
 * from the bus. Waits for the thread. NULL is allowed. */
void remote_free(struct remote_control *remote);

/* Takes the next call. False if there is none; NULL has none. Each call that is taken must be
 * answered once, at any time, by one of the functions below; until then it counts, even if its
 * caller has left. */
bool remote_take(struct remote_control *remote, struct remote_call *call);

/* The command has been done. Of a caller that has left in the meantime the answer is dropped. */
void remote_answer(struct remote_control *remote, uint32_t id, const struct remote_state *state);

/* The command is none, or cannot be done now: a sentence that says why. */
void remote_refuse(struct remote_control *remote, uint32_t id, const char *text);

#endif
