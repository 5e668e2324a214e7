/* uqd decode */
#include "program.h"

#include "image_file.h"
#include "model_file.h"
#include "progress.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_REDUCE = 6 };

struct decode_options {
    const char *input, *output, *model;
    uint32_t step; /* UQD_STEP_LATEST: as far as the file goes */
    uint32_t reduce, threads;
    uint64_t bytes, seed, max_pixels;
    int mode; /* index into modes */
};

static const enum uqd_mode modes[] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

#define ROW(name, letter, type, argument, member, help, group)                                     \
    {                                                                                              \
        name, letter, type, argument, offsetof(struct decode_options, member), help, group         \
    }

static const struct option_row rows[] = {
    ROW("output", 'o', OPTION_TEXT, "OUT.png", output, "the image to write, PNG or .ppm", "Files"),
    ROW("model", 0, OPTION_TEXT, "MODEL", model,
        "use this installed model, or file, instead of searching", NULL),
    ROW("step", 0, OPTION_U32, "N", step, "decode to step N only, counted from 0", "How far"),
    ROW("bytes", 0, OPTION_U64, "N", bytes, "decode as if the file ended after N bytes", NULL),
    ROW("reduce", 0, OPTION_U32, "N", reduce, "divide the sides by 2 N times, N at most 6", NULL),
    ROW("mode", 0, OPTION_CHOICE, "denoised|ancestral|flow", mode,
        "how to fill in what is missing: best estimate, sample, central path", "Reconstruction"),
    ROW("seed", 0, OPTION_U64, "N", seed, "seed of ancestral sampling (0)", NULL),
    ROW("max-pixels", 0, OPTION_U64, "N", max_pixels, "refuse larger pictures (268435456)",
        "Other"),
    ROW("threads", 0, OPTION_U32, "N", threads, "use N threads (as many as there are cores)", NULL),
};

/* ---- The steps ----------------------------------------------------------------------------- */

static int set_model(const struct decode_options *options, struct source *source,
                     struct uqd_model **model, struct message *message)
{
    struct message cause;
    int status;
    if (options->model) {
        if (model_load_named(options->model, model, message) < 0)
            return -1;
    } else if (model_load_by_id(source->info.model_id, model, &cause) < 0) {
        return message_set(message, "%s: cannot be decoded: %s", source->name, cause.text);
    }
    status = uqd_decoder_set_model(source->decoder, *model);
    if (status == UQD_ERR_MODEL)
        return message_set(message, "%s: was encoded with the model %08llx, which is not %s",
                           source->name, (unsigned long long)source->info.model_id, options->model);
    if (status < 0)
        return message_set(message, "%s: cannot be decoded: %s", source->name,
                           uqd_status_text(status));
    return 0;
}

/* The last step that is wanted. */
static int find_last(const struct decode_options *options, const struct source *source,
                     uint32_t *last, struct message *message)
{
    *last = source->info.n_steps - 1;
    if (options->step == UQD_STEP_LATEST)
        return 0;
    if (options->step > *last)
        return message_set(message, "%s: there is no step %u, its steps are 0 to %u", source->name,
                           options->step, *last);
    *last = options->step;
    return 0;
}

static int step_failed(const struct source *source, int status, struct message *message)
{
    uint32_t step = uqd_decoder_steps_complete(source->decoder);
    if (status != UQD_ERR_CORRUPT)
        return message_set(message, "%s: step %u cannot be decoded: %s", source->name, step,
                           uqd_status_text(status));
    if (step == 0)
        return message_set(message, "%s: step 0 is damaged and nothing before it is a picture",
                           source->name);
    return message_set(message, "%s: step %u is damaged, --step %u still works", source->name, step,
                       step - 1);
}

/* Decodes the steps up to the last one that is wanted as their bytes come, and reads nothing behind
 * it. */
static int advance(struct source *source, uint32_t last, struct progress *progress,
                   struct message *message)
{
    int status = UQD_OK;
    for (uint32_t step = 0; step <= last && status == UQD_OK; step++) {
        struct uqd_step_info info;
        status = uqd_decoder_step_info(source->decoder, step, &info);
        if (status == UQD_OK && source_feed(source, info.bytes, message) < 0)
            return -1;
        if (status == UQD_OK)
            status = uqd_decoder_advance(source->decoder);
        progress_next(progress);
    }
    return status < 0 ? step_failed(source, status, message) : 0;
}

/* ---- The picture --------------------------------------------------------------------------- */

static int make_picture(const struct decode_options *options, const struct source *source,
                        struct pixels *pixels, struct message *message)
{
    const struct uqd_info *info = &source->info;
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = options->step < uqd_decoder_steps_complete(source->decoder) ? options->step
                                                                               : UQD_STEP_LATEST;
    request.mode = modes[options->mode];
    request.seed = options->seed;
    request.reduce = options->reduce;
    pixels->width = uqd_reduced_side(info->width, options->reduce);
    pixels->height = uqd_reduced_side(info->height, options->reduce);
    pixels->channels = info->channels;
    size_t stride = (size_t)pixels->width * pixels->channels;
    pixels->data = malloc(stride * pixels->height);
    if (!pixels->data)
        return message_set(message, "%s: there is not enough memory for the picture", source->name);
    int status = uqd_decoder_picture(source->decoder, &request, pixels->data, stride);
    if (status != UQD_OK)
        return message_set(message, "%s: the picture cannot be made: %s", source->name,
                           uqd_status_text(status));
    return 0;
}

static int copy_profile(const struct source *source, struct pixels *pixels, struct message *message)
{
    struct uqd_metadata block = {0};
    for (uint32_t i = 0; i < source->info.n_metadata && block.size == 0; i++)
        if (uqd_decoder_metadata(source->decoder, i, &block) != UQD_OK ||
            block.type != UQD_METADATA_ICC)
            block.size = 0;
    if (block.size == 0)
        return 0;
    pixels->icc = malloc(block.size);
    if (!pixels->icc)
        return message_set(message, "%s: there is not enough memory for its colour profile",
                           source->name);
    memcpy(pixels->icc, block.data, block.size);
    pixels->icc_size = block.size;
    return 0;
}

/* Says how far a file came that ends before the step that was wanted. */
static void note_cut(const struct decode_options *options, const struct source *source)
{
    uint32_t n_complete = uqd_decoder_steps_complete(source->decoder);
    uint32_t n_wanted = options->step == UQD_STEP_LATEST ? source->info.n_steps : options->step + 1;
    if (n_complete < n_wanted)
        fprintf(stderr,
                "%s: %s: ends after %llu of %llu bytes: %u of %u steps are complete, and the "
                "picture is the best that these bytes give\n",
                uqd_program.name, source->name,
                (unsigned long long)uqd_decoder_bytes_fed(source->decoder),
                (unsigned long long)source->info.file_size, n_complete, source->info.n_steps);
}

static int decode(const struct decode_options *options, struct source *source,
                  struct progress *progress, struct pixels *pixels, struct message *message)
{
    uint32_t last;
    if (find_last(options, source, &last, message) < 0)
        return -1;
    progress_begin(progress, "decoding", last + 2);
    int result = advance(source, last, progress, message);
    progress->part = last + 1;
    if (result == 0)
        result = make_picture(options, source, pixels, message);
    progress_end(progress);
    return result;
}

static int decode_file(const struct decode_options *options, struct message *message)
{
    struct uqd_decoder_settings settings;
    struct progress progress;
    struct pixels pixels = {0};
    struct uqd_model *model = NULL;
    struct source source;
    uqd_decoder_settings_default(&settings);
    settings.threads = options->threads;
    settings.progress = progress_update;
    settings.cookie = &progress;
    if (options->max_pixels)
        settings.max_pixels = options->max_pixels;
    int result = source_open(&source, options->input, options->bytes, &settings, message);
    if (result == 0)
        result = set_model(options, &source, &model, message);
    if (result == 0)
        result = decode(options, &source, &progress, &pixels, message);
    if (result == 0)
        result = copy_profile(&source, &pixels, message);
    if (result == 0)
        result = image_write(options->output, &pixels, message);
    if (result == 0)
        note_cut(options, &source);
    pixels_free(&pixels);
    source_close(&source);
    uqd_model_free(model);
    return result;
}

static int check_options(const struct decode_options *options, struct message *message)
{
    if (!options->output)
        return message_set(message, "the output file is missing: -o OUT.png");
    if (options->step != UQD_STEP_LATEST && options->bytes != UINT64_MAX)
        return message_set(message, "--step and --bytes exclude each other");
    if (options->reduce > MAX_REDUCE)
        return message_set(message, "--reduce: %u is more than %d", options->reduce, MAX_REDUCE);
    return 0;
}

static int run_decode(const struct program *program, const struct command *command, int argc,
                      char **argv)
{
    struct decode_options options = {.step = UQD_STEP_LATEST, .bytes = UINT64_MAX};
    struct message message;
    int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    options.input = argv[first];
    if (check_options(&options, &message) < 0)
        return report_usage(command, &message);
    return decode_file(&options, &message) < 0 ? report_failure(&message) : EXIT_DONE;
}

const struct command decode_command = {
    .name = "decode",
    .synopsis = "IN.uqd -o OUT.png",
    .summary = "decode a .uqd file, or its beginning, to an image file",
    .description =
        "A file that was cut decodes to the best picture that its bytes give, and a note says how "
        "far it came. If a step is damaged, the message says which --step still works.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_decode,
};
