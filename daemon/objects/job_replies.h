/* The replies of jobs that come later than the calls. */
#ifndef UQD_DAEMON_OBJECTS_JOB_REPLIES_H
#define UQD_DAEMON_OBJECTS_JOB_REPLIES_H

#include "objects/job_object.h"

/* The reply to Open, for a job that is open. False if it could not be made: the client has received
 * an error. */
bool job_reply_open(const struct job_object *object, DBusMessage *call);

/* The reply to GetFrame, or to GetBits. */
void job_reply_frame(const struct job_object *object, DBusMessage *call, const struct frame *frame);

#endif
