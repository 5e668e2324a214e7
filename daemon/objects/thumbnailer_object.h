/* The object by which file managers ask for thumbnails, org.freedesktop.thumbnails.Thumbnailer1. At
 * the bus it can be called by our name, and by the standard one where that is ours. Main thread
 * only. */
#ifndef UQD_DAEMON_OBJECTS_THUMBNAILER_OBJECT_H
#define UQD_DAEMON_OBJECTS_THUMBNAILER_OBJECT_H

#include "objects/thumbnail_clients.h"

/* The object is ended by thumbnail_clients_end, which the connection and the
 * queue must outlive. 0, or -1 without memory. */
int thumbnailer_object_begin(struct thumbnail_clients *clients, DBusConnection *connection,
                             struct queue *queue);

/* Answers a call on the object. */
void thumbnailer_object_call(struct thumbnail_clients *clients, DBusMessage *call);

#endif
