/* The objects that glycin calls: /org/gnome/glycin opens files, and each of them is an object of
 * its own until it is done. Signatures and names are those of compatibility version 2+ of glycin
 * (glycin-utils, the traits Loader and Image). */
#ifndef UQD_LOADERS_GLYCIN_SERVICE_H
#define UQD_LOADERS_GLYCIN_SERVICE_H

#include <gio/gio.h>

struct service;

/* Answers calls on the connection, which must not process messages yet, in the main context. */
struct service *service_new(GDBusConnection *connection);

/* No call may come any more. */
void service_free(struct service *service);

#endif
