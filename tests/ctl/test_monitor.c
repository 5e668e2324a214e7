/* uqdctl monitor: the signals of the daemon, line by line, and the sessions it rests on. */
#include "ctl_desk.h"
#include "session.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

/* ---- Lines --------------------------------------------------------------------------------- */

/* The line that *text begins with, which is cut off it; NULL at the end. */
static char *next_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');
    if (!end)
        return NULL;
    *end = '\0';
    *text = end + 1;
    return line;
}

/* Lines of steps as they are due, and then the last one. */
static void expect_lines(char *text, const struct sample *sample, uint32_t n_steps,
                         uint64_t received, bool complete)
{
    char wanted[200], *line;
    for (uint32_t i = 0; i < n_steps; i++) {
        snprintf(wanted, sizeof wanted,
                 "{\"signal\": \"StepReady\", \"step\": %" PRIu32 ", \"steps\": %" PRIu32
                 ", \"bytes\": %" PRIu64 ", \"name\": \"",
                 i, sample->info.n_steps, sample->step_bytes[i]);
        assert_non_null(line = next_line(&text));
        assert_contains(line, wanted);
    }
    snprintf(wanted, sizeof wanted,
             "{\"signal\": \"Finished\", \"status\": \"done\", \"steps\": %" PRIu32
             ", \"bytes\": %" PRIu64 ", \"received\": %" PRIu64 ", \"complete\": %s}",
             n_steps, sample->step_bytes[n_steps - 1], received, complete ? "true" : "false");
    assert_non_null(line = next_line(&text));
    assert_string_equal(line, wanted);
    assert_string_equal(text, "");
}

static void a_line_comes_for_each_signal(void **state)
{
    const struct ctl_desk *ctl = *state;
    const struct sample *sample = &ctl->sample;
    char *json = CTL_OUTPUT("monitor", "a.uqd", "--json", "--progress", "0");
    expect_lines(json, sample, sample->info.n_steps, sample->size, true);
    free(json);
    char *text = CTL_OUTPUT("monitor", "a.uqd", "--progress", "0");
    assert_contains(text, "step 0, ");
    assert_contains(text, "\ndone: ");
    free(text);
}

static void a_cut_file_is_done_where_it_ends(void **state)
{
    const struct ctl_desk *ctl = *state;
    const size_t size = (size_t)ctl->sample.step_bytes[1] + 1;
    ctl_desk_write("cut.uqd", ctl->sample.data, size);
    char *json = CTL_OUTPUT("monitor", "cut.uqd", "--json", "--progress", "0");
    expect_lines(json, &ctl->sample, 2, size, false);
    free(json);
}

/* The steps before are printed, and why it does not go on. */
static void damage_is_a_failure(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct process_result result;
    uint8_t *data = malloc(ctl->sample.size);
    assert_non_null(data);
    memcpy(data, ctl->sample.data, ctl->sample.size);
    data[ctl->sample.step_bytes[1] - 1] ^= 0xff;
    ctl_desk_write("damaged.uqd", data, ctl->sample.size);
    free(data);
    CTL_RUN(&result, "monitor", "damaged.uqd", "--json", "--progress", "0");
    assert_int_equal(result.exit_code, 1);
    assert_contains(result.out, "\"step\": 0,");
    assert_null(strstr(result.out, "\"step\": 1,"));
    assert_contains(result.out, "\"status\": \"failed\"");
    assert_contains(result.err, "uqdctl: damaged.uqd: ");
    process_result_free(&result);
}

static void write_original(const struct sample *sample)
{
    char header[32];
    FILE *file = fopen("a.ppm", "wb");
    assert_non_null(file);
    snprintf(header, sizeof header, "P6\n%u %u\n255\n", sample->width, sample->height);
    fputs(header, file);
    fwrite(sample->pixels, 1, (size_t)sample->width * sample->height * 3, file);
    assert_int_equal(fclose(file), 0);
}

static void steps_are_measured_against_the_original(void **state)
{
    const struct ctl_desk *ctl = *state;
    write_original(&ctl->sample);
    char *json = CTL_OUTPUT("monitor", "a.uqd", "--json", "--progress", "0", "--reference", "a.ppm",
                            "--mode", "flow");
    assert_contains(json, "\"measured\": true");
    assert_contains(json, "\"psnr\": \"inf\", \"measured\": true");
    assert_null(strstr(json, "\"measured\": false"));
    free(json);
    CTL_FAILS(1, "missing.png", "monitor", "a.uqd", "--reference", "missing.png");
}

/* The PSNR of step 1 from column 3 and row 5 on, in 20 x 10 pixels. */
static double psnr_of_region(const struct sample *sample)
{
    const size_t row = sample->width * 3u, at = 5 * row + 3 * 3u;
    struct uqd_picture_request request;
    struct uqd_metrics metrics;
    uqd_picture_request_default(&request);
    request.step = 1;
    uint8_t *picture = sample_render(sample, sample->size, &request);
    const struct uqd_image original = {20, 10, 3, row, sample->pixels + at};
    const struct uqd_image decoded = {20, 10, 3, row, picture + at};
    assert_int_equal(uqd_compare(&original, &decoded, 0, &metrics), UQD_OK);
    free(picture);
    return metrics.psnr;
}

static void a_region_is_measured_against_its_part_of_the_original(void **state)
{
    const struct ctl_desk *ctl = *state;
    write_original(&ctl->sample);
    char *json = CTL_OUTPUT("monitor", "a.uqd", "--json", "--progress", "0", "--reference", "a.ppm",
                            "--region", "3,5,20,10");
    const char *line = strstr(json, "\"step\": 1,");
    assert_non_null(line);
    const char *psnr = strstr(line, "\"psnr\": ");
    assert_non_null(psnr);
    const double told = strtod(psnr + strlen("\"psnr\": "), NULL);
    assert_true(fabs(told - psnr_of_region(&ctl->sample)) < 0.001);
    free(json);
    CTL_FAILS(1, "uqdctl: a.uqd: the picture has 40 x 30 pixels, and the region 3,25,20,10 ",
              "monitor", "a.uqd", "--region", "3,25,20,10");
}

/* ---- A file that grows --------------------------------------------------------------------- */

/* Begins uqdctl monitor --follow, whose output is read from the pipe. */
static pid_t begin_following(const char *path, FILE **output)
{
    const char *const argv[] = {UQDCTL,       "monitor", "--json", "--follow",
                                "--progress", "0",       path,     NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    pid_t pid;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    assert_int_equal(posix_spawn(&pid, UQDCTL, &actions, NULL, (char *const *)argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    assert_non_null(*output = fdopen(ends[0], "r"));
    return pid;
}

static void expect_line(FILE *output, const char *part)
{
    char line[512];
    assert_non_null(fgets(line, sizeof line, output));
    assert_contains(line, part);
}

/* The program says how far it has come before there is more, and ends by itself. */
static void a_file_is_followed_to_its_end(void **state)
{
    const struct ctl_desk *ctl = *state;
    const struct sample *sample = &ctl->sample;
    char step[40];
    FILE *output;
    const int fd = open("grows.uqd", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    const int inotify = inotify_init1(IN_CLOEXEC);
    const int watch = inotify_add_watch(inotify, "grows.uqd", IN_MODIFY);
    close(inotify);
    if (watch < 0) {
        print_message("skip: there is no inotify\n");
        close(fd);
        skip();
    }
    const pid_t pid = begin_following("grows.uqd", &output);
    size_t size = 0;
    for (uint32_t i = 0; i < sample->info.n_steps; i++) {
        const size_t more = (size_t)sample->step_bytes[i] - size;
        assert_int_equal(write(fd, sample->data + size, more), more);
        size += more;
        snprintf(step, sizeof step, "\"StepReady\", \"step\": %" PRIu32 ",", i);
        expect_line(output, step);
    }
    expect_line(output, "\"status\": \"done\"");
    assert_int_equal(fgetc(output), EOF);
    assert_int_equal(desk_wait(pid), 0);
    fclose(output);
    close(fd);
}

/* The steps that are there are told, and the file stays shorter than it will be. */
static void following_ends_with_its_time(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct process_result result;
    ctl_desk_write("cut.uqd", ctl->sample.data, (size_t)ctl->sample.step_bytes[1] + 1);
    CTL_RUN(&result, "monitor", "cut.uqd", "--follow", "--json", "--timeout", "2");
    assert_int_equal(result.exit_code, 1);
    assert_null(strstr(result.out, "Finished"));
    assert_string_equal(result.err, "uqdctl: cut.uqd: it was not done within 2 seconds\n");
    process_result_free(&result);
}

static void output_that_cannot_be_written_ends_it(void **state)
{
    static const char *const argv[] = {"/bin/sh", "-c", UQDCTL " monitor a.uqd > /dev/full", NULL};
    struct process_result result;
    (void)state;
    assert_int_equal(process_run(&result, argv, NULL, 0, PATIENCE_MS / 1000), 0);
    assert_int_equal(result.exit_code, 1);
    assert_contains(result.err, "standard output: cannot be written: No space left");
    process_result_free(&result);
}

/* ---- Sessions ------------------------------------------------------------------------------ */

/* A program on the bus that does nothing. */
static DBusConnection *connect_other(const struct ctl_desk *ctl)
{
    DBusConnection *other = dbus_connection_open_private(ctl->desk.address, NULL);
    assert_non_null(other);
    dbus_connection_set_exit_on_disconnect(other, FALSE);
    assert_true(dbus_bus_register(other, NULL));
    return other;
}

static void disconnect_other(DBusConnection *other)
{
    dbus_connection_close(other);
    dbus_connection_unref(other);
}

static void a_program_that_leaves_is_missed(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct session session;
    struct message message;
    char owner[OWNER_SIZE];
    DBusConnection *other = connect_other(ctl);
    snprintf(owner, sizeof owner, "%s", dbus_bus_get_unique_name(other));
    assert_int_equal(session_begin(&session, PATIENCE_MS / 1000, &message), 0);
    assert_int_equal(session_watch(&session, owner, &message), 0);
    disconnect_other(other);
    assert_null(session_signal(&session, owner, &message));
    assert_contains(message.text, "has left the session bus");
    assert_null(session_call(&session, dbus_message_new_method_call(owner, "/a", NULL, "Do"), "",
                             &message));
    assert_contains(message.text, "has left the session bus");
    assert_int_equal(session_watch(&session, owner, &message), -1);
    assert_contains(message.text, "has left the session bus");
    session_end(&session);
}

/* What others send to this program is not what it waits for. */
static void only_the_watched_program_is_heard(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct session session;
    struct message message;
    char name[OWNER_SIZE];
    DBusConnection *liar = connect_other(ctl), *other = connect_other(ctl);
    assert_int_equal(session_begin(&session, PATIENCE_MS / 1000, &message), 0);
    assert_int_equal(session_watch(&session, dbus_bus_get_unique_name(other), &message), 0);
    for (int i = 0; i < 2; i++) {
        DBusMessage *signal =
            dbus_message_new_signal("/a", "org.uqd.Test", i == 0 ? "Lie" : "Truth");
        assert_true(
            dbus_message_set_destination(signal, dbus_bus_get_unique_name(session.connection)));
        assert_true(dbus_connection_send(i == 0 ? liar : other, signal, NULL));
        dbus_connection_flush(i == 0 ? liar : other);
        dbus_message_unref(signal);
    }
    snprintf(name, sizeof name, "%s", dbus_bus_get_unique_name(other));
    DBusMessage *heard = session_signal(&session, name, &message);
    assert_non_null(heard);
    assert_string_equal(dbus_message_get_member(heard), "Truth");
    dbus_message_unref(heard);
    session_end(&session);
    disconnect_other(liar);
    disconnect_other(other);
}

static void the_end_of_the_bus_is_told(void **state)
{
    struct ctl_desk *ctl = *state;
    struct session session;
    struct message message;
    assert_int_equal(session_begin(&session, PATIENCE_MS / 1000, &message), 0);
    desk_end_bus(&ctl->desk);
    assert_null(session_signal(&session, ":1.0", &message));
    assert_contains(message.text, "the session bus has ended");
    session_end(&session);
}

#define ALONE(test)  cmocka_unit_test_setup_teardown(test, ctl_desk_setup, ctl_desk_teardown)
#define SERVED(test) cmocka_unit_test_setup_teardown(test, ctl_desk_setup_daemon, ctl_desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(a_line_comes_for_each_signal),
        SERVED(a_cut_file_is_done_where_it_ends),
        SERVED(damage_is_a_failure),
        SERVED(steps_are_measured_against_the_original),
        SERVED(a_region_is_measured_against_its_part_of_the_original),
        SERVED(a_file_is_followed_to_its_end),
        SERVED(following_ends_with_its_time),
        SERVED(output_that_cannot_be_written_ends_it),
        ALONE(a_program_that_leaves_is_missed),
        ALONE(only_the_watched_program_is_heard),
        ALONE(the_end_of_the_bus_is_told),
    };
    return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
