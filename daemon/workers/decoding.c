#include "workers/decoding.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_STEPS = 4096 };

struct decoding *decoding_new(int fd, int reference_fd, const struct decode_settings *settings)
{
    struct decoding *decoding = calloc(1, sizeof *decoding);

    if (decoding && worker_prepare(&decoding->worker) == 0) {
        input_begin(&decoding->input, fd, settings->max_bytes);
        decoding->reference_fd = reference_fd;
        decoding->settings = *settings;
        return decoding;
    }
    if (decoding)
        worker_end(&decoding->worker);
    free(decoding);
    close(fd);
    if (reference_fd >= 0)
        close(reference_fd);
    return NULL;
}

void decoding_free(struct decoding *decoding)
{
    if (!decoding)
        return;
    worker_end(&decoding->worker);
    if (decoding->reference_fd >= 0)
        close(decoding->reference_fd);
    close(decoding->input.fd);
    free(decoding->icc);
    free(decoding->steps);
    free(decoding->said);
    free(decoding);
}

/* ---- What is heard of the worker ---- */

/* Ends a worker that has failed in some way, for which the failure is unless it was not to go on
 * anyway. Returns -1. */
static int end_for(struct decoding *decoding, const char *what, struct failure *failure)
{
    const bool wanted = !atomic_load(&decoding->worker.control->stop);

    worker_kill(&decoding->worker);
    if (!wanted)
        return failure_set_status(failure, UQD_ERR_CANCELLED);
    return failure_set(failure, FAILURE_OTHER, "the process that decoded the file %s", what);
}

/* It has gone, or says what no worker of ours says. Returns -1. */
static int lose(struct decoding *decoding, struct failure *failure)
{
    return end_for(decoding, "has ended unexpectedly", failure);
}

static bool is_sensible(const struct decoding *decoding, const struct wire_reply *reply)
{
    return (reply->status == UQD_OK || reply->status == UQD_NEED_DATA || reply->status == -1) &&
           (unsigned)reply->failure.kind <= FAILURE_OTHER && reply->offset >= decoding->at.offset &&
           reply->offset <= decoding->input.limit &&
           reply->steps_complete >= decoding->at.steps_complete;
}

/* Has a function called. Its status, or -1 with a failure also if the worker has gone. */
static int call(struct decoding *decoding, enum wire_kind kind, const struct frame_key *key,
                struct failure *failure)
{
    struct wire_request request;
    struct wire_reply reply;

    memset(&request, 0, sizeof request);
    request.kind = kind;
    request.follows = decoding->follows;
    /* Until it has come as far as the one before, a worker reads what that one has read: the file
     * may have grown by whole steps. */
    request.most = decoding->is_behind ? decoding->input.offset : UINT64_MAX;
    if (key)
        request.key = *key;
    if (decoding->worker.socket < 0 ||
        wire_send(decoding->worker.socket, &request, sizeof request, NULL, 0) < 0)
        return lose(decoding, failure);
    if (worker_await(&decoding->worker, decoding->workers) < 0)
        return end_for(decoding, "did not go on, and was ended", failure);
    if (wire_receive(decoding->worker.socket, &reply, sizeof reply) < 0 ||
        !is_sensible(decoding, &reply))
        return lose(decoding, failure);
    decoding->at =
        (struct progress){reply.offset, reply.decoded, reply.steps_complete, reply.ended};
    if (reply.status < 0) {
        *failure = reply.failure;
        wire_settle_text(failure->text, sizeof failure->text);
    }
    return reply.status;
}

/* What others see of it. */
static void publish(struct decoding *decoding)
{
    decoding->input.offset = decoding->at.offset;
    decoding->decoded = decoding->at.decoded;
    decoding->steps_complete = decoding->at.steps_complete;
    decoding->ended = decoding->at.ended;
}

/* ---- Opening ---- */

static bool is_known(const struct wire_opened *opened)
{
    const struct uqd_info *info = &opened->info;

    return info->width >= 1 && info->width <= UQD_MAX_SIDE && info->height >= 1 &&
           info->height <= UQD_MAX_SIDE && info->channels >= 1 && info->channels <= 4 &&
           info->n_steps <= MAX_STEPS && opened->icc_size <= UQD_MAX_ICC_SIZE;
}

/* The pieces that follow, whose sizes are known to be sensible. 0, or -1 if they do not come. */
static int hear_pieces(struct decoding *decoding, uint32_t n_steps, uint32_t icc_size)
{
    const int socket = decoding->worker.socket;

    /* One more than there may be: none is no lack of memory. */
    decoding->said = calloc((size_t)n_steps + 1, sizeof *decoding->said);
    decoding->steps = calloc((size_t)n_steps + 1, sizeof *decoding->steps);
    decoding->icc = icc_size > 0 ? malloc(icc_size) : NULL;
    if (!decoding->said || !decoding->steps || (icc_size > 0 && !decoding->icc) ||
        wire_receive(socket, decoding->said, n_steps * sizeof *decoding->said) < 0 ||
        wire_receive(socket, decoding->icc, icc_size) < 0)
        return -1;
    for (uint32_t i = 0; i < n_steps; i++) {
        struct wire_step *said = &decoding->said[i];

        wire_settle_text(said->name, sizeof said->name);
        decoding->steps[i] = (struct step){said->name, said->bytes, said->psnr};
    }
    decoding->icc_size = icc_size;
    return 0;
}

/* A worker that opens a file has found the region in its picture. */
static int hear_opened(struct decoding *decoding, struct failure *failure)
{
    struct wire_opened opened;

    if (wire_receive(decoding->worker.socket, &opened, sizeof opened) < 0 || !is_known(&opened) ||
        !frame_find_shown(&opened.info, &decoding->settings.region, &decoding->shown) ||
        hear_pieces(decoding, opened.info.n_steps, opened.icc_size) < 0)
        return lose(decoding, failure);
    decoding->info = opened.info;
    decoding->info.lossless = opened.info.lossless != 0; /* D-Bus knows two values */
    decoding->has_reference = opened.has_reference;
    memcpy(decoding->model_name, opened.model_name, sizeof decoding->model_name);
    wire_settle_text(decoding->model_name, sizeof decoding->model_name);
    decoding->at.ended = decoding->at.ended || opened.info.n_steps == 0;
    return 0;
}

static int start(struct decoding *decoding, struct failure *failure)
{
    return worker_start(&decoding->worker, decoding->workers, &decoding->settings,
                        decoding->input.fd, decoding->reference_fd, failure);
}

int decoding_open(struct decoding *decoding, struct workers *workers, struct failure *failure)
{
    int status = 0;

    decoding->workers = workers;
    if (decoding->worker.socket < 0)
        status = start(decoding, failure);
    if (status == 0)
        status = call(decoding, WIRE_OPEN, NULL, failure);
    if (status == UQD_OK)
        status = hear_opened(decoding, failure);
    decoding->is_open = status == UQD_OK;
    publish(decoding);
    return status;
}

/* ---- Sleeping ---- */

void decoding_sleep(struct decoding *decoding)
{
    struct worker fresh;

    if (!decoding->is_open || decoding_sleeps(decoding))
        return;
    if (worker_prepare(&fresh) < 0) {
        worker_end(&fresh);
        return;
    }
    worker_end(&decoding->worker);
    worker_replace(&decoding->worker, &fresh);
}

bool decoding_sleeps(const struct decoding *decoding)
{
    return decoding->is_open && decoding->worker.socket < 0;
}

void decoding_refresh(struct decoding *decoding)
{
    if (decoding->is_open && !worker_is_there(&decoding->worker))
        decoding_sleep(decoding);
}

/* Receives so much and forgets it. 0, or -1 if it does not come. */
static int skip(int socket, size_t size)
{
    char bytes[4096];

    while (size > 0) {
        const size_t part = size < sizeof bytes ? size : sizeof bytes;

        if (wire_receive(socket, bytes, part) < 0)
            return -1;
        size -= part;
    }
    return 0;
}

/* What another worker says of the file, which is known. 0, or -1 if it does not come. */
static int skip_opened(const struct decoding *decoding)
{
    const int socket = decoding->worker.socket;
    struct wire_opened opened;

    if (wire_receive(socket, &opened, sizeof opened) < 0 ||
        opened.info.n_steps != decoding->info.n_steps || opened.icc_size != decoding->icc_size)
        return -1;
    return skip(socket, opened.info.n_steps * sizeof(struct wire_step) + opened.icc_size);
}

/* Has the new worker come as far as the one before. 0, or -1 with a failure; once it is called
 * back, it goes on where it was. */
static int catch_up(struct decoding *decoding, const struct progress *wanted,
                    struct failure *failure)
{
    int status = UQD_OK;

    if (!decoding->is_reopened)
        status = call(decoding, WIRE_OPEN, NULL, failure);
    if (status == UQD_OK && !decoding->is_reopened && skip_opened(decoding) < 0)
        return lose(decoding, failure);
    decoding->is_reopened = decoding->is_reopened || status == UQD_OK;
    while (status == UQD_OK && decoding->at.steps_complete < wanted->steps_complete)
        status = call(decoding, WIRE_ADVANCE, NULL, failure);
    /* Of a step that is not complete there was a part. */
    while (status == UQD_OK && decoding->at.offset < wanted->offset)
        status = call(decoding, WIRE_ADVANCE, NULL, failure);
    return status;
}

/* Starts a worker if there is none, and has it come as far as the one before. 0, or -1 with a
 * failure. */
static int wake(struct decoding *decoding, struct failure *failure)
{
    const struct progress wanted = {decoding->input.offset, decoding->decoded,
                                    decoding->steps_complete, decoding->ended};
    int status = 0;

    if (decoding_sleeps(decoding)) {
        decoding->at = (struct progress){0};
        decoding->is_behind = true;
        decoding->is_reopened = false;
        status = start(decoding, failure);
    }
    if (status == 0 && decoding->is_behind)
        status = catch_up(decoding, &wanted, failure);
    if (status < 0 || !decoding->is_behind)
        return status;
    if (decoding->at.steps_complete != wanted.steps_complete || decoding->at.offset < wanted.offset)
        return failure_set(failure, FAILURE_GONE, "the file has changed since it was opened");
    decoding->is_behind = false;
    return 0;
}

/* ---- Steps and frames ---- */

int decoding_advance(struct decoding *decoding, struct failure *failure)
{
    struct progress *at = &decoding->at;
    int status = wake(decoding, failure);

    if (status < 0)
        return status;
    status = call(decoding, WIRE_ADVANCE, NULL, failure);
    if (at->steps_complete > decoding->info.n_steps ||
        (status == UQD_OK && at->steps_complete == decoding->steps_complete)) {
        at->steps_complete = decoding->steps_complete;
        return lose(decoding, failure);
    }
    if (at->steps_complete == decoding->info.n_steps)
        at->ended = true;
    publish(decoding);
    return status;
}

/* Takes the memory over. 0, or -1 if it is not what was asked for. */
static int take_frame(const struct decoding *decoding, struct frame *frame,
                      const struct wire_frame *came, int fd)
{
    frame->fd = fd;
    frame->shape = frame_shape(&decoding->shown, decoding->info.channels, &frame->key);
    frame->bytes = came->bytes;
    frame->measured = came->measured;
    frame->mse = came->mse;
    frame->psnr = came->psnr;
    frame->ms_ssim = came->ms_ssim;
    if (shared_frame_is_sealed(fd, &frame->shape))
        return 0;
    frame_close(frame);
    return -1;
}

int decoding_render(struct decoding *decoding, struct frame *frame, struct failure *failure)
{
    struct wire_frame came;
    unsigned n_fds = 0;
    int fd, status;

    frame->fd = -1;
    status = wake(decoding, failure);
    if (status == 0)
        status = call(decoding, WIRE_RENDER, &frame->key, failure);
    if (status < 0)
        return status;
    if (status != UQD_OK ||
        wire_receive_fds(decoding->worker.socket, &came, sizeof came, &fd, 1, &n_fds) < 0 ||
        n_fds == 0 || take_frame(decoding, frame, &came, fd) < 0)
        return lose(decoding, failure);
    return 0;
}

/* ---- Meanwhile ---- */

void decoding_expect(struct decoding *decoding)
{
    atomic_store(&decoding->worker.control->stop, false);
    atomic_store(&decoding->worker.control->done, 0);
}

void decoding_call_back(struct decoding *decoding)
{
    atomic_store(&decoding->worker.control->stop, true);
}

void decoding_kill(struct decoding *decoding)
{
    worker_kill(&decoding->worker);
}

void decoding_stand_back(struct decoding *decoding)
{
    worker_stand_back(&decoding->worker);
}

double decoding_progress(const struct decoding *decoding)
{
    double done = atomic_load(&decoding->worker.control->done);

    return done >= 0 && done <= 1 ? done : 0;
}
