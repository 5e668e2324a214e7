#include "objects/thumbnailer_object.h"

#include "bus_names.h"
#include "dbus/object.h"
#include "dbus/reply.h"
#include "dict.h"
#include "objects/descriptions.h"

#include <assert.h>
#include <string.h>

/* ---- What requests tell ---- */

static void ready(void *cookie, const char *const *uris, size_t n)
{
    const struct thumbnail_client *client = cookie;
    DBusMessage *signal = thumbnail_client_signal(client, SIGNAL_READY);

    thumbnail_client_send(client, signal,
                          signal &&
                              dbus_message_append_args(signal, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING,
                                                       &uris, (int)n, DBUS_TYPE_INVALID));
}

static void failed(void *cookie, const char *const *uris, size_t n, enum thumbnail_error error,
                   const char *text)
{
    const struct thumbnail_client *client = cookie;
    DBusMessage *signal = thumbnail_client_signal(client, SIGNAL_ERROR);
    const int32_t code = (int32_t)error;
    char valid[sizeof(struct message)];
    const char *sentence = valid;

    text_make_valid(valid, sizeof valid, text);
    thumbnail_client_send(
        client, signal,
        signal && dbus_message_append_args(signal, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, (int)n,
                                           DBUS_TYPE_INT32, &code, DBUS_TYPE_STRING, &sentence,
                                           DBUS_TYPE_INVALID));
}

static const struct request_events events = {
    .started = thumbnail_client_started,
    .ready = ready,
    .failed = failed,
    .finished = thumbnail_client_finished,
};

/* ---- Methods ---- */

static DBusConnection *connection_of(const void *object)
{
    return ((const struct thumbnail_clients *)object)->connection;
}

static void call_queue(void *object, DBusMessage *call)
{
    struct thumbnail_clients *clients = object;
    char **uris = NULL, **types = NULL;
    const char *flavor, *scheduler;
    int n_uris, n_types;
    uint32_t instead;

    if (!dbus_message_get_args(call, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, &n_uris,
                               DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &types, &n_types,
                               DBUS_TYPE_STRING, &flavor, DBUS_TYPE_STRING, &scheduler,
                               DBUS_TYPE_UINT32, &instead, DBUS_TYPE_INVALID)) {
        reply_error(connection_of(object), call, DBUS_ERROR_NO_MEMORY, "out of memory");
    } else if (n_uris != n_types) {
        reply_error(connection_of(object), call, DBUS_ERROR_INVALID_ARGS,
                    "there must be as many types as URIs");
    } else {
        const struct queue_order order = {
            .uris = (const char *const *)uris,
            .mime_types = (const char *const *)types,
            .n = (size_t)n_uris,
            .flavor = flavor_find(flavor),
            .scheduler = strcmp(scheduler, SCHEDULER_NAME_BACKGROUND) == 0 ? SCHEDULER_BACKGROUND
                                                                           : SCHEDULER_FOREGROUND,
        };

        thumbnail_clients_queue(clients, call, &order, instead);
    }
    dbus_free_string_array(uris);
    dbus_free_string_array(types);
}

/* Replies with arrays of strings. */
static void reply_names(DBusConnection *connection, DBusMessage *call, const char *const *names,
                        int n, const char *const *more, int n_more)
{
    DBusMessage *reply = dbus_message_new_method_return(call);
    bool complete = reply && dbus_message_append_args(reply, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING,
                                                      &names, n, DBUS_TYPE_INVALID);

    if (complete && more)
        complete = dbus_message_append_args(reply, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &more, n_more,
                                            DBUS_TYPE_INVALID);
    reply_complete(connection, call, reply, complete);
}

static void call_get_supported(void *object, DBusMessage *call)
{
    static const char *const schemes[] = {"file"}, *const types[] = {MIME_TYPE};

    reply_names(connection_of(object), call, schemes, 1, types, 1);
}

static void call_get_flavors(void *object, DBusMessage *call)
{
    const char *names[N_FLAVORS];

    for (int i = 0; i < N_FLAVORS; i++)
        names[i] = flavors[i].name;
    reply_names(connection_of(object), call, names, N_FLAVORS, NULL, 0);
}

static void call_get_schedulers(void *object, DBusMessage *call)
{
    static const char *const names[] = {SCHEDULER_NAME_DEFAULT, SCHEDULER_NAME_FOREGROUND,
                                        SCHEDULER_NAME_BACKGROUND};

    reply_names(connection_of(object), call, names, 3, NULL, 0);
}

static const struct object_method methods[] = {
    {METHOD_QUEUE, "asasssu", call_queue},
    {METHOD_DEQUEUE, "u", thumbnail_clients_dequeue},
    {METHOD_GET_SUPPORTED, "", call_get_supported},
    {METHOD_GET_FLAVORS, "", call_get_flavors},
    {METHOD_GET_SCHEDULERS, "", call_get_schedulers},
    {NULL, NULL, NULL},
};

static const struct object_class class = {THUMBNAILER_INTERFACE, interface_thumbnailer_xml, methods,
                                          NULL};

void thumbnailer_object_call(struct thumbnail_clients *clients, DBusMessage *call)
{
    object_call(connection_of(clients), &class, clients, NULL, call);
}

/* ---- Beginning and end ---- */

int thumbnailer_object_begin(struct thumbnail_clients *clients, DBusConnection *connection,
                             struct queue *queue)
{
    *clients = (struct thumbnail_clients){.connection = connection,
                                          .queue = queue,
                                          .path = THUMBNAILER_PATH,
                                          .interface = THUMBNAILER_INTERFACE,
                                          .events = &events};
    return thumbnail_clients_begin(clients);
}
