/* What is done with all jobs, or with those of one client. Main thread only. */
#ifndef UQD_DAEMON_JOBS_JOBS_H
#define UQD_DAEMON_JOBS_JOBS_H

#include "jobs/job.h"

/* There is something to be done before the jobs may be dropped without harm. */
bool jobs_busy(const struct jobs *jobs);

/* Calls job_rest for each. */
void jobs_rest(struct jobs *jobs);

/* Closes the jobs of a client that has left; it may have none. */
void jobs_close_client(struct jobs *jobs, const char *client);

/* Cancels and closes all jobs. */
void jobs_cancel(struct jobs *jobs);

#endif
