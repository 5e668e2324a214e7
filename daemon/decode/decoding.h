/* One file being decoded: the worker's side of a job. Every function that takes a failure runs in
 * a worker, one at a time per decoding. Meanwhile the main thread may read what decoding_open has
 * set, and set `stop`; the rest only between the calls. */
#ifndef UQD_DAEMON_DECODE_DECODING_H
#define UQD_DAEMON_DECODE_DECODING_H

#include "base/failure.h"
#include "decode/frame.h"
#include "decode/input.h"
#include "decode/models.h"
#include "image_file.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct step {
    const char *name; /* owned by the model */
    uint64_t bytes;   /* length of the file up to and including this step */
    double psnr;      /* as stored in the file, NaN if not; the main thread puts what it measured */
};

struct decoding {
    struct input input;
    int reference_fd; /* owned; -1 if there is none */
    bool with_ms_ssim;
    uint32_t threads;
    uint32_t max_step;
    uint64_t max_pixels; /* of a picture; larger ones are refused */
    bool follows;        /* set between the calls: what the file lacks may still come */
    atomic_bool stop;    /* set by the main thread: the call under way shall end at once */
    _Atomic double done; /* of the call under way, 0 to 1 */

    struct uqd_decoder *decoder;
    struct uqd_info info;
    struct uqd_metadata icc; /* the colour profile, owned by the decoder; data NULL if none */
    const char *model_name;  /* that of a released model, or owned by the model */
    struct step *steps;      /* info.n_steps entries */
    struct pixels reference;

    uint32_t steps_complete;
    uint64_t decoded; /* length of the file up to and including them */
    bool ended;       /* no further step can be decoded */
};

/* Takes the descriptors over; reference_fd may be -1. NULL without memory, and then they are
 * closed too. */
struct decoding *decoding_new(int fd, int reference_fd, uint64_t max_bytes);

/* NULL is allowed. */
void decoding_free(struct decoding *decoding);

/* Reads the header, finds the model and reads the reference. 0, or -1 with a failure. Of a file
 * that is followed UQD_NEED_DATA if it ends before all of that, or before its colour profile: to be
 * called again when it has grown. */
int decoding_open(struct decoding *decoding, struct models *models, struct failure *failure);

/* Reads what the next step needs and decodes it. Returns UQD_OK if one more step is complete,
 * UQD_NEED_DATA if the file ends before (the last step's part is kept), -1 with a failure. Of a
 * file that is followed, `ended` is not set by that: it may be called again when the file has
 * grown. Must not be called once `ended` is set. */
int decoding_advance(struct decoding *decoding, struct failure *failure);

/* Renders into a new sealed frame, and measures it if there is a reference and the picture is not
 * reduced. frame->key says what to render; its mode may be FRAME_OF_BITS. 0, or -1 with a failure
 * and no frame. */
int decoding_render(struct decoding *decoding, struct frame *frame, struct failure *failure);

/* The largest reduction that leaves the longer side at max_edge pixels or more; 0 (full size) if
 * max_edge is 0 or the picture is smaller. */
uint32_t decoding_reduce_for(const struct decoding *decoding, uint32_t max_edge);

#endif
