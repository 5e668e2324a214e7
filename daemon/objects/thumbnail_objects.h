/* All that makes thumbnails: the objects, what they queue, and the cache. Main thread only. */
#ifndef UQD_DAEMON_OBJECTS_THUMBNAIL_OBJECTS_H
#define UQD_DAEMON_OBJECTS_THUMBNAIL_OBJECTS_H

#include "dbus/bus.h"
#include "dbus/bus_name.h"
#include "message.h"
#include "objects/cache_object.h"
#include "objects/specialized_object.h"
#include "objects/thumbnailer_object.h"
#include "thumbnails/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct thumbnail_objects {
    struct bus *bus;
    struct cache cache;
    struct queue queue;
    struct thumbnail_clients thumbnailer, specialized; /* their objects */
    struct cache_object cache_object;
    struct bus_name names[2]; /* the standard ones */
};

/* Serves the objects on the bus, which with pool and workers must outlive thumbnail_objects_end.
 * max_running is how many thumbnails may be with the pool at a time; settings as for queue_init.
 * 0, or -1 without memory. */
int thumbnail_objects_begin(struct thumbnail_objects *objects, struct bus *bus, struct pool *pool,
                            struct workers *workers, const struct decode_settings *settings,
                            unsigned max_running);

/* Takes the standard names by which file managers call, unless another program has them or the bus
 * would start one; replace is for a program that is known to be a daemon like this. 0,
 * BUS_NAME_TAKEN, or -1; the last two with a message, and then the objects can be called by our own
 * name only. Whoever wants the names later gets them. Blocks. */
int thumbnail_objects_take_names(struct thumbnail_objects *objects, bool replace,
                                 struct message *message);

/* Something is under way. */
bool thumbnail_objects_busy(const struct thumbnail_objects *objects);

/* Tells all clients that nothing more will come, and calls back what is with the pool. */
void thumbnail_objects_cancel(struct thumbnail_objects *objects);

/* They must be cancelled, and the pool idle. Objects that never began, all zero, are allowed. */
void thumbnail_objects_end(struct thumbnail_objects *objects);

#endif
