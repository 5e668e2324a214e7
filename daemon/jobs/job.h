/* Jobs: one open file each, with the requests of whoever opened it. A job is a state machine that
 * knows nothing of the bus and of time; it tells what happens by callbacks. Main thread only.
 *
 * Whenever something has changed, a job answers the requests of frames that can be answered; then,
 * if no task of it is with the workers, it submits the most urgent one: opening, rendering a
 * requested frame, or decoding the next step. So a job's decoder is used by one thread at a time,
 * and requests are served between steps. While a task is with the workers, they write to job->task
 * and job->decoding; the main thread reads what does not change then.
 *
 * A job may follow a file that grows: where the file ends, the job is starved and does nothing but
 * render, until it is told that there is more, or that no more will come. */
#ifndef UQD_DAEMON_JOBS_JOB_H
#define UQD_DAEMON_JOBS_JOB_H

#include "base/failure.h"
#include "base/pool.h"
#include "bus_names.h"
#include "decode/frame.h"
#include "jobs/client.h"
#include "jobs/limits.h"
#include "jobs/requests.h"
#include "jobs/task.h"
#include "workers/decoding.h"

#include <stdbool.h>
#include <stdint.h>

enum { JOB_REST_TURNS = 10 };

/* What all jobs share. Zero-initialise what is not set. */
struct jobs {
    struct pool *pool;
    struct workers *workers;
    uint32_t threads; /* of one computation */
    struct limits limits;
    struct job *first;
    unsigned n_jobs; /* in the list; closed jobs whose work still runs are not */
    uint64_t memory; /* bytes that these jobs are expected to need */
    struct clients clients;
};

struct job_settings {
    uint32_t mode; /* enum uqd_mode */
    uint64_t seed;
    uint32_t max_step;
    uint64_t max_bytes;
    uint32_t max_edge;        /* 0: full size */
    struct uqd_region region; /* decoded alone; of width 0: all of the picture */
    enum priority priority;
    bool with_frames; /* steps come with a frame; see job_want_frames */
    bool follow;      /* the file may grow; see job_grown */
    bool ms_ssim;
};

/* One more step is decoded. */
struct job_step {
    uint32_t index;
    double seconds;               /* that decoding took */
    const struct frame *measured; /* against the reference, or NULL */
    const struct frame *shown;    /* the frame of the step if such are wanted, or NULL */
};

/* How far a task has come. */
struct job_progress {
    double done;                   /* 0 to 1 */
    uint32_t step;                 /* that is decoded, or that the frame is of */
    const struct frame_key *frame; /* that is rendered; NULL while a step is decoded */
};

/* What a job tells. What the pointers lead to lasts until the callback returns. In a callback the
 * job may be read, and job_close and job_want_frames called; nothing else. Any of them may be NULL
 * but answered. */
struct job_events {
    /* The header has been read, and nothing decoded. False closes the job. */
    bool (*opened)(void *cookie);
    /* Opening has failed, or the job is closed before. */
    void (*not_opened)(void *cookie, const struct failure *failure);
    /* The frame of a request, or why there is none: then it is NULL. Once for each request. */
    void (*answered)(void *cookie, void *request, const struct frame *frame,
                     const struct failure *failure);
    void (*step)(void *cookie, const struct job_step *step);
    /* A step or a frame is with the workers from now on, or has come back. */
    void (*working)(void *cookie, bool working);
    /* Told by job_tell_progress. */
    void (*progress)(void *cookie, const struct job_progress *progress);
    /* The state has changed. */
    void (*changed)(void *cookie);
    /* No further step comes. Once. */
    void (*finished)(void *cookie, enum job_result result);
    /* The last callback: the job is not to be used any more. */
    void (*closed)(void *cookie);
};

/* To be read only, but by job.c. Of the settings mode, seed, with_frames and follow may change. */
struct job {
    struct job *next;
    struct jobs *jobs;
    struct client *client; /* NULL once closed */
    struct share *share;   /* held: that of the client */
    uint64_t memory;       /* bytes that it is expected to need; 0 before it is open */
    const struct job_events *events;
    void *cookie;
    struct job_settings settings;
    uint32_t reduce; /* of frames for which nothing else is asked */
    struct decoding *decoding;
    struct task task;
    double told;    /* of the task's work */
    bool in_flight; /* the task is with the workers */
    bool opening;   /* neither opened nor not_opened has been told */
    bool opened, started, paused, closed;
    bool waiting;           /* starved since the last step, though it may have grown a little */
    unsigned rested;        /* calls of job_rest since there was work */
    unsigned n_holds;       /* functions that are still to use the job */
    struct extent extent;   /* as told */
    struct failure failure; /* if it failed */
    enum job_state state;   /* as last told */
    struct requests requests;
    struct frame_cache cache;
};

/* Whether one more job may be opened for the client. 0, or -1 with a failure. */
int jobs_check(const struct jobs *jobs, const char *client, struct failure *failure);

/* Makes a job for a client, whose name is copied, and starts opening it; opened or not_opened will
 * be told, but not before this returns. Takes over the descriptors, also if it fails (the reference
 * may be -1). 0, or -1 with a failure and no job. */
int job_new(struct jobs *jobs, const char *client, const struct job_settings *settings, int fd,
            int reference_fd, const struct job_events *events, void *cookie, struct job **job,
            struct failure *failure);

/* Decodes step after step, also after job_pause. The job must be opened. */
void job_start(struct job *job);

/* No further step is begun, unless a request waits for it. The job must be opened. */
void job_pause(struct job *job);

/* For frames that come with steps, and for measuring. */
void job_set_mode(struct job *job, uint32_t mode, uint64_t seed);

/* Whether the next steps come with a frame. */
void job_want_frames(struct job *job, bool wanted);

/* The file may have grown, which a job that does not follow it ignores. A starved one goes on; or
 * it fails, if the file is shorter now than what was read of it, or has been removed or replaced.
 * The job need not be opened. */
void job_grown(struct job *job);

/* Whether the file may grow from now on. Without that a starved job ends where the file does: it
 * finishes, or it is not opened. The job need not be opened. */
void job_set_follow(struct job *job, bool follow);

/* Requests a frame of an opened job, decoding as far as that needs; answered is told with the
 * cookie as soon as there is one, perhaps before this returns. The key's step may be
 * UQD_STEP_LATEST, else it is one of the file; its mode may be FRAME_OF_BITS. An older request of
 * the same purpose is answered with FAILURE_CANCELLED, pictures and maps of bits apart. 0, or -1
 * with a failure if there are too many. */
int job_request(struct job *job, const struct frame_key *key, enum priority priority,
                const char *purpose, void *cookie, struct failure *failure);

/* Tells progress if the task has come further since the last call. */
void job_tell_progress(struct job *job);

/* To be called every so often. A job that has had nothing to do for JOB_REST_TURNS calls gives its
 * worker back, and the memory; the next request starts another, which decodes as far again. */
void job_rest(struct job *job);

/* There is something to be done before the job may be dropped without harm. */
bool job_busy(const struct job *job);

/* Answers what is unanswered with FAILURE_CANCELLED and forgets the job; nothing but closed is told
 * after that. The memory is freed when the workers are done with it. */
void job_close(struct job *job);

/* Tells that a job which was started and has not finished is cancelled, and closes it. */
void job_cancel(struct job *job);

#endif
