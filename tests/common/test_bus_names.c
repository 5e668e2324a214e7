/* The names in bus_names.h, in the interface descriptions and in the documentation are the same. */
#include "file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The contents of a file of the source tree; malloc'ed. */
static char *read_source(const char *name)
{
    struct message message;
    char path[512], *text;
    uint8_t *data;
    size_t size;
    snprintf(path, sizeof path, SOURCES "/%s", name);
    if (file_read(path, 1 << 20, &data, &size, &message) < 0)
        fail_msg("%s", message.text);
    text = strndup((const char *)data, size);
    assert_non_null(text);
    free(data);
    return text;
}

static char *names, *manual;

/* The interface descriptions. */
enum { N_XML = 6 };
static char *xml[N_XML];

static int setup(void **state)
{
    (void)state;
    names = read_source("common/bus/bus_names.h");
    manual = read_source("docs/dbus.md");
    xml[0] = read_source("daemon/org.uqd.Decoder1.xml");
    xml[1] = read_source("daemon/org.uqd.Decoder1.Job.xml");
    xml[2] = read_source("viewer/remote/org.uqd.Viewer1.xml");
    xml[3] = read_source("daemon/org.freedesktop.thumbnails.Thumbnailer1.xml");
    xml[4] = read_source("daemon/org.freedesktop.thumbnails.Cache1.xml");
    xml[5] = read_source("daemon/org.freedesktop.thumbnails.SpecializedThumbnailer1.xml");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(names);
    free(manual);
    for (int i = 0; i < N_XML; i++)
        free(xml[i]);
    return 0;
}

/* Calls check(macro, value) for each macro of this prefix that is a string; returns how many. */
static unsigned each_name(const char *prefix, void (*check)(const char *macro, const char *value))
{
    char start[64], macro[64], value[64];
    unsigned n = 0;
    snprintf(start, sizeof start, "#define %s", prefix);
    for (const char *at = names; (at = strstr(at, start)); at++) {
        if (sscanf(at, "#define %63s \"%63[^\"]\"", macro, value) != 2)
            continue;
        check(macro, value);
        n++;
    }
    return n;
}

static void check_documented(const char *macro, const char *value)
{
    char quoted[80];
    snprintf(quoted, sizeof quoted, "`%s", value);
    const char *found = strstr(manual, quoted);
    while (found && !strchr("`(/", found[strlen(quoted)]))
        found = strstr(found + 1, quoted);
    if (!found && strcmp(macro, "JOBS_NODE") != 0)
        fail_msg("docs/dbus.md knows no `%s` (%s)", value, macro);
}

static void all_names_are_documented(void **state)
{
    (void)state;
    assert_true(each_name("", check_documented) > 60);
}

static void check_described(const char *element, const char *macro, const char *value)
{
    char tag[128];
    bool found = false;
    snprintf(tag, sizeof tag, "<%s name=\"%s\"", element, value);
    for (int i = 0; i < N_XML; i++)
        found |= strstr(xml[i], tag) != NULL;
    if (!found)
        fail_msg("the descriptions have no %s %s (%s)", element, value, macro);
}

static void check_method(const char *macro, const char *value)
{
    check_described("method", macro, value);
}

static void check_signal(const char *macro, const char *value)
{
    check_described("signal", macro, value);
}

static void check_property(const char *macro, const char *value)
{
    check_described("property", macro, value);
}

/* Whether an earlier description than that of this index has a tag like the one at its beginning.
 */
static bool is_known(const char *at, int index)
{
    char tag[128];
    snprintf(tag, sizeof tag, "%.*s", (int)strcspn(at, " ") + 1, at);
    const char *name = strstr(at, "name=\"");
    assert_non_null(name);
    size_t length = strlen(tag);
    snprintf(tag + length, sizeof tag - length, "%.*s", (int)strcspn(name + 6, "\"") + 7, name);
    for (int i = 0; i < index; i++)
        if (strstr(xml[i], tag))
            return true;
    return false;
}

/* Members of different names. */
static unsigned count(const char *tag)
{
    unsigned n = 0;
    for (int i = 0; i < N_XML; i++)
        for (const char *at = xml[i]; (at = strstr(at, tag)); at++)
            n += !is_known(at, i);
    return n;
}

static void all_members_are_described(void **state)
{
    (void)state;
    assert_int_equal(each_name("METHOD_", check_method), count("<method "));
    assert_int_equal(each_name("SIGNAL_", check_signal), count("<signal "));
    assert_int_equal(each_name("PROPERTY_", check_property), count("<property "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_names_are_documented),
        cmocka_unit_test(all_members_are_described),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
