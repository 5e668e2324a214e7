/* One file being decoded. The functions that take a failure are called one at a time; meanwhile
 * others may set `stop` of its control, and read `done`. */
#ifndef UQD_DAEMON_DECODE_FILE_DECODER_H
#define UQD_DAEMON_DECODE_FILE_DECODER_H

#include "base/failure.h"
#include "decode/control.h"
#include "decode/frame.h"
#include "decode/input.h"
#include "image_file.h"

#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* Where models come from: find gives the one with the id, which must stay until the decoder is
 * freed; 0, or -1 with a failure. */
struct file_models {
    int (*find)(void *cookie, uint64_t id, const struct uqd_model **model, struct failure *failure);
    void *cookie;
};

struct step {
    const char *name;
    uint64_t bytes; /* length of the file up to and including this step */
    double psnr;    /* as stored in the file, NaN if not */
};

/* To be read between the calls. */
struct file_decoder {
    struct input input;
    int reference_fd; /* owned; -1 if there is none */
    struct decode_settings settings;
    struct decode_control *control; /* borrowed */
    bool follows;                   /* set between the calls: what the file lacks may still come */

    struct uqd_decoder *decoder;
    struct uqd_info info;
    struct uqd_region shown; /* of the picture, by frames */
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
struct file_decoder *file_decoder_new(int fd, int reference_fd,
                                      const struct decode_settings *settings,
                                      struct decode_control *control);

/* NULL is allowed. */
void file_decoder_free(struct file_decoder *file);

/* Reads the header, has the model found and reads the reference. 0, or -1 with a failure, as where
 * the region of the settings is not in the picture. Of a file that is followed UQD_NEED_DATA if it
 * ends before all of that, or before its colour profile: to be called again when it has grown. */
int file_decoder_open(struct file_decoder *file, const struct file_models *models,
                      struct failure *failure);

/* Reads what the next step needs and decodes it. Returns UQD_OK if one more step is complete,
 * UQD_NEED_DATA if the file ends before (the last step's part is kept), -1 with a failure. Of a
 * file that is followed, `ended` is not set by that: it may be called again when the file has
 * grown. Must not be called once `ended` is set. */
int file_decoder_advance(struct file_decoder *file, struct failure *failure);

/* Renders into a new sealed frame, and measures it if there is a reference, against the same part
 * of that, and the picture is not reduced. frame->key says what to render; its mode may be
 * FRAME_OF_BITS. 0, or -1 with a failure and no frame. */
int file_decoder_render(struct file_decoder *file, struct frame *frame, struct failure *failure);

#endif
