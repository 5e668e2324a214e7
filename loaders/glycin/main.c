/* uqd-glycin-loader: opens .uqd files for programs that use glycin, GNOME's library of sandboxed
 * loaders. glycin starts it with one end of a socket and speaks D-Bus there, without a bus. */
#include "service.h"
#include "wait_policy.h"

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static int read_descriptor(int argc, char **argv)
{
    guint64 fd;
    if (argc == 3 && strcmp(argv[1], "--dbus-fd") == 0 &&
        g_ascii_string_to_unsigned(argv[2], 10, 0, G_MAXINT, &fd, NULL))
        return (int)fd;
    fprintf(stderr, "uqd-glycin-loader: is started by glycin, with --dbus-fd and the number of a "
                    "descriptor\n");
    return -1;
}

/* The other end is the server, and asks for no name. */
static GDBusConnection *connect_to(int fd, GError **error)
{
    GSocket *socket = g_socket_new_from_fd(fd, error);
    if (!socket)
        return NULL;
    GSocketConnection *stream = g_socket_connection_factory_create_connection(socket);
    GDBusConnection *connection =
        g_dbus_connection_new_sync(G_IO_STREAM(stream), NULL,
                                   G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                       G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                   NULL, NULL, error);
    g_object_unref(stream);
    g_object_unref(socket);
    return connection;
}

static void leave(GDBusConnection *connection, gboolean peer_vanished, GError *error,
                  GMainLoop *loop)
{
    (void)connection;
    (void)peer_vanished;
    (void)error;
    g_main_loop_quit(loop);
}

/* Until the connection is closed. */
static int serve(GDBusConnection *connection, GError **error)
{
    struct service *service = service_new(connection, error);
    if (!service)
        return FAILED;
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    g_signal_connect(connection, "closed", G_CALLBACK(leave), loop);
    g_dbus_connection_start_message_processing(connection);
    g_main_loop_run(loop);
    service_free(service);
    g_main_loop_unref(loop);
    return DONE;
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    wait_policy_passive(argv);
    const int fd = read_descriptor(argc, argv);
    if (fd < 0)
        return USAGE;
    GDBusConnection *connection = connect_to(fd, &error);
    const int code = connection ? serve(connection, &error) : FAILED;
    g_clear_object(&connection);
    if (code != DONE) {
        fprintf(stderr, "uqd-glycin-loader: cannot speak to glycin: %s\n", error->message);
        g_error_free(error);
    }
    return code;
}
