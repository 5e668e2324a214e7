/* uqdctl status */
#include "commands.h"

#include "bus_names.h"
#include "dict.h"
#include "json.h"
#include "program.h"
#include "session.h"
#include "told.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT = 10 };

struct status_options {
    int json;
    uint32_t timeout;
};

#define MEMBER(name) offsetof(struct status_options, name)

static const struct option_row rows[] = {
    {"json", 0, OPTION_FLAG, NULL, MEMBER(json), "print JSON", NULL},
    {"timeout", 0, OPTION_U32, "SECONDS", MEMBER(timeout),
     "give up if there is no answer for so long (10); 0: never", NULL},
};

/* A program on the bus. */
struct peer {
    bool is_there;
    char owner[OWNER_SIZE];
    uint32_t process; /* 0: unknown */
};

struct report {
    struct peer daemon, thumbnailer;
    bool can_start_thumbnailer; /* the bus would, for the next call */
    DBusMessage *reply;         /* the daemon's properties, which hold what follows; or NULL */
    const char *version, *confinement;
    uint32_t threads, jobs, max_jobs;
};

/* ---- Asking -------------------------------------------------------------------------------- */

/* Unknown if the program has left meanwhile, or the bus does not know. */
static uint32_t find_process(struct session *session, const char *owner)
{
    uint32_t process = 0;
    struct message ignored;
    DBusMessage *call = dbus_message_new_method_call(
        DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "GetConnectionUnixProcessID");
    if (call)
        dbus_message_append_args(call, DBUS_TYPE_STRING, &owner, DBUS_TYPE_INVALID);
    DBusMessage *reply = session_call(session, call, "u", &ignored);
    if (!reply)
        return 0;
    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &process, DBUS_TYPE_INVALID);
    dbus_message_unref(reply);
    return process;
}

static int find_peer(struct session *session, const char *name, struct peer *peer,
                     struct message *message)
{
    const int result = session_owner(session, name, peer->owner, message);
    peer->is_there = result > 0;
    if (peer->is_there)
        peer->process = find_process(session, peer->owner);
    return result < 0 ? -1 : 0;
}

/* Whether the bus would start a program for a name that nobody has. */
static bool can_start(struct session *session, const char *name)
{
    struct message ignored;
    char **names;
    int n;
    bool found = false;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "ListActivatableNames");
    DBusMessage *reply = session_call(session, call, "as", &ignored);
    if (!reply)
        return false;
    if (dbus_message_get_args(reply, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &names, &n,
                              DBUS_TYPE_INVALID)) {
        for (int i = 0; i < n; i++)
            found = found || strcmp(names[i], name) == 0;
        dbus_free_string_array(names);
    }
    dbus_message_unref(reply);
    return found;
}

/* The call goes to the program that has the name, so that nobody is started if it has just left. */
static int ask_daemon(struct session *session, struct report *report, struct message *message)
{
    const char *interface = ROOT_INTERFACE;
    DBusMessageIter dict;
    DBusMessage *call = dbus_message_new_method_call(report->daemon.owner, ROOT_PATH,
                                                     DBUS_INTERFACE_PROPERTIES, "GetAll");
    if (call)
        dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
    report->reply = session_call(session, call, "a{sv}", message);
    if (!report->reply)
        return -1;
    dbus_message_iter_init(report->reply, &dict);
    dict_get_string(&dict, PROPERTY_VERSION, &report->version);
    dict_get_string(&dict, PROPERTY_CONFINEMENT, &report->confinement);
    dict_get_u32(&dict, PROPERTY_THREADS, &report->threads);
    dict_get_u32(&dict, PROPERTY_JOBS, &report->jobs);
    dict_get_u32(&dict, PROPERTY_MAX_JOBS, &report->max_jobs);
    return 0;
}

static int ask(struct report *report, uint32_t timeout, struct message *message)
{
    struct session session = {0};
    int result = session_begin(&session, timeout, message);
    if (result == 0)
        result = find_peer(&session, BUS_NAME, &report->daemon, message);
    if (result == 0)
        result = find_peer(&session, THUMBNAILER_NAME, &report->thumbnailer, message);
    if (result == 0 && !report->thumbnailer.is_there)
        report->can_start_thumbnailer = can_start(&session, THUMBNAILER_NAME);
    if (result == 0 && report->daemon.is_there)
        result = ask_daemon(&session, report, message);
    session_end(&session);
    return result;
}

/* ---- Printing ------------------------------------------------------------------------------ */

static bool daemon_has_thumbnails(const struct report *report)
{
    return report->daemon.is_there && report->thumbnailer.is_there &&
           strcmp(report->daemon.owner, report->thumbnailer.owner) == 0;
}

static void print_daemon(const struct report *report)
{
    printf("uqdd        running, version ");
    told_print_text(report->version, 0);
    printf(", process %" PRIu32 "\n"
           "threads     %" PRIu32 "\n"
           "jobs        %" PRIu32 ", at most %" PRIu32 "\n",
           report->daemon.process, report->threads, report->jobs, report->max_jobs);
    printf("workers     ");
    told_print_text(report->confinement, 0);
    printf("\n");
}

static void print_text(const struct report *report)
{
    if (report->daemon.is_there)
        print_daemon(report);
    else
        printf("uqdd        not running\n");
    if (!report->thumbnailer.is_there)
        printf("thumbnails  nobody has the name " THUMBNAILER_NAME "%s\n",
               report->can_start_thumbnailer ? "; the bus starts a program for it when it is called"
                                             : "");
    else if (daemon_has_thumbnails(report))
        printf("thumbnails  uqdd has the name " THUMBNAILER_NAME "\n");
    else
        printf("thumbnails  process %" PRIu32 " has the name " THUMBNAILER_NAME "\n",
               report->thumbnailer.process);
}

static void print_json(const struct report *report)
{
    const struct peer *thumbnailer = &report->thumbnailer;
    printf("{\"running\": %s", report->daemon.is_there ? "true" : "false");
    if (report->daemon.is_there) {
        printf(", \"version\": ");
        json_string(stdout, report->version);
        printf(", \"process\": %" PRIu32 ", \"threads\": %" PRIu32 ", \"jobs\": %" PRIu32
               ", \"max_jobs\": %" PRIu32,
               report->daemon.process, report->threads, report->jobs, report->max_jobs);
        printf(", \"confinement\": ");
        json_string(stdout, report->confinement);
    }
    printf(", \"thumbnailer\": ");
    if (thumbnailer->is_there)
        printf("{\"process\": %" PRIu32 ", \"is_uqdd\": %s}", thumbnailer->process,
               daemon_has_thumbnails(report) ? "true" : "false");
    else
        printf("null, \"can_start_thumbnailer\": %s",
               report->can_start_thumbnailer ? "true" : "false");
    printf("}\n");
}

/* ---- The command --------------------------------------------------------------------------- */

static int run_status(const struct program *program, const struct command *command, int argc,
                      char **argv)
{
    struct status_options options = {.timeout = DEFAULT_TIMEOUT};
    struct report report = {.version = "", .confinement = "not known"};
    struct message message;
    const int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    const int result = ask(&report, options.timeout, &message);
    if (result == 0 && options.json)
        print_json(&report);
    else if (result == 0)
        print_text(&report);
    if (report.reply)
        dbus_message_unref(report.reply);
    if (result < 0)
        return report_failure(&message);
    return report.daemon.is_there ? EXIT_DONE : EXIT_FAILED;
}

const struct command status_command = {
    .name = "status",
    .synopsis = "",
    .summary = "say whether the daemon is running, and who makes thumbnails",
    .description = "The daemon is not started for that. If it is not running, that is what is "
                   "printed, and the exit status is 1.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .run = run_status,
};
