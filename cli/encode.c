/* uqd encode */
#include "program.h"

#include "file.h"
#include "image_file.h"
#include "model_file.h"
#include "progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ICC_SIZE = 1 << 20 };

struct encode_options {
    const char *input, *output, *model, *flatten;
    int dither;
    int depth; /* 0: the choice "8" was made, -1: not */
    int no_distortion, solid;
    uint64_t seed, max_pixels;
    uint32_t stop_step, threads;
};

#define ROW(name, letter, type, argument, member, help, group)                                     \
    {                                                                                              \
        name, letter, type, argument, offsetof(struct encode_options, member), help, group         \
    }

static const struct option_row rows[] = {
    ROW("output", 'o', OPTION_TEXT, "OUT.uqd", output, "the file to write", "Files"),
    ROW("model", 0, OPTION_TEXT, "MODEL", model,
        "an installed model, lattice (the default) or paper, or a file", NULL),
    ROW("stop-step", 0, OPTION_U32, "N", stop_step, "end the file after step N instead of lossless",
        "Coding"),
    ROW("dither", 0, OPTION_CHOICE, "none|universal", dither,
        "no dither (smallest files, the default) or universal quantization (always, with paper)",
        NULL),
    ROW("seed", 0, OPTION_U64, "N", seed, "seed of the dither (0)", NULL),
    ROW("no-distortion", 0, OPTION_FLAG, NULL, no_distortion,
        "do not measure and store the PSNR of every step: faster", NULL),
    ROW("solid", 0, OPTION_FLAG, NULL, solid,
        "no table of the steps at all: some 50 bytes less, for small pictures", NULL),
    ROW("depth", 0, OPTION_CHOICE, "8", depth, "accept 16-bit images and keep the upper 8 bits",
        "Input"),
    ROW("flatten", 0, OPTION_TEXT, "COLOUR", flatten,
        "accept transparency and lay it on white, black or #rrggbb", NULL),
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

static int load_model(const struct encode_options *options, struct uqd_model **model,
                      struct message *message)
{
    struct uqd_model_info info;
    int result = options->model ? model_load_named(options->model, model, message)
                                : model_load_default(model, message);
    if (result < 0)
        return -1;
    uqd_model_get_info(*model, &info);
    if (options->stop_step == UINT32_MAX || options->stop_step < info.n_steps)
        return 0;
    uqd_model_free(*model);
    *model = NULL;
    return message_set(message, "--stop-step: there is no step %u, the steps are 0 to %u",
                       options->stop_step, info.n_steps - 1);
}

static int encode(const struct encode_options *options, const struct pixels *pixels,
                  const struct uqd_model *model, uint8_t **data, size_t *size,
                  struct message *message)
{
    struct uqd_image image = {pixels->width, pixels->height, pixels->channels,
                              (size_t)pixels->width * pixels->channels, pixels->data};
    struct uqd_encode_settings settings;
    struct progress progress;
    progress_begin(&progress, "encoding", 1);
    uqd_encode_settings_default(&settings);
    settings.dither = (enum uqd_dither)options->dither;
    settings.seed = options->seed;
    settings.stop_step = options->stop_step;
    settings.threads = options->threads;
    settings.no_distortion = options->no_distortion;
    settings.solid = options->solid;
    const struct uqd_metadata icc = {UQD_METADATA_ICC, pixels->icc, pixels->icc_size};
    settings.metadata = &icc;
    settings.n_metadata = pixels->icc_size > 0;
    settings.progress = progress_update;
    settings.cookie = &progress;
    int status = uqd_encode(model, &image, &settings, data, size);
    progress_end(&progress);
    if (status < 0)
        return message_set(message, "%s: cannot be encoded: %s", file_input_name(options->input),
                           uqd_status_text(status));
    return 0;
}

static int encode_file(const struct encode_options *options,
                       const struct image_read_options *reading, struct message *message)
{
    struct pixels pixels = {0};
    struct uqd_model *model = NULL;
    uint8_t *data = NULL;
    size_t size;
    int result = load_model(options, &model, message);
    if (result == 0)
        result = image_read(options->input, reading, &pixels, message);
    if (result == 0 && pixels.icc_size > MAX_ICC_SIZE)
        result = message_set(message, "%s: its colour profile is larger than %d bytes",
                             file_input_name(options->input), MAX_ICC_SIZE);
    if (result == 0)
        result = encode(options, &pixels, model, &data, &size, message);
    if (result == 0)
        result = file_write(options->output, data, size, message);
    free(data);
    pixels_free(&pixels);
    uqd_model_free(model);
    return result;
}

static int run_encode(const struct program *program, const struct command *command, int argc,
                      char **argv)
{
    struct encode_options options = {.stop_step = UINT32_MAX, .depth = -1};
    struct image_read_options reading = {0};
    struct message message;
    int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    options.input = argv[first];
    if (!options.output) {
        message_set(&message, "the output file is missing: -o OUT.uqd");
        return report_usage(command, &message);
    }
    if (options.flatten && parse_colour(options.flatten, reading.background, &message) < 0)
        return report_usage(command, &message);
    reading.flatten = options.flatten != NULL;
    reading.reduce_depth = options.depth == 0;
    reading.max_pixels = options.max_pixels;
    return encode_file(&options, &reading, &message) < 0 ? report_failure(&message) : EXIT_DONE;
}

const struct command encode_command = {
    .name = "encode",
    .synopsis = "IN.png|IN.ppm -o OUT.uqd",
    .summary = "encode an image file",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_encode,
};
