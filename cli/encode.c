/* uqd encode */
#include "program.h"

#include "batch.h"
#include "confinement.h"
#include "file.h"
#include "image_format.h"
#include "model_file.h"
#include "outputs.h"
#include "released_models.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct encode_options {
    struct output_options to;
    const char *model, *flatten;
    int dither, order;
    int depth; /* 0: the choice "8" was made, -1: not */
    int no_distortion, solid, no_copy, strip;
    uint64_t seed, max_pixels;
    uint32_t stop_step, threads;
    struct uqd_region first; /* of width 0: none */
};

#define ROW(name, letter, type, argument, member, help, group)                                     \
    {                                                                                              \
        name, letter, type, argument, offsetof(struct encode_options, member), help, group         \
    }

static const struct option_row rows[] = {
    OUTPUT_ROWS(ROW, "OUT.uqd", "the file to write"),
    ROW("model", 0, OPTION_TEXT, "MODEL", model,
        "an installed model (lattice, the default, lattice-phased or paper), or a file: with a "
        "slash "
        "or .uqdm in its name",
        NULL),
    ROW("stop-step", 0, OPTION_U32, "N", stop_step, "end the file after step N instead of lossless",
        "Coding"),
    ROW("order", 0, OPTION_CHOICE, "visual|psnr", order,
        "within each step first what the eye sees best (the model's own order, the default), or "
        "what "
        "lowers the squared error most: a higher PSNR of cuts in the steps up to 16",
        NULL),
    ROW("dither", 0, OPTION_CHOICE, "none|universal", dither,
        "no dither (smallest files, the default) or universal quantization (always, with paper)",
        NULL),
    ROW("first", 0, OPTION_REGION, "X,Y,W,H", first,
        "in the fine part of each step first the tiles, of 256 to 1024 pixels a side, that these "
        "W x H pixels touch, from column X and row Y on: there a cut file becomes sharp first",
        NULL),
    ROW("seed", 0, OPTION_U64, "N", seed, "seed of the dither (0)", NULL),
    ROW("no-distortion", 0, OPTION_FLAG, NULL, no_distortion,
        "do not measure and store the PSNR of every step: faster", NULL),
    ROW("solid", 0, OPTION_FLAG, NULL, solid,
        "the fewest bytes, for small pictures: no table of the steps, some 50 bytes; where a copy "
        "is "
        "smaller, no steps before it",
        NULL),
    ROW("no-copy", 0, OPTION_FLAG, NULL, no_copy,
        "never an exact copy as the last step, which a picture that is no photograph gets where "
        "it is a tenth smaller at least than the steps that are left",
        NULL),
    ROW("depth", 0, OPTION_CHOICE, "8", depth,
        "accept samples that 8 bits do not hold, and round them", "Input"),
    ROW("flatten", 0, OPTION_TEXT, "COLOUR", flatten,
        "lay transparency on white, black or #rrggbb instead of keeping it", NULL),
    ROW("strip", 0, OPTION_FLAG, NULL, strip, "leave metadata out, but for what tells the colours",
        NULL),
    ROW("max-pixels", 0, OPTION_U64, "N", max_pixels, "refuse larger images (268435456)", NULL),
    ROW("threads", 0, OPTION_U32, "N", threads, "use N threads (as many as there are cores)",
        "Other"),
};

static int parse_colour(const char *text, uint8_t colour[3], struct message *message)
{
    if (strcmp(text, "white") == 0 || strcmp(text, "black") == 0) {
        memset(colour, text[0] == 'w' ? 255 : 0, 3);
        return 0;
    }
    size_t digits = text[0] == '#' ? strspn(text + 1, "0123456789abcdefABCDEF") : 0;
    if (digits != 6 || text[7])
        return message_set(message, "--flatten: \"%s\" is not white, black or #rrggbb", text);
    unsigned long value = strtoul(text + 1, NULL, 16);
    for (int c = 0; c < 3; c++)
        colour[c] = (uint8_t)(value >> (16 - 8 * c));
    return 0;
}

static enum uqd_order order_of(const struct encode_options *options)
{
    return options->order == 1 ? UQD_ORDER_PSNR : UQD_ORDER_MODEL;
}

static int load_model(const struct encode_options *options, struct uqd_model **model,
                      struct message *message)
{
    struct uqd_model_info info;
    int result = options->model ? model_load_named(options->model, model, message)
                                : model_load_default(model, message);
    if (result < 0)
        return -1;
    uqd_model_get_info(*model, &info);
    if (options->stop_step != UINT32_MAX && options->stop_step >= info.n_steps)
        result = message_set(message, "--stop-step: there is no step %u, the steps are 0 to %u",
                             options->stop_step, info.n_steps - 1);
    else if (!uqd_model_has_order(*model, order_of(options)))
        result = message_set(message, "--order psnr: the model %s has one order only",
                             model_name(info.id, info.name));
    if (result == 0)
        return 0;
    uqd_model_free(*model);
    *model = NULL;
    return -1;
}

/* One run of the command. */
struct encoding {
    struct encode_options options;
    struct image_read_options reading;
    struct outputs outputs;
    struct uqd_model *model;
};

static int encode(const struct encoding *encoding, const struct pixels *pixels,
                  struct progress *progress, uint8_t **data, size_t *size)
{
    const struct encode_options *options = &encoding->options;
    struct uqd_image image = {pixels->width, pixels->height, pixels->channels,
                              (size_t)pixels->width * pixels->channels, pixels->data};
    struct uqd_encode_settings settings;
    uqd_encode_settings_default(&settings);
    settings.dither = (enum uqd_dither)options->dither;
    settings.order = order_of(options);
    settings.seed = options->seed;
    settings.stop_step = options->stop_step;
    settings.threads = options->threads;
    settings.no_distortion = options->no_distortion;
    settings.solid = options->solid;
    settings.first = options->first;
    settings.may_copy = !options->no_copy;
    settings.metadata = pixels->metadata;
    settings.n_metadata = pixels->n_metadata;
    settings.progress = progress_update;
    settings.cookie = progress;
    return uqd_encode(encoding->model, &image, &settings, data, size);
}

/* For what of an input cannot be kept. */
static void print_note(void *cookie, const char *sentence)
{
    struct message message;
    message_set(&message, "%s", sentence);
    progress_hide(cookie);
    message_print(stderr, uqd_program.name, &message);
}

/* Says where --first does nothing. */
static void note_one_tile(const struct encode_options *options, const char *name,
                          const struct pixels *pixels, struct progress *progress)
{
    enum { LEAST_TILE = 256 };
    struct message note;
    if (options->first.width == 0 || pixels->width > LEAST_TILE || pixels->height > LEAST_TILE)
        return;
    message_set(&note, "%s: has %u x %u pixels, which are a single tile: none comes first", name,
                pixels->width, pixels->height);
    print_note(progress, note.text);
}

static int check_first(const struct encode_options *options, const char *name,
                       const struct pixels *pixels, struct message *message)
{
    const struct uqd_region *first = &options->first;
    if (first->width == 0 ||
        (first->x < pixels->width && first->width <= pixels->width - first->x &&
         first->y < pixels->height && first->height <= pixels->height - first->y))
        return 0;
    return message_set(
        message, "%s: has %u x %u pixels, and --first %u,%u,%u,%u reaches beyond them", name,
        pixels->width, pixels->height, first->x, first->y, first->width, first->height);
}

static int encoding_failed(const struct encoding *encoding, const char *name, int status,
                           struct message *message)
{
    struct uqd_model_info info;
    uqd_model_get_info(encoding->model, &info);
    /* All else that can be out of range was looked at before. */
    if (status == UQD_ERR_ARG && encoding->options.first.width > 0)
        return message_set(
            message, "%s: cannot be encoded with --first: with the model %s no tiles come first",
            name, model_name(info.id, info.name));
    return message_set(message, "%s: cannot be encoded: %s", name, uqd_status_text(status));
}

static int encode_file(void *cookie, size_t index, struct progress *progress,
                       struct message *message)
{
    const struct encoding *encoding = cookie;
    const char *input = encoding->outputs.inputs[index], *name = file_input_name(input);
    struct pixels pixels = {0};
    uint8_t *data = NULL;
    size_t size;
    int result = outputs_check(&encoding->outputs, index, message);
    struct image_read_options reading = encoding->reading;
    reading.note = print_note;
    reading.cookie = progress;
    if (result == 0)
        result = image_read(input, &reading, &pixels, message);
    if (result == 0)
        result = check_first(&encoding->options, name, &pixels, message);
    if (result == 0) {
        int status = encode(encoding, &pixels, progress, &data, &size);
        if (status < 0)
            result = encoding_failed(encoding, name, status, message);
    }
    if (result == 0)
        note_one_tile(&encoding->options, name, &pixels, progress);
    if (result == 0)
        result = file_write(encoding->outputs.paths[index], data, size, message);
    free(data);
    pixels_free(&pixels);
    return result;
}

/* ---- The command --------------------------------------------------------------------------- */

/* What can be known of the command line alone. */
static int check_options(struct encoding *encoding, char **inputs, size_t n_inputs,
                         struct message *message)
{
    const struct encode_options *options = &encoding->options;
    struct image_read_options *reading = &encoding->reading;
    if (options->to.output && image_format_is_picture(options->to.output))
        return message_set(message, "%s: is the name of a picture, and a .uqd file is written",
                           options->to.output);
    if (options->flatten && parse_colour(options->flatten, reading->background, message) < 0)
        return -1;
    if (order_of(options) != UQD_ORDER_MODEL && options->dither != UQD_DITHER_NONE)
        return message_set(message, "--order psnr: there is one order only with dither");
    reading->flatten = options->flatten != NULL;
    reading->reduce_depth = options->depth == 0;
    reading->strip = options->strip;
    reading->max_pixels = options->max_pixels;
    return outputs_name(&encoding->outputs, inputs, n_inputs, &options->to, ".uqd", message);
}

/* The model is read before: it is of this machine. */
static int confine(const struct encoding *encoding, struct message *message)
{
    const struct outputs *outputs = &encoding->outputs;
    const struct confinement confinement = {.inputs = outputs->inputs,
                                            .n_inputs = outputs->count,
                                            .outputs = outputs->paths,
                                            .n_outputs = outputs->count};
    return confinement_begin(&confinement, message);
}

static int run_encode(const struct program *program, const struct command *command, int argc,
                      char **argv)
{
    struct encoding encoding = {.options = {.stop_step = UINT32_MAX, .depth = -1}};
    struct message message;
    int code;
    int first = options_parse(program, command, argc, argv, &encoding.options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    if (check_options(&encoding, argv + first, (size_t)(argc - first), &message) < 0)
        code = report_usage(command, &message);
    else if (outputs_check_directory(&encoding.options.to, &message) < 0 ||
             load_model(&encoding.options, &encoding.model, &message) < 0 ||
             confine(&encoding, &message) < 0)
        code = report_failure(&message);
    else
        code = batch_run("encoding", encoding.outputs.count, encode_file, &encoding);
    outputs_free(&encoding.outputs);
    uqd_model_free(encoding.model);
    return code;
}

const struct command encode_command = {
    .name = "encode",
    .synopsis = "IMAGE -o OUT.uqd | IMAGE... --output-dir DIR",
    .summary = "encode image files",
    .description =
        "The input is PNG, JPEG, or PNM (P1 to P6 and PAM), told apart by its content. What is "
        "kept "
        "is its pixels: of a JPEG file those that it decodes to, not its own bytes. Pictures of 16 "
        "bits or another range of values are taken where 8 bits hold every sample, or with --depth "
        "8. Transparency is kept. An orientation in the EXIF data is applied to the pixels and set "
        "to normal.\n\n"
        "Colour profile, EXIF, XMP, resolution and text are kept; a profile that is sRGB itself is "
        "left out, and a gamma or primaries without a profile become one. What cannot be kept, as "
        "the frames of an animation, a profile that does not fit the picture or cannot be used, is "
        "told in one line.\n\n"
        "With --output-dir any number of files are encoded, x.png to DIR/x.uqd. The directory must "
        "be there. If one of them fails, a message says so, the others are encoded, and the exit "
        "status is 1. A file that is write-protected, or that is an input as well, is overwritten "
        "with --force only.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .run = run_encode,
};
