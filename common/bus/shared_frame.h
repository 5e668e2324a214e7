/* How the dictionaries of messages describe a picture in sealed memory. */
#ifndef UQD_COMMON_SHARED_FRAME_H
#define UQD_COMMON_SHARED_FRAME_H

#include "bus_names.h"
#include "dict.h"
#include "frame_memory.h"
#include "message.h"

#include <dbus/dbus.h>
#include <stdbool.h>

/* Describes the frame. */
void shared_frame_put(struct dict *dict, const struct shared_frame *frame);

/* Reads a description; nothing of it can be trusted. False if something is missing. */
bool shared_frame_get(const DBusMessageIter *dict, struct shared_frame *frame);

#endif
