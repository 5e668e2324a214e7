/* uqdctl thumbnail */
#include "commands.h"

#include "bus_names.h"
#include "cache.h"
#include "escape.h"
#include "location.h"
#include "program.h"
#include "session.h"
#include "utf8.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct thumbnail_options {
    int flavor; /* an index into flavors */
    uint32_t timeout;
};

#define MEMBER(name) offsetof(struct thumbnail_options, name)

static const struct option_row rows[] = {
    {"flavor", 0, OPTION_CHOICE, "normal|large|x-large|xx-large", MEMBER(flavor),
     "of at most 128, 256, 512 or 1024 pixels (normal)", NULL},
    {"timeout", 0, OPTION_U32, "SECONDS", MEMBER(timeout),
     "give up if not all are made within so long (0: never)", NULL},
};

/* One of the files. */
struct wanted {
    const char *name;         /* as the command line has it */
    struct location location; /* as the daemon sees it, by its URI */
    bool is_known;            /* whether there is a thumbnail */
};

/* One run of the command. */
struct errand {
    struct wanted *files;
    size_t n_files;
    const struct flavor *flavor;
    struct cache cache;
    struct session session;
    char daemon[OWNER_SIZE]; /* that does it */
    uint32_t handle;         /* of the request */
    bool has_failed;         /* some file, which has been said */
};

/* ---- Asking -------------------------------------------------------------------------------- */

/* A URI is sent as it is given, and libdbus ends the program for bytes that are no text. */
static int read_location(struct location *location, const char *name, struct message *message)
{
    struct location given;
    int result = location_read(&given, name, message);
    if (result == 0 && !utf8_is_valid(given.uri, strlen(given.uri)))
        result = message_set(
            message, "%s: is no URI: it has bytes that are not UTF-8 and not escaped", name);
    if (result == 0)
        result = location_read(location, given.uri, message);
    location_free(&given);
    return result;
}

static int read_locations(struct errand *errand, char **names, struct message *message)
{
    for (size_t i = 0; i < errand->n_files; i++) {
        struct wanted *file = &errand->files[i];
        file->name = names[i];
        if (read_location(&file->location, names[i], message) < 0)
            return -1;
    }
    return 0;
}

/* All files at once. NULL without memory. */
static DBusMessage *new_queue(const struct errand *errand)
{
    const char **uris = calloc(errand->n_files, sizeof *uris);
    const char **types = calloc(errand->n_files, sizeof *types);
    const char *flavor = errand->flavor->name, *scheduler = SCHEDULER_NAME_FOREGROUND;
    const uint32_t instead = 0;
    DBusMessage *call = dbus_message_new_method_call(BUS_NAME, THUMBNAILER_PATH,
                                                     THUMBNAILER_INTERFACE, METHOD_QUEUE);
    bool ok = call && uris && types;
    for (size_t i = 0; ok && i < errand->n_files; i++) {
        uris[i] = errand->files[i].location.uri;
        types[i] = MIME_TYPE;
    }
    ok = ok &&
         dbus_message_append_args(call, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris,
                                  (int)errand->n_files, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &types,
                                  (int)errand->n_files, DBUS_TYPE_STRING, &flavor, DBUS_TYPE_STRING,
                                  &scheduler, DBUS_TYPE_UINT32, &instead, DBUS_TYPE_INVALID);
    free(uris);
    free(types);
    if (ok)
        return call;
    if (call)
        dbus_message_unref(call);
    return NULL;
}

static int queue(struct errand *errand, struct message *message)
{
    DBusMessage *reply = session_call(&errand->session, new_queue(errand), "u", message);
    if (!reply)
        return -1;
    snprintf(errand->daemon, sizeof errand->daemon, "%s", dbus_message_get_sender(reply));
    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &errand->handle, DBUS_TYPE_INVALID);
    dbus_message_unref(reply);
    return session_watch(&errand->session, errand->daemon, message);
}

/* ---- Answers ------------------------------------------------------------------------------- */

/* The daemon names the file by its path, where it does. */
static void report_file(struct errand *errand, struct wanted *file, const char *cause)
{
    const char *path = file->location.path;
    const size_t length = strlen(path);
    struct message message;
    if (strncmp(cause, path, length) == 0 && strncmp(cause + length, ": ", 2) == 0)
        cause += length + 2;
    message_set(&message, "%s: %s", file->name, cause);
    errand->has_failed = true;
    file->is_known = true;
    report_failure(&message);
}

/* The daemon may have another cache, if its environment is another one. */
static void print_path(struct errand *errand, struct wanted *file)
{
    char *path = cache_path(&errand->cache, errand->flavor, file->location.uri);
    if (!path || access(path, R_OK) < 0) {
        report_file(errand, file, "its thumbnail was made, but is not in the cache of this user");
    } else {
        escape_print(stdout, path);
        putchar('\n');
        fflush(stdout);
        file->is_known = true;
    }
    free(path);
}

/* Of each file only the first answer is told: a coarse thumbnail may be followed by a better one,
 * of the same name. cause: why there is none, or NULL. */
static void take_uri(struct errand *errand, const char *uri, const char *cause)
{
    for (size_t i = 0; i < errand->n_files; i++) {
        struct wanted *file = &errand->files[i];
        if (file->is_known || strcmp(file->location.uri, uri) != 0)
            continue;
        if (cause)
            report_file(errand, file, cause);
        else
            print_path(errand, file);
    }
}

/* Ready(u, as) and Error(u, as, i, s). */
static void take_uris(struct errand *errand, DBusMessageIter *arguments, bool is_ready)
{
    DBusMessageIter uris;
    const char *uri, *cause = NULL;
    dbus_message_iter_recurse(arguments, &uris);
    if (!is_ready) {
        dbus_message_iter_next(arguments);
        dbus_message_iter_next(arguments);
        dbus_message_iter_get_basic(arguments, &cause);
    }
    for (; dbus_message_iter_get_arg_type(&uris) == DBUS_TYPE_STRING;
         dbus_message_iter_next(&uris)) {
        dbus_message_iter_get_basic(&uris, &uri);
        take_uri(errand, uri, cause);
    }
}

static bool is_signal(DBusMessage *signal, const char *name, const char *signature)
{
    return dbus_message_is_signal(signal, THUMBNAILER_INTERFACE, name) &&
           dbus_message_has_signature(signal, signature);
}

/* Whether the request is finished by it. */
static bool take_signal(struct errand *errand, DBusMessage *signal)
{
    const bool is_ready = is_signal(signal, SIGNAL_READY, "uas");
    const bool is_error = is_signal(signal, SIGNAL_ERROR, "uasis");
    const bool is_finished = is_signal(signal, SIGNAL_FINISHED, "u");
    DBusMessageIter arguments;
    uint32_t handle;
    if (!is_ready && !is_error && !is_finished)
        return false;
    dbus_message_iter_init(signal, &arguments);
    dbus_message_iter_get_basic(&arguments, &handle);
    if (handle != errand->handle)
        return false;
    dbus_message_iter_next(&arguments);
    if (!is_finished)
        take_uris(errand, &arguments, is_ready);
    return is_finished;
}

static int await(struct errand *errand, struct message *message)
{
    for (bool is_finished = false; !is_finished;) {
        DBusMessage *signal = session_signal(&errand->session, errand->daemon, message);
        if (!signal)
            return -1;
        is_finished = take_signal(errand, signal);
        dbus_message_unref(signal);
    }
    for (size_t i = 0; i < errand->n_files; i++)
        if (!errand->files[i].is_known)
            report_file(errand, &errand->files[i], "no thumbnail was made of it");
    return 0;
}

/* ---- The command --------------------------------------------------------------------------- */

static int run_errand(struct errand *errand, char **names, uint32_t timeout,
                      struct message *message)
{
    errand->files = calloc(errand->n_files, sizeof *errand->files);
    if (!errand->files || cache_open(&errand->cache) < 0)
        return message_set(message, "out of memory");
    if (!errand->cache.root)
        return message_set(message, "there is no cache: neither XDG_CACHE_HOME nor HOME is set");
    if (read_locations(errand, names, message) < 0 ||
        session_begin(&errand->session, timeout, message) < 0 || queue(errand, message) < 0)
        return -1;
    return await(errand, message);
}

static void errand_end(struct errand *errand)
{
    session_end(&errand->session);
    cache_close(&errand->cache);
    for (size_t i = 0; errand->files && i < errand->n_files; i++)
        location_free(&errand->files[i].location);
    free(errand->files);
}

static int run_thumbnail(const struct program *program, const struct command *command, int argc,
                         char **argv)
{
    struct thumbnail_options options = {0};
    struct message message;
    const int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    struct errand errand = {.n_files = (size_t)(argc - first), .flavor = &flavors[options.flavor]};
    const int result = run_errand(&errand, argv + first, options.timeout, &message);
    errand_end(&errand);
    if (result < 0)
        return report_failure(&message);
    return errand.has_failed ? EXIT_FAILED : EXIT_DONE;
}

const struct command thumbnail_command = {
    .name = "thumbnail",
    .synopsis = "IN.uqd...",
    .summary = "have thumbnails made for file managers, and print their paths in the cache",
    .description =
        "Each file is a path or a file: URI. A path is printed as soon as its thumbnail is there, "
        "or at once if it is up to date; a coarse one is made better until the command ends, which "
        "is when all are done: what has been asked for by a program that leaves is not made.\n\n"
        "Of a file that there can be no thumbnail of, a message says why; the others are made, and "
        "the exit status is 1.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = INT_MAX,
    .run = run_thumbnail,
};
