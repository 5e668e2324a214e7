#include "objects/specialized_object.h"

#include "bus_names.h"
#include "dbus/object.h"
#include "dbus/reply.h"
#include "dict.h"
#include "objects/descriptions.h"

/* ---- What requests tell ---- */

static void ready(void *cookie, const char *const *uris, size_t n)
{
    const struct thumbnail_client *client = cookie;
    DBusMessage *signal = thumbnail_client_signal(client, SIGNAL_READY);

    (void)n; /* is 1 here, and below */
    if (signal)
        dbus_message_append_args(signal, DBUS_TYPE_STRING, &uris[0], DBUS_TYPE_INVALID);
    message_send(client->clients->connection, signal);
}

static void failed(void *cookie, const char *const *uris, size_t n, enum thumbnail_error error,
                   const char *text)
{
    const struct thumbnail_client *client = cookie;
    DBusMessage *signal = thumbnail_client_signal(client, SIGNAL_ERROR);
    const int32_t code = (int32_t)error;
    char valid[sizeof(struct message)];
    const char *sentence = valid;

    (void)n;
    text_make_valid(valid, sizeof valid, text);
    if (signal)
        dbus_message_append_args(signal, DBUS_TYPE_STRING, &uris[0], DBUS_TYPE_INT32, &code,
                                 DBUS_TYPE_STRING, &sentence, DBUS_TYPE_INVALID);
    message_send(client->clients->connection, signal);
}

static const struct request_events events = {
    .started = thumbnail_client_started,
    .ready = ready,
    .failed = failed,
    .finished = thumbnail_client_finished,
};

/* ---- Methods ---- */

/* What is not urgent goes after all others, but with one file there is nothing to be told of in
 * groups. */
static void call_queue(void *object, DBusMessage *call)
{
    struct specialized_object *specialized = object;
    const char *uri, *type, *flavor;
    dbus_bool_t urgent;

    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &uri, DBUS_TYPE_STRING, &type,
                          DBUS_TYPE_STRING, &flavor, DBUS_TYPE_BOOLEAN, &urgent, DBUS_TYPE_INVALID);
    thumbnail_clients_queue(&specialized->clients, call,
                            &(struct queue_order){
                                .uris = &uri,
                                .mime_types = &type,
                                .n = 1,
                                .flavor = flavor_find(flavor),
                                .scheduler = urgent ? SCHEDULER_FOREGROUND : SCHEDULER_BACKGROUND,
                            },
                            0);
}

static void call_dequeue(void *object, DBusMessage *call)
{
    struct specialized_object *specialized = object;
    uint32_t handle;

    dbus_message_get_args(call, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID);
    thumbnail_clients_dequeue(&specialized->clients, call, handle);
}

static const struct object_method methods[] = {
    {METHOD_QUEUE, "sssb", call_queue},
    {METHOD_DEQUEUE, "u", call_dequeue},
    {NULL, NULL, NULL},
};

static const struct object_property no_properties[] = {{NULL, 0, NULL}};

static const struct object_class class = {SPECIALIZED_INTERFACE, interface_specialized_xml, methods,
                                          no_properties};

void specialized_object_call(struct specialized_object *specialized, DBusMessage *call)
{
    object_call(specialized->clients.connection, &class, specialized, NULL, call);
}

/* ---- Beginning and end ---- */

int specialized_object_begin(struct specialized_object *specialized, DBusConnection *connection,
                             struct queue *queue)
{
    specialized->clients = (struct thumbnail_clients){.connection = connection,
                                                      .queue = queue,
                                                      .path = SPECIALIZED_PATH,
                                                      .interface = SPECIALIZED_INTERFACE,
                                                      .events = &events};
    return thumbnail_clients_begin(&specialized->clients);
}

void specialized_object_end(struct specialized_object *specialized)
{
    thumbnail_clients_end(&specialized->clients);
}
