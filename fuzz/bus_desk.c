#include "bus_desk.h"

#include "bus_names.h"
#include "fuzz.h"
#include "jobs/jobs.h"
#include "loop.h"
#include "objects/decoder_object.h"
#include "objects/thumbnail_objects.h"

#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_CLIENTS = 8, MAX_CALLS = 64, MAX_PIXELS = 1 << 12, MAX_JOBS = 8, NAME_SIZE = 32 };

static struct desk {
    DBusConnection *here; /* the bus's end of the connection */
    struct bus bus;       /* the daemon's */
    struct loop *loop;
    struct jobs jobs;
    struct decoder_object decoder;
    struct thumbnail_objects thumbnails;
    char directory[64], uri[144];
    int files[DESK_FILES];
    /* Since the last program left. */
    char clients[MAX_CLIENTS][NAME_SIZE];
    unsigned n_clients, n_calls;
    unsigned n_replies[MAX_CALLS]; /* by serial, which begin behind first_serial */
    dbus_uint32_t first_serial;
} desk;

/* ---- The connection ---- */

static DBusWatch *listening;

static dbus_bool_t add_watch(DBusWatch *watch, void *cookie)
{
    (void)cookie;
    listening = watch;
    return TRUE;
}

static void remove_watch(DBusWatch *watch, void *cookie)
{
    (void)watch;
    (void)cookie;
}

static void accept_connection(DBusServer *server, DBusConnection *connection, void *cookie)
{
    (void)server;
    (void)cookie;
    desk.here = dbus_connection_ref(connection);
}

static void connect_ends(void)
{
    DBusError error = DBUS_ERROR_INIT;
    DBusServer *const server = dbus_server_listen("unix:tmpdir=/tmp", &error);
    FUZZ_CHECK(server != NULL);
    dbus_server_set_new_connection_function(server, accept_connection, NULL, NULL);
    FUZZ_CHECK(dbus_server_set_watch_functions(server, add_watch, remove_watch, NULL, NULL, NULL));
    char *const address = dbus_server_get_address(server);
    desk.bus.connection = dbus_connection_open_private(address, &error);
    FUZZ_CHECK(desk.bus.connection != NULL);
    dbus_free(address);
    dbus_watch_handle(listening, DBUS_WATCH_READABLE);
    FUZZ_CHECK(desk.here != NULL);
    while (!dbus_connection_get_is_authenticated(desk.bus.connection) ||
           !dbus_connection_get_is_authenticated(desk.here)) {
        dbus_connection_read_write(desk.bus.connection, 0);
        dbus_connection_read_write(desk.here, 0);
    }
    FUZZ_CHECK(dbus_connection_can_send_type(desk.here, DBUS_TYPE_UNIX_FD));
    dbus_connection_set_exit_on_disconnect(desk.bus.connection, FALSE);
    dbus_connection_set_exit_on_disconnect(desk.here, FALSE);
    dbus_server_disconnect(server);
    dbus_server_unref(server);
}

/* ---- Files ---- */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void remove_directory(void)
{
    nftw(desk.directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int make_file(const void *data, size_t size)
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    return fd;
}

static void write_file(const char *path, const void *data, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

static void make_files(void)
{
    const uint8_t *model;
    uint8_t *file;
    size_t size, model_size;
    char path[128];
    snprintf(desk.directory, sizeof desk.directory, "/tmp/uqd-fuzz-XXXXXX");
    FUZZ_CHECK(mkdtemp(desk.directory) != NULL);
    atexit(remove_directory);
    fuzz_model(&model, &model_size);
    snprintf(path, sizeof path, "%s/quick.uqdm", desk.directory);
    write_file(path, model, model_size);
    setenv("UQD_MODELS", desk.directory, 1);
    snprintf(path, sizeof path, "%s/cache", desk.directory);
    setenv("XDG_CACHE_HOME", path, 1);
    size = fuzz_encode(16, 12, 3, UQD_DITHER_NONE, FUZZ_STEPS, &file);
    snprintf(path, sizeof path, "%s/a.uqd", desk.directory);
    write_file(path, file, size);
    snprintf(desk.uri, sizeof desk.uri, "file://%s", path);
    desk.files[0] = make_file(file, size);
    desk.files[1] = make_file(file, size / 2);
    desk.files[2] = make_file("no picture", 10);
    free(file);
}

/* ---- The desk ---- */

static void turn(void *cookie)
{
    (void)cookie;
}

static void begin(void)
{
    static const struct decode_settings settings = {
        .max_bytes = UINT64_MAX, .max_pixels = MAX_PIXELS, .threads = 1};
    FUZZ_CHECK(dbus_threads_init_default());
    make_files();
    connect_ends();
    desk.loop = loop_new(turn, NULL);
    desk.jobs = (struct jobs){
        .workers = workers_new(NULL),
        .threads = 1,
        .limits = {.max_jobs = MAX_JOBS, .max_pixels = MAX_PIXELS, .max_memory = UINT64_MAX}};
    FUZZ_CHECK(desk.loop != NULL && desk.jobs.workers != NULL);
    FUZZ_CHECK(pool_new(&desk.jobs.pool, 2) == 0);
    FUZZ_CHECK(decoder_object_begin(&desk.decoder, &desk.bus, desk.loop, &desk.jobs,
                                    &desk.thumbnails.queue) == 0);
    FUZZ_CHECK(thumbnail_objects_begin(&desk.thumbnails, &desk.bus, desk.jobs.pool,
                                       desk.jobs.workers, &settings, 1) == 0);
}

static void need(void)
{
    if (desk.here == NULL)
        begin();
}

int desk_file(unsigned index)
{
    need();
    return desk.files[index % DESK_FILES];
}

const char *desk_uri(void)
{
    need();
    return desk.uri;
}

/* What the bus would answer: every program that has called is there. */
static void answer(DBusMessage *message)
{
    const char *const owner = ":1.0";
    if (!dbus_message_is_method_call(message, DBUS_INTERFACE_DBUS, "GetNameOwner"))
        return;
    DBusMessage *const reply = dbus_message_new_method_return(message);
    FUZZ_CHECK(reply != NULL &&
               dbus_message_append_args(reply, DBUS_TYPE_STRING, &owner, DBUS_TYPE_INVALID) &&
               dbus_message_set_sender(reply, DBUS_SERVICE_DBUS) &&
               dbus_connection_send(desk.here, reply, NULL));
    dbus_message_unref(reply);
}

static void look(DBusMessage *message)
{
    const int type = dbus_message_get_type(message);
    if (type == DBUS_MESSAGE_TYPE_METHOD_CALL) {
        answer(message);
    } else if (type == DBUS_MESSAGE_TYPE_METHOD_RETURN || type == DBUS_MESSAGE_TYPE_ERROR) {
        const dbus_uint32_t serial = dbus_message_get_reply_serial(message) - desk.first_serial;
        FUZZ_CHECK(serial >= MAX_CALLS || ++desk.n_replies[serial] == 1);
    }
}

/* Carries messages in both directions until there are no more. */
static void carry(void)
{
    int moved = 1;
    while (moved) {
        DBusMessage *message;
        moved = 0;
        dbus_connection_read_write(desk.here, 0);
        dbus_connection_read_write(desk.bus.connection, 0);
        while (dbus_connection_get_dispatch_status(desk.bus.connection) ==
               DBUS_DISPATCH_DATA_REMAINS) {
            dbus_connection_dispatch(desk.bus.connection);
            moved = 1;
        }
        while ((message = dbus_connection_pop_message(desk.here)) != NULL) {
            look(message);
            dbus_message_unref(message);
            moved = 1;
        }
        moved |= dbus_connection_has_messages_to_send(desk.here) ||
                 dbus_connection_has_messages_to_send(desk.bus.connection);
    }
    /* A message that is not valid ends the connection, and a bus would not have passed it on. */
    FUZZ_CHECK(dbus_connection_get_is_connected(desk.bus.connection));
}

static void remember(const char *name)
{
    for (unsigned i = 0; i < desk.n_clients; i++)
        if (strcmp(desk.clients[i], name) == 0)
            return;
    FUZZ_CHECK(desk.n_clients < MAX_CLIENTS && strlen(name) < NAME_SIZE);
    strcpy(desk.clients[desk.n_clients++], name);
}

void desk_call(DBusMessage *call, const char *sender)
{
    dbus_uint32_t serial;
    need();
    remember(sender);
    FUZZ_CHECK(dbus_message_set_sender(call, sender));
    FUZZ_CHECK(dbus_connection_send(desk.here, call, &serial));
    if (desk.n_calls++ == 0)
        desk.first_serial = serial;
    dbus_message_unref(call);
    carry();
}

void desk_work(void)
{
    need();
    pool_collect(desk.jobs.pool);
    carry();
}

static void tell_gone(const char *name)
{
    const char *const nobody = "";
    DBusMessage *const signal =
        dbus_message_new_signal(DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, "NameOwnerChanged");
    FUZZ_CHECK(signal != NULL && dbus_message_set_sender(signal, DBUS_SERVICE_DBUS));
    FUZZ_CHECK(dbus_message_append_args(signal, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &name,
                                        DBUS_TYPE_STRING, &nobody, DBUS_TYPE_INVALID));
    FUZZ_CHECK(dbus_connection_send(desk.here, signal, NULL));
    dbus_message_unref(signal);
}

void desk_leave(void)
{
    need();
    for (unsigned i = 0; i < desk.n_clients; i++)
        tell_gone(desk.clients[i]);
    carry();
    while (!pool_idle(desk.jobs.pool))
        desk_work();
    FUZZ_CHECK(desk.jobs.n_jobs == 0 && desk.jobs.clients.first == NULL);
    FUZZ_CHECK(!thumbnail_objects_busy(&desk.thumbnails));
    desk.n_clients = desk.n_calls = 0;
    memset(desk.n_replies, 0, sizeof desk.n_replies);
}
