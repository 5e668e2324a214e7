#include "glycin_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMEOUT_MS = 60000, MAX_ARGUMENTS = 64 };

/* ---- The process --------------------------------------------------------------------------- */

/* glycin clears the environment; what is left lets the program find the tests' model. */
static char **make_environment(void)
{
    char **variables = NULL;
    variables = g_environ_setenv(variables, "UQD_MODELS", getenv("UQD_MODELS"), TRUE);
    variables = g_environ_setenv(variables, "XDG_DATA_DIRS", "/nonexistent", TRUE);
    return variables;
}

static GPid spawn(const char *const program[], int fd)
{
    char number[16], *argv[MAX_ARGUMENTS];
    char **variables = make_environment();
    GError *error = NULL;
    GPid pid = 0;
    int n = 0;
    while (program[n] && n < MAX_ARGUMENTS - 3) {
        argv[n] = (char *)program[n];
        n++;
    }
    snprintf(number, sizeof number, "%d", fd);
    argv[n] = (char *)"--dbus-fd";
    argv[n + 1] = number;
    argv[n + 2] = NULL;
    if (!g_spawn_async_with_pipes_and_fds(
            NULL, (const char *const *)argv, (const char *const *)variables,
            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, -1, -1, &fd, &fd, 1,
            &pid, NULL, NULL, NULL, &error))
        fail_msg("%s", error->message);
    g_strfreev(variables);
    return pid;
}

/* The server allows who comes without a name, and nothing else, as glycin does. */
static gboolean allow(GDBusAuthObserver *observer, const char *mechanism, gpointer data)
{
    (void)observer;
    (void)data;
    return strcmp(mechanism, "ANONYMOUS") == 0;
}

static gboolean authorize(GDBusAuthObserver *observer, GIOStream *stream, GCredentials *credentials,
                          gpointer data)
{
    (void)observer;
    (void)stream;
    (void)credentials;
    (void)data;
    return TRUE;
}

static GDBusConnection *serve(int fd)
{
    GError *error = NULL;
    GSocket *socket = g_socket_new_from_fd(fd, &error);
    assert_non_null(socket);
    GSocketConnection *stream = g_socket_connection_factory_create_connection(socket);
    GDBusAuthObserver *observer = g_dbus_auth_observer_new();
    char *guid = g_dbus_generate_guid();
    g_signal_connect(observer, "allow-mechanism", G_CALLBACK(allow), NULL);
    g_signal_connect(observer, "authorize-authenticated-peer", G_CALLBACK(authorize), NULL);
    GDBusConnection *connection =
        g_dbus_connection_new_sync(G_IO_STREAM(stream), guid,
                                   G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_ALLOW_ANONYMOUS,
                                   observer, NULL, &error);
    if (!connection)
        fail_msg("%s", error->message);
    g_free(guid);
    g_object_unref(observer);
    g_object_unref(stream);
    g_object_unref(socket);
    return connection;
}

void glycin_client_start(struct glycin_client *client, const char *const program[])
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    client->pid = spawn(program, ends[1]);
    close(ends[1]);
    client->connection = serve(ends[0]);
}

void glycin_client_stop(struct glycin_client *client)
{
    int status;
    assert_true(g_dbus_connection_close_sync(client->connection, NULL, NULL));
    g_object_unref(client->connection);
    assert_int_equal(waitpid(client->pid, &status, 0), client->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    g_spawn_close_pid(client->pid);
}

/* ---- Calls --------------------------------------------------------------------------------- */

GVariant *glycin_client_call(struct glycin_client *client, const char *path, const char *interface,
                             const char *method, GVariant *body, GUnixFDList *fds,
                             GUnixFDList **reply_fds, char **error_name)
{
    GError *error = NULL;
    GVariant *reply = g_dbus_connection_call_with_unix_fd_list_sync(
        client->connection, NULL, path, interface, method, body, NULL, G_DBUS_CALL_FLAGS_NONE,
        TIMEOUT_MS, fds, reply_fds, NULL, &error);
    *error_name = NULL;
    if (reply)
        return reply;
    *error_name = g_dbus_error_get_remote_error(error);
    if (!*error_name)
        fail_msg("%s: %s", method, error->message);
    g_error_free(error);
    return NULL;
}

struct bytes {
    int fd;
    const uint8_t *data;
    size_t size;
};

/* A thread of its own, since a socket holds less than a file. Whether it took all. */
static gpointer write_all(gpointer data)
{
    struct bytes *bytes = data;
    size_t done = 0;
    while (done < bytes->size) {
        const ssize_t n = send(bytes->fd, bytes->data + done, bytes->size - done, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    shutdown(bytes->fd, SHUT_WR);
    return GINT_TO_POINTER(done == bytes->size);
}

GVariant *glycin_client_init_body(void)
{
    return g_variant_new("((hs@a{sv}))", 0, MIME_TYPE,
                         g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
}

GVariant *glycin_client_init_fd(struct glycin_client *client, int fd, GUnixFDList **reply_fds,
                                char **error_name)
{
    GUnixFDList *fds = g_unix_fd_list_new_from_array(&fd, 1); /* which closes it */
    GVariant *reply =
        glycin_client_call(client, "/org/gnome/glycin", "org.gnome.glycin.Loader", "Init",
                           glycin_client_init_body(), fds, reply_fds, error_name);
    g_object_unref(fds);
    return reply;
}

/* glycin takes whatever comes first, an error of the loader or one of writing to it: a loader may
 * leave its end of the socket unread, but not close it. The further call is answered behind all
 * that the one before it did. */
static void check_still_open(struct glycin_client *client, int fd)
{
    struct pollfd pollfd = {.fd = fd};
    char *error_name;
    assert_null(glycin_client_call(client, "/org/gnome/glycin", "org.gnome.glycin.Loader", "Other",
                                   NULL, NULL, NULL, &error_name));
    g_free(error_name);
    assert_int_equal(poll(&pollfd, 1, 0), 0);
}

GVariant *glycin_client_init(struct glycin_client *client, const void *data, size_t size,
                             GUnixFDList **reply_fds, char **error_name)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct bytes bytes = {ends[0], data, size};
    GThread *writer = g_thread_new("write", write_all, &bytes);
    GVariant *reply = glycin_client_init_fd(client, ends[1], reply_fds, error_name);
    if (!reply) {
        check_still_open(client, ends[0]);
        shutdown(ends[0], SHUT_WR); /* wakes the writer */
    }
    const int is_written = GPOINTER_TO_INT(g_thread_join(writer));
    assert_true(is_written || !reply);
    close(ends[0]);
    return reply;
}

char *glycin_client_open(struct glycin_client *client, const void *data, size_t size,
                         GVariant **details, GUnixFDList **fds)
{
    char *error_name, *path;
    GUnixFDList *reply_fds = NULL;
    GVariant *reply = glycin_client_init(client, data, size, &reply_fds, &error_name);
    if (!reply)
        fail_msg("Init: %s", error_name);
    assert_string_equal(g_variant_get_type_string(reply), "(oa{sv})");
    g_variant_get(reply, "(o@a{sv})", &path, details);
    g_variant_unref(reply);
    *fds = reply_fds;
    return path;
}

/* ---- Frames -------------------------------------------------------------------------------- */

/* Sealing for writing fails as long as anybody has the memory mapped for that. */
static GBytes *take_memory(int fd)
{
    struct stat status;
    assert_int_equal(fcntl(fd, F_GET_SEALS), 0);
    assert_int_equal(
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL), 0);
    assert_int_equal(fstat(fd, &status), 0);
    uint8_t *copy = g_malloc((gsize)status.st_size);
    assert_int_equal(pread(fd, copy, (size_t)status.st_size, 0), status.st_size);
    return g_bytes_new_take(copy, (gsize)status.st_size);
}

static GBytes *take_handle(GUnixFDList *fds, gint32 handle)
{
    assert_non_null(fds);
    const int fd = g_unix_fd_list_get(fds, handle, NULL);
    assert_true(fd >= 0);
    GBytes *bytes = take_memory(fd);
    close(fd);
    return bytes;
}

GBytes *glycin_client_memory(GVariant *dictionary, const char *key, GUnixFDList *fds)
{
    gint32 handle;
    if (!g_variant_lookup(dictionary, key, "h", &handle))
        return NULL;
    return take_handle(fds, handle);
}

/* By the numbers that glycin gives its formats. */
static uint32_t channels_of(uint32_t memory_format)
{
    switch (memory_format) {
    case 5:
        return 4;
    case 7:
        return 3;
    case 18:
        return 2;
    case 19:
        return 1;
    default:
        fail_msg("memory format %u", memory_format);
        return 0;
    }
}

void glycin_client_frame(struct glycin_client *client, const char *path, GVariant *request,
                         struct glycin_frame *frame)
{
    struct pixels *pixels = &frame->pixels;
    uint32_t stride, nanoseconds;
    uint64_t seconds;
    gint32 handle;
    gsize size;
    char *error_name;
    *frame = (struct glycin_frame){.fds = NULL};
    GVariant *reply =
        glycin_client_call(client, path, "org.gnome.glycin.Image", "Frame",
                           g_variant_new("(@a{sv})", request), NULL, &frame->fds, &error_name);
    if (!reply)
        fail_msg("Frame: %s", error_name);
    assert_string_equal(g_variant_get_type_string(reply), "(uuuuh(tu)a{sv})");
    g_variant_get(reply, "(uuuuh(tu)@a{sv})", &pixels->width, &pixels->height, &stride,
                  &frame->memory_format, &handle, &seconds, &nanoseconds, &frame->details);
    g_variant_unref(reply);
    assert_true(seconds == 0 && nanoseconds == 0);
    pixels->channels = channels_of(frame->memory_format);
    assert_int_equal(stride, pixels->width * pixels->channels);
    GBytes *bytes = take_handle(frame->fds, handle);
    const void *data = g_bytes_get_data(bytes, &size);
    assert_int_equal(size, (gsize)stride * pixels->height);
    pixels->data = malloc(size);
    assert_non_null(pixels->data);
    memcpy(pixels->data, data, size);
    g_bytes_unref(bytes);
}

void glycin_frame_free(struct glycin_frame *frame)
{
    pixels_free(&frame->pixels);
    g_clear_pointer(&frame->details, g_variant_unref);
    g_clear_object(&frame->fds);
}
