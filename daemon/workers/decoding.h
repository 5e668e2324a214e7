/* One file being decoded by a worker: the daemon's side of decode/file_decoder.h, whose functions
 * it has. Those that take a failure wait for the worker; a thread of the pool calls them, one at a
 * time per decoding. Meanwhile the main thread may read what decoding_open has set, and call
 * decoding_call_back, decoding_kill and decoding_progress; the rest only between the calls. */
#ifndef UQD_DAEMON_WORKERS_DECODING_H
#define UQD_DAEMON_WORKERS_DECODING_H

#include "base/failure.h"
#include "decode/file_decoder.h"
#include "decode/frame.h"
#include "decode/input.h"
#include "workers/workers.h"

#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* How far a worker has come in its file. */
struct progress {
    uint64_t offset; /* bytes that it has read */
    uint64_t decoded;
    uint32_t steps_complete;
    bool ended;
};

struct decoding {
    struct input input; /* read by the worker; here it is looked at */
    int reference_fd;   /* owned; -1 if there is none */
    struct decode_settings settings;
    bool follows; /* set between the calls: what the file lacks may still come */

    struct workers *workers; /* borrowed, once the file is opened */
    struct worker worker;
    struct progress at; /* where the worker is */
    bool is_open;
    bool is_behind;   /* the worker has taken the place of one that had come further */
    bool is_reopened; /* by that one */
    struct uqd_info info;
    struct uqd_region shown; /* of the picture, by frames; in it, whatever the worker says */
    uint8_t *icc;            /* the colour profile, of icc_size bytes; NULL if none */
    uint32_t icc_size;
    char model_name[128];
    struct step *steps; /* info.n_steps entries; the main thread puts the PSNR that it measured */
    struct wire_step *said; /* has the names of these */
    bool has_reference;

    uint32_t steps_complete;
    uint64_t decoded; /* length of the file up to and including them */
    bool ended;       /* no further step can be decoded */
};

/* Takes the descriptors over; reference_fd may be -1. NULL without memory or descriptors, and then
 * they are closed too. */
struct decoding *decoding_new(int fd, int reference_fd, const struct decode_settings *settings);

/* Ends the worker. NULL is allowed. */
void decoding_free(struct decoding *decoding);

/* Starts a worker and does what file_decoder_open says; a worker that has gone is a failure, here
 * and below. */
int decoding_open(struct decoding *decoding, struct workers *workers, struct failure *failure);

/* As file_decoder_advance. */
int decoding_advance(struct decoding *decoding, struct failure *failure);

/* As file_decoder_render. */
int decoding_render(struct decoding *decoding, struct frame *frame, struct failure *failure);

/* Ends the worker of a file that is open, between the calls; the next call starts another, which
 * decodes as far again. Nothing happens without memory or descriptors for it. */
void decoding_sleep(struct decoding *decoding);

/* Before a call: a worker that ended while nothing was expected of it is as one that sleeps. */
void decoding_refresh(struct decoding *decoding);

/* There is no worker. */
bool decoding_sleeps(const struct decoding *decoding);

/* Before a call: it shall run. */
void decoding_expect(struct decoding *decoding);

/* Asks for the call under way to end soon; then it has failed with FAILURE_CANCELLED. */
void decoding_call_back(struct decoding *decoding);

/* The same at once, for good: every later call fails. */
void decoding_kill(struct decoding *decoding);

/* From now on the worker leaves the processors to others. */
void decoding_stand_back(struct decoding *decoding);

/* How far the call under way has come, from 0 to 1. */
double decoding_progress(const struct decoding *decoding);

#endif
