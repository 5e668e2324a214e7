/* Dictionaries as both sides write and read them, and the paths of jobs. */
#include "dict.h"
#include "job_path.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A message with one dictionary of every kind of value, and an iterator at it. */
static DBusMessage *make_message(DBusMessageIter *at)
{
    static const char *const strings[] = {"one", "two"};
    static const uint64_t numbers[] = {5, UINT64_MAX};
    DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
    DBusMessageIter arguments;
    struct dict dict;
    assert_non_null(message);
    dbus_message_iter_init_append(message, &arguments);
    dict_begin(&dict, &arguments);
    dict_add_u32(&dict, "u32", UINT32_MAX);
    dict_add_u64(&dict, "u64", UINT64_MAX);
    dict_add_double(&dict, "double", INFINITY);
    dict_add_bool(&dict, "bool", true);
    dict_add_string(&dict, "string", "gr\xc3\xbc\xc3\x9f");
    dict_add_string(&dict, "latin", "gr\xfc\xdf");
    dict_add_strings(&dict, "strings", strings, 2);
    dict_add_array(&dict, "numbers", DBUS_TYPE_UINT64, numbers, 2);
    dict_add_array(&dict, "none", DBUS_TYPE_UINT64, NULL, 0);
    dict_add_fd(&dict, "fd", STDOUT_FILENO);
    assert_true(dict_end(&dict));
    dbus_message_iter_init(message, at);
    return message;
}

static void values_are_found(void **state)
{
    DBusMessageIter at, strings;
    DBusMessage *message = make_message(&at);
    uint32_t u32;
    uint64_t u64;
    double number;
    bool boolean;
    const char *text;
    (void)state;
    assert_true(dict_get_u32(&at, "u32", &u32) && u32 == UINT32_MAX);
    assert_true(dict_get_u64(&at, "u64", &u64) && u64 == UINT64_MAX);
    assert_true(dict_get_double(&at, "double", &number) && isinf(number));
    assert_true(dict_get_bool(&at, "bool", &boolean) && boolean);
    assert_true(dict_get_string(&at, "string", &text));
    assert_string_equal(text, "gr\xc3\xbc\xc3\x9f");
    assert_true(dict_get_string(&at, "latin", &text));
    assert_string_equal(text, "gr??");
    assert_true(dict_get_strings(&at, "strings", &strings));
    dbus_message_iter_next(&strings);
    dbus_message_iter_get_basic(&strings, &text);
    assert_string_equal(text, "two");
    assert_true(dict_find(&at, "none", &strings));
    dbus_message_unref(message);
}

static void other_types_and_names_are_not(void **state)
{
    DBusMessageIter at, strings;
    DBusMessage *message = make_message(&at);
    uint32_t u32;
    uint64_t u64;
    const char *text;
    (void)state;
    assert_false(dict_get_u32(&at, "u64", &u32));
    assert_false(dict_get_u64(&at, "u32", &u64));
    assert_false(dict_get_u32(&at, "u3", &u32));
    assert_false(dict_get_string(&at, "strings", &text));
    assert_false(dict_get_strings(&at, "numbers", &strings));
    assert_false(dict_find(&at, "", &strings));
    dbus_message_unref(message);
}

static void fields_are_read_and_others_passed_over(void **state)
{
    DBusMessageIter at;
    DBusMessage *dbus_message = make_message(&at);
    struct message message;
    uint32_t u32 = 0, absent = 7;
    const char *text = NULL;
    int fd = -1;
    const struct dict_field fields[] = {
        {"string", DBUS_TYPE_STRING, &text},
        {"absent", DBUS_TYPE_UINT32, &absent},
        {"fd", DBUS_TYPE_UNIX_FD, &fd},
        {"u32", DBUS_TYPE_UINT32, &u32},
    };
    (void)state;
    assert_int_equal(dict_read(&at, fields, sizeof fields / sizeof *fields, &message), 0);
    assert_int_equal(u32, UINT32_MAX);
    assert_int_equal(absent, 7);
    assert_string_equal(text, "gr\xc3\xbc\xc3\x9f");
    assert_true(fd > STDERR_FILENO);
    close(fd);
    dbus_message_unref(dbus_message);
}

static void a_field_of_another_type_is_an_error(void **state)
{
    DBusMessageIter at;
    DBusMessage *dbus_message = make_message(&at);
    struct message message;
    uint64_t value = 3;
    const struct dict_field field = {"u32", DBUS_TYPE_UINT64, &value};
    (void)state;
    assert_int_equal(dict_read(&at, &field, 1, &message), DICT_ERR_TYPE);
    assert_non_null(strstr(message.text, "u32"));
    assert_int_equal(value, 3);
    dbus_message_unref(dbus_message);
}

/* Appends a dictionary of one structure of so many numbers, and its last member as a text if that
 * is wanted. */
static void append_structure(DBusMessageIter *at, unsigned n, bool with_text)
{
    DBusMessageIter entries, entry, variant, members;
    const char *signature = with_text ? "(uuus)" : n == 5 ? "(uuuuu)" : n == 4 ? "(uuuu)" : "(uuu)";
    const char *key = "region", *text = "4";
    dbus_message_iter_open_container(at, DBUS_TYPE_ARRAY, "{sv}", &entries);
    dbus_message_iter_open_container(&entries, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
    dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key);
    dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant);
    dbus_message_iter_open_container(&variant, DBUS_TYPE_STRUCT, NULL, &members);
    for (uint32_t i = 1; i <= n - with_text; i++)
        dbus_message_iter_append_basic(&members, DBUS_TYPE_UINT32, &i);
    if (with_text)
        dbus_message_iter_append_basic(&members, DBUS_TYPE_STRING, &text);
    dbus_message_iter_close_container(&variant, &members);
    dbus_message_iter_close_container(&entry, &variant);
    dbus_message_iter_close_container(&entries, &entry);
    dbus_message_iter_close_container(at, &entries);
}

/* Whether such a structure is read as a region, which it must be alike by both ways. */
static bool is_region(unsigned n, bool with_text)
{
    DBusMessage *dbus_message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
    struct uqd_region got = {9, 9, 9, 9}, found = {9, 9, 9, 9};
    const struct dict_field field = {"region", DICT_TYPE_REGION, &got};
    struct message message;
    DBusMessageIter at;
    dbus_message_iter_init_append(dbus_message, &at);
    append_structure(&at, n, with_text);
    dbus_message_iter_init(dbus_message, &at);
    const int status = dict_read(&at, &field, 1, &message);
    assert_int_equal(dict_get_region(&at, "region", &found), status == 0);
    assert_memory_equal(&got, &found, sizeof got);
    assert_int_equal(got.x, status == 0 ? 1 : 9);
    assert_int_equal(got.height, status == 0 ? 4 : 9);
    if (status < 0)
        assert_string_equal(message.text, "the option 'region' must have the D-Bus type '(uuuu)'");
    dbus_message_unref(dbus_message);
    return status == 0;
}

static void regions_have_four_numbers(void **state)
{
    (void)state;
    assert_true(is_region(4, false));
    assert_false(is_region(3, false));
    assert_false(is_region(5, false));
    assert_false(is_region(4, true));
}

static void a_region_comes_as_it_was_added(void **state)
{
    static const struct uqd_region region = {1, UINT32_MAX, 0, 7};
    DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
    DBusMessageIter at;
    struct uqd_region got;
    struct dict dict;
    uint32_t number;
    (void)state;
    dbus_message_iter_init_append(message, &at);
    dict_begin(&dict, &at);
    dict_add_region(&dict, "region", &region);
    dict_add_u32(&dict, "u32", 3);
    assert_true(dict_end(&dict));
    assert_true(variant_append_region(&at, &region));
    assert_string_equal(dbus_message_get_signature(message), "a{sv}v");
    dbus_message_iter_init(message, &at);
    assert_true(dict_get_region(&at, "region", &got));
    assert_memory_equal(&got, &region, sizeof got);
    assert_false(dict_get_region(&at, "u32", &got));
    assert_false(dict_get_u32(&at, "region", &number));
    dbus_message_unref(message);
}

static void paths_of_jobs(void **state)
{
    char node[SENDER_NODE_SIZE], path[JOB_PATH_SIZE], name[256];
    (void)state;
    job_path_sender(node, sizeof node, ":1.42");
    assert_string_equal(node, "1_42");
    job_path(path, sizeof path, ":1.42", "v1");
    assert_string_equal(path, "/org/uqd/Decoder1/job/1_42/v1");
    memset(name, 'n', sizeof name);
    name[0] = ':';
    name[255] = '\0';
    char token[MAX_TOKEN + 1];
    memset(token, 't', MAX_TOKEN);
    token[MAX_TOKEN] = '\0';
    job_path(path, sizeof path, name, token);
    assert_string_equal(strrchr(path, '/') + 1, token);
    assert_true(dbus_validate_path(path, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(other_types_and_names_are_not),
        cmocka_unit_test(fields_are_read_and_others_passed_over),
        cmocka_unit_test(a_field_of_another_type_is_an_error),
        cmocka_unit_test(regions_have_four_numbers),
        cmocka_unit_test(a_region_comes_as_it_was_added),
        cmocka_unit_test(paths_of_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
