/* How much all jobs may take, and how much those of one program. Main thread only. */
#ifndef UQD_DAEMON_JOBS_LIMITS_H
#define UQD_DAEMON_JOBS_LIMITS_H

#include "base/failure.h"
#include "jobs/client.h"

#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

#define MAX_JOBS_PER_CLIENT 16

struct limits {
    unsigned max_jobs;   /* that may be open; the last quarter is for programs that have none */
    uint64_t max_pixels; /* of the picture of a job */
    uint64_t max_memory; /* bytes that the workers of all jobs are expected to need; a program may
                            have half of it */
};

/* Whether a program may open one more job beside n_jobs: client is NULL if it has none. 0, or -1
 * with a failure. */
int limits_check_job(const struct limits *limits, unsigned n_jobs, const struct client *client,
                     struct failure *failure);

/* Bytes that a worker is expected to need for a picture, with what clients hold of its frames,
 * which have the pixels of what is shown of it. What is decoded beside a region, the file decides:
 * all of the picture is counted. */
uint64_t limits_memory_of(const struct uqd_info *info, const struct uqd_region *shown,
                          bool has_reference);

/* The most that the system is to give to a worker, of address space. */
uint64_t limits_most_memory(const struct limits *limits, uint32_t threads);

/* Whether a job of the client may take so much beside `taken` bytes that all have. 0, or -1 with a
 * failure. */
int limits_check_memory(const struct limits *limits, uint64_t taken, const struct client *client,
                        uint64_t bytes, struct failure *failure);

#endif
