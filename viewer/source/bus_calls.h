/* The calls that the viewer makes to the daemon, and reading its answers. */
#ifndef UQD_VIEWER_BUS_CALLS_H
#define UQD_VIEWER_BUS_CALLS_H

#include "job_path.h"
#include "message.h"
#include "source/source.h"

#include <dbus/dbus.h>

enum { BUS_TOKEN_SIZE = 32 };

/* An open file of the daemon's. */
struct bus_job {
    char path[JOB_PATH_SIZE];
    char owner[64]; /* unique name of the daemon that has it */
};

/* New messages, or NULL if there is no memory. */
DBusMessage *bus_new_open(int fd, const char *token, uint32_t progress_ms);
DBusMessage *bus_new_job_call(const struct bus_job *job, const char *member);
DBusMessage *bus_new_get_frame(const struct bus_job *job, enum source_purpose purpose,
                               const struct frame_key *key);

DBusMessage *bus_new_get_bits(const struct bus_job *job, uint32_t step);

/* The picture in a reply to GetFrame, checked against the file; NULL with a message. */
struct picture *bus_read_frame(DBusMessage *reply, const struct uqd_info *info, uint32_t reduce,
                               struct message *message);

/* The same of a reply to GetBits. */
struct bits_map *bus_read_bits(DBusMessage *reply, const struct uqd_info *info,
                               struct message *message);

#endif
