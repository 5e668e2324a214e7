/* uqdctl monitor */
#include "commands.h"

#include "bus_names.h"
#include "dict.h"
#include "json.h"
#include "mode.h"
#include "plural.h"
#include "program.h"
#include "remote.h"
#include "told.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { DEFAULT_PROGRESS = 250 };

struct monitor_options {
    const char *reference;
    uint64_t seed;
    uint32_t progress, timeout;
    int mode; /* an index into the words */
    int json, follow;
    struct uqd_region region; /* of width 0: all of the picture */
};

#define MEMBER(name) offsetof(struct monitor_options, name)

static const struct option_row rows[] = {
    {"mode", 0, OPTION_CHOICE, MODE_WORDS, MEMBER(mode), "of the pictures that are measured", NULL},
    {"seed", 0, OPTION_U64, "N", MEMBER(seed), "of ancestral sampling (0)", NULL},
    {"follow", 0, OPTION_FLAG, NULL, MEMBER(follow),
     "wait where the file ends, until it has grown to its last step", NULL},
    {"reference", 0, OPTION_TEXT, "FILE", MEMBER(reference),
     "measure every step against this original of the whole picture: PNG, JPEG or PNM", NULL},
    {"region", 0, OPTION_REGION, "X,Y,W,H", MEMBER(region),
     "decode only these W x H pixels, from column X and row Y on; decibels are of the whole "
     "picture unless --reference gives its original",
     NULL},
    {"progress", 0, OPTION_U32, "MS", MEMBER(progress),
     "say how far a step has come, so many milliseconds apart (250); 0: not at all", NULL},
    {"json", 0, OPTION_FLAG, NULL, MEMBER(json), "print a JSON object a line", NULL},
    {"timeout", 0, OPTION_U32, "SECONDS", MEMBER(timeout),
     "give up if it has not finished within so long (0: never)", NULL},
};

/* ---- Signals ------------------------------------------------------------------------------- */

struct step_ready {
    uint32_t step, n_steps;
    uint64_t bytes;
    const char *name;
    double seconds, psnr; /* NaN: unknown */
    bool is_measured;
};

static void read_step_ready(DBusMessageIter *arguments, struct step_ready *ready)
{
    *ready = (struct step_ready){.name = "", .seconds = NAN, .psnr = NAN};
    dbus_message_iter_get_basic(arguments, &ready->step);
    dbus_message_iter_next(arguments);
    dbus_message_iter_get_basic(arguments, &ready->n_steps);
    dbus_message_iter_next(arguments);
    dbus_message_iter_get_basic(arguments, &ready->bytes);
    dbus_message_iter_next(arguments);
    dict_get_string(arguments, KEY_NAME, &ready->name);
    dict_get_double(arguments, KEY_SECONDS, &ready->seconds);
    dict_get_double(arguments, KEY_PSNR, &ready->psnr);
    dict_get_bool(arguments, KEY_MEASURED, &ready->is_measured);
    ready->seconds = told_seconds(ready->seconds);
    ready->psnr = told_psnr(ready->psnr);
}

static void print_step_ready(DBusMessageIter *arguments, bool json)
{
    struct step_ready ready;
    read_step_ready(arguments, &ready);
    if (!json) {
        /* Counted from 0, as everywhere; "of" would say that they are counted from 1. */
        printf("step %" PRIu32 ", ", ready.step);
        told_print_text(ready.name, 0);
        printf(": %" PRIu64 " bytes", ready.bytes);
        if (!isnan(ready.seconds))
            printf(", %.3f s", ready.seconds);
        if (!isnan(ready.psnr))
            printf(", %.2f dB%s", ready.psnr, ready.is_measured ? " measured" : "");
        putchar('\n');
        return;
    }
    printf("{\"signal\": \"" SIGNAL_STEP_READY "\", \"step\": %" PRIu32 ", \"steps\": %" PRIu32
           ", \"bytes\": %" PRIu64 ", \"name\": ",
           ready.step, ready.n_steps, ready.bytes);
    json_string(stdout, ready.name);
    printf(", \"seconds\": ");
    json_number(stdout, ready.seconds);
    printf(", \"psnr\": ");
    json_number(stdout, ready.psnr);
    printf(", \"measured\": %s}\n", ready.is_measured ? "true" : "false");
}

static void print_progress(DBusMessageIter *arguments, bool json)
{
    uint32_t step;
    double done;
    dbus_message_iter_get_basic(arguments, &step);
    dbus_message_iter_next(arguments);
    dbus_message_iter_get_basic(arguments, &done);
    done = told_share(done);
    if (isnan(done))
        return;
    if (json) {
        printf("{\"signal\": \"" SIGNAL_PROGRESS "\", \"step\": %" PRIu32 ", \"done\": ", step);
        json_number(stdout, done);
        printf("}\n");
    } else {
        printf("step %" PRIu32 ": %.0f %%\n", step, 100 * done);
    }
}

struct finished {
    uint32_t status, n_steps;
    uint64_t bytes, received;
    bool is_complete;
    const char *message;
};

static void read_finished(DBusMessageIter *arguments, struct finished *finished)
{
    *finished = (struct finished){.message = "it says no more"};
    dbus_message_iter_get_basic(arguments, &finished->status);
    dbus_message_iter_next(arguments);
    dict_get_u32(arguments, KEY_STEPS, &finished->n_steps);
    dict_get_u64(arguments, KEY_BYTES, &finished->bytes);
    dict_get_u64(arguments, KEY_RECEIVED, &finished->received);
    dict_get_bool(arguments, KEY_COMPLETE, &finished->is_complete);
    dict_get_string(arguments, KEY_MESSAGE, &finished->message);
}

static const char *status_word(uint32_t status)
{
    static const char *const words[] = {"unknown", "done", "cancelled", "failed"};
    return words[status < sizeof words / sizeof *words ? status : 0];
}

static void print_finished(const struct finished *finished, bool json)
{
    if (!json) {
        printf("%s: %" PRIu32 " step%s, %" PRIu64 " bytes%s\n", status_word(finished->status),
               finished->n_steps, plural(finished->n_steps), finished->bytes,
               finished->is_complete ? "" : ", and the file has more steps");
        return;
    }
    printf("{\"signal\": \"" SIGNAL_FINISHED "\", \"status\": \"%s\", \"steps\": %" PRIu32
           ", \"bytes\": %" PRIu64 ", \"received\": %" PRIu64 ", \"complete\": %s",
           status_word(finished->status), finished->n_steps, finished->bytes, finished->received,
           finished->is_complete ? "true" : "false");
    if (finished->status == RESULT_FAILED) {
        printf(", \"message\": ");
        json_string(stdout, finished->message);
    }
    printf("}\n");
}

/* ---- Following ----------------------------------------------------------------------------- */

enum { GOES_ON = 1 };

/* 0 if it is done, GOES_ON if more will come, or -1 with a message. */
static int take_finished(const struct remote *remote, DBusMessageIter *arguments, bool json,
                         struct message *message)
{
    struct finished finished;
    read_finished(arguments, &finished);
    print_finished(&finished, json);
    if (finished.status == RESULT_DONE)
        return 0;
    if (finished.status == RESULT_CANCELLED)
        return message_set(message, "%s: uqdd leaves before it is decoded", remote->name);
    return message_set(message, "%s: %s", remote->name, finished.message);
}

static bool is_signal(DBusMessage *signal, const char *name, const char *signature)
{
    return dbus_message_is_signal(signal, JOB_INTERFACE, name) &&
           dbus_message_has_signature(signal, signature);
}

/* As take_finished, for any signal of the daemon. */
static int take_signal(const struct remote *remote, DBusMessage *signal, bool json,
                       struct message *message)
{
    DBusMessageIter arguments;
    int result = GOES_ON;
    if (!dbus_message_has_path(signal, remote->job) || !dbus_message_iter_init(signal, &arguments))
        return GOES_ON;
    if (is_signal(signal, SIGNAL_STEP_READY, "uuta{sv}"))
        print_step_ready(&arguments, json);
    else if (is_signal(signal, SIGNAL_PROGRESS, "uda{sv}"))
        print_progress(&arguments, json);
    else if (is_signal(signal, SIGNAL_FINISHED, "ua{sv}"))
        result = take_finished(remote, &arguments, json, message);
    /* Whoever reads this wants it now; and what nobody reads need not be decoded. */
    if (fflush(stdout) != 0 && result == GOES_ON)
        return message_set(message, "standard output: cannot be written: %s", strerror(errno));
    return result;
}

static int start(struct remote *remote, struct message *message)
{
    DBusMessage *reply =
        session_watch(remote->session, remote->owner, message) == 0
            ? remote_call(remote, remote_new_call(remote, METHOD_START), "", message)
            : NULL;
    if (!reply)
        return -1;
    dbus_message_unref(reply);
    return 0;
}

static int follow(struct remote *remote, bool json, struct message *message)
{
    int result = GOES_ON;
    if (start(remote, message) < 0)
        return -1;
    while (result == GOES_ON) {
        DBusMessage *signal = remote_signal(remote, message);
        if (!signal)
            return -1;
        result = take_signal(remote, signal, json, message);
        dbus_message_unref(signal);
    }
    return result;
}

/* ---- The command --------------------------------------------------------------------------- */

static int monitor(const char *path, const struct monitor_options *options, struct message *message)
{
    const struct remote_options wanted = {
        .mode = (uint32_t)options->mode + MODE_FIRST,
        .seed = options->seed,
        .progress_ms = options->progress,
        .reference = options->reference,
        .follow = options->follow,
        .region = options->region,
    };
    struct session session = {0};
    struct remote remote = {0};
    int result = session_begin(&session, options->timeout, message);
    if (result == 0)
        result = remote_open(&remote, &session, path, &wanted, message);
    if (result == 0)
        result = follow(&remote, options->json, message);
    remote_close(&remote);
    session_end(&session);
    return result;
}

static int run_monitor(const struct program *program, const struct command *command, int argc,
                       char **argv)
{
    struct monitor_options options = {.progress = DEFAULT_PROGRESS};
    struct message message;
    const int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    return monitor(argv[first], &options, &message) == 0 ? EXIT_DONE : report_failure(&message);
}

const struct command monitor_command = {
    .name = "monitor",
    .synopsis = "IN.uqd",
    .summary = "have a file decoded, and print a line for each signal of the daemon",
    .description =
        "The signals StepReady, Progress and Finished are printed as they come. Finished is the "
        "last one; the exit status is 0 if it says that the steps of the file are decoded, or all "
        "that a cut file holds. With --follow a file that is still being written is decoded as it "
        "grows; what is shorter than before, removed or replaced cannot grow any more, which is a "
        "failure.\n\n"
        "With --json every line is an object whose member \"signal\" is the name. The others are "
        "called as in the interface of the daemon; \"psnr\" is null if it is unknown "
        "and the string \"inf\" if it is infinite, and \"status\" is \"done\", \"cancelled\" or "
        "\"failed\".",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = 1,
    .run = run_monitor,
};
