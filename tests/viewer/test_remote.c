/* Other programs of the session tell the viewer what to do. The viewer is played by the test. */
#include "bell.h"
#include "bus_names.h"
#include "dict.h"
#include "remote/remote.h"
#include "scratch.h"

#include <dbus/dbus.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 60000 };

static struct bell bell;
static struct remote_control *remote;
static DBusConnection *bus;
static char own_name[64];

/* ---- The bus ------------------------------------------------------------------------------- */

/* Asks the bus about a name. NULL: it has no owner. */
static char *owner_of(const char *name)
{
    char *copy = NULL;
    const char *owner;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "GetNameOwner");
    assert_non_null(call);
    dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID);
    DBusMessage *reply = dbus_connection_send_with_reply_and_block(bus, call, PATIENCE_MS, NULL);
    dbus_message_unref(call);
    if (!reply)
        return NULL;
    if (dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &owner, DBUS_TYPE_INVALID))
        copy = strdup(owner);
    dbus_message_unref(reply);
    return copy;
}

/* Waits until a name has an owner, or has none. */
static void wait_for_name(const char *name, bool owned)
{
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        char *owner = owner_of(name);
        free(owner);
        if ((owner != NULL) == owned)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s is not %s", name, owned ? "owned" : "left");
}

static int setup(void **state)
{
    int status = scratch_setup(state);
    bell_init(&bell);
    remote = remote_new(bell_ring, &bell);
    if (!remote)
        return -1;
    wait_for_name(VIEWER_NAME, true);
    return status;
}

static int teardown(void **state)
{
    remote_free(remote);
    wait_for_name(VIEWER_NAME, false);
    return scratch_teardown(state);
}

/* ---- The caller ---------------------------------------------------------------------------- */

static DBusMessage *new_call(const char *interface, const char *member)
{
    DBusMessage *call = dbus_message_new_method_call(own_name, VIEWER_PATH, interface, member);
    assert_non_null(call);
    return call;
}

static DBusMessage *new_run(const char *command, bool wait)
{
    DBusMessage *call = new_call(VIEWER_INTERFACE, METHOD_RUN);
    DBusMessageIter arguments;
    struct dict dict;
    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_STRING, &command);
    dict_begin(&dict, &arguments);
    if (wait)
        dict_add_bool(&dict, KEY_WAIT, true);
    dict_add_string(&dict, "unknown", "is ignored");
    assert_true(dict_end(&dict));
    return call;
}

static DBusPendingCall *send_call(DBusMessage *call)
{
    DBusPendingCall *pending = NULL;
    assert_true(dbus_connection_send_with_reply(bus, call, &pending, PATIENCE_MS));
    assert_non_null(pending);
    dbus_connection_flush(bus);
    dbus_message_unref(call);
    return pending;
}

static DBusMessage *await_reply(DBusPendingCall *pending)
{
    dbus_pending_call_block(pending);
    DBusMessage *reply = dbus_pending_call_steal_reply(pending);
    dbus_pending_call_unref(pending);
    assert_non_null(reply);
    return reply;
}

static void assert_error(DBusMessage *reply, const char *name, const char *part)
{
    const char *text = "";
    assert_true(dbus_message_is_error(reply, name));
    dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
    if (!text || !strstr(text, part))
        fail_msg("%s", text ? text : "no text");
    dbus_message_unref(reply);
}

static void assert_done(DBusMessage *reply)
{
    assert_true(dbus_message_has_signature(reply, "a{sv}"));
    dbus_message_unref(reply);
}

/* ---- The viewer ---------------------------------------------------------------------------- */

static struct remote_call next_call(void)
{
    struct remote_call call;
    while (!remote_take(remote, &call))
        bell_wait(&bell);
    return call;
}

static void answer(uint32_t id)
{
    const struct remote_state state = {.idle = true, .zoom = 1};
    remote_answer(remote, id, &state);
}

/* ---- Commands ------------------------------------------------------------------------------ */

static void commands_are_answered_with_what_is_shown(void **state)
{
    char status[] = "All 5 steps are decoded";
    const struct remote_state shown = {.message = "Zoom 200 %",
                                       .status = status,
                                       .idle = true,
                                       .zoom = 2,
                                       .file = "/home/me/photo.uqd",
                                       .step = 3,
                                       .bytes = 12345678901,
                                       .mode = "flow",
                                       .seed = UINT64_MAX,
                                       .psnr = 34.5};
    DBusMessageIter dict;
    const char *text;
    uint32_t step;
    uint64_t number;
    double real;
    bool idle;
    (void)state;
    DBusPendingCall *pending = send_call(new_run("zoom 2", false));
    struct remote_call call = next_call();
    assert_string_equal(call.command, "zoom 2");
    assert_false(call.wait);
    remote_answer(remote, call.id, &shown);
    memset(status, 'x', sizeof status - 1); /* texts are copied */
    DBusMessage *reply = await_reply(pending);
    assert_true(dbus_message_has_signature(reply, "a{sv}"));
    dbus_message_iter_init(reply, &dict);
    assert_true(dict_get_string(&dict, KEY_MESSAGE, &text));
    assert_string_equal(text, "Zoom 200 %");
    assert_true(dict_get_string(&dict, KEY_STATUS, &text));
    assert_string_equal(text, "All 5 steps are decoded");
    assert_true(dict_get_string(&dict, KEY_FILE, &text));
    assert_string_equal(text, "/home/me/photo.uqd");
    assert_true(dict_get_string(&dict, KEY_MODE, &text));
    assert_string_equal(text, "flow");
    assert_true(dict_get_bool(&dict, KEY_IDLE, &idle) && idle);
    assert_true(dict_get_u32(&dict, KEY_STEP, &step) && step == 3);
    assert_true(dict_get_u64(&dict, KEY_BYTES, &number) && number == 12345678901);
    assert_true(dict_get_u64(&dict, KEY_SEED, &number) && number == UINT64_MAX);
    assert_true(dict_get_double(&dict, KEY_ZOOM, &real) && real == 2.0);
    assert_true(dict_get_double(&dict, KEY_PSNR, &real) && real == 34.5);
    dbus_message_unref(reply);
}

static void what_is_not_known_is_left_out(void **state)
{
    struct remote_state shown = {.file = "x", .mode = "flow", .psnr = NAN};
    DBusMessageIter dict, value;
    (void)state;
    DBusPendingCall *pending = send_call(new_run("fit", true));
    struct remote_call call = next_call();
    assert_true(call.wait);
    remote_answer(remote, call.id, &shown);
    DBusMessage *reply = await_reply(pending);
    dbus_message_iter_init(reply, &dict);
    assert_false(dict_find(&dict, KEY_PSNR, &value));
    assert_false(dict_find(&dict, KEY_MESSAGE, &value));
    assert_true(dict_find(&dict, KEY_STEP, &value));
    dbus_message_unref(reply);
    pending = send_call(new_run("fit", false));
    shown.file = NULL;
    shown.mode = NULL;
    remote_answer(remote, next_call().id, &shown);
    reply = await_reply(pending);
    dbus_message_iter_init(reply, &dict);
    assert_false(dict_find(&dict, KEY_STEP, &value));
    assert_true(dict_find(&dict, KEY_ZOOM, &value));
    dbus_message_unref(reply);
}

/* Paths may have any length and bytes, and the bus takes UTF-8 only. */
static void any_path_can_be_told(void **state)
{
    char path[4096];
    struct remote_state shown = {.file = path, .mode = "flow"};
    DBusMessageIter dict;
    const char *text;
    (void)state;
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    for (int i = 0; i < 2; i++) {
        DBusPendingCall *pending = send_call(new_run("step 1", false));
        remote_answer(remote, next_call().id, &shown);
        DBusMessage *reply = await_reply(pending);
        dbus_message_iter_init(reply, &dict);
        assert_true(dict_get_string(&dict, KEY_FILE, &text));
        assert_string_equal(text, i == 0 ? path : "/\?.uqd");
        dbus_message_unref(reply);
        snprintf(path, sizeof path, "/\xff.uqd");
    }
}

static void commands_that_fail_are_errors(void **state)
{
    (void)state;
    DBusPendingCall *pending = send_call(new_run("dance", false));
    remote_refuse(remote, next_call().id, "there is no command `dance`");
    assert_error(await_reply(pending), ERROR_COMMAND, "there is no command `dance`");
}

static void answers_come_in_any_order(void **state)
{
    (void)state;
    DBusPendingCall *first = send_call(new_run("first", true));
    DBusPendingCall *second = send_call(new_run("second", false));
    struct remote_call calls[] = {next_call(), next_call()};
    assert_string_equal(calls[0].command, "first");
    assert_string_equal(calls[1].command, "second");
    answer(calls[1].id);
    assert_done(await_reply(second));
    assert_false(dbus_pending_call_get_completed(first));
    remote_refuse(remote, calls[0].id, "too late");
    assert_error(await_reply(first), ERROR_COMMAND, "too late");
    answer(calls[0].id); /* once too often, and one that never was */
    answer(12345);
    first = send_call(new_run("third", false));
    answer(next_call().id);
    assert_done(await_reply(first));
}

static void wrong_calls_do_not_reach_the_viewer(void **state)
{
    char *large = malloc(REMOTE_COMMAND_SIZE + 1);
    DBusMessageIter arguments;
    struct dict dict;
    (void)state;
    assert_error(await_reply(send_call(new_call(VIEWER_INTERFACE, METHOD_RUN))),
                 DBUS_ERROR_INVALID_ARGS, "wrong types");
    DBusMessage *call = new_call(VIEWER_INTERFACE, METHOD_RUN);
    const char *command = "step 1";
    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_STRING, &command);
    dict_begin(&dict, &arguments);
    dict_add_string(&dict, KEY_WAIT, "yes");
    assert_true(dict_end(&dict));
    assert_error(await_reply(send_call(call)), DBUS_ERROR_INVALID_ARGS, KEY_WAIT);
    assert_error(await_reply(send_call(new_call(VIEWER_INTERFACE, "Dance"))),
                 DBUS_ERROR_UNKNOWN_METHOD, "Dance");
    assert_error(await_reply(send_call(new_call("org.uqd.Other", METHOD_RUN))),
                 DBUS_ERROR_UNKNOWN_METHOD, "");
    assert_non_null(large);
    memset(large, 'x', REMOTE_COMMAND_SIZE + 1);
    large[REMOTE_COMMAND_SIZE] = '\0';
    assert_error(await_reply(send_call(new_run(large, false))), DBUS_ERROR_INVALID_ARGS, "longer");
    DBusPendingCall *pending = send_call(new_run(large + 1, false));
    struct remote_call longest = next_call();
    assert_string_equal(longest.command, large + 1);
    answer(longest.id);
    assert_done(await_reply(pending));
    free(large);
}

/* ---- Crowds, and those who leave ----------------------------------------------------------- */

static void a_flood_is_held_up(void **state)
{
    enum { MORE = 10 };
    DBusPendingCall *pending[REMOTE_MAX_CALLS + MORE];
    (void)state;
    for (int i = 0; i < REMOTE_MAX_CALLS + MORE; i++)
        pending[i] = send_call(new_run("step next", true));
    for (int i = 0; i < MORE; i++)
        assert_error(await_reply(pending[REMOTE_MAX_CALLS + i]), DBUS_ERROR_LIMITS_EXCEEDED,
                     "too many");
    for (int i = 0; i < REMOTE_MAX_CALLS; i++) {
        answer(next_call().id);
        assert_done(await_reply(pending[i]));
    }
    pending[0] = send_call(new_run("step next", false));
    answer(next_call().id);
    assert_done(await_reply(pending[0]));
}

/* Sends a command from a connection of its own, which is closed once `taken` was called. */
static void send_and_leave(DBusMessage *call, void (*taken)(void))
{
    DBusConnection *caller = dbus_bus_get_private(DBUS_BUS_SESSION, NULL);
    char name[64];
    assert_non_null(caller);
    dbus_connection_set_exit_on_disconnect(caller, FALSE);
    snprintf(name, sizeof name, "%s", dbus_bus_get_unique_name(caller));
    assert_true(dbus_connection_send(caller, call, NULL));
    dbus_connection_flush(caller);
    dbus_message_unref(call);
    if (taken)
        taken();
    dbus_connection_close(caller);
    dbus_connection_unref(caller);
    wait_for_name(name, false);
}

/* What the bus told of the one who left it told before it passed on the next command. */
static void commands_of_those_who_left_are_not_done(void **state)
{
    (void)state;
    send_and_leave(new_run("step 1", false), NULL);
    DBusPendingCall *pending = send_call(new_run("step 2", false));
    DBusPendingCall *last = send_call(new_call(DBUS_INTERFACE_PEER, "Ping"));
    dbus_message_unref(await_reply(last));
    struct remote_call call = next_call();
    assert_string_equal(call.command, "step 2");
    answer(call.id);
    assert_done(await_reply(pending));
}

static void whoever_wants_no_answer_may_leave(void **state)
{
    DBusMessage *message = new_run("step 1", false);
    (void)state;
    dbus_message_set_no_reply(message, TRUE);
    send_and_leave(message, NULL);
    struct remote_call call = next_call();
    assert_string_equal(call.command, "step 1");
    answer(call.id);
    DBusPendingCall *pending = send_call(new_run("step 2", false));
    answer(next_call().id);
    assert_done(await_reply(pending));
}

static struct remote_call begun;

static void begin_command(void)
{
    begun = next_call();
}

/* The places of callers who left are free again once the viewer has answered. */
static void callers_may_leave_before_the_answer(void **state)
{
    (void)state;
    for (int i = 0; i < REMOTE_MAX_CALLS + 2; i++) {
        send_and_leave(new_run("step 1", true), begin_command);
        assert_string_equal(begun.command, "step 1");
        answer(begun.id);
    }
    DBusPendingCall *pending = send_call(new_run("step 2", false));
    answer(next_call().id);
    assert_done(await_reply(pending));
}

/* As for the command that ends the viewer. */
static void what_was_answered_is_sent_before_the_end(void **state)
{
    (void)state;
    DBusPendingCall *done = send_call(new_run("quit", false));
    DBusPendingCall *left = send_call(new_run("step 1", true));
    answer(next_call().id);
    next_call();
    remote_free(remote);
    assert_done(await_reply(done));
    assert_error(await_reply(left), DBUS_ERROR_NO_REPLY, "");
    remote = remote_new(bell_ring, &bell);
    wait_for_name(VIEWER_NAME, true);
}

/* ---- The object and its names -------------------------------------------------------------- */

static DBusMessage *new_property_call(const char *member, const char *interface, const char *name)
{
    DBusMessage *call = new_call(DBUS_INTERFACE_PROPERTIES, member);
    dbus_message_append_args(call, DBUS_TYPE_STRING, &interface,
                             name ? DBUS_TYPE_STRING : DBUS_TYPE_INVALID, &name, DBUS_TYPE_INVALID);
    return call;
}

static void properties_can_be_read(void **state)
{
    DBusMessageIter at, variant;
    const char *text;
    (void)state;
    DBusMessage *reply =
        await_reply(send_call(new_property_call("Get", VIEWER_INTERFACE, PROPERTY_VERSION)));
    assert_true(dbus_message_has_signature(reply, "v"));
    dbus_message_iter_init(reply, &at);
    dbus_message_iter_recurse(&at, &variant);
    dbus_message_iter_get_basic(&variant, &text);
    assert_true(strlen(text) > 0);
    DBusMessage *all = await_reply(send_call(new_property_call("GetAll", VIEWER_INTERFACE, NULL)));
    const char *same;
    dbus_message_iter_init(all, &at);
    assert_true(dict_get_string(&at, PROPERTY_VERSION, &same));
    assert_string_equal(same, text);
    dbus_message_unref(all);
    dbus_message_unref(reply);
    assert_done(await_reply(send_call(new_property_call("GetAll", "org.uqd.Other", NULL))));
    assert_error(await_reply(send_call(new_property_call("Get", VIEWER_INTERFACE, "Colour"))),
                 DBUS_ERROR_UNKNOWN_PROPERTY, "");
    assert_error(await_reply(send_call(new_property_call("Get", "org.uqd.Other", "Version"))),
                 DBUS_ERROR_UNKNOWN_INTERFACE, "");
    assert_error(await_reply(send_call(new_property_call("Get", VIEWER_INTERFACE, NULL))),
                 DBUS_ERROR_INVALID_ARGS, "");
    DBusMessage *set = new_property_call("Set", VIEWER_INTERFACE, PROPERTY_VERSION);
    dbus_message_iter_init_append(set, &at);
    assert_true(variant_append(&at, DBUS_TYPE_STRING, &same));
    assert_error(await_reply(send_call(set)), DBUS_ERROR_PROPERTY_READ_ONLY, "");
}

static void the_object_describes_itself(void **state)
{
    const char *text;
    (void)state;
    DBusMessage *reply =
        await_reply(send_call(new_call(DBUS_INTERFACE_INTROSPECTABLE, "Introspect")));
    assert_true(dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID));
    assert_non_null(strstr(text, "<interface name=\"" VIEWER_INTERFACE "\">"));
    assert_non_null(strstr(text, "<method name=\"" METHOD_RUN "\">"));
    assert_non_null(strstr(text, "<interface name=\"" DBUS_INTERFACE_PROPERTIES "\">"));
    assert_string_equal(text + strlen(text) - 8, "</node>\n");
    dbus_message_unref(reply);
}

/* Waits until a name has another owner. */
static void wait_for_other_owner(const char *name, const char *than)
{
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        char *owner = owner_of(name);
        bool other = owner && strcmp(owner, than) != 0;
        free(owner);
        if (other)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s stays with %s", name, than);
}

/* The first viewer has the name, and when it leaves, the next one. */
static void viewers_take_turns(void **state)
{
    static struct bell second_bell;
    char *first_owner = owner_of(VIEWER_NAME), *own_owner = owner_of(own_name);
    struct remote_control *second;
    (void)state;
    bell_init(&second_bell);
    second = remote_new(bell_ring, &second_bell);
    assert_non_null(second);
    assert_string_equal(first_owner, own_owner);
    DBusPendingCall *pending = send_call(new_run("step 1", false));
    answer(next_call().id);
    assert_done(await_reply(pending));
    remote_free(remote);
    remote = second;
    wait_for_other_owner(VIEWER_NAME, first_owner);
    free(first_owner);
    free(own_owner);
    own_owner = owner_of(own_name);
    assert_non_null(own_owner);
    free(own_owner);
}

/* ---- Without a bus ------------------------------------------------------------------------- */

/* A socket where nobody answers, in place of the bus. */
static int make_silent_bus(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "silent"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char address[512];
    assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(fd, 1), 0);
    snprintf(address, sizeof address, "unix:path=%s/silent", scratch_directory());
    setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
    return fd;
}

static void without_a_bus_nothing_comes(void **state)
{
    char *address = strdup(getenv("DBUS_SESSION_BUS_ADDRESS"));
    struct remote_call call;
    (void)state;
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", 1);
    struct remote_control *lonely = remote_new(bell_ring, &bell);
    assert_false(remote_take(lonely, &call));
    remote_free(lonely);
    int silent = make_silent_bus();
    lonely = remote_new(bell_ring, &bell);
    assert_non_null(lonely);
    assert_false(remote_take(lonely, &call));
    remote_free(lonely);
    close(silent);
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    unsetenv("XDG_RUNTIME_DIR");
    assert_null(remote_new(bell_ring, &bell));
    assert_false(remote_take(NULL, &call));
    remote_free(NULL);
    setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
    free(address);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(commands_are_answered_with_what_is_shown),
        TEST(what_is_not_known_is_left_out),
        TEST(any_path_can_be_told),
        TEST(commands_that_fail_are_errors),
        TEST(answers_come_in_any_order),
        TEST(wrong_calls_do_not_reach_the_viewer),
        TEST(a_flood_is_held_up),
        TEST(commands_of_those_who_left_are_not_done),
        TEST(whoever_wants_no_answer_may_leave),
        TEST(callers_may_leave_before_the_answer),
        TEST(what_was_answered_is_sent_before_the_end),
        TEST(properties_can_be_read),
        TEST(the_object_describes_itself),
        TEST(viewers_take_turns),
        TEST(without_a_bus_nothing_comes),
    };
    if (!dbus_threads_init_default())
        return 1;
    bus = dbus_bus_get(DBUS_BUS_SESSION, NULL);
    if (!bus)
        return 1;
    dbus_connection_set_exit_on_disconnect(bus, FALSE);
    snprintf(own_name, sizeof own_name, VIEWER_NAME ".P%ld", (long)getpid());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
