/* The root object, and the way from a path to an object. */
#ifndef UQD_DAEMON_ROOT_H
#define UQD_DAEMON_ROOT_H

#include "daemon.h"

#include <stddef.h>

#define ROOT_PATH "/org/uqd/Decoder1"

/* Serves the root object and everything below it on the connection. 0, or -1 without
 * memory. */
int root_register(struct daemon *daemon);

/* The path element that stands for a unique bus name, e.g. 1_42 for :1.42. */
void root_sender_node(char *node, size_t size, const char *sender);

/* Announces that the number of jobs has changed. */
void root_jobs_changed(struct daemon *daemon);

#endif
