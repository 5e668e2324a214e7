/* The interface as described in the XML files is what the daemon serves. */
#include "client.h"
#include "file.h"
#include "sample.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
    int fd;
    char *job;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 40, 30, 3);
    desk_start(&f->desk, NULL);
    f->client = client_new(&f->desk);
    f->fd = sample_file(&f->sample, &f->desk, f->sample.size);
    f->job = client_open(f->client, f->fd, NULL, 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    free(f->job);
    close(f->fd);
    client_free(f->client);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* ---- Descriptions ---- */

/* The element <interface name="..."> of a description, without any white space; malloc'ed. */
static char *interface_of(const char *xml, const char *name)
{
    char tag[128];
    const char *begin, *end;
    char *text;
    size_t n = 0;

    snprintf(tag, sizeof tag, "<interface name=\"%s\">", name);
    begin = strstr(xml, tag);
    if (!begin)
        fail_msg("%s is not described", name);
    end = strstr(begin, "</interface>");
    assert_non_null(end);
    text = malloc((size_t)(end - begin) + 1);
    assert_non_null(text);
    for (; begin < end; begin++) {
        if (!isspace((unsigned char)*begin))
            text[n++] = *begin;
    }
    text[n] = '\0';
    return text;
}

static char *read_description(const char *interface)
{
    struct message message;
    char path[512], *text;
    uint8_t *data;
    size_t size;

    snprintf(path, sizeof path, INTERFACES "/%s.xml", interface);
    if (file_read(path, 1 << 20, &data, &size, &message) < 0)
        fail_msg("%s", message.text);
    text = strndup((const char *)data, size);
    free(data);
    return text;
}

static char *introspect(struct client *client, const char *path)
{
    DBusMessage *reply =
        client_call(client, client_new_call(path, DBUS_INTERFACE_INTROSPECTABLE, "Introspect"));
    const char *text;
    char *copy;

    expect_error(dbus_message_ref(reply), NULL, path);
    assert_true(dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID));
    copy = strdup(text);
    dbus_message_unref(reply);
    return copy;
}

static void compare(struct client *client, const char *path, const char *interface)
{
    char *live = introspect(client, path), *written = read_description(interface);
    char *served = interface_of(live, interface), *promised = interface_of(written, interface);

    assert_string_equal(served, promised);
    assert_non_null(strstr(live, "org.freedesktop.DBus.Properties"));
    assert_non_null(strstr(live, "org.freedesktop.DBus.Introspectable"));
    assert_non_null(strstr(live, "org.freedesktop.DBus.Peer"));
    free(live);
    free(written);
    free(served);
    free(promised);
}

static void test_introspection(void **state)
{
    struct fixture *f = *state;

    compare(f->client, ROOT_PATH, ROOT_INTERFACE);
    compare(f->client, f->job, JOB_INTERFACE);
    compare(f->client, THUMBNAILER_PATH, THUMBNAILER_INTERFACE);
    compare(f->client, CACHE_PATH, CACHE_INTERFACE);
    compare(f->client, SPECIALIZED_PATH, SPECIALIZED_INTERFACE);
}

static void expect_child(struct client *client, const char *path, const char *child)
{
    char *text = introspect(client, path), tag[128];

    snprintf(tag, sizeof tag, "<node name=\"%s\"/>", child);
    if (!strstr(text, tag))
        fail_msg("%s does not show %s: %s", path, child, text);
    free(text);
}

/* Clients find their own jobs from the root, and nobody else's. */
static void test_nodes(void **state)
{
    struct fixture *f = *state;
    struct client *other = client_new(&f->desk);
    char sender[256];
    char *text;

    snprintf(sender, sizeof sender, ROOT_PATH "/job/%s", client_node(f->client));
    expect_child(f->client, ROOT_PATH, "job");
    expect_child(f->client, ROOT_PATH "/job", client_node(f->client));
    expect_child(f->client, sender, strrchr(f->job, '/') + 1);
    expect_child(f->client, THUMBNAILS_PATH, "Thumbnailer1");
    expect_child(f->client, THUMBNAILS_PATH, "Cache1");
    text = introspect(other, ROOT_PATH);
    assert_null(strstr(text, "<node name"));
    free(text);
    expect_error(
        client_call(other, client_new_call(sender, DBUS_INTERFACE_INTROSPECTABLE, "Introspect")),
        DBUS_ERROR_UNKNOWN_OBJECT, "another client's node");
    client_free(other);
}

/* ---- Members ---- */

/* Calls check(fixture, path, interface, name) for each element of this kind; returns how many. */
static unsigned
each_member(struct fixture *f, const char *path, const char *interface, const char *element,
            void (*check)(struct fixture *, const char *, const char *, const char *))
{
    char *xml = read_description(interface), tag[32], name[64];
    unsigned n = 0;

    snprintf(tag, sizeof tag, "<%s name=\"", element);
    for (const char *at = xml; (at = strstr(at, tag)); n++) {
        at += strlen(tag);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "\""), at);
        check(f, path, interface, name);
    }
    free(xml);
    return n;
}

/* A method that is there complains about the arguments; nothing has this signature. */
static void check_method(struct fixture *f, const char *path, const char *interface,
                         const char *name)
{
    DBusMessage *call = client_new_call(path, interface, name);
    unsigned char byte = 1;

    dbus_message_append_args(call, DBUS_TYPE_BYTE, &byte, DBUS_TYPE_INVALID);
    expect_error(client_call(f->client, call), DBUS_ERROR_INVALID_ARGS, name);
}

static void check_property(struct fixture *f, const char *path, const char *interface,
                           const char *name)
{
    DBusMessage *call = client_new_call(path, DBUS_INTERFACE_PROPERTIES, "Get");

    dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_STRING, &name,
                             DBUS_TYPE_INVALID);
    expect_error(client_call(f->client, call), NULL, name);
}

static unsigned count_properties(struct fixture *f, const char *path, const char *interface)
{
    DBusMessage *call = client_new_call(path, DBUS_INTERFACE_PROPERTIES, "GetAll"), *reply;
    DBusMessageIter args, entries;
    unsigned n = 0;

    dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
    reply = client_call(f->client, call);
    expect_error(dbus_message_ref(reply), NULL, "GetAll");
    assert_string_equal(dbus_message_get_signature(reply), "a{sv}");
    dbus_message_iter_init(reply, &args);
    dbus_message_iter_recurse(&args, &entries);
    for (; dbus_message_iter_get_arg_type(&entries) != DBUS_TYPE_INVALID;
         dbus_message_iter_next(&entries))
        n++;
    dbus_message_unref(reply);
    return n;
}

static void test_members(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(each_member(f, ROOT_PATH, ROOT_INTERFACE, "method", check_method), 1);
    assert_int_equal(
        each_member(f, THUMBNAILER_PATH, THUMBNAILER_INTERFACE, "method", check_method), 5);
    assert_int_equal(each_member(f, CACHE_PATH, CACHE_INTERFACE, "method", check_method), 4);
    assert_int_equal(
        each_member(f, SPECIALIZED_PATH, SPECIALIZED_INTERFACE, "method", check_method), 2);
    assert_int_equal(count_properties(f, THUMBNAILER_PATH, THUMBNAILER_INTERFACE), 0);
    assert_int_equal(each_member(f, f->job, JOB_INTERFACE, "method", check_method), 9);
    assert_int_equal(each_member(f, ROOT_PATH, ROOT_INTERFACE, "property", check_property),
                     count_properties(f, ROOT_PATH, ROOT_INTERFACE));
    assert_int_equal(each_member(f, f->job, JOB_INTERFACE, "property", check_property),
                     count_properties(f, f->job, JOB_INTERFACE));
}

static void test_unknown(void **state)
{
    static const struct {
        const char *path, *interface, *member, *error;
    } cases[] = {
        {ROOT_PATH, ROOT_INTERFACE, "Nothing", DBUS_ERROR_UNKNOWN_METHOD},
        {ROOT_PATH, NULL, "Nothing", DBUS_ERROR_UNKNOWN_METHOD},
        {ROOT_PATH, "org.example.Other", "Open", DBUS_ERROR_UNKNOWN_INTERFACE},
        {ROOT_PATH, DBUS_INTERFACE_PROPERTIES, "Nothing", DBUS_ERROR_UNKNOWN_METHOD},
        {ROOT_PATH, DBUS_INTERFACE_PROPERTIES, "Get", DBUS_ERROR_INVALID_ARGS},
        {ROOT_PATH "/job/1_0/none", JOB_INTERFACE, METHOD_START, DBUS_ERROR_UNKNOWN_OBJECT},
        {ROOT_PATH "/other", ROOT_INTERFACE, "Open", DBUS_ERROR_UNKNOWN_OBJECT},
        {THUMBNAILER_PATH "/other", NULL, "Queue", DBUS_ERROR_UNKNOWN_OBJECT},
        {SPECIALIZED_PATH "/other", NULL, "Queue", DBUS_ERROR_UNKNOWN_OBJECT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DBusMessage *call = client_new_call(cases[i].path, cases[i].interface, cases[i].member);

        expect_error(client_call(f->client, call), cases[i].error, cases[i].member);
    }
}

static void test_properties_are_read_only(void **state)
{
    struct fixture *f = *state;
    DBusMessage *call = client_new_call(ROOT_PATH, DBUS_INTERFACE_PROPERTIES, "Set");
    const char *interface = ROOT_INTERFACE, *name = "MaxJobs";
    DBusMessageIter args, variant;
    uint32_t value = 1;

    dbus_message_iter_init_append(call, &args);
    dbus_message_iter_append_basic(&args, DBUS_TYPE_STRING, &interface);
    dbus_message_iter_append_basic(&args, DBUS_TYPE_STRING, &name);
    dbus_message_iter_open_container(&args, DBUS_TYPE_VARIANT, "u", &variant);
    dbus_message_iter_append_basic(&variant, DBUS_TYPE_UINT32, &value);
    dbus_message_iter_close_container(&args, &variant);
    expect_error(client_call(f->client, call), DBUS_ERROR_PROPERTY_READ_ONLY, "Set");
}

static void test_peer(void **state)
{
    struct fixture *f = *state;

    expect_error(client_call(f->client, client_new_call(ROOT_PATH, DBUS_INTERFACE_PEER, "Ping")),
                 NULL, "Ping");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_introspection, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nodes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_members, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_properties_are_read_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_peer, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
