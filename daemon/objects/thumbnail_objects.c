#include "objects/thumbnail_objects.h"

#include "bus_names.h"
#include "dbus/object.h"
#include "dbus/reply.h"

#include <string.h>

/* ---- Paths ---- */

static void unknown(const struct thumbnail_objects *objects, DBusMessage *call)
{
    reply_error(objects->bus->connection, call, DBUS_ERROR_UNKNOWN_OBJECT,
                "there is no such object");
}

static void route(void *cookie, const char *path, DBusMessage *call)
{
    static const char *const children[] = {"Cache1", "Thumbnailer1", NULL};
    struct thumbnail_objects *objects = cookie;

    if (strcmp(path, THUMBNAILER_PATH) == 0)
        thumbnailer_object_call(&objects->thumbnailer, call);
    else if (strcmp(path, CACHE_PATH) == 0)
        cache_object_call(&objects->cache_object, call);
    else if (strcmp(path, THUMBNAILS_PATH) == 0)
        object_call_node(objects->bus->connection, children, call);
    else
        unknown(objects, call);
}

static void route_specialized(void *cookie, const char *path, DBusMessage *call)
{
    struct thumbnail_objects *objects = cookie;

    if (strcmp(path, SPECIALIZED_PATH) == 0)
        specialized_object_call(&objects->specialized, call);
    else
        unknown(objects, call);
}

/* ---- Names ---- */

/* Another program may have them: the objects can still be called by our own name. */
static void name_lost(void *cookie)
{
    (void)cookie;
}

static const struct bus_name_events name_events = {.lost = name_lost};

static int take_name(struct bus_name *name, bool replace, struct message *message)
{
    int status = bus_name_is_activatable(name, message);

    if (status == 0)
        status = bus_name_take(name, replace, message);
    else if (status > 0)
        status = BUS_NAME_TAKEN;
    if (status == BUS_NAME_TAKEN)
        message_set(message,
                    "another program has the name %s, or would be started for it: thumbnails can "
                    "be asked for by " BUS_NAME " only",
                    name->name);
    return status;
}

int thumbnail_objects_take_names(struct thumbnail_objects *objects, bool replace,
                                 struct message *message)
{
    static const char *const texts[] = {THUMBNAILER_NAME, CACHE_NAME};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int status;

        if (bus_name_begin(&objects->names[i], objects->bus->connection, texts[i], &name_events,
                           objects) < 0)
            return message_set(message, "out of memory");
        status = take_name(&objects->names[i], replace, message);
        if (status != 0)
            return status;
    }
    return 0;
}

/* ---- Beginning and end ---- */

int thumbnail_objects_begin(struct thumbnail_objects *objects, struct bus *bus, struct pool *pool,
                            struct workers *workers, const struct decode_settings *settings,
                            unsigned max_running)
{
    objects->bus = bus;
    if (cache_open(&objects->cache) < 0)
        return -1;
    queue_init(&objects->queue, pool, workers, &objects->cache, settings, max_running);
    objects->cache_object = (struct cache_object){
        .connection = bus->connection, .pool = pool, .cache = &objects->cache};
    if (thumbnailer_object_begin(&objects->thumbnailer, bus->connection, &objects->queue) < 0 ||
        specialized_object_begin(&objects->specialized, bus->connection, &objects->queue) < 0 ||
        bus_serve(bus, THUMBNAILS_PATH, route, objects) < 0)
        return -1;
    return bus_serve(bus, SPECIALIZED_PATH, route_specialized, objects);
}

bool thumbnail_objects_busy(const struct thumbnail_objects *objects)
{
    return queue_busy(&objects->queue) || objects->cache_object.n_calls > 0;
}

void thumbnail_objects_cancel(struct thumbnail_objects *objects)
{
    queue_cancel(&objects->queue);
    cache_object_cancel(&objects->cache_object);
}

void thumbnail_objects_end(struct thumbnail_objects *objects)
{
    thumbnail_clients_end(&objects->thumbnailer);
    thumbnail_clients_end(&objects->specialized);
    cache_close(&objects->cache);
}
