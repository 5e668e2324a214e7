/* Paths and URIs as file managers pass them. */
#include "location.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void check(const char *argument, const char *path, const char *uri)
{
    struct location location;
    struct message message;
    if (location_read(&location, argument, &message) < 0)
        fail_msg("%s", message.text);
    assert_string_equal(location.path, path);
    assert_string_equal(location.uri, uri);
    location_free(&location);
}

static void test_uris(void **state)
{
    static const char *const cases[][2] = {
        {"file:///a/b.uqd", "/a/b.uqd"},
        {"file:/a/b.uqd", "/a/b.uqd"},
        {"file://localhost/a/b.uqd", "/a/b.uqd"},
        {"FILE://LocalHost/a", "/a"},
        {"file:///a%20b/c%25d.uqd", "/a b/c%d.uqd"},
        {"file:///%C3%BC%e2%82%ac.uqd", "/\xc3\xbc\xe2\x82\xac.uqd"},
        {"file:///%FF%2f.uqd", "/\xff/.uqd"},
        {"file:///100%2525", "/100%25"},
        {"file:///a+b#c?d", "/a+b#c?d"},
        {"file:///", "/"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i][0], cases[i][1], cases[i][0]);
}

/* The URI is the one by which desktops know the file. */
static void test_paths(void **state)
{
    static const char *const cases[][2] = {
        {"/a/b.uqd", "file:///a/b.uqd"},
        {"/b \xc3\xbc.uqd", "file:///b%20%C3%BC.uqd"},
        {"/100%.uqd", "file:///100%25.uqd"},
        {"/!$&'()*+,-.:=@_~", "file:///!$&'()*+,-.:=@_~"},
        {"/;?#[]\"<>\\^`{|}", "file:///%3B%3F%23%5B%5D%22%3C%3E%5C%5E%60%7B%7C%7D"},
        {"/\x01\xff\x7f", "file:///%01%FF%7F"},
        {"//a/./b//../c.uqd", "file:///a/c.uqd"},
        {"/../..", "file:///"},
        {"/a/..b/...", "file:///a/..b/..."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i][0], cases[i][0], cases[i][1]);
}

static void test_relative_paths(void **state)
{
    char wanted[8192], *directory = getcwd(NULL, 0);
    (void)state;
    assert_non_null(directory);
    snprintf(wanted, sizeof wanted, "file://%s/a.uqd", directory);
    check("a.uqd", "a.uqd", wanted);
    check("./b/../a.uqd", "./b/../a.uqd", wanted);
    snprintf(wanted, sizeof wanted, "file://%s/file%%20:x", directory);
    check("file :x", "file :x", wanted);
    free(directory);
}

static void test_refused(void **state)
{
    static const char *const cases[][2] = {
        {"file://other/a.uqd", "is on another machine"},
        {"file://localhost.other/a", "is on another machine"},
        {"file:///a%2", "without the two digits"},
        {"file:///a%", "without the two digits"},
        {"file:///a%g0", "without the two digits"},
        {"file:///a%00b", "without the two digits"},
        {"https://example.org/a.uqd", "is not a file of this machine"},
        {"sftp://host/a.uqd", "is not a file of this machine"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct location location;
        struct message message;
        assert_int_equal(location_read(&location, cases[i][0], &message), -1);
        if (!strstr(message.text, cases[i][1]) || !strstr(message.text, cases[i][0]))
            fail_msg("%s: %s", cases[i][0], message.text);
        location_free(&location);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uris),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_relative_paths),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("location", tests, scratch_setup, scratch_teardown);
}
