/* The calls that the viewer makes to the daemon, and reading its answers. */
#ifndef UQD_VIEWER_BUS_CALLS_H
#define UQD_VIEWER_BUS_CALLS_H

#include "message.h"
#include "source.h"

#include <dbus/dbus.h>

#define BUS_NAME          "org.uqd.Decoder1"
#define BUS_JOB_INTERFACE "org.uqd.Decoder1.Job"

enum { BUS_TOKEN_SIZE = 32 };

/* An open file of the daemon's. */
struct bus_job {
    char path[256]; /* object path */
    char owner[64]; /* unique name of the daemon that has it */
};

/* New messages, or NULL if there is no memory. */
DBusMessage *bus_new_open(int fd, const char *token);
DBusMessage *bus_new_job_call(const struct bus_job *job, const char *member);
DBusMessage *bus_new_get_frame(const struct bus_job *job, enum source_purpose purpose,
                               const struct frame_key *key);

/* Signals of a job may arrive before the reply to Open: its path is known from the token. */
void bus_predict_job(struct bus_job *job, const char *unique_name, const char *token);

/* The picture in a reply to GetFrame, checked against the file; NULL with a message. */
struct picture *bus_read_frame(DBusMessage *reply, const struct uqd_info *info, uint32_t reduce,
                               struct message *message);

#endif
