/* The names in bus_names.h, in the interface descriptions and in the documentation are the same. */
#include "file.h"

#include <setjmp.h>
#include <stdarg.h>
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

static char *names, *manual, *root_xml, *job_xml;

static int setup(void **state)
{
    (void)state;
    names = read_source("common/bus/bus_names.h");
    manual = read_source("docs/dbus.md");
    root_xml = read_source("daemon/org.uqd.Decoder1.xml");
    job_xml = read_source("daemon/org.uqd.Decoder1.Job.xml");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(names);
    free(manual);
    free(root_xml);
    free(job_xml);
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
    snprintf(tag, sizeof tag, "<%s name=\"%s\"", element, value);
    if (!strstr(root_xml, tag) && !strstr(job_xml, tag))
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

static unsigned count(const char *tag)
{
    unsigned n = 0;
    for (const char *at = root_xml; (at = strstr(at, tag)); at++)
        n++;
    for (const char *at = job_xml; (at = strstr(at, tag)); at++)
        n++;
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
