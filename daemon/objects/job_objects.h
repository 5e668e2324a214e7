/* The jobs on the bus: opens them, finds them, and translates what they tell to replies and
 * signals. Main thread only. */
#ifndef UQD_DAEMON_OBJECTS_JOB_OBJECTS_H
#define UQD_DAEMON_OBJECTS_JOB_OBJECTS_H

#include "base/failure.h"
#include "dbus/peers.h"
#include "jobs/jobs.h"
#include "loop.h"
#include "objects/growth.h"
#include "objects/job_object.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

struct job_objects {
    DBusConnection *connection;
    struct loop *loop;
    struct jobs *jobs;
    struct peers peers;            /* the programs that opened them */
    struct growth growth;          /* of the files */
    void (*changed)(void *cookie); /* one more or less is open */
    void *cookie;
    struct job_object *first;
    uint32_t n_tokens; /* made up so far */
};

/* What a client says when it opens a file. */
struct job_options {
    const char *token; /* last element of the path, or NULL */
    uint32_t progress_ms;
    bool frames_in_signal;
    struct job_settings settings; /* but with_frames */
};

/* 0, or -1 without memory. The other members must outlive job_objects_end. */
int job_objects_begin(struct job_objects *objects, DBusConnection *connection, struct loop *loop,
                      struct jobs *jobs, void (*changed)(void *cookie), void *cookie);

/* There must be no jobs left. Objects that never began are allowed. */
void job_objects_end(struct job_objects *objects);

/* Makes a job for an Open call, which is answered when the job is open or cannot be opened. Takes
 * over the descriptors, also if it fails (the reference may be -1). 0, or -1 with a failure, and
 * then the call is unanswered. */
int job_objects_open(struct job_objects *objects, DBusMessage *call,
                     const struct job_options *options, int fd, int reference_fd,
                     struct failure *failure);

/* The object with this path, or NULL. */
struct job_object *job_objects_find(const struct job_objects *objects, const char *path);

/* The last elements of the paths of a client's jobs, ending with NULL; the array is the caller's to
 * free, the texts are the objects'. NULL without memory. */
const char **job_objects_tokens(const struct job_objects *objects, const char *client);

/* Whether the client has any. */
bool job_objects_has(const struct job_objects *objects, const char *client);

/* Answers a method call on the object, which may be gone after that. */
void job_object_call(struct job_object *object, DBusMessage *call);

#endif
