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
    thumbnail_client_send(
        client, signal,
        signal && dbus_message_append_args(signal, DBUS_TYPE_STRING, &uris[0], DBUS_TYPE_INVALID));
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
    thumbnail_client_send(
        client, signal,
        signal && dbus_message_append_args(signal, DBUS_TYPE_STRING, &uris[0], DBUS_TYPE_INT32,
                                           &code, DBUS_TYPE_STRING, &sentence, DBUS_TYPE_INVALID));
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
    struct thumbnail_clients *clients = object;
    const char *uri, *type, *flavor;
    dbus_bool_t urgent;

    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &uri, DBUS_TYPE_STRING, &type,
                          DBUS_TYPE_STRING, &flavor, DBUS_TYPE_BOOLEAN, &urgent, DBUS_TYPE_INVALID);
    thumbnail_clients_queue(clients, call,
                            &(struct queue_order){
                                .uris = &uri,
                                .mime_types = &type,
                                .n = 1,
                                .flavor = flavor_find(flavor),
                                .scheduler = urgent ? SCHEDULER_FOREGROUND : SCHEDULER_BACKGROUND,
                            },
                            0);
}

static const struct object_method methods[] = {
    {METHOD_QUEUE, "sssb", call_queue},
    {METHOD_DEQUEUE, "u", thumbnail_clients_dequeue},
    {NULL, NULL, NULL},
};

static const struct object_class class = {SPECIALIZED_INTERFACE, interface_specialized_xml, methods,
                                          NULL};

void specialized_object_call(struct thumbnail_clients *clients, DBusMessage *call)
{
    object_call(clients->connection, &class, clients, NULL, call);
}

/* ---- Beginning and end ---- */

int specialized_object_begin(struct thumbnail_clients *clients, DBusConnection *connection,
                             struct queue *queue)
{
    *clients = (struct thumbnail_clients){.connection = connection,
                                          .queue = queue,
                                          .path = SPECIALIZED_PATH,
                                          .interface = SPECIALIZED_INTERFACE,
                                          .events = &events};
    return thumbnail_clients_begin(clients);
}
