/* The signals of jobs, which only the client receives. */
#ifndef UQD_DAEMON_OBJECTS_JOB_SIGNALS_H
#define UQD_DAEMON_OBJECTS_JOB_SIGNALS_H

#include "objects/job_object.h"

/* StepReady, with the frame that is shown if there is one and the bus keeps up. True if the frame
 * is sent along. */
bool job_signal_step(const struct job_object *object, const struct job_step *step);

/* How far decoding the step, or rendering the frame, has come. */
void job_signal_progress(const struct job_object *object, const struct job_progress *progress);

void job_signal_finished(const struct job_object *object, enum job_result result);

#endif
