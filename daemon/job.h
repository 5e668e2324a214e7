/* Jobs: one open file each, with the requests of its client.
 *
 * A job is driven by job_schedule, which is called whenever something has changed. It answers the
 * frame requests that can be answered; then, if no task of the job is with the workers, it submits
 * the most urgent one: opening, rendering a requested frame, or decoding the next step. So a job's
 * decoder is used by one thread at a time, and requests are served between steps. While a task is
 * with the workers, they write to job->task and job->decoding; the main thread reads what does not
 * change then, and sets decoding->stop to call the task back. */
#ifndef UQD_DAEMON_JOB_H
#define UQD_DAEMON_JOB_H

#include "bus_names.h"
#include "daemon.h"
#include "decode/decoding.h"
#include "decode/frame.h"
#include "jobs/requests.h"
#include "jobs/task.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

struct job_settings {
    const char *token; /* of the client, or NULL */
    uint32_t mode;     /* enum uqd_mode */
    uint64_t seed;
    uint32_t max_step;
    uint64_t max_bytes;
    uint32_t max_edge; /* 0: full size */
    enum priority priority;
    bool frames_in_signal;
    bool ms_ssim;
    uint32_t progress_ms; /* between two signals on how far work has come; 0: none are sent */
};

struct job {
    struct job *next;
    struct daemon *daemon;
    struct client *client; /* NULL once closed */
    char *path;
    struct job_settings settings; /* mode and seed may change */
    uint32_t reduce;              /* of frames for which nothing else is asked */
    DBusMessage *open_call;       /* unanswered Open */
    struct decoding *decoding;
    struct task task;
    struct loop_timer ticker; /* while the task is with the workers and the client wants to know */
    double told;              /* of the task's work, to the client */
    bool in_flight;           /* the task is with the workers */
    bool opened, started, paused, closed;
    struct extent extent;     /* as told to the client */
    struct failure failure;   /* if it failed */
    bool frame_unfetched;     /* a frame has been sent in a signal, and no call has come since */
    enum job_state state;     /* as last announced */
    struct requests requests; /* their cookies are the calls, one reference each */
    struct frame_cache cache;
};

/* ---- job.c: the life of jobs ---- */

/* Makes a job for an Open call and starts opening it. Takes over the descriptors (the reference may
 * be -1). 0, or -1 with a failure. */
int job_new(struct daemon *daemon, DBusMessage *open_call, const struct job_settings *settings,
            int fd, int reference_fd, struct failure *failure);

/* The job with this path, or NULL. */
struct job *job_find(const struct daemon *daemon, const char *path);

/* Any job of the client. */
struct job *job_of_client(const struct daemon *daemon, const struct client *client);

/* Does what can be done now. The job may be gone afterwards if opening it failed. */
void job_schedule(struct job *job);

/* Announces a changed state. */
void job_update_state(struct job *job);

/* There is something to be done before the job may be dropped without harm. */
bool job_busy(const struct job *job);

/* Tells the client that decoding is cancelled, if it has not ended. job_close must follow. */
void job_cancelled(struct job *job);

/* Answers what is unanswered and forgets the job; no signal follows. The memory is freed when the
 * workers are done with it. */
void job_close(struct job *job);

/* ---- job_task.c: work for the workers ---- */

/* Submits the task, which must not be in flight. */
void job_submit_open(struct job *job);
void job_submit_step(struct job *job, enum priority priority);
void job_submit_frame(struct job *job, const struct frame_key *key, enum priority priority);

/* Tells the client how far the task has come; the ticker of the job calls it. */
void job_tick(void *job);

/* ---- job_frames.c: requests of frames ---- */

/* Adds a request for a GetFrame call, whose key may have the step UQD_STEP_LATEST, or for a GetBits
 * call. An older request of the same method and purpose is answered with Cancelled. */
int job_request(struct job *job, DBusMessage *call, const struct frame_key *key,
                enum priority priority, const char *purpose, struct failure *failure);

/* Answers all requests whose frame is in the cache or can never be made. */
void job_answer_requests(struct job *job);

/* Answers the requests for this frame, or all if key is NULL, with a failure. */
void job_fail_requests(struct job *job, const struct frame_key *key, const struct failure *failure);

/* ---- objects/job_signals.c: what clients are told ---- */

/* The reply to Open. False if it could not be made: the client has received an error. */
bool job_reply_open(struct job *job);

/* The reply to GetFrame, or to GetBits. */
void job_reply_frame(struct job *job, DBusMessage *call, const struct frame *frame);

/* StepReady for the last complete step. The frames may be NULL: one was measured, one is to be
 * sent along. */
void job_signal_step(struct job *job, double seconds, const struct frame *measured,
                     const struct frame *shown);

/* How far decoding the step, or rendering the frame, has come. */
void job_signal_progress(struct job *job, double done);

void job_signal_finished(struct job *job, enum job_result result);

/* ---- objects/job_methods.c ---- */

/* Answers a method call of the job's client. */
void job_call(struct job *job, DBusMessage *call);

/* Announces changed properties to the client; the names end with NULL. */
void job_properties_changed(struct job *job, const char *const *names);

#endif
