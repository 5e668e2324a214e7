/* The root object of the decoder, and the way from a path to the objects of jobs below it. Main
 * thread only. */
#ifndef UQD_DAEMON_OBJECTS_DECODER_OBJECT_H
#define UQD_DAEMON_OBJECTS_DECODER_OBJECT_H

#include "dbus/bus.h"
#include "jobs/jobs.h"
#include "loop.h"
#include "objects/job_objects.h"
#include "thumbnails/queue.h"

#include <stdbool.h>

struct decoder_object {
    struct job_objects objects;
    bool refuses;                /* to open jobs */
    struct message *confinement; /* owned: the words of the property */
    struct queue *thumbnails;    /* they stand back while there are jobs; borrowed */
};

/* Serves the object and everything below it on the bus, which with loop and jobs must outlive
 * decoder_object_end, as must the queue, which is to be begun before there are calls. 0, or -1
 * without memory. */
int decoder_object_begin(struct decoder_object *decoder, struct bus *bus, struct loop *loop,
                         struct jobs *jobs, struct queue *thumbnails);

/* No new jobs are opened from now on: the daemon is about to leave. */
void decoder_object_refuse(struct decoder_object *decoder);

/* There must be no jobs left. One that never began, all zero, is allowed. */
void decoder_object_end(struct decoder_object *decoder);

#endif
