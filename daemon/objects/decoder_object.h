/* The root object of the decoder, and the way from a path to an object. */
#ifndef UQD_DAEMON_OBJECTS_DECODER_OBJECT_H
#define UQD_DAEMON_OBJECTS_DECODER_OBJECT_H

#include "daemon.h"

/* Serves the root object and everything below it on the connection. 0, or -1 without
 * memory. */
int root_register(struct daemon *daemon);

/* Announces that the number of jobs has changed. */
void root_jobs_changed(struct daemon *daemon);

#endif
