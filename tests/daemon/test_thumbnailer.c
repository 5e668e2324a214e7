/* Thumbnails over the bus: the interfaces of freedesktop.org as file managers use them. */
#include "bus_names.h"
#include "cache.h"
#include "client.h"
#include "sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
};

static int setup_with(void **state, const char *const arguments[])
{
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 40, 30, 3);
    desk_start(&f->desk, arguments);
    f->client = client_new(&f->desk);
    setenv("XDG_CACHE_HOME", f->desk.dir, 1); /* as the daemon has it */
    *state = f;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, NULL);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    client_free(f->client);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* ---- Files and thumbnails ---- */

static const char *uri_of(const struct fixture *f, const char *name)
{
    return desk_uri(&f->desk, name);
}

/* Writes the sample; returns its URI. */
static const char *put_file(const struct fixture *f, const char *name)
{
    const char *uri = uri_of(f, name);
    FILE *file = fopen(uri + strlen("file://"), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(f->sample.data, 1, f->sample.size, file), f->sample.size);
    assert_int_equal(fclose(file), 0);
    return uri;
}

/* Whether there is a valid thumbnail of the file. */
static bool has_thumbnail(const char *flavor, const char *uri)
{
    struct cache cache;
    struct stat status;
    bool valid;

    assert_int_equal(cache_open(&cache), 0);
    assert_int_equal(stat(uri + strlen("file://"), &status), 0);
    valid = cache_is_valid(&cache, flavor_find(flavor), uri, status.st_mtim.tv_sec);
    cache_close(&cache);
    return valid;
}

/* ---- Calls ---- */

struct order {
    const char *uris[4], *types[4];
    int n_uris, n_types;
    const char *flavor, *scheduler;
    uint32_t instead;
};

static DBusMessage *new_queue(const struct order *order)
{
    DBusMessage *call = client_new_call(THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_QUEUE);
    const char *const *uris = order->uris, *const *types = order->types;

    assert_true(dbus_message_append_args(
        call, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, order->n_uris, DBUS_TYPE_ARRAY,
        DBUS_TYPE_STRING, &types, order->n_types, DBUS_TYPE_STRING, &order->flavor,
        DBUS_TYPE_STRING, &order->scheduler, DBUS_TYPE_UINT32, &order->instead, DBUS_TYPE_INVALID));
    return call;
}

/* Expects success; *serial is that of the reply, if it is not NULL. */
static uint32_t queue_with(struct client *client, const struct order *order, uint32_t *serial)
{
    DBusMessage *reply = client_call(client, new_queue(order));
    uint32_t handle;

    expect_error(dbus_message_ref(reply), NULL, METHOD_QUEUE);
    assert_true(dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID));
    assert_int_not_equal(handle, 0);
    if (serial)
        *serial = dbus_message_get_serial(reply);
    dbus_message_unref(reply);
    return handle;
}

static uint32_t queue_one(struct client *client, const char *uri)
{
    return queue_with(client, &(struct order){{uri}, {MIME_TYPE}, 1, 1, "normal", "default", 0},
                      NULL);
}

static void dequeue(struct client *client, uint32_t handle)
{
    DBusMessage *call = client_new_call(THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_DEQUEUE);

    dbus_message_append_args(call, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID);
    expect_error(client_call(client, call), NULL, METHOD_DEQUEUE);
}

/* ---- Signals ---- */

/* Drops the next signal of that name, which must be there and tell the handle; returns its serial.
 */
static uint32_t expect_signal(struct client *client, const char *member, uint32_t handle)
{
    DBusMessage *signal = client_signal(client, member, PATIENCE_MS);
    uint32_t told, serial;

    if (!signal)
        fail_msg("there is no signal %s", member);
    assert_string_equal(dbus_message_get_path(signal), THUMBNAILER_PATH);
    assert_string_equal(dbus_message_get_interface(signal), THUMBNAILER_INTERFACE);
    assert_non_null(dbus_message_get_destination(signal)); /* nobody else gets it */
    dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &told, DBUS_TYPE_INVALID);
    assert_int_equal(told, handle);
    serial = dbus_message_get_serial(signal);
    dbus_message_unref(signal);
    return serial;
}

static void expect_no_signal(struct client *client, const char *member)
{
    DBusMessage *signal;

    client_sync(client);
    signal = client_signal(client, member, 0);
    if (signal)
        fail_msg("there is a signal %s", member);
}

/* The code of the next Error, which must be of that URI. */
static int32_t error_of(struct client *client, const char *uri)
{
    DBusMessage *signal = client_signal(client, SIGNAL_ERROR, PATIENCE_MS);
    uint32_t handle;
    int32_t code;
    char **uris;
    const char *text;
    int n;

    assert_non_null(signal);
    assert_true(dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_ARRAY,
                                      DBUS_TYPE_STRING, &uris, &n, DBUS_TYPE_INT32, &code,
                                      DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID));
    assert_int_equal(n, 1);
    assert_string_equal(uris[0], uri);
    assert_true(strlen(text) > 0);
    dbus_free_string_array(uris);
    dbus_message_unref(signal);
    return code;
}

/* ---- One request ---- */

/* The reply, Started, Ready for the coarse and the final one, Finished: in this order. */
static void test_queue(void **state)
{
    struct fixture *f = *state;
    const char *uri = put_file(f, "a \xc3\xbc.uqd");
    uint32_t serials[5], handle;

    handle =
        queue_with(f->client, &(struct order){{uri}, {MIME_TYPE}, 1, 1, "large", "foreground", 0},
                   &serials[0]);
    serials[1] = expect_signal(f->client, SIGNAL_STARTED, handle);
    serials[2] = expect_signal(f->client, SIGNAL_READY, handle);
    serials[3] = expect_signal(f->client, SIGNAL_READY, handle);
    serials[4] = expect_signal(f->client, SIGNAL_FINISHED, handle);
    for (int i = 1; i < 5; i++)
        assert_true(serials[i] > serials[i - 1]);
    assert_true(has_thumbnail("large", uri));
    expect_no_signal(f->client, SIGNAL_READY);
    expect_no_signal(f->client, SIGNAL_FINISHED);
    expect_no_signal(f->client, SIGNAL_ERROR);
}

static void test_errors(void **state)
{
    struct fixture *f = *state;
    const char *missing = uri_of(f, "missing"), *text = uri_of(f, "text");
    FILE *file = fopen(text + strlen("file://"), "w");
    const struct order order = {
        {"http://example.org/a.uqd", "file://elsewhere/a.uqd", missing, text},
        {MIME_TYPE, MIME_TYPE, MIME_TYPE, ""},
        4,
        4,
        "normal",
        "foreground",
        0};
    uint32_t handle;

    assert_non_null(file);
    fputs("this is no picture", file);
    fclose(file);
    handle = queue_with(f->client, &order, NULL);
    assert_int_equal(error_of(f->client, order.uris[0]), 0);
    assert_int_equal(error_of(f->client, order.uris[1]), 0);
    assert_int_equal(error_of(f->client, missing), 1);
    assert_int_equal(error_of(f->client, text), 2);
    expect_signal(f->client, SIGNAL_FINISHED, handle);
    expect_no_signal(f->client, SIGNAL_READY);
}

static void test_a_thumbnail_itself(void **state)
{
    struct fixture *f = *state;
    const char *uri = put_file(f, "a.uqd");
    char thumbnail[256];
    struct cache cache;
    char *path;

    expect_signal(f->client, SIGNAL_FINISHED, queue_one(f->client, uri));
    assert_int_equal(cache_open(&cache), 0);
    path = cache_path(&cache, flavor_find("normal"), uri);
    snprintf(thumbnail, sizeof thumbnail, "file://%s", path);
    free(path);
    cache_close(&cache);
    queue_one(f->client, thumbnail);
    assert_int_equal(error_of(f->client, thumbnail), 3);
}

static void test_unknown_flavor_and_scheduler(void **state)
{
    struct fixture *f = *state;
    const char *uri = put_file(f, "a.uqd");
    const struct order wrong = {{uri}, {MIME_TYPE}, 1, 1, "gigantic", "", 0};
    const struct order other = {{uri}, {MIME_TYPE}, 1, 1, "normal", "of my own", 0};
    uint32_t handle = queue_with(f->client, &wrong, NULL);

    assert_int_equal(error_of(f->client, uri), 5);
    expect_signal(f->client, SIGNAL_FINISHED, handle);
    handle = queue_with(f->client, &other, NULL);
    expect_signal(f->client, SIGNAL_READY, handle);
    expect_signal(f->client, SIGNAL_READY, handle);
    expect_signal(f->client, SIGNAL_FINISHED, handle);
}

static void test_wrong_calls(void **state)
{
    struct fixture *f = *state;
    const struct order order = {{"file:///a", "file:///b"}, {MIME_TYPE}, 2, 1, "normal", "", 0};
    DBusMessage *call = client_new_call(THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_QUEUE);

    expect_error(client_call(f->client, new_queue(&order)), DBUS_ERROR_INVALID_ARGS, "two and one");
    expect_error(client_call(f->client, call), DBUS_ERROR_INVALID_ARGS, "no arguments");
    expect_no_signal(f->client, SIGNAL_STARTED);
}

/* ---- Several requests ---- */

/* A request is its owner's alone. */
static void test_dequeue(void **state)
{
    struct fixture *f = *state;
    struct client *other = client_new(&f->desk);
    const char *uri = put_file(f, "a.uqd");
    uint32_t handle = queue_one(f->client, uri);

    dequeue(other, handle);
    expect_signal(f->client, SIGNAL_STARTED, handle);
    dequeue(f->client, handle);
    expect_signal(f->client, SIGNAL_FINISHED, handle);
    expect_no_signal(f->client, SIGNAL_FINISHED);
    dequeue(f->client, handle);
    dequeue(f->client, 0);
    expect_no_signal(f->client, SIGNAL_FINISHED);
    expect_no_signal(other, SIGNAL_FINISHED);
    client_free(other);
}

static void test_instead_of_another(void **state)
{
    struct fixture *f = *state;
    const char *uri = put_file(f, "a.uqd");
    struct order order = {{uri}, {MIME_TYPE}, 1, 1, "normal", "background", 0};
    uint32_t first = queue_with(f->client, &order, NULL), second;

    order.instead = first;
    second = queue_with(f->client, &order, NULL);
    assert_int_not_equal(first, second);
    expect_signal(f->client, SIGNAL_FINISHED, first);
    expect_signal(f->client, SIGNAL_FINISHED, second);
    assert_true(has_thumbnail("normal", uri));
}

/* What a program wanted is forgotten when it leaves; others are served. */
static void test_client_leaves(void **state)
{
    struct fixture *f = *state;
    struct client *other = client_new(&f->desk);

    for (int i = 0; i < 20; i++) {
        char name[16];

        snprintf(name, sizeof name, "%d.uqd", i);
        queue_one(other, put_file(f, name));
    }
    client_free(other);
    expect_signal(f->client, SIGNAL_FINISHED, queue_one(f->client, put_file(f, "a.uqd")));
}

/* No program can take the places of all others. */
static void test_shares(void **state)
{
    enum { TOO_MANY = (1 << 14) + 1 };
    struct fixture *f = *state;
    struct client *other = client_new(&f->desk);
    const char **uris = calloc(TOO_MANY, sizeof *uris);
    DBusMessage *call = client_new_call(THUMBNAILER_PATH, THUMBNAILER_INTERFACE, METHOD_QUEUE);
    const char *flavor = "normal", *scheduler = "background";
    uint32_t instead = 0;

    assert_non_null(uris);
    for (int i = 0; i < TOO_MANY; i++)
        uris[i] = "file:///nothing";
    dbus_message_append_args(call, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, TOO_MANY,
                             DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &uris, TOO_MANY, DBUS_TYPE_STRING,
                             &flavor, DBUS_TYPE_STRING, &scheduler, DBUS_TYPE_UINT32, &instead,
                             DBUS_TYPE_INVALID);
    expect_error(client_call(other, call), ERROR_LIMIT, "too many");
    expect_signal(f->client, SIGNAL_FINISHED, queue_one(f->client, put_file(f, "a.uqd")));
    client_free(other);
    free(uris);
}

/* ---- What is there ---- */

static void expect_names(struct client *client, const char *method, const char *const *names, int n)
{
    DBusMessage *reply =
        client_call(client, client_new_call(THUMBNAILER_PATH, THUMBNAILER_INTERFACE, method));
    char **found;
    int n_found;

    expect_error(dbus_message_ref(reply), NULL, method);
    assert_true(dbus_message_get_args(reply, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &found,
                                      &n_found, DBUS_TYPE_INVALID));
    assert_int_equal(n_found, n);
    for (int i = 0; i < n; i++)
        assert_string_equal(found[i], names[i]);
    dbus_free_string_array(found);
    dbus_message_unref(reply);
}

static void test_what_is_supported(void **state)
{
    static const char *const names[] = {"normal", "large", "x-large", "xx-large"};
    static const char *const schedulers[] = {"default", "foreground", "background"};
    struct fixture *f = *state;
    DBusMessage *reply = client_call(
        f->client, client_new_call(THUMBNAILER_PATH, THUMBNAILER_INTERFACE, "GetSupported"));
    char **schemes, **types;
    int n_schemes, n_types;

    assert_true(dbus_message_get_args(reply, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &schemes,
                                      &n_schemes, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &types,
                                      &n_types, DBUS_TYPE_INVALID));
    assert_true(n_schemes == 1 && n_types == 1);
    assert_string_equal(schemes[0], "file");
    assert_string_equal(types[0], MIME_TYPE);
    dbus_free_string_array(schemes);
    dbus_free_string_array(types);
    dbus_message_unref(reply);
    expect_names(f->client, METHOD_GET_FLAVORS, names, 4);
    expect_names(f->client, METHOD_GET_SCHEDULERS, schedulers, 3);
}

/* ---- The cache ---- */

static void change(struct client *client, const char *method, const char *from, const char *to)
{
    DBusMessage *call = client_new_call(CACHE_PATH, CACHE_INTERFACE, method);
    const char *const *from_array = &from, *const *to_array = &to;
    uint32_t since = 0;

    dbus_message_append_args(call, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &from_array, 1,
                             DBUS_TYPE_INVALID);
    if (to)
        dbus_message_append_args(call, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &to_array, 1,
                                 DBUS_TYPE_INVALID);
    else if (strcmp(method, METHOD_CLEANUP) == 0)
        dbus_message_append_args(call, DBUS_TYPE_UINT32, &since, DBUS_TYPE_INVALID);
    expect_error(client_call(client, call), NULL, method);
}

/* When a call is answered, it is done. */
static void test_cache(void **state)
{
    struct fixture *f = *state;
    const char *a = put_file(f, "a.uqd"), *b = uri_of(f, "b.uqd"), *c;
    DBusMessage *call = client_new_call(CACHE_PATH, CACHE_INTERFACE, METHOD_MOVE);
    const char *const *array = &a;

    expect_signal(f->client, SIGNAL_FINISHED, queue_one(f->client, a));
    assert_int_equal(rename(a + strlen("file://"), b + strlen("file://")), 0);
    change(f->client, METHOD_MOVE, a, b);
    assert_true(has_thumbnail("normal", b));
    c = put_file(f, "c.uqd");
    assert_false(has_thumbnail("normal", c));
    change(f->client, METHOD_COPY, b, c);
    assert_true(has_thumbnail("normal", c));
    change(f->client, METHOD_DELETE, b, NULL);
    assert_false(has_thumbnail("normal", b));
    change(f->client, METHOD_CLEANUP, uri_of(f, ""), NULL);
    assert_false(has_thumbnail("normal", c));
    dbus_message_append_args(call, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &array, 1, DBUS_TYPE_ARRAY,
                             DBUS_TYPE_STRING, &array, 0, DBUS_TYPE_INVALID);
    expect_error(client_call(f->client, call), DBUS_ERROR_INVALID_ARGS, "one and none");
}

/* ---- What tumbler calls ---- */

static void test_specialized(void **state)
{
    struct fixture *f = *state;
    const char *uri = put_file(f, "a.uqd"), *type = MIME_TYPE, *flavor = "normal";
    const char *missing = uri_of(f, "missing");
    const char *const *uris[] = {&uri, &missing};

    for (int i = 0; i < 2; i++) {
        DBusMessage *call = client_new_call(SPECIALIZED_PATH, SPECIALIZED_INTERFACE, METHOD_QUEUE);
        dbus_bool_t urgent = i == 0;
        DBusMessage *signal;
        const char *told;
        uint32_t handle;

        dbus_message_append_args(call, DBUS_TYPE_STRING, uris[i], DBUS_TYPE_STRING, &type,
                                 DBUS_TYPE_STRING, &flavor, DBUS_TYPE_BOOLEAN, &urgent,
                                 DBUS_TYPE_INVALID);
        expect_error(client_call(f->client, call), NULL, METHOD_QUEUE);
        signal = client_signal(f->client, i == 0 ? SIGNAL_READY : SIGNAL_ERROR, PATIENCE_MS);
        assert_non_null(signal);
        assert_string_equal(dbus_message_get_signature(signal), i == 0 ? "us" : "usis");
        dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_STRING, &told,
                              DBUS_TYPE_INVALID);
        assert_string_equal(told, *uris[i]);
        dbus_message_unref(signal);
        signal = client_signal(f->client, SIGNAL_FINISHED, PATIENCE_MS);
        assert_non_null(signal);
        dbus_message_unref(signal);
    }
    assert_true(has_thumbnail("normal", uri));
}

/* ---- The standard names ---- */

static bool is_owned(struct client *client, const char *name)
{
    return *client_owner_of(client, name) != '\0';
}

static int setup_named(void **state)
{
    return setup_with(state, (const char *const[]){"--thumbnailer", NULL});
}

static void test_name_is_not_taken_unasked(void **state)
{
    struct fixture *f = *state;

    assert_false(is_owned(f->client, THUMBNAILER_NAME));
    assert_false(is_owned(f->client, CACHE_NAME));
}

/* Who wants it more gets it, and the daemon lives on. */
static void test_name_is_taken(void **state)
{
    struct fixture *f = *state;
    DBusConnection *other = dbus_connection_open_private(f->desk.address, NULL);

    client_await_name(f->client, CACHE_NAME);
    assert_true(is_owned(f->client, THUMBNAILER_NAME));
    assert_non_null(other);
    assert_true(dbus_bus_register(other, NULL));
    dbus_connection_set_exit_on_disconnect(other, FALSE);
    assert_int_equal(
        dbus_bus_request_name(other, THUMBNAILER_NAME, DBUS_NAME_FLAG_REPLACE_EXISTING, NULL),
        DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER);
    expect_signal(f->client, SIGNAL_FINISHED, queue_one(f->client, put_file(f, "a.uqd")));
    dbus_connection_close(other);
    dbus_connection_unref(other);
}

/* The next daemon has the names of the one that it replaces. */
static void test_names_of_a_replaced_daemon(void **state)
{
    static const char *const arguments[] = {"--thumbnailer", "--replace", NULL};
    struct fixture *f = *state;
    pid_t old = f->desk.daemon;
    char before[64];

    client_await_name(f->client, CACHE_NAME);
    snprintf(before, sizeof before, "%s", client_owner(f->client));
    f->desk.daemon = desk_spawn(&f->desk, arguments);
    assert_int_equal(desk_wait(old), 0);
    client_await_name(f->client, CACHE_NAME);
    assert_string_not_equal(client_owner(f->client), before);
    snprintf(before, sizeof before, "%s", client_owner(f->client));
    assert_string_equal(client_owner_of(f->client, THUMBNAILER_NAME), before);
    assert_string_equal(client_owner_of(f->client, CACHE_NAME), before);
}

/* Another daemon than the one that has the name serves by its own. */
static void test_name_that_others_have(void **state)
{
    struct fixture *f = *state;
    DBusConnection *other = dbus_connection_open_private(f->desk.address, NULL);
    static const char *const arguments[] = {"--thumbnailer", "--replace", NULL};

    assert_non_null(other);
    assert_true(dbus_bus_register(other, NULL));
    dbus_connection_set_exit_on_disconnect(other, FALSE);
    assert_int_equal(dbus_bus_request_name(other, THUMBNAILER_NAME, 0, NULL),
                     DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER);
    kill(f->desk.daemon, SIGTERM);
    assert_int_equal(desk_wait(f->desk.daemon), 0);
    desk_start(&f->desk, arguments);
    expect_signal(f->client, SIGNAL_FINISHED, queue_one(f->client, put_file(f, "a.uqd")));
    assert_string_equal(client_owner_of(f->client, THUMBNAILER_NAME),
                        dbus_bus_get_unique_name(other));
    assert_false(is_owned(f->client, CACHE_NAME));
    dbus_connection_close(other);
    dbus_connection_unref(other);
}

/* A program that the bus would start for the name is not kept from it. */
static void test_name_that_others_would_have(void **state)
{
    struct fixture *f = *state;
    static const char *const arguments[] = {"--thumbnailer", NULL};
    char path[160];
    FILE *file;

    kill(f->desk.daemon, SIGTERM);
    assert_int_equal(desk_wait(f->desk.daemon), 0);
    snprintf(path, sizeof path, "%s/dbus-1/services/" THUMBNAILER_NAME ".service", f->desk.dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("[D-BUS Service]\nName=" THUMBNAILER_NAME "\nExec=/bin/false\n", file);
    fclose(file);
    client_reload_bus(f->client);
    desk_start(&f->desk, arguments);
    expect_signal(f->client, SIGNAL_FINISHED, queue_one(f->client, put_file(f, "a.uqd")));
    assert_false(is_owned(f->client, THUMBNAILER_NAME));
    assert_false(is_owned(f->client, CACHE_NAME));
}

/* ---- The end ---- */

/* What is not made is told of before the daemon leaves, and nothing coarse or temporary stays. */
static void test_daemon_leaves(void **state)
{
    struct fixture *f = *state;
    const char *uris[] = {put_file(f, "a.uqd"), put_file(f, "b.uqd"), put_file(f, "c.uqd")};
    const struct order order = {{uris[0], uris[1], uris[2]},
                                {MIME_TYPE, MIME_TYPE, MIME_TYPE},
                                3,
                                3,
                                "normal",
                                "foreground",
                                0};
    uint32_t handle = queue_with(f->client, &order, NULL);

    expect_signal(f->client, SIGNAL_STARTED, handle);
    kill(f->desk.daemon, SIGTERM);
    assert_int_equal(desk_wait(f->desk.daemon), 0);
    f->desk.daemon = 0;
    expect_signal(f->client, SIGNAL_FINISHED, handle);
}

#define TEST(name)       cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_NAMED(name) cmocka_unit_test_setup_teardown(name, setup_named, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_queue),
        TEST(test_errors),
        TEST(test_a_thumbnail_itself),
        TEST(test_unknown_flavor_and_scheduler),
        TEST(test_wrong_calls),
        TEST(test_dequeue),
        TEST(test_instead_of_another),
        TEST(test_client_leaves),
        TEST(test_shares),
        TEST(test_what_is_supported),
        TEST(test_cache),
        TEST(test_specialized),
        TEST(test_name_is_not_taken_unasked),
        TEST_NAMED(test_name_is_taken),
        TEST_NAMED(test_names_of_a_replaced_daemon),
        TEST(test_name_that_others_have),
        TEST(test_name_that_others_would_have),
        TEST(test_daemon_leaves),
    };

    return cmocka_run_group_tests_name("thumbnailer", tests, NULL, NULL);
}
