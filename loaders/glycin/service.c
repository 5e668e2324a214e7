#include "service.h"

#include "image.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#define LOADER_PATH      "/org/gnome/glycin"
#define LOADER_INTERFACE "org.gnome.glycin.Loader"
#define IMAGE_INTERFACE  "org.gnome.glycin.Image"
#define ERROR_PREFIX     "org.gnome.glycin.Error."

struct service {
    GDBusConnection *connection;
    guint filter;
    GCancellable *closing; /* cancelled when the connection is closed */
    GThreadPool *worker;   /* the thread that what follows belongs to, but for what has a lock */
    GHashTable *images;    /* by their paths */
    unsigned n_opened;
    int refused;      /* descriptor of a file that was not read to its end, or -1 */
    GMutex lock;      /* of what follows */
    GHashTable *done; /* paths of images whose Done has come and waits for its turn */
    const char *busy; /* path of the image whose picture is being made, or NULL */
};

/* ---- Replies ------------------------------------------------------------------------------- */

static void send_and_free(struct service *service, GDBusMessage *reply)
{
    g_dbus_connection_send_message(service->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                   NULL);
    g_object_unref(reply);
}

static void reply_error(struct service *service, GDBusMessage *call, struct image_error *error)
{
    char *name = g_strconcat(ERROR_PREFIX, error->name, NULL);
    send_and_free(service, g_dbus_message_new_method_error_literal(call, name, error->text));
    g_free(name);
    g_free(error->text);
}

static void reply_bus_error(struct service *service, GDBusMessage *call, const char *name,
                            const char *text)
{
    send_and_free(service, g_dbus_message_new_method_error_literal(call, name, text));
}

/* Takes the floating body, a tuple of the values to return, and the descriptors. */
static void reply_values(struct service *service, GDBusMessage *call, GVariant *body,
                         GUnixFDList *fds)
{
    GDBusMessage *reply = g_dbus_message_new_method_reply(call);
    if (body)
        g_dbus_message_set_body(reply, body);
    if (fds)
        g_dbus_message_set_unix_fd_list(reply, fds);
    send_and_free(service, reply);
}

/* ---- Methods ------------------------------------------------------------------------------- */

/* The descriptor of an Init call, or -1. Its one argument is a structure; at the beginning of a
 * message that has the same bytes as its members without it, and some senders say so. */
static int take_fd(GDBusMessage *call)
{
    GVariant *body = g_dbus_message_get_body(call);
    GUnixFDList *fds = g_dbus_message_get_unix_fd_list(call);
    gint32 handle = -1;
    if (!body || !fds)
        return -1;
    if (g_variant_is_of_type(body, G_VARIANT_TYPE("((hsa{sv}))")))
        g_variant_get(body, "((hsa{sv}))", &handle, NULL, NULL);
    else if (g_variant_is_of_type(body, G_VARIANT_TYPE("(hsa{sv})")))
        g_variant_get(body, "(hsa{sv})", &handle, NULL, NULL);
    if (handle < 0 || handle >= g_unix_fd_list_get_length(fds))
        return -1;
    return g_unix_fd_list_get(fds, handle, NULL);
}

/* Called by the library while a picture is being made. */
static int should_stop(void *cookie, double done)
{
    struct service *service = cookie;
    (void)done;
    g_mutex_lock(&service->lock);
    const gboolean is_done = service->busy && g_hash_table_contains(service->done, service->busy);
    g_mutex_unlock(&service->lock);
    return is_done || g_cancellable_is_cancelled(service->closing);
}

static void set_busy(struct service *service, const char *path)
{
    g_mutex_lock(&service->lock);
    service->busy = path;
    g_mutex_unlock(&service->lock);
}

/* Keeps the descriptor of a file that is none, in place of the one before: glycin, which writes the
 * rest to it, would take a closed pipe for the error. */
static void keep_refused(struct service *service, int fd)
{
    if (service->refused >= 0)
        close(service->refused);
    service->refused = fd;
}

static void open_image(struct service *service, GDBusMessage *call)
{
    const int fd = take_fd(call);
    struct image_error error;
    if (fd < 0) {
        reply_bus_error(service, call, "org.freedesktop.DBus.Error.InvalidArgs",
                        "Init takes a descriptor, a type and a dictionary");
        return;
    }
    GUnixFDList *fds = g_unix_fd_list_new();
    struct image *image = image_new(fd, service->closing, should_stop, service, &error);
    GVariant *details = image ? image_details(image, fds, &error) : NULL;
    keep_refused(service, image ? -1 : fd);
    if (image)
        close(fd);
    if (details) {
        char *path = g_strdup_printf(LOADER_PATH "/image/%u", ++service->n_opened);
        g_hash_table_insert(service->images, path, image);
        reply_values(service, call, g_variant_new("(o@a{sv})", path, details), fds);
    } else {
        image_free(image);
        reply_error(service, call, &error);
    }
    g_object_unref(fds);
}

static void render_frame(struct service *service, GDBusMessage *call, struct image *image)
{
    GVariant *body = g_dbus_message_get_body(call);
    struct image_error error;
    if (!body || !g_variant_is_of_type(body, G_VARIANT_TYPE("(a{sv})"))) {
        reply_bus_error(service, call, "org.freedesktop.DBus.Error.InvalidArgs",
                        "Frame takes a dictionary");
        return;
    }
    GUnixFDList *fds = g_unix_fd_list_new();
    GVariant *request = g_variant_get_child_value(body, 0);
    set_busy(service, g_dbus_message_get_path(call));
    GVariant *frame = image_frame(image, request, fds, &error);
    set_busy(service, NULL);
    if (frame)
        reply_values(service, call, frame, fds);
    else
        reply_error(service, call, &error);
    g_variant_unref(request);
    g_object_unref(fds);
}

static void close_image(struct service *service, const char *path)
{
    g_hash_table_remove(service->images, path);
    g_mutex_lock(&service->lock);
    g_hash_table_remove(service->done, path);
    g_mutex_unlock(&service->lock);
}

static void call_image(struct service *service, GDBusMessage *call, const char *member)
{
    const char *path = g_dbus_message_get_path(call);
    struct image *image = g_hash_table_lookup(service->images, path);
    if (!image) {
        close_image(service, path); /* forgets that it is done */
        reply_bus_error(service, call, "org.freedesktop.DBus.Error.UnknownObject",
                        "There is no such image, or it is done");
    } else if (strcmp(member, "Frame") == 0) {
        render_frame(service, call, image);
    } else if (strcmp(member, "Done") == 0) {
        close_image(service, path);
        reply_values(service, call, NULL, NULL);
    } else {
        reply_bus_error(service, call, "org.freedesktop.DBus.Error.UnknownMethod",
                        "An image has the methods Frame and Done");
    }
}

/* In the worker's thread. */
static void do_call(gpointer data, gpointer user_data)
{
    struct service *service = user_data;
    GDBusMessage *call = data;
    const char *member = g_dbus_message_get_member(call);
    if (g_cancellable_is_cancelled(service->closing))
        ; /* nobody waits for an answer */
    else if (strcmp(g_dbus_message_get_interface(call), IMAGE_INTERFACE) == 0)
        call_image(service, call, member);
    else if (strcmp(g_dbus_message_get_path(call), LOADER_PATH) == 0 && strcmp(member, "Init") == 0)
        open_image(service, call);
    else
        reply_bus_error(service, call, "org.freedesktop.DBus.Error.UnknownMethod",
                        "A loader has the method Init of " LOADER_PATH);
    g_object_unref(call);
}

/* ---- Messages ------------------------------------------------------------------------------ */

/* Nobody waits for the picture of an image any more. */
static void note_done(struct service *service, GDBusMessage *message)
{
    if (g_strcmp0(g_dbus_message_get_interface(message), IMAGE_INTERFACE) != 0 ||
        g_strcmp0(g_dbus_message_get_member(message), "Done") != 0)
        return;
    g_mutex_lock(&service->lock);
    g_hash_table_add(service->done, g_strdup(g_dbus_message_get_path(message)));
    g_mutex_unlock(&service->lock);
}

/* Called by the connection's thread for every message. What is not for our interfaces is left to
 * GLib, which answers it. */
static GDBusMessage *filter(GDBusConnection *connection, GDBusMessage *message, gboolean incoming,
                            gpointer data)
{
    const char *interface = g_dbus_message_get_interface(message);
    struct service *service = data;
    (void)connection;
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
        (g_strcmp0(interface, LOADER_INTERFACE) != 0 && g_strcmp0(interface, IMAGE_INTERFACE) != 0))
        return message;
    note_done(service, message);
    g_thread_pool_push(service->worker, message, NULL); /* whose thread is there */
    return NULL;
}

struct service *service_new(GDBusConnection *connection, GError **error)
{
    struct service *service = g_new0(struct service, 1);
    GError *cause = NULL;
    service->connection = connection;
    service->closing = g_cancellable_new();
    service->refused = -1;
    service->images =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)image_free);
    g_mutex_init(&service->lock);
    service->done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    service->worker = g_thread_pool_new(do_call, service, 1, TRUE, &cause);
    service->filter = g_dbus_connection_add_filter(connection, filter, service, NULL);
    if (!cause)
        return service;
    g_propagate_error(error, cause);
    service_free(service);
    return NULL;
}

void service_free(struct service *service)
{
    g_dbus_connection_remove_filter(service->connection, service->filter);
    g_cancellable_cancel(service->closing);
    g_thread_pool_free(service->worker, FALSE, TRUE);
    keep_refused(service, -1);
    g_hash_table_unref(service->images);
    g_hash_table_unref(service->done);
    g_mutex_clear(&service->lock);
    g_object_unref(service->closing);
    g_free(service);
}
