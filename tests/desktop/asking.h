/* Programs that ask for thumbnails, by any service that does as freedesktop.org says. */
#ifndef UQD_TESTS_ASKING_H
#define UQD_TESTS_ASKING_H

#include "client.h"

#include <stddef.h>
#include <stdint.h>

struct asking {
    const char *service; /* its name on the bus */
    const char *flavor, *scheduler;
    uint32_t instead; /* a handle, or 0 */
};

/* What a request was told, until it has finished. */
struct told {
    unsigned n_ready;
    unsigned n_errors;
    int32_t error; /* the last one's code */
};

/* The URI of an absolute path, malloc'ed. */
char *uri_of_path(const char *path);

/* Queues files of our type, expects success, and returns the handle. */
uint32_t asking_queue(struct client *client, const struct asking *asking, const char *const *uris,
                      size_t n);

void asking_dequeue(struct client *client, const char *service, uint32_t handle);

/* Takes signals until the request has finished, which must be the only one of the client. The order
 * must be right. */
struct told asking_finish(struct client *client, uint32_t handle);

/* Queues one file and waits. */
struct told asking_one(struct client *client, const struct asking *asking, const char *uri);

/* The handle that any signal of a thumbnailer begins with. */
uint32_t handle_of(DBusMessage *signal);

#endif
