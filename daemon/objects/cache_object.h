/* The object by which file managers tell that files have moved, org.freedesktop.thumbnails.Cache1.
 * Main thread only. */
#ifndef UQD_DAEMON_OBJECTS_CACHE_OBJECT_H
#define UQD_DAEMON_OBJECTS_CACHE_OBJECT_H

#include "base/pool.h"
#include "cache.h"

#include <dbus/dbus.h>

struct cache_call;

struct cache_object {
    DBusConnection *connection;
    struct pool *pool;
    const struct cache *cache;
    /* The first one is with the workers, and the others wait for it: what takes long, as a look at
     * all of the cache, must not keep thumbnails waiting behind many of its kind. */
    struct cache_call *calls;
    unsigned n_calls;
};

/* Answers a call on the object when it is done. */
void cache_object_call(struct cache_object *object, DBusMessage *call);

/* Calls back what is with the workers, and gives up the rest unanswered. */
void cache_object_cancel(struct cache_object *object);

#endif
