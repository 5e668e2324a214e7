/* A job on the bus: an object that belongs to the program that opened it. */
#ifndef UQD_DAEMON_OBJECTS_JOB_OBJECT_H
#define UQD_DAEMON_OBJECTS_JOB_OBJECT_H

#include "jobs/job.h"
#include "loop.h"
#include "objects/growth.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

struct job_object {
    struct job_object *next;
    struct job_objects *objects; /* that it is one of */
    DBusConnection *connection;
    struct job *job;
    char *path;
    char *client;              /* the unique name on the bus */
    DBusMessage *open_call;    /* unanswered Open, with a reference */
    struct growth *growth;     /* of all files */
    struct growth_watch watch; /* of this one, if it is followed */
    struct loop_timer ticker;  /* while the job works and the client wants to know how far it is */
    uint32_t progress_ms;      /* between two signals of that; 0: none are sent */
    bool frames_in_signal;
};

#endif
