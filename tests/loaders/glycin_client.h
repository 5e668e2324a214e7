/* What glycin does with a loader: starts it with one end of a socket, is the D-Bus server on the
 * other, hands it a file over a pipe, and takes pixels as memory. */
#ifndef UQD_TESTS_GLYCIN_CLIENT_H
#define UQD_TESTS_GLYCIN_CLIENT_H

#include "image_file.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <stddef.h>
#include <stdint.h>

struct glycin_client {
    GPid pid;
    GDBusConnection *connection;
};

/* Starts the program with its arguments before `--dbus-fd`, NULL-terminated, in an environment that
 * has only what the tests need. Fails the test if it does not speak D-Bus. */
void glycin_client_start(struct glycin_client *client, const char *const program[]);

/* Closes the connection; the program must end by itself then, with exit code 0. */
void glycin_client_stop(struct glycin_client *client);

/* Calls a method. NULL with the name of the error, to be freed with g_free; else the body, and the
 * descriptors of the reply. fds may be NULL. */
GVariant *glycin_client_call(struct glycin_client *client, const char *path, const char *interface,
                             const char *method, GVariant *body, GUnixFDList *fds,
                             GUnixFDList **reply_fds, char **error_name);

/* The argument of Init for the first descriptor of a message, floating. */
GVariant *glycin_client_init_body(void);

/* A call of Init with the descriptor, which is closed here. */
GVariant *glycin_client_init_fd(struct glycin_client *client, int fd, GUnixFDList **reply_fds,
                                char **error_name);

/* The same, with a socket from which the bytes come. */
GVariant *glycin_client_init(struct glycin_client *client, const void *data, size_t size,
                             GUnixFDList **reply_fds, char **error_name);

/* The same, of a file that must open: its path, to be freed with g_free, and its details. */
char *glycin_client_open(struct glycin_client *client, const void *data, size_t size,
                         GVariant **details, GUnixFDList **fds);

struct glycin_frame {
    struct pixels pixels;
    uint32_t memory_format;
    GVariant *details; /* a{sv} */
    GUnixFDList *fds;
};

/* Frame with the request, which is floating; it must be answered. */
void glycin_client_frame(struct glycin_client *client, const char *path, GVariant *request,
                         struct glycin_frame *frame);
void glycin_frame_free(struct glycin_frame *frame);

/* The memory that a handle of a dictionary names, as glycin takes it: it can be sealed, so that
 * nobody else has it mapped for writing. NULL if there is no such key. */
GBytes *glycin_client_memory(GVariant *dictionary, const char *key, GUnixFDList *fds);

#endif
