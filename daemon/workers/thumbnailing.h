/* The picture of a thumbnail, made by a worker: the daemon's side. A thread of the pool calls
 * thumbnailing_run and waits for it. */
#ifndef UQD_DAEMON_WORKERS_THUMBNAILING_H
#define UQD_DAEMON_WORKERS_THUMBNAILING_H

#include "image_file.h"
#include "input_fault.h"
#include "message.h"
#include "workers/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* How it is ended by another thread. */
struct thumbnailing {
    atomic_bool stopped;
    pthread_mutex_t mutex; /* of what follows */
    bool stands_back;
    struct worker *worker; /* NULL while there is none */
};

struct thumbnailing_order {
    int file;         /* open for reading and not read yet; stays the caller's */
    const char *name; /* of the file, for messages; a path */
    uint32_t edge;    /* the thumbnail fits so many pixels in both directions */
    bool coarse;      /* a coarse one will do, where one can be had in a small part of the time */
    const struct decode_settings *settings; /* of which threads and memory count */
    int64_t milliseconds;                   /* after these it is as good as it is */
    int64_t grace; /* a worker that is silent for so many more is given up */
};

struct thumbnailed {
    struct pixels pixels;   /* with the colours of sRGB, and alpha; to be freed */
    uint32_t width, height; /* of the file's picture */
    bool coarse;
};

void thumbnailing_init(struct thumbnailing *thumbnailing);

/* No thread uses it any more. */
void thumbnailing_end(struct thumbnailing *thumbnailing);

/* Before a run: it shall run, and not stand back. */
void thumbnailing_expect(struct thumbnailing *thumbnailing);

/* Ends the process of the run under way at once, and lets others until thumbnailing_expect fail.
 * Any thread. */
void thumbnailing_stop(struct thumbnailing *thumbnailing);

/* The process of the run under way, or that of the next one, leaves the processors to others where
 * there are too few. Any thread. */
void thumbnailing_stand_back(struct thumbnailing *thumbnailing);

/* Starts a worker, has it make the picture and ends it. 0, or -1 with a message and the fault; that
 * is INPUT_FAULT_OTHER if the worker has gone or says what makes no sense, and there is nothing to
 * be freed. */
int thumbnailing_run(struct thumbnailing *thumbnailing, struct workers *workers,
                     const struct thumbnailing_order *order, struct thumbnailed *made,
                     enum input_fault *fault, struct message *message);

#endif
