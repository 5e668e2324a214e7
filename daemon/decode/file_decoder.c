#include "decode/file_decoder.h"

#include "plural.h"
#include "released_models.h"
#include "uqd_start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER_CHUNK (16u << 10)
#define CHUNK        (256u << 10)

struct file_decoder *file_decoder_new(int fd, int reference_fd,
                                      const struct decode_settings *settings,
                                      struct decode_control *control)
{
    struct file_decoder *file = calloc(1, sizeof *file);

    if (!file) {
        close(fd);
        if (reference_fd >= 0)
            close(reference_fd);
        return NULL;
    }
    input_begin(&file->input, fd, settings->max_bytes);
    file->reference_fd = reference_fd;
    file->settings = *settings;
    file->control = control;
    return file;
}

void file_decoder_free(struct file_decoder *file)
{
    if (!file)
        return;
    uqd_decoder_free(file->decoder);
    free(file->steps);
    pixels_free(&file->reference);
    close(file->input.fd);
    if (file->reference_fd >= 0)
        close(file->reference_fd);
    free(file);
}

/* A sign of life, too. */
static int is_stopped(void *cookie)
{
    const struct file_decoder *file = cookie;

    atomic_fetch_add_explicit(&file->control->signs, 1, memory_order_relaxed);
    return atomic_load_explicit(&file->control->stop, memory_order_relaxed);
}

static int should_stop(void *cookie, double done)
{
    const struct file_decoder *file = cookie;

    atomic_store_explicit(&file->control->done, done, memory_order_relaxed);
    return is_stopped(cookie);
}

/* Feeds the decoder the next bytes of the file. Returns the status of the feed, UQD_END at the end
 * of the file, -1 with a failure for any error. */
static int feed(struct file_decoder *file, size_t size, struct failure *failure)
{
    uint8_t *buffer;
    ssize_t n;
    int status = UQD_END;

    if (should_stop(file, 0))
        return failure_set_status(failure, UQD_ERR_CANCELLED);
    buffer = malloc(size);
    if (!buffer)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    n = input_read(&file->input, buffer, size, failure);
    if (n < 0) {
        status = (int)n;
    } else if (n > 0) {
        status = uqd_decoder_feed(file->decoder, buffer, (size_t)n);
        if (status < 0)
            status = failure_set_status(failure, status);
    }
    free(buffer);
    return status;
}

/* At the end of the file: more of it may come. */
static bool may_grow(const struct file_decoder *file)
{
    return file->follows && file->input.offset < file->input.limit;
}

/* Why the decoder makes nothing of the beginning of a file. */
static void explain_start(const struct file_decoder *file, struct failure *failure)
{
    unsigned char start[UQD_START_SIZE];
    ssize_t n = pread(file->input.fd, start, sizeof start, 0);
    const char *trouble = uqd_start_trouble(start, n > 0 ? (size_t)n : 0);

    /* Others put the file's name in front of it. */
    failure_set(failure, FAILURE_BAD_DATA, "%s%s", strncmp(trouble, "is ", 3) == 0 ? "it " : "",
                trouble);
}

static int read_header(struct file_decoder *file, struct failure *failure)
{
    int status;

    while ((status = uqd_decoder_info(file->decoder, &file->info)) == UQD_NEED_DATA) {
        status = feed(file, HEADER_CHUNK, failure);
        if (status < 0 && failure->kind == FAILURE_BAD_DATA)
            explain_start(file, failure);
        if (status < 0)
            return status;
        if (status == UQD_END && may_grow(file))
            return UQD_NEED_DATA;
        if (status == UQD_END)
            return failure_set(failure, FAILURE_BAD_DATA, "%s",
                               file->input.offset == 0 ? "the file is empty"
                                                       : "the file ends within its header");
    }
    return status < 0 ? failure_set_status(failure, status) : 0;
}

/* The decoder is told of a region only, so that without one nothing is different. */
static int set_region(struct file_decoder *file, struct failure *failure)
{
    const struct uqd_region *region = &file->settings.region;
    int status;

    if (!frame_find_shown(&file->info, region, &file->shown))
        return failure_set(failure, FAILURE_INVALID_ARGUMENT,
                           "the picture has %u x %u pixels, and the region %u,%u,%u,%u reaches "
                           "beyond them",
                           file->info.width, file->info.height, region->x, region->y, region->width,
                           region->height);
    if (region->width == 0)
        return 0;
    status = uqd_decoder_set_region(file->decoder, region);
    return status < 0 ? failure_set_status(failure, status) : 0;
}

/* Reads as far as the colour profile lies, which is told once, by opening. A damaged one is none:
 * the picture matters more. */
static int read_profile(struct file_decoder *file, struct failure *failure)
{
    for (uint32_t i = 0; i < file->info.n_metadata; i++) {
        struct uqd_metadata block = {.type = UQD_METADATA_TEXT}; /* untouched by some failures */
        int status = uqd_decoder_metadata(file->decoder, i, &block);

        if (block.type != UQD_METADATA_ICC)
            continue;
        while (status == UQD_NEED_DATA) {
            status = feed(file, HEADER_CHUNK, failure);
            if (status < 0)
                return status;
            if (status == UQD_END && may_grow(file))
                return UQD_NEED_DATA;
            if (status != UQD_END)
                status = uqd_decoder_metadata(file->decoder, i, &block);
        }
        if (status == UQD_ERR_NOMEM)
            return failure_set_status(failure, status);
        if (status == UQD_OK)
            file->icc = block;
    }
    return 0;
}

static int find_model(struct file_decoder *file, const struct file_models *models,
                      struct failure *failure)
{
    const struct uqd_model *model;
    struct uqd_model_info info;
    int status = models->find(models->cookie, file->info.model_id, &model, failure);

    if (status < 0)
        return status;
    status = uqd_decoder_set_model(file->decoder, model);
    if (status == UQD_OK) /* whether it is lossless, the header alone may not tell */
        status = uqd_decoder_info(file->decoder, &file->info);
    if (status < 0)
        return failure_set_status(failure, status);
    uqd_model_get_info(model, &info);
    file->model_name = model_name(info.id, info.name);
    return 0;
}

static int read_steps(struct file_decoder *file, struct failure *failure)
{
    file->steps = calloc(file->info.n_steps, sizeof *file->steps);
    if (!file->steps)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    for (uint32_t i = 0; i < file->info.n_steps; i++) {
        struct uqd_step_info step;
        int status = uqd_decoder_step_info(file->decoder, i, &step);

        if (status != UQD_OK)
            return failure_set_status(failure, status < 0 ? status : UQD_ERR_CORRUPT);
        file->steps[i] = (struct step){step.name, step.bytes, step.psnr};
    }
    return 0;
}

/* Bytes of a picture file of so many pixels: more than samples of 16 bits in four channels take,
 * and its texts. */
static uint64_t max_reference_size(uint64_t n_pixels)
{
    return n_pixels * 16 + (64u << 20);
}

/* All of the reference's file, malloc'ed. */
static int load_reference(const struct file_decoder *file, uint64_t n_pixels, uint8_t **data,
                          size_t *size, struct failure *failure)
{
    struct input input;
    uint64_t available;
    ssize_t n = 1;

    input_begin(&input, file->reference_fd, UINT64_MAX);
    available = input_size(&input);
    if (available > max_reference_size(n_pixels))
        return failure_set(failure, FAILURE_LIMIT,
                           "the reference picture is larger than a picture of %ux%u can be",
                           file->info.width, file->info.height);
    *size = 0;
    *data = malloc(available > 0 ? available : 1);
    if (!*data)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    while (*size < available && n > 0) {
        n = input_read(&input, *data + *size, available - *size, failure);
        *size += n > 0 ? (size_t)n : 0;
    }
    if (n < 0)
        free(*data);
    return n < 0 ? -1 : 0;
}

static int check_reference(const struct file_decoder *file, struct failure *failure)
{
    const struct uqd_info *info = &file->info;
    const struct pixels *reference = &file->reference;

    if (reference->width == info->width && reference->height == info->height &&
        reference->channels == info->channels)
        return 0;
    return failure_set(failure, FAILURE_INVALID_ARGUMENT,
                       "the reference picture is %ux%u with %u channel%s, the file's is %ux%u "
                       "with %u channel%s",
                       reference->width, reference->height, reference->channels,
                       plural(reference->channels), info->width, info->height, info->channels,
                       plural(info->channels));
}

#define REFERENCE "the reference picture"

/* The reader puts a colon behind the name of what it reads. Returns -1. */
static int fail_reference(const struct message *message, struct failure *failure)
{
    static const char begins[] = REFERENCE ": is ";
    const bool is_sentence = strncmp(message->text, begins, strlen(begins)) == 0;

    return failure_set(failure, FAILURE_BAD_DATA, "%s%s", is_sentence ? REFERENCE " " : "",
                       message->text + (is_sentence ? strlen(REFERENCE ": ") : 0));
}

/* One that has more pixels than the file's picture is refused before it is decoded, as one of
 * another size is afterwards. */
static int read_reference(struct file_decoder *file, struct failure *failure)
{
    const struct uqd_info *info = &file->info;
    const uint64_t n_pixels = (uint64_t)info->width * info->height;
    bool exceeds = false;
    const struct image_read_options options = {.reduce_depth = 1,
                                               .flatten = info->channels % 2 != 0,
                                               .max_pixels = n_pixels,
                                               .exceeds = &exceeds,
                                               .is_cancelled = is_stopped,
                                               .cookie = file};
    struct message message;
    uint8_t *data;
    size_t size;
    int status;

    if (file->reference_fd < 0)
        return 0;
    if (load_reference(file, n_pixels, &data, &size, failure) < 0)
        return -1;
    status = image_read_memory(data, size, REFERENCE, &options, &file->reference, &message);
    free(data);
    if (status < 0 && exceeds)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT,
                           REFERENCE " has more pixels than the file's, which has %ux%u",
                           info->width, info->height);
    if (status < 0)
        return fail_reference(&message, failure);
    if (pixels_expand(&file->reference, info->channels) < 0)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    return check_reference(file, failure);
}

static int make_decoder(struct file_decoder *file, struct failure *failure)
{
    struct uqd_decoder_settings settings;
    int status;

    uqd_decoder_settings_default(&settings);
    settings.threads = file->settings.threads;
    settings.max_pixels = file->settings.max_pixels;
    settings.progress = should_stop;
    settings.cookie = file;
    status = uqd_decoder_new(&file->decoder, NULL, &settings);
    return status < 0 ? failure_set_status(failure, status) : 0;
}

int file_decoder_open(struct file_decoder *file, const struct file_models *models,
                      struct failure *failure)
{
    int status = file->decoder ? 0 : make_decoder(file, failure);

    if (status == 0)
        status = read_header(file, failure);
    if (status == 0)
        status = set_region(file, failure);
    if (status == 0 && !file->model_name)
        status = find_model(file, models, failure);
    if (status == 0)
        status = read_profile(file, failure);
    if (status == 0)
        status = read_steps(file, failure);
    if (status == 0)
        status = read_reference(file, failure);
    file->ended = file->info.n_steps == 0;
    return status;
}

static void count_steps(struct file_decoder *file)
{
    uint32_t complete = uqd_decoder_steps_complete(file->decoder);
    struct uqd_step_info last;

    /* The table that was read first does not know where the steps of a solid file end. */
    if (complete > 0 && uqd_decoder_step_info(file->decoder, complete - 1, &last) == UQD_OK)
        file->decoded = last.bytes;
    file->steps_complete = complete;
    file->ended = complete >= file->info.n_steps || complete > file->settings.max_step;
}

int file_decoder_advance(struct file_decoder *file, struct failure *failure)
{
    int status;

    for (;;) {
        uint64_t end = file->steps[file->steps_complete].bytes;
        uint64_t fed = file->input.offset;
        size_t missing = end > fed && end - fed < CHUNK ? (size_t)(end - fed) : CHUNK;

        if (should_stop(file, 0))
            return failure_set_status(failure, UQD_ERR_CANCELLED);
        status = uqd_decoder_advance(file->decoder);
        if (status != UQD_NEED_DATA)
            break;
        status = feed(file, missing, failure);
        if (status < 0)
            return status;
        if (status == UQD_END) {
            file->ended = !may_grow(file);
            return UQD_NEED_DATA;
        }
    }
    if (status < 0)
        return failure_set_status(failure, status);
    count_steps(file);
    return UQD_OK;
}

/* How far a comparison has come is not told. */
static int stops_comparing(void *cookie, double done)
{
    (void)done;
    return is_stopped(cookie);
}

static int measure(struct file_decoder *file, struct frame *frame, const uint8_t *pixels,
                   struct failure *failure)
{
    const struct pixels *reference = &file->reference;
    const struct uqd_region *shown = &file->shown;
    const size_t pixel = reference->channels, row = reference->width * pixel;
    const struct uqd_image original = {shown->width, shown->height, reference->channels, row,
                                       reference->data + shown->y * row + shown->x * pixel};
    const struct uqd_image picture = {frame->shape.width, frame->shape.height, reference->channels,
                                      frame->shape.stride, pixels};
    struct uqd_metrics metrics;
    int status = uqd_compare_with(&original, &picture, file->settings.with_ms_ssim, &metrics,
                                  stops_comparing, file);

    if (status < 0)
        return failure_set_status(failure, status);
    frame->measured = true;
    frame->mse = metrics.mse;
    frame->psnr = metrics.psnr;
    frame->ms_ssim = metrics.ms_ssim;
    return 0;
}

static int request_picture(struct file_decoder *file, const struct frame *frame, uint8_t *pixels)
{
    struct uqd_picture_request request;

    uqd_picture_request_default(&request);
    request.step = frame->key.step;
    request.mode = frame->key.mode;
    request.seed = frame->key.seed;
    request.reduce = frame->key.reduce;
    request.bytes = frame->key.bytes;
    return uqd_decoder_picture(file->decoder, &request, pixels, frame->shape.stride);
}

/* The memory is that of a mapping, which numbers may lie in. */
static int request_bits(struct file_decoder *file, const struct frame *frame, void *numbers)
{
    return uqd_decoder_step_bits(file->decoder, frame->key.step, numbers,
                                 (size_t)frame->shape.width * frame->shape.height);
}

static int render_into(struct file_decoder *file, struct frame *frame, uint8_t *pixels,
                       struct failure *failure)
{
    bool bits = frame->key.mode == FRAME_OF_BITS;
    int status = bits ? request_bits(file, frame, pixels) : request_picture(file, frame, pixels);

    if (status < 0)
        return failure_set_status(failure, status);
    if (status == UQD_NEED_DATA)
        return failure_set(failure, FAILURE_GONE, "the file ends before the requested step");
    if (file->reference.data && frame->key.reduce == 0 && !bits)
        return measure(file, frame, pixels, failure);
    return 0;
}

static uint64_t bytes_used(const struct file_decoder *file, const struct frame_key *key)
{
    uint64_t received = file->input.offset, header = file->info.header_size;

    if (key->step != UQD_STEP_LATEST)
        return file->steps[key->step].bytes;
    if (key->bytes == 0 || key->bytes > received)
        return received;
    return key->bytes > header ? key->bytes : header;
}

int file_decoder_render(struct file_decoder *file, struct frame *frame, struct failure *failure)
{
    uint8_t *pixels;
    int status;

    frame->fd = -1;
    frame->bytes = bytes_used(file, &frame->key);
    if (should_stop(file, 0))
        return failure_set_status(failure, UQD_ERR_CANCELLED);
    if (frame_map(frame, &file->shown, file->info.channels, &pixels) < 0)
        return failure_set(failure, FAILURE_LIMIT, "no memory for the frame: %s", strerror(errno));
    status = render_into(file, frame, pixels, failure);
    if (status < 0) {
        frame_discard(frame, pixels);
        return status;
    }
    if (frame_seal(frame, pixels) < 0)
        return failure_set(failure, FAILURE_OTHER, "the frame cannot be sealed: %s",
                           strerror(errno));
    return 0;
}
