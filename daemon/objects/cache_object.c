#include "objects/cache_object.h"

#include "bus_names.h"
#include "dbus/object.h"
#include "dbus/reply.h"
#include "objects/descriptions.h"
#include "thumbnails/upkeep.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of all programs together, so that they cannot fill the memory, and of one of them. */
enum { MAX_CALLS = 64, MAX_CALLS_PER_CLIENT = 16 };

struct cache_call {
    struct work work;
    struct cache_call *next;
    struct cache_object *object;
    DBusMessage *call;
    struct upkeep upkeep;
    char **from, **to; /* the upkeep's */
};

/* ---- Working ---- */

static void run(struct work *work)
{
    struct cache_call *call = (struct cache_call *)work; /* its first member */

    upkeep_run(&call->upkeep, call->object->cache);
}

static void cache_call_free(struct cache_call *call)
{
    dbus_free_string_array(call->from);
    dbus_free_string_array(call->to);
    dbus_message_unref(call->call);
    free(call);
}

static void drive(struct cache_object *object)
{
    if (object->calls)
        pool_submit(object->pool, &object->calls->work);
}

static void done(struct work *work)
{
    struct cache_call *call = (struct cache_call *)work;
    struct cache_object *object = call->object;

    assert(object->calls == call);
    object->calls = call->next;
    object->n_calls--;
    reply_done(object->connection, call->call);
    cache_call_free(call);
    drive(object);
}

static bool may_call(const struct cache_object *object, DBusMessage *message)
{
    const char *sender = dbus_message_get_sender(message);
    unsigned n = 0;

    for (const struct cache_call *call = object->calls; call; call = call->next)
        n += strcmp(dbus_message_get_sender(call->call), sender) == 0;
    return n < MAX_CALLS_PER_CLIENT && object->n_calls < MAX_CALLS;
}

/* NULL, having answered, if there cannot be one more. */
static struct cache_call *cache_call_new(struct cache_object *object, DBusMessage *message,
                                         enum upkeep_kind kind)
{
    struct cache_call *call = may_call(object, message) ? calloc(1, sizeof *call) : NULL;

    if (!call) {
        reply_error(object->connection, message, DBUS_ERROR_LIMITS_EXCEEDED,
                    "too many changes of the cache are under way");
        return NULL;
    }
    call->work = (struct work){.priority = PRIORITY_BACKGROUND, .run = run, .done = done};
    call->object = object;
    call->call = dbus_message_ref(message);
    call->upkeep.kind = kind;
    return call;
}

static void submit(struct cache_call *call, int n)
{
    struct cache_object *object = call->object;
    struct cache_call **at = &object->calls;

    call->upkeep.from = (const char *const *)call->from;
    call->upkeep.to = (const char *const *)call->to;
    call->upkeep.n = (size_t)n;
    while (*at)
        at = &(*at)->next;
    *at = call;
    if (object->n_calls++ == 0)
        drive(object);
}

/* ---- Methods ---- */

static void move_or_copy(struct cache_object *object, DBusMessage *message, enum upkeep_kind kind)
{
    struct cache_call *call = cache_call_new(object, message, kind);
    int n_from, n_to;

    if (!call)
        return;
    if (!dbus_message_get_args(message, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &call->from,
                               &n_from, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &call->to, &n_to,
                               DBUS_TYPE_INVALID)) {
        reply_error(object->connection, message, DBUS_ERROR_NO_MEMORY, "out of memory");
        cache_call_free(call);
    } else if (n_from != n_to) {
        reply_error(object->connection, message, DBUS_ERROR_INVALID_ARGS,
                    "there must be as many new URIs as old ones");
        cache_call_free(call);
    } else {
        submit(call, n_from);
    }
}

static void call_move(void *object, DBusMessage *call)
{
    move_or_copy(object, call, UPKEEP_MOVE);
}

static void call_copy(void *object, DBusMessage *call)
{
    move_or_copy(object, call, UPKEEP_COPY);
}

/* Deletes or cleans up. */
static void thin_out(struct cache_object *object, DBusMessage *message, enum upkeep_kind kind)
{
    struct cache_call *call = cache_call_new(object, message, kind);
    int n;

    if (!call)
        return;
    if (dbus_message_get_args(message, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &call->from, &n,
                              kind == UPKEEP_CLEANUP ? DBUS_TYPE_UINT32 : DBUS_TYPE_INVALID,
                              &call->upkeep.since, DBUS_TYPE_INVALID)) {
        submit(call, n);
    } else {
        reply_error(object->connection, message, DBUS_ERROR_NO_MEMORY, "out of memory");
        cache_call_free(call);
    }
}

static void call_delete(void *object, DBusMessage *call)
{
    thin_out(object, call, UPKEEP_DELETE);
}

static void call_cleanup(void *object, DBusMessage *call)
{
    thin_out(object, call, UPKEEP_CLEANUP);
}

static const struct object_method methods[] = {
    {METHOD_MOVE, "asas", call_move},
    {METHOD_COPY, "asas", call_copy},
    {METHOD_DELETE, "as", call_delete},
    {METHOD_CLEANUP, "asu", call_cleanup},
    {NULL, NULL, NULL},
};

static const struct object_class class = {CACHE_INTERFACE, interface_cache_xml, methods, NULL};

void cache_object_call(struct cache_object *object, DBusMessage *call)
{
    object_call(object->connection, &class, object, NULL, call);
}

void cache_object_cancel(struct cache_object *object)
{
    struct cache_call *first = object->calls;

    if (!first)
        return;
    atomic_store(&first->upkeep.stop, true);
    while (first->next) {
        struct cache_call *call = first->next;

        first->next = call->next;
        object->n_calls--;
        cache_call_free(call);
    }
}
