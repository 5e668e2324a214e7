/* How the bus and systemd start the daemon of an installation. */
#include "process.h"
#include "scratch.h"
#include "staged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { TIMEOUT_S = 120 };

#define PROGRAM LIBEXECDIR "/uqdd"
#define SERVICE SERVICES_DIR "/org.uqd.Decoder1.service"
#define UNIT    UNIT_DIR "/uqdd.service"

/* The installed file as text. */
static char *read_text(const char *path)
{
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    char *text = strndup((const char *)data, size);
    assert_non_null(text);
    free(data);
    return text;
}

static void assert_has_line(const char *text, const char *line)
{
    char whole[8192];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (!strstr(text, whole))
        fail_msg("\"%s\" is not in:\n%s", line, text);
}

/* Writes an installed file with the staged program in place of the one that it names. */
static void write_with_staged_program(const char *installed, const char *path)
{
    char *text = read_text(installed);
    char *name = strstr(text, "=" PROGRAM "\n");
    assert_non_null(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%.*s=%s/" STAGED PROGRAM "%s", (int)(name - text), text, scratch_directory(),
            name + strlen("=" PROGRAM));
    assert_int_equal(fclose(file), 0);
    free(text);
}

static void both_name_the_installed_program(void **state)
{
    (void)state;
    assert_int_equal(access(STAGED PROGRAM, X_OK), 0);
    char *service = read_text(STAGED SERVICE);
    assert_has_line(service, "Name=org.uqd.Decoder1");
    assert_has_line(service, "Exec=" PROGRAM);
    assert_has_line(service, "SystemdService=uqdd.service");
    free(service);
    char *unit = read_text(STAGED UNIT);
    assert_has_line(unit, "BusName=org.uqd.Decoder1");
    assert_has_line(unit, "ExecStart=" PROGRAM);
    free(unit);
}

static void systemd_understands_the_unit(void **state)
{
    const char *const version[] = {"systemd-analyze", "--version", NULL};
    const char *const verify[] = {"systemd-analyze", "--user",         "--man=no",
                                  "verify",          "./uqdd.service", NULL};
    struct process_result result;
    (void)state;
    if (process_run(&result, version, NULL, 0, TIMEOUT_S) != 0 || result.exit_code != 0) {
        print_message("skip: systemd-analyze is missing\n");
        skip();
    }
    process_result_free(&result);
    write_with_staged_program(STAGED UNIT, "uqdd.service");
    setenv("XDG_RUNTIME_DIR", scratch_directory(), 1);
    assert_int_equal(process_run(&result, verify, NULL, 0, TIMEOUT_S), 0);
    /* It also reads other units, and may find fault with them. */
    if (result.exit_code != 0 || strstr(result.err, "uqdd.service"))
        fail_msg("exit code %d: %s", result.exit_code, result.err);
    process_result_free(&result);
}

static void write_bus_configuration(void)
{
    char text[8192];
    const int size =
        snprintf(text, sizeof text,
                 "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
                 "<servicedir>%s/services</servicedir><policy context='default'>"
                 "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/>"
                 "<allow own='*'/></policy></busconfig>\n",
                 scratch_directory());
    scratch_write("bus.conf", text, (size_t)size);
}

static void the_bus_starts_the_daemon(void **state)
{
    const char *const call[] = {"dbus-run-session",
                                "--config-file=bus.conf",
                                "--",
                                "dbus-send",
                                "--session",
                                "--print-reply=literal",
                                "--dest=org.uqd.Decoder1",
                                "/org/uqd/Decoder1",
                                "org.freedesktop.DBus.Properties.Get",
                                "string:org.uqd.Decoder1",
                                "string:Version",
                                NULL};
    char libraries[8192];
    struct process_result result;
    (void)state;
    assert_int_equal(mkdir("services", 0700), 0);
    write_with_staged_program(STAGED SERVICE, "services/org.uqd.Decoder1.service");
    write_bus_configuration();
    snprintf(libraries, sizeof libraries, "%s/" STAGED LIBDIR, scratch_directory());
    setenv("LD_LIBRARY_PATH", libraries, 1);
    if (process_run(&result, call, NULL, 0, TIMEOUT_S) != 0) {
        print_message("skip: dbus-run-session is missing\n");
        skip();
    }
    if (result.exit_code != 0 || !strstr(result.out, VERSION))
        fail_msg("exit code %d: %s%s", result.exit_code, result.out, result.err);
    process_result_free(&result);
    unsetenv("LD_LIBRARY_PATH");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_name_the_installed_program),
        cmocka_unit_test(systemd_understands_the_unit),
        cmocka_unit_test(the_bus_starts_the_daemon),
    };
    return cmocka_run_group_tests_name("service", tests, staged_setup, staged_teardown);
}
