/* The requests of programs that wait for thumbnails, whatever the interface is called by which they
 * asked. Main thread only. */
#ifndef UQD_DAEMON_OBJECTS_THUMBNAIL_CLIENTS_H
#define UQD_DAEMON_OBJECTS_THUMBNAIL_CLIENTS_H

#include "dbus/peers.h"
#include "thumbnails/queue.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

/* What one program may wait for at a time, of what all may. */
enum { MAX_THUMBNAILS_PER_CLIENT = MAX_THUMBNAILS / 4 };

struct thumbnail_client;

struct thumbnail_clients {
    DBusConnection *connection;
    struct queue *queue;
    const char *path, *interface;        /* of the object */
    const struct request_events *events; /* with a struct thumbnail_client as cookie */
    struct peers peers;
    struct thumbnail_client *first;
};

/* One request. */
struct thumbnail_client {
    struct thumbnail_client *next;
    struct thumbnail_clients *clients;
    uint32_t handle;
    size_t n_uris;
    struct share *share; /* held: of the pool, one for all requests of the program */
    char name[];         /* of the program */
};

/* Set connection, queue, path, interface and events, and zero the rest; what they point to must
 * outlive thumbnail_clients_end. 0, or -1 without memory. */
int thumbnail_clients_begin(struct thumbnail_clients *clients);

/* There must be no requests left. Clients that never began are allowed. */
void thumbnail_clients_end(struct thumbnail_clients *clients);

/* Makes a request of an order, and answers the call with its handle, or with why there is none. One
 * of the same program with the handle `instead` is ended then, if there is one; 0 stands for none.
 */
void thumbnail_clients_queue(struct thumbnail_clients *clients, DBusMessage *call,
                             const struct queue_order *order, uint32_t instead);

/* The method Dequeue of an object that is a struct thumbnail_clients: ends a request of the caller.
 * One that is over, or another's, is none. */
void thumbnail_clients_dequeue(void *object, DBusMessage *call);

/* What all interfaces tell alike: events of requests, of which finished frees the client. */
void thumbnail_client_started(void *cookie);
void thumbnail_client_finished(void *cookie);

/* A signal to the program that made the request, and to no other, beginning with its handle. NULL
 * without memory. */
DBusMessage *thumbnail_client_signal(const struct thumbnail_client *client, const char *name);

/* Sends and drops a signal whose further arguments have been appended if complete is true. */
void thumbnail_client_send(const struct thumbnail_client *client, DBusMessage *signal,
                           bool complete);

#endif
