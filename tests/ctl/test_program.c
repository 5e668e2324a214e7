/* uqdctl as a program: what it says of the daemon and of a file, and how it fails. */
#include "confine.h"
#include "ctl_desk.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- status -------------------------------------------------------------------------------- */

static void status_starts_no_daemon(void **state)
{
    struct ctl_desk *ctl = *state;
    struct process_result result;
    CTL_RUN(&result, "status");
    assert_int_equal(result.exit_code, 1);
    assert_contains(result.out, "not running");
    process_result_free(&result);
    CTL_RUN(&result, "status", "--json");
    assert_int_equal(result.exit_code, 1);
    assert_string_equal(
        result.out,
        "{\"running\": false, \"thumbnailer\": null, \"can_start_thumbnailer\": false}\n");
    process_result_free(&result);
    struct client *client = client_new(&ctl->desk);
    assert_string_equal(client_owner(client), "");
    client_free(client);
}

/* What the bus would start for the name is not started either. */
static void status_tells_what_could_make_thumbnails(void **state)
{
    struct ctl_desk *ctl = *state;
    struct client *client = client_new(&ctl->desk);
    struct process_result result;
    char path[160];
    snprintf(path, sizeof path, "%s/dbus-1/services/" THUMBNAILER_NAME ".service", ctl->desk.dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("[D-BUS Service]\nName=" THUMBNAILER_NAME "\nExec=/bin/false\n", file);
    assert_int_equal(fclose(file), 0);
    client_reload_bus(client);
    CTL_RUN(&result, "status");
    assert_contains(result.out, "; the bus starts a program for it when it is called");
    process_result_free(&result);
    CTL_RUN(&result, "status", "--json");
    assert_contains(result.out, "\"can_start_thumbnailer\": true");
    process_result_free(&result);
    client_free(client);
}

static void status_tells_of_the_daemon(void **state)
{
    struct ctl_desk *ctl = *state;
    char wanted[160];
    struct client *client = client_new(&ctl->desk);
    const int fd = sample_file(&ctl->sample, &ctl->desk, ctl->sample.size);
    char *job = client_open(client, fd, NULL, 0);
    char *text = CTL_OUTPUT("status"), *json = CTL_OUTPUT("status", "--json");
    snprintf(wanted, sizeof wanted, "version %s, process %d\n", uqd_version(),
             (int)ctl->desk.daemon);
    assert_contains(text, wanted);
    /* A worker has been started for the job. */
    assert_contains(text, confine_is_built() ? "workers     system calls filtered, "
                                             : "workers     system calls not filtered, ");
    assert_contains(json, "\"confinement\": \"system calls ");
    snprintf(wanted, sizeof wanted,
             "{\"running\": true, \"version\": \"%s\", \"process\": %d, \"threads\": 1, "
             "\"jobs\": 1, \"max_jobs\": %" PRIu32 ", ",
             uqd_version(), (int)ctl->desk.daemon, client_root_number(client, PROPERTY_MAX_JOBS));
    assert_contains(json, wanted);
    free(text);
    free(json);
    free(job);
    close(fd);
    client_free(client);
}

/* Whoever has the name is told, be it somebody else. */
static void status_tells_who_makes_thumbnails(void **state)
{
    struct ctl_desk *ctl = *state;
    char wanted[80];
    DBusConnection *other = dbus_connection_open_private(ctl->desk.address, NULL);
    assert_true(other && dbus_bus_register(other, NULL));
    dbus_connection_set_exit_on_disconnect(other, FALSE);
    assert_int_equal(
        dbus_bus_request_name(other, "org.freedesktop.thumbnails.Thumbnailer1", 0, NULL),
        DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER);
    char *text = CTL_OUTPUT("status"), *json = CTL_OUTPUT("status", "--json");
    snprintf(wanted, sizeof wanted, "thumbnails  process %d has the name", (int)getpid());
    assert_contains(text, wanted);
    snprintf(wanted, sizeof wanted, "\"thumbnailer\": {\"process\": %d, \"is_uqdd\": false}}",
             (int)getpid());
    assert_contains(json, wanted);
    free(text);
    free(json);
    dbus_connection_close(other);
    dbus_connection_unref(other);
}

/* ---- open ---------------------------------------------------------------------------------- */

static void open_prints_the_steps(void **state)
{
    const struct ctl_desk *ctl = *state;
    const struct uqd_info *info = &ctl->sample.info;
    char wanted[160];
    char *text = CTL_OUTPUT("open", "a.uqd"), *json = CTL_OUTPUT("open", "--json", "a.uqd");
    assert_contains(text, "picture  40 x 30, colour, sRGB\n");
    snprintf(wanted, sizeof wanted, "file     %zu bytes, lossless\n", ctl->sample.size);
    assert_contains(text, wanted);
    snprintf(wanted, sizeof wanted,
             "\"file_bytes\": %zu, \"present_bytes\": %zu,\n \"n_steps\": %" PRIu32,
             ctl->sample.size, ctl->sample.size, info->n_steps);
    assert_contains(json, wanted);
    for (uint32_t i = 0; i < info->n_steps; i++) {
        snprintf(wanted, sizeof wanted, " %" PRIu64 " ", ctl->sample.step_bytes[i]);
        assert_contains(text, wanted);
        snprintf(wanted, sizeof wanted, "\"bytes\": %" PRIu64 ",", ctl->sample.step_bytes[i]);
        assert_contains(json, wanted);
    }
    free(text);
    free(json);
}

static void open_tells_of_a_region(void **state)
{
    char *text = CTL_OUTPUT("open", "a.uqd", "--region", "3,5,20,10"),
         *json = CTL_OUTPUT("open", "--json", "--region", "3,5,20,10", "a.uqd"),
         *whole = CTL_OUTPUT("open", "--json", "a.uqd");
    (void)state;
    assert_contains(text, "picture  40 x 30, colour, sRGB\n"
                          "region   20 x 10, from column 3 and row 5 on\n");
    assert_contains(json, "\"region\": [3, 5, 20, 10], ");
    assert_null(strstr(whole, "region"));
    free(text);
    free(json);
    free(whole);
    CTL_FAILS(1, "uqdctl: a.uqd: the picture has 40 x 30 pixels, and the region 3,5,38,10 ", "open",
              "a.uqd", "--region", "3,5,38,10");
}

/* The same picture as a file without a table of the steps. Its size. */
static size_t write_solid(const struct sample *sample, const char *name)
{
    const struct uqd_image image = {sample->width, sample->height, sample->channels,
                                    (size_t)sample->width * sample->channels, sample->pixels};
    struct uqd_encode_settings settings;
    uint8_t *data;
    size_t size;
    uqd_encode_settings_default(&settings);
    settings.threads = 1;
    settings.solid = 1;
    assert_int_equal(uqd_encode(sample->model, &image, &settings, &data, &size), UQD_OK);
    ctl_desk_write(name, data, size);
    free(data);
    return size;
}

/* Nobody knows where its steps before the last end until they are decoded. */
static void of_a_solid_file_only_the_last_end_is_told(void **state)
{
    const struct ctl_desk *ctl = *state;
    const size_t size = write_solid(&ctl->sample, "solid.uqd");
    char bytes[32], *text = CTL_OUTPUT("open", "solid.uqd"),
                    *json = CTL_OUTPUT("open", "--json", "solid.uqd");
    uint32_t step = 0;
    snprintf(bytes, sizeof bytes, " %zu ", size);
    char *line = strtok(strstr(text, "\n   0 "), "\n");
    for (; line; line = strtok(NULL, "\n"), step++) {
        const int is_last = step + 1 == ctl->sample.info.n_steps;
        assert_contains(line, is_last ? bytes : " -        - ");
        assert_int_equal(strstr(line, bytes) != NULL, is_last);
    }
    assert_int_equal(step, ctl->sample.info.n_steps);
    snprintf(bytes, sizeof bytes, "\"bytes\": %zu,", size);
    assert_contains(json, "\"bytes\": null, \"bpp\": null, ");
    char *told = strstr(json, bytes);
    assert_non_null(told);
    assert_null(strstr(told + 1, bytes));
    assert_null(strstr(told, "null, \"bpp\""));
    free(text);
    free(json);
}

/* The path is the caller's business: relative, odd, and like an option. */
static void names_of_files_are_taken_as_they_are(void **state)
{
    const struct ctl_desk *ctl = *state;
    assert_int_equal(mkdir("below", 0700), 0);
    ctl_desk_write("--json", ctl->sample.data, ctl->sample.size);
    ctl_desk_write("below/\xff 1.uqd", ctl->sample.data, ctl->sample.size);
    char *first = CTL_OUTPUT("open", "--", "--json");
    char *second = CTL_OUTPUT("open", "below/../below/\xff 1.uqd");
    assert_contains(first, "picture  40 x 30");
    assert_string_equal(first, second);
    free(first);
    free(second);
}

/* ---- Failures ------------------------------------------------------------------------------ */

static void wrong_files_are_named(void **state)
{
    static const char *const commands[][4] = {{"open"}, {"monitor"}, {"frame", "-o", "out.png"}};
    const struct ctl_desk *ctl = *state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    ctl_desk_write("garbage.uqd", "garbage", 7);
    ctl_desk_write("empty.uqd", "", 0);
    ctl_desk_write("cut.uqd", ctl->sample.data, 20);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *const *c = commands[i];
        const char *const missing[] = {c[0], "missing.uqd", c[1], c[2], NULL};
        const char *const directory[] = {c[0], ".", c[1], c[2], NULL};
        const char *const fifo[] = {c[0], "fifo", c[1], c[2], NULL};
        const char *const garbage[] = {c[0], "garbage.uqd", c[1], c[2], NULL};
        const char *const empty[] = {c[0], "empty.uqd", c[1], c[2], NULL};
        const char *const cut[] = {c[0], "cut.uqd", c[1], c[2], NULL};
        ctl_fails(1, "uqdctl: missing.uqd: No such file", missing);
        ctl_fails(1, "uqdctl: .: not a regular file", directory);
        ctl_fails(1, "uqdctl: fifo: not a regular file", fifo);
        ctl_fails(1, "uqdctl: garbage.uqd: it is not a .uqd file\n", garbage);
        ctl_fails(1, "uqdctl: empty.uqd: the file is empty", empty);
        ctl_fails(1, "uqdctl: cut.uqd: the file ends within its header", cut);
    }
    assert_int_equal(access("out.png", F_OK), -1);
}

static void wrong_command_lines_are_told(void **state)
{
    struct process_result result;
    (void)state;
    CTL_FAILS(2, "there is no such command", "destroy");
    CTL_FAILS(2, "an operand is missing", "open");
    CTL_FAILS(2, "uqdctl: b.uqd: is one operand too many: the form is IN.uqd (", "open", "a.uqd",
              "b.uqd");
    CTL_FAILS(2, "uqdctl: a.uqd: there should be no operand (", "status", "a.uqd");
    CTL_FAILS(2, "there is no such option", "status", "--verbose");
    CTL_FAILS(2, "is not one of", "monitor", "a.uqd", "--mode", "best");
    CTL_FAILS(2, "-o is missing", "frame", "a.uqd");
    CTL_FAILS(2, "exclude each other", "frame", "a.uqd", "-o", "x.png", "--step", "0", "--bytes",
              "9");
    CTL_FAILS(2, "exclude each other", "frame", "a.uqd", "-o", "x.png", "--max-edge", "9",
              "--reduce", "1");
    CTL_FAILS(2, "--reduce: at most 6", "frame", "a.uqd", "-o", "x.png", "--reduce", "7");
    CTL_RUN(&result, NULL);
    assert_int_equal(result.exit_code, 2);
    process_result_free(&result);
}

static void without_a_daemon_that_is_said(void **state)
{
    (void)state;
    CTL_FAILS(1, "uqdd is not running", "open", "a.uqd");
    CTL_FAILS(1, "uqdd is not running", "monitor", "a.uqd");
    CTL_FAILS(1, "uqdd is not running", "frame", "a.uqd", "-o", "x.png");
}

static void without_a_bus_that_is_said(void **state)
{
    struct ctl_desk *ctl = *state;
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", 1);
    CTL_FAILS(1, "the session bus cannot be reached", "status");
    CTL_FAILS(1, "the session bus cannot be reached", "open", "a.uqd");
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
    CTL_FAILS(1, "there is no session bus", "status");
    setenv("DBUS_SESSION_BUS_ADDRESS", ctl->desk.address, 1);
}

static void a_daemon_that_hangs_is_given_up(void **state)
{
    struct ctl_desk *ctl = *state;
    assert_int_equal(kill(ctl->desk.daemon, SIGSTOP), 0);
    CTL_FAILS(1, "there was no answer within 1 second", "status", "--timeout", "1");
    CTL_FAILS(1, "uqdctl: a.uqd: there was no answer within 1 second", "open", "a.uqd", "--timeout",
              "1");
    CTL_FAILS(1, "uqdctl: a.uqd: there was no answer within 1 second", "monitor", "a.uqd",
              "--timeout", "1");
    CTL_FAILS(1, "uqdctl: a.uqd: there was no answer within 1 second", "frame", "a.uqd", "-o",
              "x.png", "--timeout", "1");
    assert_int_equal(kill(ctl->desk.daemon, SIGCONT), 0);
    free(CTL_OUTPUT("open", "a.uqd"));
}

#define ALONE(test)  cmocka_unit_test_setup_teardown(test, ctl_desk_setup, ctl_desk_teardown)
#define SERVED(test) cmocka_unit_test_setup_teardown(test, ctl_desk_setup_daemon, ctl_desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(status_starts_no_daemon),
        ALONE(status_tells_what_could_make_thumbnails),
        SERVED(status_tells_of_the_daemon),
        SERVED(status_tells_who_makes_thumbnails),
        SERVED(open_prints_the_steps),
        SERVED(open_tells_of_a_region),
        SERVED(of_a_solid_file_only_the_last_end_is_told),
        SERVED(names_of_files_are_taken_as_they_are),
        SERVED(wrong_files_are_named),
        SERVED(wrong_command_lines_are_told),
        ALONE(without_a_daemon_that_is_said),
        ALONE(without_a_bus_that_is_said),
        SERVED(a_daemon_that_hangs_is_given_up),
    };
    return cmocka_run_group_tests_name("uqdctl", tests, NULL, NULL);
}
