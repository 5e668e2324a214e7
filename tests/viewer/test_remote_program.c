/* The built viewer is told by another program what to do, and answers with what it shows. */
#include "bus_names.h"
#include "dict.h"
#include "session.h"
#include "source/uqd_file.h"
#include "stage.h"

#include <dbus/dbus.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 6000 /* looks of 10 ms */, PATIENCE_MS = 60000 };

extern char **environ;

static DBusConnection *bus;

struct viewer {
    pid_t process;
    char name[64];
};

static struct viewer viewers[2];

/* What the viewer answers. */
struct state {
    uint32_t step;
    uint64_t bytes, seed;
    double zoom, psnr;
    bool idle;
    char mode[32], file[256];
};

/* ---- Calls --------------------------------------------------------------------------------- */

static DBusMessage *call(const struct viewer *viewer, const char *command, bool wait)
{
    DBusMessage *call =
        dbus_message_new_method_call(viewer->name, VIEWER_PATH, VIEWER_INTERFACE, METHOD_RUN);
    DBusMessageIter arguments;
    DBusPendingCall *pending = NULL;
    struct dict dict;
    assert_non_null(call);
    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_STRING, &command);
    dict_begin(&dict, &arguments);
    if (wait)
        dict_add_bool(&dict, KEY_WAIT, true);
    assert_true(dict_end(&dict));
    assert_true(dbus_connection_send_with_reply(bus, call, &pending, PATIENCE_MS));
    dbus_message_unref(call);
    dbus_pending_call_block(pending);
    DBusMessage *reply = dbus_pending_call_steal_reply(pending);
    dbus_pending_call_unref(pending);
    assert_non_null(reply);
    return reply;
}

static struct state run(const struct viewer *viewer, const char *command, bool wait)
{
    struct state state = {.psnr = NAN};
    DBusMessageIter dict;
    const char *text = "";
    DBusMessage *reply = call(viewer, command, wait);
    if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR) {
        dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
        fail_msg("%s: %s", command, text);
    }
    dbus_message_iter_init(reply, &dict);
    assert_true(dict_get_u32(&dict, KEY_STEP, &state.step));
    assert_true(dict_get_u64(&dict, KEY_BYTES, &state.bytes));
    assert_true(dict_get_u64(&dict, KEY_SEED, &state.seed));
    assert_true(dict_get_double(&dict, KEY_ZOOM, &state.zoom));
    assert_true(dict_get_bool(&dict, KEY_IDLE, &state.idle));
    dict_get_double(&dict, KEY_PSNR, &state.psnr);
    assert_true(dict_get_string(&dict, KEY_MODE, &text));
    snprintf(state.mode, sizeof state.mode, "%s", text);
    assert_true(dict_get_string(&dict, KEY_FILE, &text));
    snprintf(state.file, sizeof state.file, "%s", text);
    dbus_message_unref(reply);
    return state;
}

static void assert_refused(const struct viewer *viewer, const char *command, const char *part)
{
    const char *text = "";
    DBusMessage *reply = call(viewer, command, true);
    assert_true(dbus_message_is_error(reply, ERROR_COMMAND));
    dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
    if (!strstr(text, part))
        fail_msg("%s: %s", command, text);
    dbus_message_unref(reply);
}

/* ---- Viewers ------------------------------------------------------------------------------- */

static void wait_for_name(const char *name, bool there)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (dbus_bus_name_has_owner(bus, name, NULL) == there)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s does not %s", name, there ? "come" : "go");
}

static void wait_until_idle(const struct viewer *viewer)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (run(viewer, "fit", true).idle)
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("the viewer does not come to rest");
}

static void start(struct viewer *viewer, char *file)
{
    char program[] = UQD_VIEW, forget[] = "--forget", local[] = "--no-daemon";
    char font[] = "--font=builtin", size[] = "--size=800x600";
    char *const argv[] = {program, file, forget, local, font, size, NULL};
    assert_int_equal(posix_spawn(&viewer->process, program, NULL, NULL, argv, environ), 0);
    snprintf(viewer->name, sizeof viewer->name, VIEWER_NAME ".P%d", (int)viewer->process);
    wait_for_name(viewer->name, true);
    wait_until_idle(viewer);
}

/* Waits for the end; returns the exit code. */
static int end(struct viewer *viewer)
{
    int status;
    for (int i = 0; i < PATIENCE; i++) {
        if (waitpid(viewer->process, &status, WNOHANG) == viewer->process) {
            viewer->process = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        poll(NULL, 0, 10);
    }
    fail_msg("the viewer does not end");
    return -1;
}

static int setup(void **state)
{
    int status = session_setup(state);
    bus = dbus_bus_get(DBUS_BUS_SESSION, NULL);
    return bus ? status : -1;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        if (viewers[i].process > 0) {
            kill(viewers[i].process, SIGKILL);
            waitpid(viewers[i].process, NULL, 0);
            viewers[i].process = 0;
        }
    return 0;
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void answers_tell_what_is_shown(void **state)
{
    struct viewer *viewer = &viewers[0];
    struct uqd_file file;
    struct message message;
    char name[] = "picture.uqd", command[32];
    (void)state;
    assert_int_equal(uqd_file_open(&file, name, name, &message), 0);
    start(viewer, name);
    for (uint32_t step = 0; step < file.info.n_steps; step++) {
        snprintf(command, sizeof command, "step %u", step);
        struct state shown = run(viewer, command, true);
        assert_int_equal(shown.step, step);
        assert_int_equal(shown.bytes, file.steps[step].bytes);
        assert_string_equal(shown.mode, "denoised");
        assert_string_equal(shown.file, "picture.uqd");
        if (isfinite(file.steps[step].psnr))
            assert_true(fabs(shown.psnr - file.steps[step].psnr) < 0.006);
    }
    struct state shown = run(viewer, "step 2", true);
    shown = run(viewer, "mode flow", true);
    assert_string_equal(shown.mode, "flow");
    shown = run(viewer, "seed 9", true);
    assert_string_equal(shown.mode, "ancestral");
    assert_int_equal(shown.seed, 9);
    shown = run(viewer, "mix 40", true);
    assert_string_equal(shown.mode, "mix 40 %");
    assert_int_equal(shown.step, 2);
    assert_true(run(viewer, "zoom 3", true).zoom == 3.0);
    snprintf(command, sizeof command, "bytes %u", (unsigned)file.steps[1].bytes + 7);
    shown = run(viewer, command, true);
    assert_int_equal(shown.bytes, file.steps[1].bytes + 7);
    uqd_file_close(&file);
    assert_true(run(viewer, "quit", false).zoom == 3.0); /* which is answered, too */
    assert_int_equal(end(viewer), 0);
}

static void wrong_commands_are_errors(void **state)
{
    struct viewer *viewer = &viewers[0];
    char name[] = "picture.uqd";
    (void)state;
    start(viewer, name);
    assert_refused(viewer, "dance", "there is no command `dance`");
    assert_refused(viewer, "step 99", "there is no step 99");
    assert_refused(viewer, "open missing.uqd", "missing.uqd: No such file");
    assert_refused(viewer, "pane 2", "needs several panes");
    assert_int_equal(run(viewer, "step 1", true).step, 1);
    run(viewer, "quit", true);
    assert_int_equal(end(viewer), 0);
}

/* Also if what was asked for before will never be shown. */
static void whoever_ends_the_viewer_is_answered(void **state)
{
    struct viewer *viewer = &viewers[0];
    char name[] = "large.uqd";
    (void)state;
    start(viewer, name);
    run(viewer, "zoom 1", false);
    run(viewer, "map variance", false);
    run(viewer, "quit", true);
    assert_int_equal(end(viewer), 0);
}

/* Each has a name of its own, and the common one is that of one of them as long as there is any. */
static void two_viewers_are_told_apart(void **state)
{
    char first[] = "picture.uqd", second[] = "short.uqd";
    (void)state;
    start(&viewers[0], first);
    start(&viewers[1], second);
    assert_int_equal(run(&viewers[0], "step 1", true).step, 1);
    assert_int_equal(run(&viewers[1], "step 2", true).step, 2);
    struct state a = run(&viewers[0], "fit", true), b = run(&viewers[1], "fit", true);
    assert_int_equal(a.step, 1);
    assert_int_equal(b.step, 2);
    assert_string_equal(a.file, "picture.uqd");
    assert_string_equal(b.file, "short.uqd");
    run(&viewers[0], "quit", false);
    assert_int_equal(end(&viewers[0]), 0);
    wait_for_name(VIEWER_NAME, true);
    const struct viewer any = {.name = VIEWER_NAME};
    assert_string_equal(run(&any, "fit", true).file, "short.uqd");
    run(&any, "quit", false);
    assert_int_equal(end(&viewers[1]), 0);
    wait_for_name(VIEWER_NAME, false);
}

#define TEST(function) cmocka_unit_test_teardown(function, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_tell_what_is_shown),
        TEST(wrong_commands_are_errors),
        TEST(whoever_ends_the_viewer_is_answered),
        TEST(two_viewers_are_told_apart),
    };
    return cmocka_run_group_tests(tests, setup, stage_teardown);
}
