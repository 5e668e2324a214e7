/* The unanswered requests of a job: which frames are wanted, how urgently, and what can be done
 * about them. Knows nothing of who asks. Main thread only. */
#ifndef UQD_DAEMON_JOBS_REQUESTS_H
#define UQD_DAEMON_JOBS_REQUESTS_H

#include "base/failure.h"
#include "bus_names.h"
#include "frame_key.h"

#include <stdbool.h>
#include <stdint.h>

#define MAX_REQUESTS 64

/* How far a file has been decoded. */
struct extent {
    uint32_t n_steps;        /* in the complete file */
    uint32_t max_step;       /* the last one to be decoded */
    uint32_t steps_complete; /* that are decoded */
    uint64_t decoded;        /* bytes of the file up to and including them */
    uint64_t received;       /* bytes of the file that have been read */
    bool starved;            /* the file ends at present, and is awaited to grow */
    bool finished;           /* no further step will come ... */
    bool failed;             /* ... because of a failure */
};

/* One frame that somebody waits for. */
struct request {
    struct request *next;
    void *cookie; /* of who waits */
    /* The step may be UQD_STEP_LATEST; the mode is FRAME_OF_BITS for a map of bits. */
    struct frame_key key;
    enum priority priority;
    char purpose[]; /* requests of different purposes do not supersede each other */
};

/* Oldest first. Zero-initialise. */
struct requests {
    struct request *first;
    unsigned n_requests;
};

enum outlook { FRAME_READY, FRAME_WAITS, FRAME_IMPOSSIBLE };

/* Adds a request. An older one of the same purpose is taken out, pictures and maps of bits apart:
 * *older is that one, which the caller answers and frees, or NULL. 0, or -1 with a failure, and
 * then nothing has changed. */
int requests_add(struct requests *requests, const struct frame_key *key, enum priority priority,
                 const char *purpose, void *cookie, struct request **older,
                 struct failure *failure);

/* Takes out a request of these, which is then the caller's to free. */
void requests_take(struct requests *requests, struct request *request);

/* What can be done about a request at present; *key is what to render if it is ready. */
enum outlook request_outlook(const struct request *request, const struct extent *extent,
                             struct frame_key *key);

/* Whether any request is for this frame, and ready. */
bool requests_want(const struct requests *requests, const struct extent *extent,
                   const struct frame_key *key);

/* The most urgent request whose frame can be rendered now, the oldest of several, with the key to
 * render; or NULL. */
const struct request *requests_next(const struct requests *requests, const struct extent *extent,
                                    struct frame_key *key);

/* The most urgent priority of the requests that wait for further steps; 0 if none does. */
unsigned requests_waiting(const struct requests *requests, const struct extent *extent);

/* Why the frame of a request can never be made although nothing has failed. Returns -1. */
int request_explain(const struct request *request, const struct extent *extent,
                    struct failure *failure);

#endif
