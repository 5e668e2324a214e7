/* gdbus, the command of GLib, talks to the installed daemon: GLib reads what our objects say of
 * themselves, and passes an open file. */
#include "bus_names.h"
#include "client.h"
#include "process.h"
#include "scratch.h"
#include "screen.h"
#include "session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_S = 60 };

static int setup(void **state)
{
    const char *const argv[] = {session_installed(LIBEXECDIR "/uqdd"), "--thumbnailer", NULL};
    (void)state;
    session_begin(NULL);
    session_start(argv);
    struct client *client = client_new(session_desk());
    client_await_name(client, CACHE_NAME); /* the last one that it takes */
    client_free(client);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_end();
    return 0;
}

/* A line of the shell that begins with "gdbus". */
static struct process_result run(const char *line)
{
    const char *const argv[] = {"sh", "-c", line, NULL};
    struct process_result result;
    session_need("gdbus", "libglib2.0-bin");
    assert_int_equal(process_run(&result, argv, NULL, 0, TIMEOUT_S), 0);
    return result;
}

/* Fails the test unless the line succeeds and prints all these. */
#define SAYS(line, ...) says(line, (const char *const[]){__VA_ARGS__, NULL})
static void says(const char *line, const char *const parts[])
{
    struct process_result result = run(line);
    if (result.exit_code != 0)
        fail_msg("%s: %s", line, result.err);
    for (int i = 0; parts[i]; i++)
        if (!strstr(result.out, parts[i]))
            fail_msg("%s: \"%s\" is not in\n%s", line, parts[i], result.out);
    process_result_free(&result);
}

/* ---- Descriptions -------------------------------------------------------------------------- */

static void all_objects_are_found_from_the_root(void **state)
{
    (void)state;
    SAYS("gdbus introspect --session -d " BUS_NAME " -o / --recurse",
         "node " ROOT_PATH " {\n        interface " ROOT_INTERFACE " {",
         "node " THUMBNAILER_PATH " {\n          interface " THUMBNAILER_INTERFACE " {",
         "node " CACHE_PATH " {\n          interface " CACHE_INTERFACE " {",
         "Open(in  h file,\n                 in  a{sv} options,", "readonly u Jobs = 0;",
         "Finished(u handle);");
}

static void standard_names_have_the_same_objects(void **state)
{
    (void)state;
    SAYS("gdbus introspect --session -d " THUMBNAILER_NAME " -o " THUMBNAILER_PATH,
         "interface " THUMBNAILER_INTERFACE " {", "in  u handle_to_unqueue,");
    SAYS("gdbus introspect --session -d " CACHE_NAME " -o " CACHE_PATH,
         "interface " CACHE_INTERFACE " {", "Cleanup(in  as base_uris,");
}

/* ---- Calls --------------------------------------------------------------------------------- */

#define OPEN                                                                                       \
    "gdbus call --session -d " BUS_NAME " -o " ROOT_PATH " -m " ROOT_INTERFACE ".Open 'handle 3' "

static void an_open_file_is_passed(void **state)
{
    (void)state;
    quarters_write("a.uqd", false, 0);
    SAYS(OPEN "\"{'handle_token': <'mine'>}\" 3<a.uqd", "(objectpath '" ROOT_PATH "/job/",
         "/mine', {",
         "'width': <uint32 144>, 'height': <uint32 144>, "
         "'region': <(uint32 0, uint32 0, uint32 144, uint32 144)>, 'channels': <uint32 3>",
         "'lossless': <true>");
}

static void other_descriptors_are_refused(void **state)
{
    static const char *const lines[] = {OPEN "'{}' 3<.", OPEN "'{}' 3</dev/null"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct process_result result = run(lines[i]);
        assert_int_equal(result.exit_code, 1);
        if (!strstr(result.err, DBUS_ERROR_INVALID_ARGS))
            fail_msg("%s: %s", lines[i], result.err);
        process_result_free(&result);
    }
}

#define CALL_THUMBNAILER                                                                           \
    "gdbus call --session -d " THUMBNAILER_NAME " -o " THUMBNAILER_PATH " -"                       \
    "m " THUMBNAILER_INTERFACE

static void a_thumbnailer_is_asked(void **state)
{
    (void)state;
    SAYS(CALL_THUMBNAILER ".GetSupported", "(['file'], ['" MIME_TYPE "'])");
    SAYS(CALL_THUMBNAILER ".GetFlavors", "(['normal', 'large', 'x-large', 'xx-large'],)");
    SAYS(CALL_THUMBNAILER ".Queue \"['file:///nowhere']\" \"['" MIME_TYPE "']\" normal default 0",
         "(uint32 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_objects_are_found_from_the_root),
        TEST(standard_names_have_the_same_objects),
        TEST(an_open_file_is_passed),
        TEST(other_descriptors_are_refused),
        TEST(a_thumbnailer_is_asked),
    };
    return cmocka_run_group_tests_name("gdbus", tests, session_install, scratch_teardown);
}
