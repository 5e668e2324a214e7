#include "decode/decoding.h"

#include "released_models.h"
#include "uqd_start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER_CHUNK (16u << 10)
#define CHUNK        (256u << 10)

struct decoding *decoding_new(int fd, int reference_fd, uint64_t max_bytes)
{
    struct decoding *decoding = calloc(1, sizeof *decoding);

    if (!decoding) {
        close(fd);
        if (reference_fd >= 0)
            close(reference_fd);
        return NULL;
    }
    input_begin(&decoding->input, fd, max_bytes);
    decoding->reference_fd = reference_fd;
    decoding->max_step = UINT32_MAX;
    atomic_init(&decoding->stop, false);
    atomic_init(&decoding->done, 0);
    return decoding;
}

void decoding_free(struct decoding *decoding)
{
    if (!decoding)
        return;
    uqd_decoder_free(decoding->decoder);
    free(decoding->steps);
    pixels_free(&decoding->reference);
    close(decoding->input.fd);
    if (decoding->reference_fd >= 0)
        close(decoding->reference_fd);
    free(decoding);
}

static int should_stop(void *cookie, double done)
{
    struct decoding *decoding = cookie;

    atomic_store_explicit(&decoding->done, done, memory_order_relaxed);
    return atomic_load_explicit(&decoding->stop, memory_order_relaxed);
}

/* Feeds the decoder the next bytes of the file. Returns the status of the feed, UQD_END at the end
 * of the file, -1 with a failure for any error. */
static int feed(struct decoding *decoding, size_t size, struct failure *failure)
{
    uint8_t *buffer;
    ssize_t n;
    int status = UQD_END;

    if (should_stop(decoding, 0))
        return failure_set_status(failure, UQD_ERR_CANCELLED);
    buffer = malloc(size);
    if (!buffer)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    n = input_read(&decoding->input, buffer, size, failure);
    if (n < 0) {
        status = (int)n;
    } else if (n > 0) {
        status = uqd_decoder_feed(decoding->decoder, buffer, (size_t)n);
        if (status < 0)
            status = failure_set_status(failure, status);
    }
    free(buffer);
    return status;
}

/* At the end of the file: more of it may come. */
static bool may_grow(const struct decoding *decoding)
{
    return decoding->follows && decoding->input.offset < decoding->input.limit;
}

/* Why the decoder makes nothing of the beginning of a file. */
static void explain_start(const struct decoding *decoding, struct failure *failure)
{
    unsigned char start[UQD_START_SIZE];
    ssize_t n = pread(decoding->input.fd, start, sizeof start, 0);
    const char *trouble = uqd_start_trouble(start, n > 0 ? (size_t)n : 0);

    /* Others put the file's name in front of it. */
    failure_set(failure, FAILURE_BAD_DATA, "%s%s", strncmp(trouble, "is ", 3) == 0 ? "it " : "",
                trouble);
}

static int read_header(struct decoding *decoding, struct failure *failure)
{
    int status;

    while ((status = uqd_decoder_info(decoding->decoder, &decoding->info)) == UQD_NEED_DATA) {
        status = feed(decoding, HEADER_CHUNK, failure);
        if (status < 0 && failure->kind == FAILURE_BAD_DATA)
            explain_start(decoding, failure);
        if (status < 0)
            return status;
        if (status == UQD_END && may_grow(decoding))
            return UQD_NEED_DATA;
        if (status == UQD_END)
            return failure_set(failure, FAILURE_BAD_DATA, "%s",
                               decoding->input.offset == 0 ? "the file is empty"
                                                           : "the file ends within its header");
    }
    return status < 0 ? failure_set_status(failure, status) : 0;
}

/* Reads as far as the colour profile lies, which is told once, by opening. A damaged one is none:
 * the picture matters more. */
static int read_profile(struct decoding *decoding, struct failure *failure)
{
    for (uint32_t i = 0; i < decoding->info.n_metadata; i++) {
        struct uqd_metadata block = {.type = UQD_METADATA_TEXT}; /* untouched by some failures */
        int status = uqd_decoder_metadata(decoding->decoder, i, &block);

        if (block.type != UQD_METADATA_ICC)
            continue;
        while (status == UQD_NEED_DATA) {
            status = feed(decoding, HEADER_CHUNK, failure);
            if (status < 0)
                return status;
            if (status == UQD_END && may_grow(decoding))
                return UQD_NEED_DATA;
            if (status != UQD_END)
                status = uqd_decoder_metadata(decoding->decoder, i, &block);
        }
        if (status == UQD_ERR_NOMEM)
            return failure_set_status(failure, status);
        if (status == UQD_OK)
            decoding->icc = block;
    }
    return 0;
}

static int find_model(struct decoding *decoding, struct models *models, struct failure *failure)
{
    const struct uqd_model *model;
    struct uqd_model_info info;
    int status = models_get(models, decoding->info.model_id, &model, failure);

    if (status < 0)
        return status;
    status = uqd_decoder_set_model(decoding->decoder, model);
    if (status < 0)
        return failure_set_status(failure, status);
    uqd_model_get_info(model, &info);
    decoding->model_name = model_name(info.id, info.name);
    return 0;
}

static int read_steps(struct decoding *decoding, struct failure *failure)
{
    decoding->steps = calloc(decoding->info.n_steps, sizeof *decoding->steps);
    if (!decoding->steps)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    for (uint32_t i = 0; i < decoding->info.n_steps; i++) {
        struct uqd_step_info step;
        int status = uqd_decoder_step_info(decoding->decoder, i, &step);

        if (status != UQD_OK)
            return failure_set_status(failure, status < 0 ? status : UQD_ERR_CORRUPT);
        decoding->steps[i] = (struct step){step.name, step.bytes, step.psnr};
    }
    return 0;
}

static int read_reference(struct decoding *decoding, struct failure *failure)
{
    const struct uqd_info *info = &decoding->info;
    const struct image_read_options options = {.reduce_depth = 1,
                                               .flatten = info->channels % 2 != 0};
    struct pixels *reference = &decoding->reference;
    struct message message;
    char path[32];
    size_t length;
    int n;

    if (decoding->reference_fd < 0)
        return 0;
    /* Opening it anew gives an offset that the sender does not share. */
    n = snprintf(path, sizeof path, "/proc/self/fd/%d", decoding->reference_fd);
    length = (size_t)n;
    if (image_read(path, &options, reference, &message) < 0) {
        bool named = strncmp(message.text, path, length) == 0 && message.text[length] == ':';

        return failure_set(failure, FAILURE_BAD_DATA, "the reference picture: %s",
                           named ? message.text + length + 2 : message.text);
    }
    if (pixels_expand(reference, info->channels) < 0)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    if (reference->width != info->width || reference->height != info->height ||
        reference->channels != info->channels)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT,
                           "the reference picture is %ux%u with %u channels, the file's is %ux%u "
                           "with %u channels",
                           reference->width, reference->height, reference->channels, info->width,
                           info->height, info->channels);
    return 0;
}

static int make_decoder(struct decoding *decoding, struct failure *failure)
{
    struct uqd_decoder_settings settings;
    int status;

    uqd_decoder_settings_default(&settings);
    settings.threads = decoding->threads;
    settings.max_pixels = decoding->max_pixels;
    settings.progress = should_stop;
    settings.cookie = decoding;
    status = uqd_decoder_new(&decoding->decoder, NULL, &settings);
    return status < 0 ? failure_set_status(failure, status) : 0;
}

int decoding_open(struct decoding *decoding, struct models *models, struct failure *failure)
{
    int status = decoding->decoder ? 0 : make_decoder(decoding, failure);

    if (status == 0)
        status = read_header(decoding, failure);
    if (status == 0 && !decoding->model_name)
        status = find_model(decoding, models, failure);
    if (status == 0)
        status = read_profile(decoding, failure);
    if (status == 0)
        status = read_steps(decoding, failure);
    if (status == 0)
        status = read_reference(decoding, failure);
    decoding->ended = decoding->info.n_steps == 0;
    return status;
}

static void count_steps(struct decoding *decoding)
{
    uint32_t complete = uqd_decoder_steps_complete(decoding->decoder);
    struct uqd_step_info last;

    /* The table that was read first does not know where the steps of a solid file end. */
    if (complete > 0 && uqd_decoder_step_info(decoding->decoder, complete - 1, &last) == UQD_OK)
        decoding->decoded = last.bytes;
    decoding->steps_complete = complete;
    decoding->ended = complete >= decoding->info.n_steps || complete > decoding->max_step;
}

int decoding_advance(struct decoding *decoding, struct failure *failure)
{
    int status;

    for (;;) {
        uint64_t end = decoding->steps[decoding->steps_complete].bytes;
        uint64_t fed = decoding->input.offset;
        size_t missing = end > fed && end - fed < CHUNK ? (size_t)(end - fed) : CHUNK;

        if (should_stop(decoding, 0))
            return failure_set_status(failure, UQD_ERR_CANCELLED);
        status = uqd_decoder_advance(decoding->decoder);
        if (status != UQD_NEED_DATA)
            break;
        status = feed(decoding, missing, failure);
        if (status < 0)
            return status;
        if (status == UQD_END) {
            decoding->ended = !may_grow(decoding);
            return UQD_NEED_DATA;
        }
    }
    if (status < 0)
        return failure_set_status(failure, status);
    count_steps(decoding);
    return UQD_OK;
}

static int measure(const struct decoding *decoding, struct frame *frame, const uint8_t *pixels,
                   struct failure *failure)
{
    const struct pixels *reference = &decoding->reference;
    const struct uqd_image original = {reference->width, reference->height, reference->channels,
                                       (size_t)reference->width * reference->channels,
                                       reference->data};
    const struct uqd_image picture = {frame->shape.width, frame->shape.height, reference->channels,
                                      frame->shape.stride, pixels};
    struct uqd_metrics metrics;
    int status = uqd_compare(&original, &picture, decoding->with_ms_ssim, &metrics);

    if (status < 0)
        return failure_set_status(failure, status);
    frame->measured = true;
    frame->mse = metrics.mse;
    frame->psnr = metrics.psnr;
    frame->ms_ssim = metrics.ms_ssim;
    return 0;
}

static int request_picture(struct decoding *decoding, const struct frame *frame, uint8_t *pixels)
{
    struct uqd_picture_request request;

    uqd_picture_request_default(&request);
    request.step = frame->key.step;
    request.mode = frame->key.mode;
    request.seed = frame->key.seed;
    request.reduce = frame->key.reduce;
    request.bytes = frame->key.bytes;
    return uqd_decoder_picture(decoding->decoder, &request, pixels, frame->shape.stride);
}

/* The memory is that of a mapping, which numbers may lie in. */
static int request_bits(struct decoding *decoding, const struct frame *frame, void *numbers)
{
    return uqd_decoder_step_bits(decoding->decoder, frame->key.step, numbers,
                                 (size_t)frame->shape.width * frame->shape.height);
}

static int render_into(struct decoding *decoding, struct frame *frame, uint8_t *pixels,
                       struct failure *failure)
{
    bool bits = frame->key.mode == FRAME_OF_BITS;
    int status =
        bits ? request_bits(decoding, frame, pixels) : request_picture(decoding, frame, pixels);

    if (status < 0)
        return failure_set_status(failure, status);
    if (status == UQD_NEED_DATA)
        return failure_set(failure, FAILURE_GONE, "the file ends before the requested step");
    if (decoding->reference.data && frame->key.reduce == 0 && !bits)
        return measure(decoding, frame, pixels, failure);
    return 0;
}

static uint64_t bytes_used(const struct decoding *decoding, const struct frame_key *key)
{
    uint64_t received = decoding->input.offset, header = decoding->info.header_size;

    if (key->step != UQD_STEP_LATEST)
        return decoding->steps[key->step].bytes;
    if (key->bytes == 0 || key->bytes > received)
        return received;
    return key->bytes > header ? key->bytes : header;
}

/* Blocks of bits have their size whatever the key says of pictures; a number is as large as a pixel
 * of four channels. */
static int map_frame(const struct decoding *decoding, struct frame *frame, uint8_t **pixels)
{
    const struct uqd_info *info = &decoding->info;
    bool bits = frame->key.mode == FRAME_OF_BITS;
    uint32_t reduce = bits ? 3 : frame->key.reduce;

    return frame_map(frame, uqd_reduced_side(info->width, reduce),
                     uqd_reduced_side(info->height, reduce),
                     bits ? (uint32_t)sizeof(uint32_t) : info->channels, pixels);
}

int decoding_render(struct decoding *decoding, struct frame *frame, struct failure *failure)
{
    uint8_t *pixels;
    int status;

    frame->fd = -1;
    frame->bytes = bytes_used(decoding, &frame->key);
    if (should_stop(decoding, 0))
        return failure_set_status(failure, UQD_ERR_CANCELLED);
    if (map_frame(decoding, frame, &pixels) < 0)
        return failure_set(failure, FAILURE_LIMIT, "no memory for the frame: %s", strerror(errno));
    status = render_into(decoding, frame, pixels, failure);
    if (status < 0) {
        frame_discard(frame, pixels);
        return status;
    }
    if (frame_seal(frame, pixels) < 0)
        return failure_set(failure, FAILURE_OTHER, "the frame cannot be sealed: %s",
                           strerror(errno));
    return 0;
}

uint32_t decoding_reduce_for(const struct decoding *decoding, uint32_t max_edge)
{
    const struct uqd_info *info = &decoding->info;
    uint32_t edge = info->width > info->height ? info->width : info->height;
    uint32_t reduce = 0;

    while (max_edge > 0 && reduce < UQD_MAX_REDUCE &&
           uqd_reduced_side(edge, reduce + 1) >= max_edge)
        reduce++;
    return reduce;
}
