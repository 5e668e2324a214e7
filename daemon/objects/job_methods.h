/* The methods and properties of a job on the bus. */
#ifndef UQD_DAEMON_OBJECTS_JOB_METHODS_H
#define UQD_DAEMON_OBJECTS_JOB_METHODS_H

#include "objects/job_object.h"

/* Whether the call may come before the job is opened. */
bool job_methods_are_early(DBusMessage *call);

/* Answers a method call of the client on its opened job, or on one that is being opened if the call
 * may come so early. The object may be gone after that. */
void job_methods_call(struct job_object *object, DBusMessage *call);

/* Announces changed properties to the client; the names end with NULL. */
void job_properties_changed(const struct job_object *object, const char *const *names);

#endif
