/* uqdctl open */
#include "commands.h"

#include "bus_names.h"
#include "dict.h"
#include "json.h"
#include "program.h"
#include "remote.h"
#include "told.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { DEFAULT_TIMEOUT = 60 };

struct open_options {
    int json;
    uint32_t timeout;
    struct uqd_region region; /* of width 0: all of the picture */
};

#define MEMBER(name) offsetof(struct open_options, name)

static const struct option_row rows[] = {
    {"json", 0, OPTION_FLAG, NULL, MEMBER(json), "print JSON instead of a table", NULL},
    {"region", 0, OPTION_REGION, "X,Y,W,H", MEMBER(region),
     "open only these W x H pixels of the full size, from column X and row Y on", NULL},
    {"timeout", 0, OPTION_U32, "SECONDS", MEMBER(timeout),
     "give up if there is no answer for so long (60); 0: never", NULL},
};

/* What the daemon says of a file. The texts are the replies'. */
struct report {
    uint32_t width, height, channels, n_steps, dither;
    uint64_t dither_seed, header_size, file_size, available, model_id;
    const char *model, *colour;
    bool is_lossless, is_solid;
    struct uqd_region region; /* of width 0: all of the picture was asked for */
    DBusMessageIter names;    /* of the steps, if has_names */
    bool has_names;
    DBusMessage *reply;    /* the table of the steps, or NULL */
    DBusMessageIter steps; /* in it */
};

/* ---- Asking -------------------------------------------------------------------------------- */

static void read_info(const DBusMessageIter *info, struct report *report)
{
    dict_get_u32(info, KEY_WIDTH, &report->width);
    dict_get_u32(info, KEY_HEIGHT, &report->height);
    dict_get_u32(info, KEY_CHANNELS, &report->channels);
    dict_get_u32(info, KEY_STEPS, &report->n_steps);
    dict_get_u32(info, KEY_DITHER, &report->dither);
    dict_get_u64(info, KEY_DITHER_SEED, &report->dither_seed);
    dict_get_u64(info, KEY_HEADER_SIZE, &report->header_size);
    dict_get_u64(info, KEY_FILE_SIZE, &report->file_size);
    dict_get_u64(info, KEY_AVAILABLE, &report->available);
    dict_get_u64(info, KEY_MODEL_ID, &report->model_id);
    dict_get_string(info, KEY_MODEL, &report->model);
    dict_get_string(info, KEY_COLOUR, &report->colour);
    dict_get_bool(info, KEY_LOSSLESS, &report->is_lossless);
    dict_get_bool(info, KEY_SOLID, &report->is_solid);
    report->has_names = dict_get_strings(info, KEY_STEP_NAMES, &report->names);
}

static int ask(struct remote *remote, struct report *report, struct message *message)
{
    DBusMessageIter arguments;
    report->reply =
        remote_call(remote, remote_new_call(remote, METHOD_GET_STEP_TABLE), "a(utd)", message);
    if (!report->reply)
        return -1;
    dbus_message_iter_init(report->reply, &arguments);
    dbus_message_iter_recurse(&arguments, &report->steps);
    read_info(&remote->info, report);
    return 0;
}

/* ---- Steps --------------------------------------------------------------------------------- */

struct step {
    uint32_t index;
    bool has_bytes; /* it is known where it ends */
    uint64_t bytes;
    double bits_per_pixel, psnr; /* NaN: unknown */
    const char *name;
};

/* Takes the next step of the table. False at its end. */
static bool next_step(struct report *report, struct step *step)
{
    DBusMessageIter entry;
    if (dbus_message_iter_get_arg_type(&report->steps) != DBUS_TYPE_STRUCT)
        return false;
    dbus_message_iter_recurse(&report->steps, &entry);
    dbus_message_iter_get_basic(&entry, &step->index);
    dbus_message_iter_next(&entry);
    dbus_message_iter_get_basic(&entry, &step->bytes);
    dbus_message_iter_next(&entry);
    dbus_message_iter_get_basic(&entry, &step->psnr);
    dbus_message_iter_next(&report->steps);
    step->psnr = told_psnr(step->psnr);
    /* Nothing has been decoded: without a table only the end of the last step is known. */
    step->has_bytes = !report->is_solid || step->index + 1 >= report->n_steps;
    step->bits_per_pixel = told_bits_per_pixel(step->bytes, report->width, report->height);
    step->name = "";
    if (report->has_names && dbus_message_iter_get_arg_type(&report->names) == DBUS_TYPE_STRING) {
        dbus_message_iter_get_basic(&report->names, &step->name);
        dbus_message_iter_next(&report->names);
    }
    return true;
}

/* ---- The table ----------------------------------------------------------------------------- */

static const char *channels_text(const struct report *report)
{
    static const char *const texts[] = {"grey", "grey and alpha", "colour", "colour and alpha"};
    return report->channels >= 1 && report->channels <= 4 ? texts[report->channels - 1] : "unknown";
}

/* A dash if it is unknown. */
static void print_number(int width, int decimals, double number)
{
    if (isnan(number))
        printf("%*s", width, "-");
    else
        printf("%*.*f", width, decimals, number);
}

static void print_table(struct report *report)
{
    struct step step;
    printf("picture  %" PRIu32 " x %" PRIu32 ", %s, %s\n", report->width, report->height,
           channels_text(report),
           strcmp(report->colour, COLOUR_ICC) == 0 ? "by the file's profile" : "sRGB");
    if (report->region.width > 0)
        printf("region   %" PRIu32 " x %" PRIu32 ", from column %" PRIu32 " and row %" PRIu32
               " on\n",
               report->region.width, report->region.height, report->region.x, report->region.y);
    printf("file     %" PRIu64 " bytes, %s", report->file_size,
           report->is_lossless ? "lossless" : "lossy");
    if (report->available < report->file_size)
        printf(", of which %" PRIu64 " are there", report->available);
    printf("\nmodel    %08" PRIx64 " ", report->model_id);
    told_print_text(report->model, 0);
    printf("\n\nstep  name           bytes      bpp  PSNR/dB\n");
    while (next_step(report, &step)) {
        printf("%4" PRIu32 "  ", step.index);
        told_print_text(*step.name ? step.name : "-", 9);
        if (step.has_bytes)
            printf(" %10" PRIu64, step.bytes);
        else
            printf(" %10s", "-");
        print_number(9, 3, step.has_bytes ? step.bits_per_pixel : NAN);
        print_number(9, 2, step.psnr);
        putchar('\n');
    }
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void print_json_step(const struct step *step)
{
    printf("\n  {\"step\": %" PRIu32 ", \"name\": ", step->index);
    json_string(stdout, step->name);
    if (step->has_bytes)
        printf(", \"bytes\": %" PRIu64 ", \"bpp\": ", step->bytes);
    else
        printf(", \"bytes\": null, \"bpp\": ");
    json_number(stdout, step->has_bytes ? step->bits_per_pixel : NAN);
    printf(", \"psnr\": ");
    json_number(stdout, step->psnr);
    putchar('}');
}

static void print_json(struct report *report)
{
    struct step step;
    printf("{\"width\": %" PRIu32 ", \"height\": %" PRIu32 ", \"channels\": %" PRIu32
           ", \"lossless\": %s,\n \"colour\": ",
           report->width, report->height, report->channels, report->is_lossless ? "true" : "false");
    json_string(stdout, report->colour);
    if (report->region.width > 0)
        printf(",\n \"region\": [%" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 "]",
               report->region.x, report->region.y, report->region.width, report->region.height);
    printf(", \"model_id\": \"%08" PRIx64 "\", \"model_name\": ", report->model_id);
    json_string(stdout, report->model);
    printf(",\n \"dither\": \"%s\", \"seed\": %" PRIu64 ",\n",
           report->dither == 0 ? "none" : "universal", report->dither_seed);
    printf(" \"header_bytes\": %" PRIu64 ", \"file_bytes\": %" PRIu64
           ", \"present_bytes\": %" PRIu64 ",\n \"n_steps\": %" PRIu32 ", \"steps\": [",
           report->header_size, report->file_size, report->available, report->n_steps);
    for (const char *comma = ""; next_step(report, &step); comma = ",") {
        printf("%s", comma);
        print_json_step(&step);
    }
    printf("]}\n");
}

/* ---- The command --------------------------------------------------------------------------- */

static int print_file(const char *path, const struct open_options *options, struct message *message)
{
    const struct remote_options wanted = {.region = options->region};
    struct report report = {.model = "", .colour = "", .region = options->region};
    struct session session = {0};
    struct remote remote = {0};
    int result = session_begin(&session, options->timeout, message);
    if (result == 0)
        result = remote_open(&remote, &session, path, &wanted, message);
    if (result == 0)
        result = ask(&remote, &report, message);
    if (result == 0 && options->json)
        print_json(&report);
    else if (result == 0)
        print_table(&report);
    if (report.reply)
        dbus_message_unref(report.reply);
    remote_close(&remote);
    session_end(&session);
    return result;
}

static int run_open(const struct program *program, const struct command *command, int argc,
                    char **argv)
{
    struct open_options options = {.timeout = DEFAULT_TIMEOUT};
    struct message message;
    const int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    return print_file(argv[first], &options, &message) == 0 ? EXIT_DONE : report_failure(&message);
}

const struct command open_command = {
    .name = "open",
    .synopsis = "IN.uqd",
    .summary = "print what the daemon knows of a file: its size, and its steps",
    .description = "Nothing is decoded. The members of the JSON object are those of \"uqd info "
                   "--json\", but for metadata, and \"colour\" is \"icc\" if the file carries a "
                   "profile, else \"srgb\". With --region \"region\" has its four numbers. As "
                   "there, an infinite PSNR is the string \"inf\", and "
                   "what is unknown is null.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_open,
};
