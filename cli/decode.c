/* uqd decode */
#include "program.h"

#include "batch.h"
#include "confinement.h"
#include "file.h"
#include "file_metadata.h"
#include "image_format.h"
#include "model_file.h"
#include "model_set.h"
#include "outputs.h"
#include "plural.h"
#include "scale.h"
#include "source.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct decode_options {
    struct output_options to;
    const char *model;
    uint32_t step; /* UQD_STEP_LATEST: as far as the file goes */
    uint32_t reduce, threads;
    uint32_t max_edge;        /* NO_EDGE: as large as it is */
    struct uqd_region region; /* of width 0: all of the picture */
    uint64_t bytes, seed, max_pixels;
    int format; /* an enum image_format, -1: as the name says */
    int mode;   /* index into modes, -1: denoised, unless pictures are mixed */
    int mix;    /* percent of the way from denoised to ancestral, or NOT_MIXED */
};

enum { NOT_MIXED = -1 };
#define NO_EDGE UINT32_MAX

static const enum uqd_mode modes[] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

#define ROW(name, letter, type, argument, member, help, group)                                     \
    {                                                                                              \
        name, letter, type, argument, offsetof(struct decode_options, member), help, group         \
    }

static const struct option_row rows[] = {
    OUTPUT_ROWS(ROW, "OUT.png", "the image to write"),
    ROW("format", 0, OPTION_CHOICE, IMAGE_FORMATS, format,
        "its format, where its name does not say it", NULL),
    ROW("model", 0, OPTION_TEXT, "MODEL", model,
        "use this installed model, or file (with a slash or .uqdm in its name), instead of "
        "searching for the one that the file names",
        NULL),
    ROW("step", 0, OPTION_U32, "N", step, "decode to step N only, counted from 0", "How far"),
    ROW("bytes", 0, OPTION_U64, "N", bytes, "decode as if the file ended after N bytes", NULL),
    ROW("region", 0, OPTION_REGION, "X,Y,W,H", region,
        "only these W x H pixels of the full size, from column X and row Y on: of a picture above "
        "1024 pixels a side the tiles of 1024 pixels that they need are decoded, and no others",
        "Which pixels"),
    ROW("reduce", 0, OPTION_U32, "N", reduce, "divide the sides by 2 N times, N at most 6", NULL),
    ROW("max-edge", 0, OPTION_U32, "N", max_edge, "make a larger picture fit N x N pixels", NULL),
    ROW("mode", 0, OPTION_CHOICE, "denoised|ancestral|flow", mode,
        "how to fill in what is missing: best estimate, sample, central path", "Reconstruction"),
    ROW("mix", 0, OPTION_PERCENT, "N", mix,
        "between best estimate and sample: 0 is denoised, 100 ancestral", NULL),
    ROW("seed", 0, OPTION_U64, "N", seed, "seed of ancestral sampling (0)", NULL),
    ROW("max-pixels", 0, OPTION_U64, "N", max_pixels, "refuse larger pictures (268435456)",
        "Other"),
    ROW("threads", 0, OPTION_U32, "N", threads, "use N threads (as many as there are cores)", NULL),
};

/* One run of the command. */
struct decoding {
    struct decode_options options;
    enum image_format format;
    struct outputs outputs;
    struct uqd_model *named; /* the model of the options, or NULL */
    struct model_set models;
    struct confinement confinement;
};

/* ---- The steps ----------------------------------------------------------------------------- */

static int set_model(struct decoding *decoding, struct source *source, struct message *message)
{
    const struct uqd_model *model = decoding->named;
    struct message cause;
    if (!model && model_set_find(&decoding->models, source->info.model_id, &model, &cause) != 0)
        return message_set(message, "%s: cannot be decoded: %s", source->name, cause.text);
    int status = uqd_decoder_set_model(source->decoder, model);
    if (status == UQD_ERR_MODEL && decoding->named)
        return message_set(message, "%s: was encoded with the model %08llx, which is not %s",
                           source->name, (unsigned long long)source->info.model_id,
                           decoding->options.model);
    if (status < 0)
        return message_set(message, "%s: cannot be decoded: %s", source->name,
                           uqd_status_text(status));
    return 0;
}

static int set_region(const struct decode_options *options, const struct source *source,
                      struct message *message)
{
    const struct uqd_region *region = &options->region;
    if (region->width == 0)
        return 0;
    const int status = uqd_decoder_set_region(source->decoder, region);
    if (status == UQD_ERR_ARG)
        return message_set(message,
                           "%s: has %u x %u pixels, and --region %u,%u,%u,%u reaches beyond them",
                           source->name, source->info.width, source->info.height, region->x,
                           region->y, region->width, region->height);
    if (status < 0)
        return message_set(message, "%s: cannot be decoded: %s", source->name,
                           uqd_status_text(status));
    return 0;
}

/* What is wanted of the picture, in full size. */
static struct uqd_region region_of(const struct decode_options *options,
                                   const struct source *source)
{
    const struct uqd_region all = {0, 0, source->info.width, source->info.height};
    return options->region.width > 0 ? options->region : all;
}

/* How often the library is to halve the sides. */
static uint32_t reduce_of(const struct decode_options *options, const struct source *source)
{
    const struct uqd_region region = region_of(options, source);
    return options->max_edge == NO_EDGE
               ? options->reduce
               : scale_halvings(region.width, region.height, options->max_edge);
}

/* The last step that is wanted. */
static int find_last(const struct decode_options *options, const struct source *source,
                     uint32_t *last, struct message *message)
{
    *last = source->info.n_steps - 1;
    if (options->step == UQD_STEP_LATEST)
        return 0;
    if (options->step > *last)
        return *last == 0 ? message_set(message, "%s: there is no step %u, its only step is 0",
                                        source->name, options->step)
                          : message_set(message, "%s: there is no step %u, its steps are 0 to %u",
                                        source->name, options->step, *last);
    *last = options->step;
    return 0;
}

/* How many steps are to be decoded so that the picture is that of the last step that is wanted:
 * those behind the last one that shows in it are not. Of a solid file only decoding tells where a
 * step ends. */
static uint32_t n_to_decode(const struct decode_options *options, const struct source *source,
                            uint32_t last)
{
    uint32_t n = last + 1;
    int shows = source->info.solid && options->step != UQD_STEP_LATEST;
    while (n > 0 && !shows) {
        if (uqd_decoder_step_shows(source->decoder, n - 1, reduce_of(options, source), &shows) !=
            UQD_OK)
            return last + 1;
        n -= !shows;
    }
    return n;
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

/* Reads what belongs to a step and those before it. */
static int feed_step(struct source *source, uint32_t step, struct message *message)
{
    struct uqd_step_info info;
    int status = uqd_decoder_step_info(source->decoder, step, &info);
    return status == UQD_OK ? source_feed(source, info.bytes, message) : 0;
}

/* Decodes the first n steps as their bytes come, and reads nothing behind the last one that is
 * wanted. */
static int advance(struct source *source, uint32_t n, uint32_t last, struct progress *progress,
                   struct message *message)
{
    int status = UQD_OK;
    for (uint32_t step = 0; step < n && status == UQD_OK; step++) {
        if (feed_step(source, step, message) < 0)
            return -1;
        status = uqd_decoder_advance(source->decoder);
        progress_next(progress);
    }
    source->is_decoded = 1;
    return status < 0 ? step_failed(source, status, message) : feed_step(source, last, message);
}

/* ---- The picture --------------------------------------------------------------------------- */

static int allocate(const struct decode_options *options, const struct source *source,
                    struct pixels *pixels, struct message *message)
{
    const struct uqd_region shown =
        uqd_reduced_region(region_of(options, source), reduce_of(options, source));
    pixels->width = shown.width;
    pixels->height = shown.height;
    pixels->channels = source->info.channels;
    pixels->data = malloc((size_t)pixels->width * pixels->channels * pixels->height);
    if (!pixels->data)
        return message_set(message, "%s: there is not enough memory for the picture", source->name);
    return 0;
}

/* A step behind those that were decoded is what its bytes give: more may have been read. */
static void choose_step(const struct decode_options *options, const struct source *source,
                        struct uqd_picture_request *request)
{
    struct uqd_step_info info;
    if (options->step < uqd_decoder_steps_complete(source->decoder))
        request->step = options->step;
    else if (options->step != UQD_STEP_LATEST && !source->info.solid &&
             uqd_decoder_step_info(source->decoder, options->step, &info) == UQD_OK)
        request->bytes = info.bytes;
}

static int make_picture(const struct decode_options *options, const struct source *source,
                        enum uqd_mode mode, struct pixels *pixels, struct message *message)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    choose_step(options, source, &request);
    request.mode = mode;
    request.seed = options->seed;
    request.reduce = reduce_of(options, source);
    if (allocate(options, source, pixels, message) < 0)
        return -1;
    int status = uqd_decoder_picture(source->decoder, &request, pixels->data,
                                     (size_t)pixels->width * pixels->channels);
    if (status != UQD_OK)
        return message_set(message, "%s: the picture cannot be made: %s", source->name,
                           uqd_status_text(status));
    return 0;
}

static struct uqd_image image_of(const struct pixels *pixels)
{
    return (struct uqd_image){pixels->width, pixels->height, pixels->channels,
                              (size_t)pixels->width * pixels->channels, pixels->data};
}

/* Mixes a sample into the denoised picture, which takes the place of the result. */
static int mix_sample(const struct decode_options *options, const struct source *source,
                      struct progress *progress, struct pixels *pixels, struct message *message)
{
    struct pixels sample = {0};
    int result = make_picture(options, source, UQD_MODE_ANCESTRAL, &sample, message);
    if (result == 0) {
        const struct uqd_image from = image_of(pixels), to = image_of(&sample);
        progress_next(progress);
        int status = uqd_mix_with(&from, &to, (uint32_t)options->mix, pixels->data, from.stride,
                                  progress_update, progress);
        if (status != UQD_OK)
            result = message_set(message, "%s: the pictures cannot be mixed: %s", source->name,
                                 uqd_status_text(status));
    }
    pixels_free(&sample);
    return result;
}

static int make_pictures(const struct decode_options *options, const struct source *source,
                         struct progress *progress, struct pixels *pixels, struct message *message)
{
    if (options->mix == NOT_MIXED)
        return make_picture(options, source, modes[options->mode < 0 ? 0 : options->mode], pixels,
                            message);
    if (make_picture(options, source, UQD_MODE_DENOISED, pixels, message) < 0)
        return -1;
    progress_next(progress);
    return mix_sample(options, source, progress, pixels, message);
}

/* Makes the picture, which the library has halved as often as it can be, fit the square. */
static int fit(const struct decode_options *options, const struct source *source,
               struct progress *progress, struct pixels *pixels, struct message *message)
{
    const struct uqd_region region = region_of(options, source);
    uint32_t width = region.width, height = region.height;
    if (options->max_edge == NO_EDGE)
        return 0;
    scale_fit(&width, &height, options->max_edge);
    if (width == pixels->width && height == pixels->height)
        return 0;
    progress_next(progress);
    int status = scale_pixels_with(pixels, width, height, progress_update, progress);
    if (status != UQD_OK)
        return message_set(message, "%s: the picture cannot be scaled: %s", source->name,
                           uqd_status_text(status));
    return 0;
}

/* Prints one line, above the bar of progress. */
static void print_note(struct progress *progress, const struct message *note)
{
    progress_hide(progress);
    message_print(stderr, uqd_program.name, note);
}

/* How many of the steps that are wanted are there, decoded or not. */
static uint32_t n_there(const struct decode_options *options, const struct source *source,
                        uint32_t n_wanted)
{
    const uint64_t fed = uqd_decoder_bytes_fed(source->decoder);
    uint32_t n = uqd_decoder_steps_complete(source->decoder);
    struct uqd_step_info info;
    if (source->info.solid)
        return n < n_to_decode(options, source, n_wanted - 1) ? n : n_wanted;
    while (n < n_wanted && uqd_decoder_step_info(source->decoder, n, &info) == UQD_OK &&
           info.bytes <= fed)
        n++;
    return n;
}

/* Says how far a file came that ends before the step that was wanted. */
static void note_cut(const struct decode_options *options, const struct source *source,
                     struct progress *progress)
{
    uint32_t n_wanted = options->step == UQD_STEP_LATEST ? source->info.n_steps : options->step + 1;
    uint32_t n_complete = n_there(options, source, n_wanted);
    struct message message;
    if (n_complete >= n_wanted)
        return;
    message_set(&message,
                "%s: ends after %llu of %llu bytes: %u of %u step%s %s complete, and the picture "
                "is the best that these bytes give",
                source->name, (unsigned long long)uqd_decoder_bytes_fed(source->decoder),
                (unsigned long long)source->info.file_size, n_complete, source->info.n_steps,
                plural(source->info.n_steps), plural_are(n_complete));
    print_note(progress, &message);
}

static void note_loss(const struct decoding *decoding, const char *output,
                      const struct pixels *pixels, struct progress *progress)
{
    struct message message;
    if (image_write_loses(output, decoding->format, pixels, &message))
        print_note(progress, &message);
}

static int decode(const struct decode_options *options, struct source *source,
                  struct progress *progress, struct pixels *pixels, struct message *message)
{
    uint32_t last;
    if (find_last(options, source, &last, message) < 0)
        return -1;
    const uint32_t n_steps = n_to_decode(options, source, last);
    progress_parts(progress, n_steps + (options->mix == NOT_MIXED ? 1 : 3));
    int result = advance(source, n_steps, last, progress, message);
    if (result == 0 && options->step == UQD_STEP_LATEST) /* metadata may lie behind the steps */
        result = source_feed(source, source->info.file_size, message);
    progress->part = n_steps;
    if (result == 0)
        result = make_pictures(options, source, progress, pixels, message);
    if (result == 0)
        result = fit(options, source, progress, pixels, message);
    return result;
}

static int open_source(const struct decoding *decoding, size_t index, struct progress *progress,
                       struct source *source, struct message *message)
{
    const struct decode_options *options = &decoding->options;
    struct uqd_decoder_settings settings;
    uqd_decoder_settings_default(&settings);
    settings.threads = options->threads;
    settings.progress = progress_update;
    settings.cookie = progress;
    if (options->max_pixels)
        settings.max_pixels = options->max_pixels;
    return source_open(source, decoding->outputs.inputs[index], options->bytes, &settings, message);
}

static int write_picture(const char *output, enum image_format format, const struct pixels *pixels,
                         struct progress *progress, struct message *message)
{
    const struct image_write_options options = {progress_is_cancelled, progress};
    progress_next(progress);
    return image_write_with(output, format, pixels, &options, message);
}

static int decode_file(void *cookie, size_t index, struct progress *progress,
                       struct message *message)
{
    struct decoding *decoding = cookie;
    const char *output = decoding->outputs.paths[index];
    struct pixels pixels = {0};
    struct source source;
    if (outputs_check(&decoding->outputs, index, message) < 0)
        return -1;
    int result = open_source(decoding, index, progress, &source, message);
    if (result == 0)
        result = image_format_check(decoding->format, source.info.channels,
                                    file_output_name(output), message);
    if (result == 0)
        result = set_model(decoding, &source, message);
    if (result == 0)
        result = set_region(&decoding->options, &source, message);
    if (result == 0 && index + 1 == decoding->outputs.count)
        result = confinement_end_reading(&decoding->confinement, message);
    if (result == 0)
        result = decode(&decoding->options, &source, progress, &pixels, message);
    if (result == 0)
        result = file_metadata_take(&source, &pixels, progress, message);
    if (result == 0)
        result = write_picture(output, decoding->format, &pixels, progress, message);
    if (result == 0) {
        note_loss(decoding, output, &pixels, progress);
        note_cut(&decoding->options, &source, progress);
    }
    pixels_free(&pixels);
    source_close(&source);
    return result;
}

/* ---- The command --------------------------------------------------------------------------- */

static int choose_format(const struct decode_options *options, enum image_format *format,
                         struct message *message)
{
    const char *name = options->to.output ? options->to.output : "-"; /* as of the directory's */
    return image_format_of(name, options->format, format, message);
}

/* What can be known of the command line alone. */
static int check_options(struct decoding *decoding, char **inputs, size_t n_inputs,
                         struct message *message)
{
    const struct decode_options *options = &decoding->options;
    if (options->step != UQD_STEP_LATEST && options->bytes != UINT64_MAX)
        return message_set(message, "--step and --bytes exclude each other");
    if (options->mix != NOT_MIXED && options->mode >= 0)
        return message_set(message, "--mix and --mode exclude each other");
    if (options->reduce > UQD_MAX_REDUCE)
        return message_set(message, "--reduce: %u is more than %d", options->reduce,
                           UQD_MAX_REDUCE);
    if (options->max_edge != NO_EDGE && options->reduce > 0)
        return message_set(message, "--max-edge and --reduce exclude each other");
    if (options->max_edge == 0)
        return message_set(message, "--max-edge: a picture has at least 1 pixel");
    if (choose_format(options, &decoding->format, message) < 0)
        return -1;
    return outputs_name(&decoding->outputs, inputs, n_inputs, &options->to,
                        image_format_extension(decoding->format), message);
}

static int confine(struct decoding *decoding, struct message *message)
{
    const struct outputs *outputs = &decoding->outputs;
    decoding->confinement = (struct confinement){.inputs = outputs->inputs,
                                                 .n_inputs = outputs->count,
                                                 .outputs = outputs->paths,
                                                 .n_outputs = outputs->count,
                                                 .loads_models = !decoding->named};
    return confinement_begin(&decoding->confinement, message);
}

static int run_decode(const struct program *program, const struct command *command, int argc,
                      char **argv)
{
    struct decoding decoding = {.options = {.step = UQD_STEP_LATEST,
                                            .bytes = UINT64_MAX,
                                            .max_edge = NO_EDGE,
                                            .format = -1,
                                            .mode = -1,
                                            .mix = NOT_MIXED}};
    const struct decode_options *options = &decoding.options;
    struct message message;
    int code;
    int first = options_parse(program, command, argc, argv, &decoding.options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    if (check_options(&decoding, argv + first, (size_t)(argc - first), &message) < 0)
        code = report_usage(command, &message);
    else if (outputs_check_directory(&options->to, &message) < 0 ||
             (options->model && model_load_named(options->model, &decoding.named, &message) < 0) ||
             confine(&decoding, &message) < 0)
        code = report_failure(&message);
    else
        code = batch_run("decoding", decoding.outputs.count, decode_file, &decoding);
    outputs_free(&decoding.outputs);
    model_set_free(&decoding.models);
    uqd_model_free(decoding.named);
    return code;
}

const struct command decode_command = {
    .name = "decode",
    .synopsis = "IN.uqd -o OUT.png | IN.uqd... --output-dir DIR",
    .summary = "decode .uqd files, or their beginnings, to image files",
    .description =
        "A file that was cut decodes to the best picture that its bytes give, and a note says how "
        "far it came. If a step is damaged, the message says which --step still works.\n\n"
        "The denoised picture is nearest to the original, a sample has its texture, though other "
        "than that of the original. --mix gives what lies between them, in percent of the way, and "
        "excludes --mode. Part of a step shows in the denoised picture only.\n\n"
        "Steps that a reduced picture does not show are not decoded. "
        "With --max-edge the longer side becomes N pixels, unless it has fewer, and every pixel is "
        "the mean of what it covers.\n\n"
        "The extension of the output says its format: .png, .ppm, .pgm, .pnm or .pam. A name "
        "without one needs --format, but - is PNG. PPM is always in colour, PGM always grey, PNM "
        "is whichever of the two the picture is. Only PNG and PAM hold transparency, and only PNG "
        "metadata: the colour profile, EXIF, XMP, resolution and text of the original, as far as "
        "they lie in the bytes that are read. What the format cannot hold is told.\n\n"
        "With --output-dir any number of files are decoded, x.uqd to DIR/x.png, or to what "
        "--format says. The directory must be there. If one of them fails, a message says so, the "
        "others are decoded, and the exit status is 1. A file that is write-protected, or that is "
        "an input as well, is overwritten with --force only.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .run = run_decode,
};
