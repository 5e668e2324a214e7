/* The object by which file managers ask for thumbnails, org.freedesktop.thumbnails.Thumbnailer1. At
 * the bus it can be called by our name, and by the standard one where that is ours. Main thread
 * only. */
#ifndef UQD_DAEMON_OBJECTS_THUMBNAILER_OBJECT_H
#define UQD_DAEMON_OBJECTS_THUMBNAILER_OBJECT_H

#include "objects/thumbnail_clients.h"

struct thumbnailer_object {
    struct thumbnail_clients clients;
};

/* The connection and the queue must outlive thumbnailer_object_end. 0, or -1 without memory. */
int thumbnailer_object_begin(struct thumbnailer_object *thumbnailer, DBusConnection *connection,
                             struct queue *queue);

/* Answers a call on the object. */
void thumbnailer_object_call(struct thumbnailer_object *thumbnailer, DBusMessage *call);

/* The queue must be cancelled. One that never began, all zero, is allowed. */
void thumbnailer_object_end(struct thumbnailer_object *thumbnailer);

#endif
