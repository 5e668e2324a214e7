#include "daemon.h"

#include "base/pool.h"
#include "bus_names.h"
#include "dbus/bus.h"
#include "dbus/bus_name.h"
#include "jobs/jobs.h"
#include "loop.h"
#include "objects/decoder_object.h"
#include "objects/thumbnail_objects.h"
#include "workers/workers.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* SIGTERM must lead to the exit within a second. */
#define LEAVE_MS 800

/* How often jobs are asked whether they rest: ten times that, and a worker is given back. */
#define REST_MS 60000

/* More would only make the computations of several jobs fight for the processors. */
#define MAX_WORKERS 4

enum phase {
    PHASE_SERVING,
    PHASE_RELEASING, /* idle: the name is being given back */
    PHASE_REPLACED,  /* another daemon has the name: finish what is under way, then leave */
    PHASE_LEAVING,   /* all jobs are closed; only unsent messages and running work are left */
};

/* All of this belongs to the main thread. A job has at most one piece of work in the pool at a
 * time; what that work needs is handed over with it and comes back with it (jobs/job.h), so there
 * are no locks above the pool. */
struct daemon {
    struct arguments arguments;
    enum phase phase;
    struct loop *loop;
    struct bus bus;
    struct bus_name name;
    struct pool *pool;
    struct work warm; /* starts the process that makes workers */
    struct jobs jobs;
    struct decoder_object decoder;
    struct thumbnail_objects thumbnails;
    struct loop_timer idle, rest, deadline;
    int signal_fd; /* owned by the caller of daemon_run */
};

/* Cancels everything and ends the loop as soon as the workers have noticed. */
static void leave(struct daemon *daemon)
{
    if (daemon->phase == PHASE_LEAVING)
        return;
    daemon->phase = PHASE_LEAVING;
    decoder_object_refuse(&daemon->decoder);
    jobs_cancel(&daemon->jobs);
    thumbnail_objects_cancel(&daemon->thumbnails);
    loop_timer_start(daemon->loop, &daemon->deadline, LEAVE_MS);
}

/* Another daemon has the name. */
static void give_way(struct daemon *daemon)
{
    daemon->phase = PHASE_REPLACED;
    decoder_object_refuse(&daemon->decoder);
}

/* ---- What the bus says ---- */

static void called(void *cookie)
{
    struct daemon *daemon = cookie;

    loop_timer_stop(daemon->loop, &daemon->idle);
}

static void disconnected(void *cookie)
{
    leave(cookie);
}

static const struct bus_events bus_events = {.called = called, .disconnected = disconnected};

static void name_lost(void *cookie)
{
    struct daemon *daemon = cookie;

    if (daemon->phase == PHASE_SERVING)
        give_way(daemon);
}

/* Something is to be done before the daemon may leave without harm. */
static bool is_needed(const struct daemon *daemon)
{
    return daemon->jobs.n_jobs > 0 || thumbnail_objects_busy(&daemon->thumbnails);
}

/* A job may have been opened by a call that slipped in: then the name is taken again. */
static void name_released(void *cookie)
{
    struct daemon *daemon = cookie;

    if (daemon->phase != PHASE_RELEASING)
        return;
    if (!is_needed(daemon) || bus_name_retake(&daemon->name) < 0)
        leave(daemon);
}

static void name_retaken(void *cookie, bool owned)
{
    struct daemon *daemon = cookie;

    if (daemon->phase != PHASE_RELEASING)
        return;
    if (owned)
        daemon->phase = PHASE_SERVING;
    else
        give_way(daemon);
}

static const struct bus_name_events name_events = {
    .lost = name_lost,
    .released = name_released,
    .retaken = name_retaken,
};

/* ---- What the loop says ---- */

static void signal_ready(void *cookie)
{
    leave(cookie);
}

static void work_ready(void *cookie)
{
    struct daemon *daemon = cookie;

    pool_collect(daemon->pool);
}

static void idle_fire(void *cookie)
{
    struct daemon *daemon = cookie;

    daemon->phase = PHASE_RELEASING;
    if (bus_name_release(&daemon->name) < 0)
        leave(daemon);
}

/* As long as there are jobs. */
static void rest_fire(void *cookie)
{
    struct daemon *daemon = cookie;

    jobs_rest(&daemon->jobs);
}

static void deadline_fire(void *cookie)
{
    struct daemon *daemon = cookie;

    loop_stop(daemon->loop);
}

static bool all_sent(const struct daemon *daemon)
{
    return !dbus_connection_get_is_connected(daemon->bus.connection) ||
           !dbus_connection_has_messages_to_send(daemon->bus.connection);
}

/* Looks at what has become of the daemon after each turn of the loop. */
static void turn(void *cookie)
{
    struct daemon *daemon = cookie;
    bool idle = daemon->phase == PHASE_SERVING && !is_needed(daemon) && pool_idle(daemon->pool);

    if (!idle)
        loop_timer_stop(daemon->loop, &daemon->idle);
    else if (!daemon->idle.running && daemon->arguments.idle_seconds > 0)
        loop_timer_start(daemon->loop, &daemon->idle,
                         daemon->arguments.idle_seconds * INT64_C(1000));
    if (daemon->jobs.n_jobs > 0 && !daemon->rest.running)
        loop_timer_start(daemon->loop, &daemon->rest, REST_MS);
    if (daemon->phase == PHASE_REPLACED && !jobs_busy(&daemon->jobs) &&
        !thumbnail_objects_busy(&daemon->thumbnails))
        leave(daemon);
    if (daemon->phase == PHASE_LEAVING && pool_idle(daemon->pool) && all_sent(daemon))
        loop_stop(daemon->loop);
}

static void warm_run(struct work *work)
{
    struct daemon *daemon = (struct daemon *)((char *)work - offsetof(struct daemon, warm));
    struct failure failure;

    if (workers_try(daemon->jobs.workers, &failure) < 0)
        fprintf(stderr, "uqdd: %s\n", failure.text);
}

static void warm_done(struct work *work)
{
    (void)work;
}

/* Each job holds a file, and frames that clients have not fetched. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static unsigned n_workers(const struct daemon *daemon)
{
    return daemon->arguments.threads < MAX_WORKERS ? daemon->arguments.threads : MAX_WORKERS;
}

static int start_parts(struct daemon *daemon)
{
    uint32_t threads = daemon->arguments.threads;
    int status;

    if (!(daemon->loop = loop_new(turn, daemon)) || !(daemon->jobs.workers = workers_new(NULL)))
        return -1;
    status = pool_new(&daemon->pool, n_workers(daemon));
    if (status < 0)
        return status;
    daemon->jobs.pool = daemon->pool;
    daemon->jobs.threads = threads;
    daemon->jobs.limits = (struct limits){.max_jobs = daemon->arguments.max_jobs,
                                          .max_pixels = daemon->arguments.max_pixels,
                                          .max_memory = daemon->arguments.max_memory << 20};
    loop_add_fd(daemon->loop, pool_fd(daemon->pool), work_ready, daemon);
    loop_add_fd(daemon->loop, daemon->signal_fd, signal_ready, daemon);
    daemon->idle = (struct loop_timer){.fire = idle_fire, .cookie = daemon};
    daemon->rest = (struct loop_timer){.fire = rest_fire, .cookie = daemon};
    daemon->deadline = (struct loop_timer){.fire = deadline_fire, .cookie = daemon};
    daemon->warm = (struct work){
        .priority = PRIORITY_PREFETCH,
        .run = warm_run,
        .done = warm_done,
    };
    return 0;
}

/* One worker takes interactive work only, and the others share what is left of the processors. */
static int begin_thumbnails(struct daemon *daemon)
{
    const uint32_t threads = daemon->arguments.threads;
    const struct decode_settings settings = {
        .threads = threads,
        .max_memory = limits_most_memory(&daemon->jobs.limits, threads),
    };
    unsigned n = n_workers(daemon);

    return thumbnail_objects_begin(&daemon->thumbnails, &daemon->bus, daemon->pool,
                                   daemon->jobs.workers, &settings, n > 2 ? n - 1 : 1);
}

/* Puts the daemon on the bus. 0, or -1 with a message. */
static int connect_bus(struct daemon *daemon, struct message *message)
{
    struct bus *bus = &daemon->bus;
    int status =
        bus_connect(bus, daemon->arguments.address, daemon->loop, &bus_events, daemon, message);

    if (status < 0)
        return status;
    if (bus_name_begin(&daemon->name, bus->connection, BUS_NAME, &name_events, daemon) < 0 ||
        decoder_object_begin(&daemon->decoder, bus, daemon->loop, &daemon->jobs,
                             &daemon->thumbnails.queue) < 0 ||
        begin_thumbnails(daemon) < 0)
        return message_set(message, "out of memory");
    return 0;
}

/* The daemon is of use without the names of thumbnailers. */
static void take_thumbnail_names(struct daemon *daemon, bool replace)
{
    struct message message;

    if (daemon->arguments.thumbnailer &&
        thumbnail_objects_take_names(&daemon->thumbnails, replace, &message) != 0)
        message_print(stderr, uqdd_program.name, &message);
}

/* As daemon_run. */
static int serve(struct daemon *daemon)
{
    struct message message;
    bool inherits = false; /* from the daemon that is replaced */
    int status = connect_bus(daemon, &message);

    if (status == 0 && daemon->arguments.replace)
        inherits = bus_names_are_of_one(daemon->bus.connection, BUS_NAME, THUMBNAILER_NAME);
    if (status == 0)
        status = bus_name_take(&daemon->name, daemon->arguments.replace, &message);
    if (status == BUS_NAME_TAKEN)
        message_set(&message, "another daemon is running already (see --replace)");
    if (status != 0) {
        message_print(stderr, uqdd_program.name, &message);
        return status;
    }
    take_thumbnail_names(daemon, inherits);
    pool_submit(daemon->pool, &daemon->warm);
    loop_run(daemon->loop);
    return 0;
}

int daemon_run(const struct arguments *arguments, int signal_fd)
{
    struct daemon daemon = {.arguments = *arguments, .signal_fd = signal_fd};
    int status;

    raise_file_limit();
    status = start_parts(&daemon);
    if (status < 0)
        fprintf(stderr, "uqdd: cannot start: %s\n", strerror(errno));
    else
        status = serve(&daemon);
    /* A computation that does not notice the cancellation must not delay the exit. */
    if (daemon.pool && !pool_idle(daemon.pool))
        _exit(status < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
    thumbnail_objects_end(&daemon.thumbnails);
    decoder_object_end(&daemon.decoder);
    bus_disconnect(&daemon.bus);
    pool_free(daemon.pool);
    workers_free(daemon.jobs.workers);
    loop_free(daemon.loop);
    return status;
}
