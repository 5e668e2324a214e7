/* uqd info */
#include "program.h"

#include "confinement.h"
#include "escape.h"
#include "file.h"
#include "file_metadata.h"
#include "json.h"
#include "model_file.h"
#include "model_set.h"
#include "released_models.h"
#include "source.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>

struct info_options {
    int json, decode;
};

static const struct option_row rows[] = {
    {"json", 0, OPTION_FLAG, NULL, offsetof(struct info_options, json),
     "print JSON instead of a table", NULL},
    {"decode", 0, OPTION_FLAG, NULL, offsetof(struct info_options, decode),
     "decode solid files, to say where their steps end", NULL},
};

/* What is printed about one file. */
struct report {
    struct source source;
    const struct uqd_model *model; /* NULL if there is none to be used */
    const char *no_model;          /* why there is none */
    const char *path;              /* of the model's file */
    struct uqd_model_info model_info;
    uint64_t denoiser; /* its identity, 0 if the model's covers it, and its revision */
    uint32_t revision;
};

static double bits_per_pixel(const struct uqd_info *info, uint64_t bytes)
{
    return 8.0 * (double)bytes / ((double)info->width * info->height);
}

static struct uqd_step_info step_info(const struct report *report, uint32_t step)
{
    struct uqd_step_info info = {.name = "", .psnr = NAN};
    if (uqd_decoder_step_info(report->source.decoder, step, &info) != UQD_OK)
        info.bytes = 0;
    return info;
}

/* Where the steps of a solid file end is known of the last one, and of those that were decoded. */
static int has_bytes(const struct report *report, uint32_t step)
{
    return !report->source.info.solid || step + 1 == report->source.info.n_steps ||
           step < uqd_decoder_steps_complete(report->source.decoder);
}

/* How much of a step is there. NULL where nobody knows: of a solid file that was cut. */
static const char *presence(const struct report *report, uint32_t step)
{
    const struct uqd_info *info = &report->source.info;
    const uint64_t fed = uqd_decoder_bytes_fed(report->source.decoder);
    const uint64_t begin = step > 0 ? step_info(report, step - 1).bytes : info->header_size;
    if (fed >= info->file_size)
        return "all";
    if (!has_bytes(report, step) || (step > 0 && !has_bytes(report, step - 1)))
        return NULL;
    if (fed >= step_info(report, step).bytes)
        return "all";
    return fed > begin ? "part" : "none";
}

/* ---- The table ----------------------------------------------------------------------------- */

static void print_psnr(double psnr)
{
    if (isnan(psnr))
        printf("%9s", "-");
    else
        printf("%9.2f", psnr);
}

static void print_model(const struct report *report)
{
    const struct released_model *released = released_model(report->source.info.model_id);
    printf("model    %08" PRIx64 " ", report->source.info.model_id);
    escape_print(stdout, report->model ? model_name(report->model_info.id, report->model_info.name)
                                       : report->no_model);
    if (report->model) {
        printf("\nfound    ");
        escape_print(stdout, report->path);
    } else if (released) {
        printf("\nknown    %s.uqdm of UQD %s, in the package %s", released->name, released->release,
               released->package);
    }
    if (report->denoiser != 0)
        printf("\ndenoiser %08" PRIx64 ", revision %" PRIu32, report->denoiser, report->revision);
    putchar('\n');
}

/* As `uqd encode --order` calls it; NULL where the model has one only, or is not known. */
static const char *order_name(const struct report *report)
{
    if (report->source.info.order == UQD_ORDER_PSNR)
        return "psnr";
    return report->model && uqd_model_has_order(report->model, UQD_ORDER_PSNR) ? "visual" : NULL;
}

static void print_table(struct report *report)
{
    const struct uqd_info *info = &report->source.info;
    static const char *const channels[] = {"grey", "grey and alpha", "colour", "colour and alpha"};
    uint64_t present = uqd_decoder_bytes_fed(report->source.decoder);
    printf("picture  %" PRIu32 " x %" PRIu32 ", %s\n", info->width, info->height,
           channels[info->channels - 1]);
    printf("file     %" PRIu64 " bytes, %s", info->file_size,
           info->lossless ? "lossless" : "lossy");
    if (present < info->file_size)
        printf(", of which %" PRIu64 " are there", present);
    putchar('\n');
    print_model(report);
    if (info->dither == UQD_DITHER_UNIVERSAL)
        printf("dither   universal, seed %" PRIu64 "\n", info->seed);
    else
        printf("dither   none\n");
    if (order_name(report))
        printf("order    %s\n", order_name(report));
    if (info->first.width > 0)
        printf("first    %" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 " in each step\n",
               info->first.x, info->first.y, info->first.width, info->first.height);
    if (info->has_copy)
        printf("copy     the last step, as lossless WebP\n");
    file_metadata_print(&report->source);
    const int is_cut = present < info->file_size;
    printf("\nstep  name           bytes      bpp  PSNR/dB%s\n", is_cut ? "  there" : "");
    for (uint32_t i = 0; i < info->n_steps; i++) {
        struct uqd_step_info step = step_info(report, i);
        printf("%4" PRIu32 "  %-9s", i, *step.name ? step.name : "-");
        if (has_bytes(report, i))
            printf(" %10" PRIu64 " %8.3f", step.bytes, bits_per_pixel(info, step.bytes));
        else
            printf(" %10s %8s", "-", "-");
        print_psnr(step.psnr);
        if (is_cut)
            printf("  %s", presence(report, i) ? presence(report, i) : "-");
        putchar('\n');
    }
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void print_json_step(const struct report *report, uint32_t index)
{
    struct uqd_step_info step = step_info(report, index);
    printf("%s\n  {\"step\": %" PRIu32 ", \"name\": ", index > 0 ? "," : "", index);
    json_string(stdout, step.name);
    if (has_bytes(report, index)) {
        printf(", \"bytes\": %" PRIu64 ", \"bpp\": ", step.bytes);
        json_number(stdout, bits_per_pixel(&report->source.info, step.bytes));
    } else {
        printf(", \"bytes\": null, \"bpp\": null");
    }
    printf(", \"psnr\": ");
    json_number(stdout, step.psnr);
    printf(", \"there\": ");
    if (presence(report, index))
        json_string(stdout, presence(report, index));
    else
        printf("null");
    putchar('}');
}

static void print_json_model(const struct report *report)
{
    printf(" \"model_id\": \"%08" PRIx64 "\", \"model_name\": ", report->source.info.model_id);
    json_string(stdout,
                report->model ? model_name(report->model_info.id, report->model_info.name) : "");
    printf(",\n \"model_file\": ");
    if (report->model)
        json_string(stdout, report->path);
    else
        printf("null");
    if (report->denoiser != 0)
        printf(", \"denoiser_id\": \"%08" PRIx64 "\", \"denoiser_revision\": %" PRIu32,
               report->denoiser, report->revision);
    else
        printf(", \"denoiser_id\": null, \"denoiser_revision\": null");
    printf(",\n");
}

/* `file` is the name of one of several files, NULL if there is one only. */
static void print_json(struct report *report, const char *file)
{
    const struct uqd_info *info = &report->source.info;
    putchar('{');
    if (file) {
        printf("\"file\": ");
        json_string(stdout, file);
        printf(",\n ");
    }
    printf("\"width\": %" PRIu32 ", \"height\": %" PRIu32 ", \"channels\": %" PRIu32
           ", \"lossless\": %s,\n",
           info->width, info->height, info->channels, info->lossless ? "true" : "false");
    print_json_model(report);
    printf(" \"dither\": \"%s\", \"seed\": %" PRIu64 ",\n",
           info->dither == UQD_DITHER_UNIVERSAL ? "universal" : "none", info->seed);
    printf(" \"order\": \"%s\", \"copy\": %s,\n", order_name(report) ? order_name(report) : "model",
           info->has_copy ? "true" : "false");
    if (info->first.width > 0)
        printf(" \"first\": [%" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 "],\n", info->first.x,
               info->first.y, info->first.width, info->first.height);
    printf(" \"header_bytes\": %" PRIu64 ", \"file_bytes\": %" PRIu64
           ", \"present_bytes\": %" PRIu64 ",\n",
           info->header_size, info->file_size, uqd_decoder_bytes_fed(report->source.decoder));
    putchar(' ');
    file_metadata_print_json(&report->source);
    printf(",\n \"n_steps\": %" PRIu32 ", \"steps\": [", info->n_steps);
    for (uint32_t i = 0; i < info->n_steps; i++)
        print_json_step(report, i);
    printf("]}");
}

/* ---- The command --------------------------------------------------------------------------- */

/* What keeps a part of the information from being known. */
static void note(const struct source *source, const char *what, const char *cause)
{
    struct message message;
    message_set(&message, "%s: %s: %s", source->name, what, cause);
    message_print(stderr, uqd_program.name, &message);
}

/* Without a table of the steps their bytes are known when they are decoded, which takes time and
 * memory that a header alone can ask for: only if it is wanted. */
static void decode_solid(const struct report *report)
{
    int status = UQD_OK;
    if (!report->source.info.solid || !report->model)
        return;
    while (status == UQD_OK)
        status = uqd_decoder_advance(report->source.decoder);
    if (status < 0)
        note(&report->source, "not all of its steps can be decoded", uqd_status_text(status));
}

/* Without the model everything but the names is known. That there is none is said in what is
 * printed, that there is one which cannot be used in a message. */
static void find_model(struct report *report, struct model_set *models)
{
    struct source *source = &report->source;
    struct message cause;
    int result = model_set_find(models, source->info.model_id, &report->model, &cause);
    report->no_model = result == MODEL_NOT_INSTALLED ? "(not installed)" : "(left out)";
    if (result < 0)
        note(source, "its model is left out", cause.text);
    if (!report->model)
        return;
    uqd_model_get_info(report->model, &report->model_info);
    report->denoiser = uqd_model_denoiser(report->model, &report->revision);
    report->path = model_set_path(models, report->model);
    /* With the model it is known whether the steps are all that there can be. */
    if (uqd_decoder_set_model(source->decoder, report->model) < 0 ||
        uqd_decoder_info(source->decoder, &source->info) != UQD_OK) {
        report->model = NULL;
        report->denoiser = 0;
    }
}

/* One run of the command. */
struct listing {
    char **inputs;
    size_t count, n_printed;
    int json, decode;
    struct model_set models;
};

/* Between the files, and before the first. */
static void print_heading(const struct listing *listing, const char *name)
{
    if (listing->count == 1)
        return;
    if (listing->n_printed > 0)
        printf(listing->json ? ",\n" : "\n");
    if (!listing->json) {
        escape_print(stdout, name);
        printf(":\n");
    }
}

static void print_report(struct listing *listing, struct report *report, const char *name)
{
    print_heading(listing, name);
    if (listing->json) {
        print_json(report, listing->count > 1 ? name : NULL);
    } else {
        print_table(report);
    }
    listing->n_printed++;
}

static int print_file(struct listing *listing, const char *path, struct message *message)
{
    struct report report = {0};
    int result = source_open(&report.source, path, UINT64_MAX, NULL, message);
    if (result == 0)
        result = source_feed(&report.source, report.source.info.file_size, message);
    if (result == 0) {
        find_model(&report, &listing->models);
        if (listing->decode)
            decode_solid(&report);
        print_report(listing, &report, file_input_name(path));
    }
    source_close(&report.source);
    return result;
}

static int print_files(struct listing *listing)
{
    const int is_array = listing->json && listing->count > 1;
    struct message message;
    int code = EXIT_DONE;
    if (is_array)
        printf("[\n");
    for (size_t i = 0; i < listing->count; i++)
        if (print_file(listing, listing->inputs[i], &message) < 0)
            code = report_failure(&message);
    if (listing->json && listing->n_printed > 0)
        putchar('\n');
    if (is_array)
        printf("]\n");
    model_set_free(&listing->models);
    return code;
}

static int run_info(const struct program *program, const struct command *command, int argc,
                    char **argv)
{
    struct info_options options = {0};
    struct message message;
    int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    struct listing listing = {
        .inputs = argv + first,
        .count = (size_t)(argc - first),
        .json = options.json,
        .decode = options.decode,
    };
    const struct confinement confinement = {
        .inputs = listing.inputs, .n_inputs = listing.count, .loads_models = true};
    return confinement_begin(&confinement, &message) < 0 ? report_failure(&message)
                                                         : print_files(&listing);
}

const struct command info_command = {
    .name = "info",
    .synopsis = "IN.uqd...",
    .summary = "print the size of .uqd files and the bytes, rate and PSNR of their steps",
    .description =
        "The bytes are counted from the beginning of the file. The PSNR is what the "
        "encoder measured. The model is told by the identity that files carry, with its name "
        "and the file that it was found in, and, if it can be exchanged, what makes "
        "its pictures between the steps. In JSON an infinite PSNR is the string \"inf\" and one "
        "that "
        "was not stored is null. The model need not be installed; without it the names "
        "of the steps are missing. Nothing is decoded, whatever a file says of itself. So of a "
        "solid file, which has no table, only the end of the last step is told, null of the "
        "others, unless --decode is given and the model is installed. Of a file that was cut each "
        "step is told to be there whole (all), in part or not at all (none), which JSON tells of "
        "every file; it is not known (-, null) where the ends of the steps are not.\n\n"
        "Of several files each has its name as a heading, or JSON is an array of "
        "objects with the member \"file\". If one of them cannot be read, a message "
        "says so, the others are printed, and the exit status is 1.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .run = run_info,
};
