/* The objects that glycin calls: /org/gnome/glycin opens files, and each of them is an object of
 * its own until it is done. Signatures and names are those of compatibility version 2+ of glycin
 * (glycin-utils, the traits Loader and Image). */
#ifndef UQD_LOADERS_GLYCIN_SERVICE_H
#define UQD_LOADERS_GLYCIN_SERVICE_H

#include <gio/gio.h>

struct service;

/* Answers calls on the connection, which must not process messages yet, one after the other in a
 * thread of its own, so that the main context sees the connection close meanwhile. NULL with an
 * error. */
struct service *service_new(GDBusConnection *connection, GError **error);

/* The connection must be closed. Ends what is being done, and does nothing more. */
void service_free(struct service *service);

#endif
