/* The object by which tumbler asks for thumbnails where it knows of us,
 * org.freedesktop.thumbnails.SpecializedThumbnailer1: one file at a time. Main thread only. */
#ifndef UQD_DAEMON_OBJECTS_SPECIALIZED_OBJECT_H
#define UQD_DAEMON_OBJECTS_SPECIALIZED_OBJECT_H

#include "objects/thumbnail_clients.h"

struct specialized_object {
    struct thumbnail_clients clients;
};

/* As for thumbnailer_object.h. */
int specialized_object_begin(struct specialized_object *specialized, DBusConnection *connection,
                             struct queue *queue);
void specialized_object_call(struct specialized_object *specialized, DBusMessage *call);
void specialized_object_end(struct specialized_object *specialized);

#endif
