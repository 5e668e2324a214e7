/* Jobs without a bus: what they share, a picture to open, and a record of what a job tells. */
#ifndef UQD_TESTS_JOB_DESK_H
#define UQD_TESTS_JOB_DESK_H

#include "desk.h"
#include "jobs/jobs.h"
#include "sample.h"

#include <semaphore.h>
#include <stdbool.h>

struct job_desk {
    struct desk desk; /* without a bus */
    struct sample sample;
    struct jobs jobs;
    sem_t gate;
    struct work waiters[3]; /* one for each thread of the pool */
};

/* Makes everything; a picture of a few steps. For cmocka: *state is the desk. */
int job_desk_setup(void **state);
int job_desk_teardown(void **state);

/* Keeps the workers from doing anything from now on, until the gate is opened again. */
void job_desk_close_gate(struct job_desk *desk);
void job_desk_open_gate(struct job_desk *desk);

/* Waits until the workers give something back, and handles it. */
void job_desk_turn(struct job_desk *desk);

/* Handles what the workers give back until they have nothing to do. */
void job_desk_settle(struct job_desk *desk);

enum { MAX_TOLD = 64 };

/* What a job has told, in words: "opened", "not opened", "step 0", "answered A" and the like, where
 * the cookies of requests are texts. */
struct record {
    struct job *job; /* NULL once closed */
    char told[MAX_TOLD][64];
    unsigned n_told;
    const char *close_at;   /* the job is closed when it tells this; NULL: never */
    bool with_work;         /* "begins" and "ends" are recorded */
    struct frame frame;     /* of the last answer, its descriptor duplicated; -1 if none came */
    struct failure failure; /* of the last answer without a frame, or of opening */
    bool shown;             /* the last step came with a frame */
    enum job_result result; /* if it has finished */
};

/* Opens the first size bytes of the sample for a client. Fails the test if that fails at once. */
void record_open(struct record *record, struct job_desk *desk, const char *client, size_t size);

/* The same with other settings. */
void record_open_with(struct record *record, struct job_desk *desk, const char *client, size_t size,
                      const struct job_settings *settings);

/* The same with a descriptor, which the job takes over. */
void record_open_file(struct record *record, struct job_desk *desk, const char *client, int fd,
                      const struct job_settings *settings);

/* Requests a picture in the mode of the job. */
void record_request(struct record *record, uint32_t step, enum priority priority,
                    const char *purpose, const char *name);

/* Compares all that was told with texts that end with NULL, and forgets it. */
void record_expect(struct record *record, const char *const *expected);

/* The texts in one go. */
#define RECORD_EXPECT(record, ...) record_expect(record, (const char *const[]){__VA_ARGS__, NULL})

/* Forgets what was told. */
void record_clear(struct record *record);

/* Closes the job if it is there, waits for the workers, and frees what was recorded. */
void record_close(struct record *record, struct job_desk *desk);

/* The settings of a job for which nothing else is wanted. */
struct job_settings plain_settings(void);

#endif
