/* A picture on its way through a model, step by step: what a decoder or an encoder keeps of it.
 * Every class of models has its own kind of session; api/ sees only this.
 *
 * A session has reached n_complete steps. All calls that compute report to session->work and may be
 * cancelled; the session then stands where it stood before the call. */
#ifndef UQD_CODEC_SESSION_H
#define UQD_CODEC_SESSION_H

#include "codec/body.h"
#include "container/layout.h"
#include "model/model.h"
#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* What is at hand of a file. */
struct uqd_source {
    const uint8_t *data;
    uint64_t size;
    const struct uqd_header *header;
    const struct uqd_layout *layout;
};

/* The bytes of a step's body, or of the one body of a solid file. */
struct uqd_extent uqd_source_extent(const struct uqd_source *source, uint32_t step);

/* The same of a record. */
struct uqd_extent uqd_source_record(const struct uqd_source *source, uint32_t record);

/* How many of the first n steps are wholly at hand. Of a solid file, where a step ends is only
 * known once it has been decoded; before, it ends with the body. */
uint32_t uqd_source_steps(const struct uqd_source *source, uint32_t n);

struct uqd_session_settings {
    uint32_t threads, cpu_mask; /* threads 0: OpenMP's default */
    struct uqd_region region;   /* what will be shown; of width 0: all of the picture */
    uqd_progress progress;
    void *cookie;
};

enum { UQD_WINDOW_REDUCE = 3 };

struct uqd_session {
    const struct uqd_session_class *class;
    struct uqd_work *work; /* part of the session */
    uint32_t n_complete;   /* steps decoded or encoded */
};

struct uqd_session_class {
    /* Bytes that coding and showing a picture take at most, input, output and model aside.
     * threads as in the settings above. */
    uint64_t (*memory)(const struct uqd_model *model, uint32_t width, uint32_t height,
                       uint32_t threads);

    /* Whether the step refines what a denoised picture, reduced so many times, shows. */
    int (*shows)(const struct uqd_model *model, const struct uqd_header *header, uint32_t step,
                 uint32_t reduce);

    /* For a picture of that header: sizes, low, dither, seed, tiles. Borrows the model.
     * Errors: UQD_ERR_NOMEM. */
    int (*open)(struct uqd_session **session, const struct uqd_model *model,
                const struct uqd_header *header, const struct uqd_session_settings *settings);
    void (*close)(struct uqd_session *session);

    /* ENCODE: takes the picture, and says what of it the header carries (header->low).
     * Errors: UQD_ERR_NOMEM. */
    int (*load)(struct uqd_session *session, const struct uqd_image *image,
                struct uqd_header *header);

    /* Encodes the steps of a body, the next in order. *data is malloc'ed (NULL for an empty body)
     * and belongs to the caller. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
    int (*encode)(struct uqd_session *session, struct uqd_body body, uint8_t **data, size_t *size);

    /* Decodes the next step. *used: of a solid file, the bytes of the body that this took.
     * Returns UQD_OK or UQD_NEED_DATA. Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM, UQD_ERR_CANCELLED,
     * UQD_ERR_MODEL_FILE. */
    int (*decode)(struct uqd_session *session, const struct uqd_source *source, uint64_t *used);

    /* Does what the next step needs that does not depend on its bytes: UQD_OK, or UQD_END if there
     * is nothing to do. Not for solid files. Errors: as decode, but UQD_ERR_CORRUPT. */
    int (*prepare)(struct uqd_session *session);

    /* Decodes a complete step again and adds what each block of UQD_BITS_BLOCK pixels took of it,
     * in 1/256 bit, to blocks: rows of the picture's width in blocks, rounded up. After a failure
     * they are of no use. The session stays as it is. Errors: as decode. */
    int (*count)(struct uqd_session *session, const struct uqd_source *source, uint32_t step,
                 uint32_t *blocks);

    /* The picture of a complete step, or of none (-1); or, with source, of what is at hand behind
     * that step, as long as it is not damaged. request->step and request->bytes are not read.
     * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
    int (*show)(struct uqd_session *session, int step, const struct uqd_source *source,
                const struct uqd_picture_request *request, uint8_t *pixels, size_t stride);

    /* What of the picture, in full size, pictures of less than UQD_WINDOW_REDUCE reductions show:
     * the region of the settings and what it needs around it, of even place and size but for the
     * picture's borders; others show all of the picture. NULL: all do. */
    struct uqd_region (*window)(const struct uqd_session *session);

    /* Work, for progress, of decoding steps from first to last; of a picture, as show; of encoding
     * n_steps with or without a denoised picture of each. */
    double (*decode_work)(const struct uqd_session *session, uint32_t first, uint32_t last);
    double (*show_work)(const struct uqd_session *session, int step,
                        const struct uqd_source *source, const struct uqd_picture_request *request);
    double (*encode_work)(const struct uqd_session *session, uint32_t n_steps, int with_pictures);
};

extern const struct uqd_session_class uqd_lattice_sessions, uqd_paper_sessions;

/* Of files whose last step is an exact copy, whatever the model; they only decode: load, encode and
 * encode_work are NULL. */
extern const struct uqd_session_class uqd_copy_sessions;

/* The sessions of a model's class. */
const struct uqd_session_class *uqd_sessions_of(const struct uqd_model *model);

/* Those that decode a file. */
const struct uqd_session_class *uqd_sessions_for(const struct uqd_model *model,
                                                 const struct uqd_header *header);

#endif
