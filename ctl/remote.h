/* A file that the daemon has opened. */
#ifndef UQD_CTL_REMOTE_H
#define UQD_CTL_REMOTE_H

#include "message.h"
#include "session.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct remote_options {
    uint32_t mode; /* enum uqd_mode; 0: the daemon's default */
    uint64_t seed;
    uint32_t progress_ms;     /* between two signals of that kind; 0: none */
    const char *reference;    /* path of the original, or NULL */
    bool follow;              /* the file may grow */
    struct uqd_region region; /* decoded alone; of width 0: all of the picture */
};

/* Zero-initialise; remote_close is allowed then. */
struct remote {
    struct session *session;
    const char *name;     /* of the file, for messages */
    int fd;               /* of the file, if it is opened */
    DBusMessage *opened;  /* the reply to Open, which holds what follows */
    const char *owner;    /* the daemon's unique name */
    const char *job;      /* path */
    DBusMessageIter info; /* the dictionary */
};

/* Opens a regular file and has the daemon open it, which is started if need be. What is passed is
 * the descriptor: the daemon sees neither the path nor the directory that it is relative to.
 * options may be NULL. 0, or -1 with a message; remote_close is needed in both cases. */
int remote_open(struct remote *remote, struct session *session, const char *path,
                const struct remote_options *options, struct message *message);

/* A call of the job, without arguments yet. NULL without memory. */
DBusMessage *remote_new_call(const struct remote *remote, const char *method);

/* As session_call, with a message that names the file where it is about that. */
DBusMessage *remote_call(struct remote *remote, DBusMessage *call, const char *signature,
                         struct message *message);

/* As session_signal, of the daemon, with such a message. */
DBusMessage *remote_signal(struct remote *remote, struct message *message);

void remote_close(struct remote *remote);

#endif
