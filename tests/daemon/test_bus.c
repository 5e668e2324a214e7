/* What every service on the bus is made of: several names on one connection, paths, and programs
 * that leave. */
#include "dbus/bus.h"
#include "dbus/bus_name.h"
#include "dbus/peers.h"
#include "dbus/reply.h"
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST_NAME  "org.uqd.TestFirst"
#define SECOND_NAME "org.uqd.TestSecond"

/* A name with what has been told of it. */
struct told_name {
    struct bus_name name;
    unsigned n_lost, n_released, n_retaken;
    bool owned;
};

struct fixture {
    struct desk desk;
    struct loop *loop;
    struct bus bus; /* the tested side */
    struct told_name first, second;
    struct peers peers;
    char gone[64];
    unsigned n_gone;
    DBusConnection *other; /* another program */
};

/* ---- What is told ---- */

static void nothing(void *cookie)
{
    (void)cookie;
}

static const struct bus_events bus_events = {.called = nothing, .disconnected = nothing};

static void lost(void *cookie)
{
    ((struct told_name *)cookie)->n_lost++;
}

static void released(void *cookie)
{
    ((struct told_name *)cookie)->n_released++;
}

static void retaken(void *cookie, bool owned)
{
    struct told_name *name = cookie;

    name->n_retaken++;
    name->owned = owned;
}

static const struct bus_name_events name_events = {
    .lost = lost,
    .released = released,
    .retaken = retaken,
};

/* As often as it was watched. */
static void gone(void *cookie, const char *name)
{
    struct fixture *f = cookie;

    f->n_gone++;
    strncpy(f->gone, name, sizeof f->gone - 1);
    peers_unwatch(&f->peers, f->gone);
    peers_unwatch(&f->peers, f->gone);
}

/* ---- The fixture ---- */

static DBusConnection *connect_other(const struct desk *desk)
{
    DBusConnection *connection = dbus_connection_open_private(desk->address, NULL);

    assert_non_null(connection);
    assert_true(dbus_bus_register(connection, NULL));
    dbus_connection_set_exit_on_disconnect(connection, FALSE);
    return connection;
}

static void disconnect_other(struct fixture *f)
{
    if (!f->other)
        return;
    dbus_connection_close(f->other);
    dbus_connection_unref(f->other);
    f->other = NULL;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct message message;

    assert_non_null(f);
    desk_open(&f->desk);
    f->loop = loop_new(nothing, NULL);
    assert_non_null(f->loop);
    if (bus_connect(&f->bus, f->desk.address, f->loop, &bus_events, f, &message) < 0)
        fail_msg("%s", message.text);
    assert_int_equal(
        bus_name_begin(&f->first.name, f->bus.connection, FIRST_NAME, &name_events, &f->first), 0);
    assert_int_equal(
        bus_name_begin(&f->second.name, f->bus.connection, SECOND_NAME, &name_events, &f->second),
        0);
    assert_int_equal(peers_begin(&f->peers, f->bus.connection, gone, f), 0);
    f->other = connect_other(&f->desk);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    disconnect_other(f);
    peers_end(&f->peers);
    bus_disconnect(&f->bus);
    loop_free(f->loop);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* Dispatches until a count has changed from 0. */
static void await(struct fixture *f, const unsigned *count)
{
    long end = desk_now() + PATIENCE_MS;

    while (*count == 0) {
        if (desk_now() > end)
            fail_msg("what is awaited does not come");
        dbus_connection_read_write_dispatch(f->bus.connection, 100);
    }
}

static void take(struct bus_name *name)
{
    struct message message;

    if (bus_name_take(name, false, &message) != 0)
        fail_msg("%s", message.text);
}

static bool is_owned(struct fixture *f, const char *name)
{
    return dbus_bus_name_has_owner(f->other, name, NULL);
}

/* ---- Names ---- */

static void a_connection_owns_several_names(void **state)
{
    struct fixture *f = *state;

    take(&f->first.name);
    take(&f->second.name);
    assert_int_equal(bus_name_release(&f->first.name), 0);
    await(f, &f->first.n_released);
    assert_false(is_owned(f, FIRST_NAME));
    assert_true(is_owned(f, SECOND_NAME));
    assert_int_equal(f->second.n_lost, 0);
    assert_int_equal(bus_name_retake(&f->first.name), 0);
    await(f, &f->first.n_retaken);
    assert_true(f->first.owned);
    assert_true(is_owned(f, FIRST_NAME));
}

static void a_name_that_is_replaced_is_lost_alone(void **state)
{
    struct fixture *f = *state;

    take(&f->first.name);
    take(&f->second.name);
    assert_int_equal(
        dbus_bus_request_name(f->other, SECOND_NAME, DBUS_NAME_FLAG_REPLACE_EXISTING, NULL),
        DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER);
    await(f, &f->second.n_lost);
    assert_int_equal(f->first.n_lost, 0);
    assert_int_equal(bus_name_retake(&f->second.name), 0);
    await(f, &f->second.n_retaken);
    assert_false(f->second.owned);
}

static void a_name_of_another_is_left_to_it(void **state)
{
    struct fixture *f = *state;
    struct message message;

    assert_int_equal(dbus_bus_request_name(f->other, FIRST_NAME, 0, NULL),
                     DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER);
    assert_int_equal(bus_name_take(&f->first.name, false, &message), BUS_NAME_TAKEN);
    assert_int_equal(bus_name_take(&f->first.name, true, &message), BUS_NAME_TAKEN);
    take(&f->second.name);
}

/* ---- Programs that leave ---- */

static void a_program_that_leaves_is_told_once(void **state)
{
    struct fixture *f = *state;
    char name[64] = "";

    strncpy(name, dbus_bus_get_unique_name(f->other), sizeof name - 1);
    assert_int_equal(peers_watch(&f->peers, name), 0);
    assert_int_equal(peers_watch(&f->peers, name), 0);
    disconnect_other(f);
    await(f, &f->n_gone);
    assert_string_equal(f->gone, name);
    take(&f->first.name); /* all that came before has been read by then */
    while (dbus_connection_dispatch(f->bus.connection) == DBUS_DISPATCH_DATA_REMAINS)
        continue;
    assert_int_equal(f->n_gone, 1);
}

static void a_program_that_has_left_already_is_told(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(peers_watch(&f->peers, ":1.999999"), 0);
    assert_int_equal(peers_watch(&f->peers, ":1.999999"), 0);
    await(f, &f->n_gone);
    assert_string_equal(f->gone, ":1.999999");
}

/* ---- Paths ---- */

struct place {
    struct bus *bus;
    const char *path;
    unsigned n_calls;
};

static void receive(void *cookie, const char *path, DBusMessage *call)
{
    struct place *place = cookie;

    assert_memory_equal(path, place->path, strlen(place->path));
    place->n_calls++;
    reply_done(place->bus->connection, call);
}

static void call(struct fixture *f, const char *path)
{
    DBusMessage *message = dbus_message_new_method_call(dbus_bus_get_unique_name(f->bus.connection),
                                                        path, "org.uqd.Test", "Test");

    assert_non_null(message);
    assert_true(dbus_connection_send(f->other, message, NULL));
    dbus_connection_flush(f->other);
    dbus_message_unref(message);
}

static void services_have_paths_of_their_own(void **state)
{
    struct fixture *f = *state;
    struct place one = {&f->bus, "/org/uqd/One", 0}, two = {&f->bus, "/org/uqd/Two", 0};

    assert_int_equal(bus_serve(&f->bus, one.path, receive, &one), 0);
    assert_int_equal(bus_serve(&f->bus, two.path, receive, &two), 0);
    call(f, "/org/uqd/One");
    await(f, &one.n_calls);
    call(f, "/org/uqd/Two/below");
    await(f, &two.n_calls);
    assert_int_equal(one.n_calls, 1);
    assert_int_equal(two.n_calls, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connection_owns_several_names),         TEST(a_name_that_is_replaced_is_lost_alone),
        TEST(a_name_of_another_is_left_to_it),         TEST(a_program_that_leaves_is_told_once),
        TEST(a_program_that_has_left_already_is_told), TEST(services_have_paths_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
