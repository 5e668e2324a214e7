/* The object by which tumbler asks for thumbnails where it knows of us,
 * org.freedesktop.thumbnails.SpecializedThumbnailer1: one file at a time. Main thread only. */
#ifndef UQD_DAEMON_OBJECTS_SPECIALIZED_OBJECT_H
#define UQD_DAEMON_OBJECTS_SPECIALIZED_OBJECT_H

#include "objects/thumbnail_clients.h"

/* As for thumbnailer_object.h. */
int specialized_object_begin(struct thumbnail_clients *clients, DBusConnection *connection,
                             struct queue *queue);
void specialized_object_call(struct thumbnail_clients *clients, DBusMessage *call);
#endif
