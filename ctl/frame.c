/* uqdctl frame */
#include "commands.h"

#include "bus_names.h"
#include "completeness.h"
#include "dict.h"
#include "file.h"
#include "image_format.h"
#include "mode.h"
#include "picture.h"
#include "program.h"
#include "scale.h"

#include <signal.h>
#include <string.h>

struct frame_options {
    const char *output;
    uint64_t bytes, seed;               /* bytes NO_BYTES: all */
    uint32_t step;                      /* UQD_STEP_LATEST: all */
    uint32_t reduce, max_edge, timeout; /* max_edge NO_EDGE: as large as it is */
    struct uqd_region region;           /* of width 0: all of the picture */
    int mode;                           /* an index into the words */
};

#define NO_BYTES UINT64_MAX
#define NO_EDGE  UINT32_MAX

#define MEMBER(name) offsetof(struct frame_options, name)

static const struct option_row rows[] = {
    {"output", 'o', OPTION_TEXT, "OUT.png", MEMBER(output), "where to write; - is standard output",
     NULL},
    {"step", 0, OPTION_U32, "N", MEMBER(step), "show step N, counted from 0", NULL},
    {"bytes", 0, OPTION_U64, "N", MEMBER(bytes), "show what the first N bytes tell", NULL},
    {"region", 0, OPTION_REGION, "X,Y,W,H", MEMBER(region),
     "show only these W x H pixels of the full size, from column X and row Y on", NULL},
    {"reduce", 0, OPTION_U32, "K", MEMBER(reduce), "halve the sides K times", NULL},
    {"max-edge", 0, OPTION_U32, "N", MEMBER(max_edge), "make a larger picture fit N x N pixels",
     NULL},
    {"mode", 0, OPTION_CHOICE, MODE_WORDS, MEMBER(mode),
     "how to fill in what is missing: best estimate, sample, central path", NULL},
    {"seed", 0, OPTION_U64, "N", MEMBER(seed), "of ancestral sampling (0)", NULL},
    {"timeout", 0, OPTION_U32, "SECONDS", MEMBER(timeout),
     "give up if there is no picture within so long (0: never)", NULL},
};

/* What is written is PNG, under names that say so and under those that say no format at all. */
static int check_name(const char *output, struct message *message)
{
    enum image_format format;
    struct message ignored;
    if (!image_format_is_picture(output) ||
        (image_format_of(output, -1, &format, &ignored) == 0 && format == IMAGE_PNG))
        return 0;
    return message_set(
        message, "%s: the name says another format than PNG; uqd decode can write others", output);
}

static int check(const struct frame_options *options, struct message *message)
{
    if (!options->output)
        return message_set(message, "-o is missing: the form is %s", frame_command.synopsis);
    if (check_name(options->output, message) < 0)
        return -1;
    if (options->step != UQD_STEP_LATEST && options->bytes != NO_BYTES)
        return message_set(message, "--step and --bytes exclude each other");
    if (options->bytes == 0)
        return message_set(message, "--bytes: at least 1");
    if (options->max_edge != NO_EDGE && options->reduce > 0)
        return message_set(message, "--max-edge and --reduce exclude each other");
    if (options->max_edge == 0)
        return message_set(message, "--max-edge: a picture has at least 1 pixel");
    if (options->reduce > UQD_MAX_REDUCE)
        return message_set(message, "--reduce: at most %d", UQD_MAX_REDUCE);
    return 0;
}

/* How often the daemon is to halve the sides of what it shows. */
static uint32_t reduce_of(const struct frame_options *options, const struct remote *remote)
{
    uint32_t width = options->region.width, height = options->region.height;
    if (options->max_edge == NO_EDGE)
        return options->reduce;
    if (width == 0 && (!dict_get_u32(&remote->info, KEY_WIDTH, &width) ||
                       !dict_get_u32(&remote->info, KEY_HEIGHT, &height)))
        return 0;
    return scale_halvings(width, height, options->max_edge);
}

static struct picture_request make_request(const struct frame_options *options,
                                           const struct remote *remote)
{
    return (struct picture_request){
        .step = options->step,
        .bytes = options->bytes == NO_BYTES ? 0 : options->bytes,
        .mode = (uint32_t)options->mode + MODE_FIRST,
        .seed = options->seed,
        .reduce = reduce_of(options, remote),
    };
}

static int fit(struct pixels *pixels, const struct frame_options *options, struct message *message)
{
    uint32_t width = pixels->width, height = pixels->height;
    if (options->max_edge == NO_EDGE)
        return 0;
    scale_fit(&width, &height, options->max_edge);
    if (width == pixels->width && height == pixels->height)
        return 0;
    return scale_pixels(pixels, width, height) < 0 ? message_set(message, "out of memory") : 0;
}

/* Whoever stops this program does so before or after writing, so that nothing half is left. */
static int write_picture(const char *path, const struct pixels *pixels, struct message *message)
{
    sigset_t stopping, before;
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGTERM);
    sigaddset(&stopping, SIGINT);
    sigaddset(&stopping, SIGHUP);
    sigprocmask(SIG_BLOCK, &stopping, &before);
    const int result = image_write(path, IMAGE_PNG, pixels, message);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}

/* Of a picture of everything that the file holds: 0, 1 with a note where it was cut, or -1. */
static int look_at_file(struct remote *remote, const struct frame_options *options,
                        struct message *note)
{
    if (options->step != UQD_STEP_LATEST || options->bytes != NO_BYTES)
        return 0;
    return completeness_of(remote, note);
}

static int make_frame(const char *path, const struct frame_options *options,
                      struct message *message)
{
    const struct remote_options wanted = {.region = options->region};
    struct session session = {0};
    struct remote remote = {0};
    struct pixels pixels = {0};
    struct message note;
    bool is_cut = false;
    if (strcmp(options->output, "-") != 0 && file_is_same(path, options->output))
        return message_set(message, "%s: is the input itself", options->output);
    int result = session_begin(&session, options->timeout, message);
    if (result == 0)
        result = remote_open(&remote, &session, path, &wanted, message);
    if (result == 0) {
        const struct picture_request request = make_request(options, &remote);
        result = picture_get(&remote, &request, &pixels, message);
    }
    if (result == 0) {
        result = look_at_file(&remote, options, &note);
        is_cut = result > 0;
        if (result < 0)
            *message = note;
    }
    if (result >= 0)
        result = fit(&pixels, options, message);
    if (result == 0)
        result = write_picture(options->output, &pixels, message);
    if (result == 0 && is_cut)
        message_print(stderr, ctl_program.name, &note);
    pixels_free(&pixels);
    remote_close(&remote);
    session_end(&session);
    return result;
}

static int run_frame(const struct program *program, const struct command *command, int argc,
                     char **argv)
{
    struct frame_options options = {
        .step = UQD_STEP_LATEST, .bytes = NO_BYTES, .max_edge = NO_EDGE};
    struct message message;
    const int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    if (check(&options, &message) < 0)
        return report_usage(command, &message);
    return make_frame(argv[first], &options, &message) == 0 ? EXIT_DONE : report_failure(&message);
}

const struct command frame_command = {
    .name = "frame",
    .synopsis = "IN.uqd -o OUT.png",
    .summary = "write one picture of a file as PNG",
    .description =
        "Without --step and --bytes it is the last step, or of a cut file all that is there, and a "
        "note says how far that came; if a step is damaged, a message says which --step still "
        "works, and nothing is written. It is waited for, and as many steps are decoded as it "
        "needs; with --region, where the picture is above 1024 pixels a side, only the tiles of "
        "1024 pixels that this part needs. With --max-edge the longer side becomes N pixels, "
        "unless it has fewer. The colour profile of the file is kept. A name that ends like that "
        "of another picture format is refused.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_frame,
};
