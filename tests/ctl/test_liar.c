/* uqdctl with a daemon that does not do what it should: nothing of it is believed. */
#include "bus_names.h"
#include "ctl_desk.h"
#include "dict.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What is wrong. */
enum lie {
    LIE_REPLIES,  /* replies have other arguments than promised */
    LIE_SHAPE,    /* a frame is described larger than its memory */
    LIE_SEALS,    /* its memory may still be changed */
    LIE_SILENCE,  /* a frame is not described at all */
    LIE_SIGNALS,  /* signals have other arguments than promised, but for the last */
    LIE_LEAVING,  /* instead of decoding the program ends */
    LIE_PROPERTY, /* no property is told */
    LIE_SHOWN,    /* numbers and texts are none that can be shown */
};

/* ---- The daemon ---------------------------------------------------------------------------- */

static void add_frame(struct dict *dict, enum lie lie)
{
    if (lie == LIE_SILENCE)
        return;
    dict_add_u32(dict, KEY_WIDTH, 4);
    dict_add_u32(dict, KEY_HEIGHT, lie == LIE_SHAPE ? 5 : 4);
    dict_add_u32(dict, KEY_STRIDE, 12);
    dict_add_u64(dict, KEY_OFFSET, 0);
    dict_add_u32(dict, KEY_FORMAT, 0x34324742);
}

static void append_frame(DBusMessage *reply, enum lie lie)
{
    const int memory = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    DBusMessageIter arguments;
    struct dict dict;
    if (memory < 0 || ftruncate(memory, 48) < 0)
        _exit(1);
    if (lie != LIE_SEALS)
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    dbus_message_iter_init_append(reply, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UNIX_FD, &memory);
    dict_begin(&dict, &arguments);
    add_frame(&dict, lie);
    dict_end(&dict);
    close(memory);
}

/* What would colour a terminal red and begin another line. */
static const char red[] = "\x1b[31mred\nli\xc2\x9bne";

/* A reply to Open. */
static void append_job(DBusMessage *reply, enum lie lie)
{
    static const char *const names[] = {red};
    const char *job = JOBS_PATH "/liar/job";
    DBusMessageIter arguments;
    struct dict dict;
    dbus_message_iter_init_append(reply, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_OBJECT_PATH, &job);
    dict_begin(&dict, &arguments);
    if (lie == LIE_SHOWN)
        dict_add_strings(&dict, KEY_STEP_NAMES, names, 1);
    dict_end(&dict);
}

/* A reply to GetStepTable, whose picture has no pixels, and whose first step is not 0. */
static void append_steps(DBusMessage *reply)
{
    static const double psnrs[] = {1e300, -INFINITY, NAN, INFINITY};
    DBusMessageIter arguments, steps, step;
    dbus_message_iter_init_append(reply, &arguments);
    dbus_message_iter_open_container(&arguments, DBUS_TYPE_ARRAY, "(utd)", &steps);
    for (uint32_t i = 0; i < sizeof psnrs / sizeof *psnrs; i++) {
        const uint32_t index = 7 + i;
        const uint64_t bytes = i;
        dbus_message_iter_open_container(&steps, DBUS_TYPE_STRUCT, NULL, &step);
        dbus_message_iter_append_basic(&step, DBUS_TYPE_UINT32, &index);
        dbus_message_iter_append_basic(&step, DBUS_TYPE_UINT64, &bytes);
        dbus_message_iter_append_basic(&step, DBUS_TYPE_DOUBLE, &psnrs[i]);
        dbus_message_iter_close_container(&steps, &step);
    }
    dbus_message_iter_close_container(&arguments, &steps);
}

static void append_version(DBusMessage *reply)
{
    DBusMessageIter arguments;
    struct dict dict;
    dbus_message_iter_init_append(reply, &arguments);
    dict_begin(&dict, &arguments);
    dict_add_string(&dict, PROPERTY_VERSION, red);
    dict_end(&dict);
}

static void append_nothing(DBusMessage *reply)
{
    DBusMessageIter arguments;
    struct dict dict;
    dbus_message_iter_init_append(reply, &arguments);
    dict_begin(&dict, &arguments);
    dict_end(&dict);
}

static DBusMessage *new_signal(const char *name, const char *to)
{
    DBusMessage *signal = dbus_message_new_signal(JOBS_PATH "/liar/job", JOB_INTERFACE, name);
    dbus_message_set_destination(signal, to);
    return signal;
}

static void send_and_free(DBusConnection *bus, DBusMessage *message)
{
    dbus_connection_send(bus, message, NULL);
    dbus_message_unref(message);
}

static void send_signals(DBusConnection *bus, const char *to)
{
    static const char *const names[] = {SIGNAL_STEP_READY, SIGNAL_PROGRESS, SIGNAL_FINISHED,
                                        SIGNAL_FINISHED};
    for (int i = 0; i < 4; i++) {
        DBusMessage *signal = new_signal(names[i], to);
        const uint32_t failed = RESULT_FAILED;
        if (i > 0)
            dbus_message_append_args(signal, DBUS_TYPE_UINT32, &failed, DBUS_TYPE_INVALID);
        if (i == 3)
            append_nothing(signal);
        send_and_free(bus, signal);
    }
}

static void send_progress(DBusConnection *bus, const char *to, double done)
{
    const uint32_t step = 3;
    DBusMessage *signal = new_signal(SIGNAL_PROGRESS, to);
    dbus_message_append_args(signal, DBUS_TYPE_UINT32, &step, DBUS_TYPE_DOUBLE, &done,
                             DBUS_TYPE_INVALID);
    append_nothing(signal);
    send_and_free(bus, signal);
}

static void send_step(DBusConnection *bus, const char *to, double seconds, double psnr)
{
    const uint32_t step = 3, n_steps = 2;
    const uint64_t bytes = 9;
    DBusMessage *signal = new_signal(SIGNAL_STEP_READY, to);
    DBusMessageIter arguments;
    struct dict dict;
    dbus_message_append_args(signal, DBUS_TYPE_UINT32, &step, DBUS_TYPE_UINT32, &n_steps,
                             DBUS_TYPE_UINT64, &bytes, DBUS_TYPE_INVALID);
    dbus_message_iter_init_append(signal, &arguments);
    dict_begin(&dict, &arguments);
    dict_add_string(&dict, KEY_NAME, red);
    dict_add_double(&dict, KEY_SECONDS, seconds);
    dict_add_double(&dict, KEY_PSNR, psnr);
    dict_end(&dict);
    send_and_free(bus, signal);
}

static void send_what_cannot_be_shown(DBusConnection *bus, const char *to)
{
    static const double shares[] = {1e300, -0.5, NAN, INFINITY, 1.5, 0.5};
    const uint32_t done = RESULT_DONE;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        send_progress(bus, to, shares[i]);
    send_step(bus, to, -1, 1e300);
    send_step(bus, to, 1e300, NAN);
    send_step(bus, to, 2, INFINITY);
    DBusMessage *signal = new_signal(SIGNAL_FINISHED, to);
    dbus_message_append_args(signal, DBUS_TYPE_UINT32, &done, DBUS_TYPE_INVALID);
    append_nothing(signal);
    send_and_free(bus, signal);
}

static void answer(DBusConnection *bus, DBusMessage *call, enum lie lie)
{
    DBusMessage *reply = dbus_message_new_method_return(call);
    if (lie == LIE_REPLIES)
        dbus_message_append_args(reply, DBUS_TYPE_STRING, &(const char *){"lie"},
                                 DBUS_TYPE_INVALID);
    else if (dbus_message_has_member(call, METHOD_OPEN))
        append_job(reply, lie);
    else if (dbus_message_has_member(call, METHOD_GET_FRAME))
        append_frame(reply, lie);
    else if (dbus_message_has_member(call, METHOD_GET_STEP_TABLE))
        append_steps(reply);
    else if (dbus_message_has_member(call, "GetAll") && lie == LIE_SHOWN)
        append_version(reply);
    else if (dbus_message_has_member(call, "GetAll"))
        append_nothing(reply);
    else if (lie == LIE_LEAVING)
        _exit(0);
    dbus_connection_send(bus, reply, NULL);
    if (dbus_message_has_member(call, METHOD_START) && lie == LIE_SHOWN)
        send_what_cannot_be_shown(bus, dbus_message_get_sender(call));
    else if (dbus_message_has_member(call, METHOD_START))
        send_signals(bus, dbus_message_get_sender(call));
    dbus_connection_flush(bus);
    dbus_message_unref(reply);
}

static void lie_for_ever(const char *address, enum lie lie)
{
    DBusConnection *bus = dbus_connection_open_private(address, NULL);
    if (!bus || !dbus_bus_register(bus, NULL) ||
        dbus_bus_request_name(bus, BUS_NAME, 0, NULL) != DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER)
        _exit(1);
    while (dbus_connection_read_write(bus, -1)) {
        DBusMessage *message;
        while ((message = dbus_connection_pop_message(bus))) {
            if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_METHOD_CALL)
                answer(bus, message, lie);
            dbus_message_unref(message);
        }
    }
    _exit(0);
}

static pid_t begin_lying(const struct ctl_desk *ctl, enum lie lie)
{
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        lie_for_ever(ctl->desk.address, lie);
    struct client *client = client_new(&ctl->desk);
    client_await_daemon(client);
    client_free(client);
    return pid;
}

static void end_lying(pid_t pid)
{
    int status;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void other_replies_are_not_read(void **state)
{
    const pid_t pid = begin_lying(*state, LIE_REPLIES);
    CTL_FAILS(1, "answered what nobody can read", "status");
    CTL_FAILS(1, "answered what nobody can read", "open", "a.uqd");
    CTL_FAILS(1, "answered what nobody can read", "monitor", "a.uqd");
    CTL_FAILS(1, "answered what nobody can read", "frame", "a.uqd", "-o", "x.png");
    CTL_FAILS(1, "answered what nobody can read", "thumbnail", "a.uqd");
    end_lying(pid);
}

static void frames_are_checked(void **state)
{
    static const struct {
        enum lie lie;
        const char *text;
    } cases[] = {{LIE_SHAPE, "does not fit its memory"},
                 {LIE_SEALS, "not sealed"},
                 {LIE_SILENCE, "without a description"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const pid_t pid = begin_lying(*state, cases[i].lie);
        CTL_FAILS(1, cases[i].text, "frame", "a.uqd", "-o", "x.png");
        assert_int_equal(access("x.png", F_OK), -1);
        end_lying(pid);
    }
}

/* One that knows of no regions would show something else. */
static void a_region_must_be_told(void **state)
{
    const pid_t pid = begin_lying(*state, LIE_PROPERTY);
    CTL_FAILS(1, "uqdctl: a.uqd: the daemon that is running decodes no region alone\n", "frame",
              "a.uqd", "-o", "x.png", "--region", "0,0,4,4");
    assert_int_equal(access("x.png", F_OK), -1);
    end_lying(pid);
}

static void other_signals_are_not_read(void **state)
{
    struct process_result result;
    const pid_t pid = begin_lying(*state, LIE_SIGNALS);
    CTL_RUN(&result, "monitor", "--json", "a.uqd");
    assert_int_equal(result.exit_code, 1);
    assert_string_equal(result.out,
                        "{\"signal\": \"Finished\", \"status\": \"failed\", \"steps\": 0, "
                        "\"bytes\": 0, \"received\": 0, \"complete\": false, "
                        "\"message\": \"it says no more\"}\n");
    process_result_free(&result);
    end_lying(pid);
}

static void a_daemon_that_ends_is_missed(void **state)
{
    const pid_t pid = begin_lying(*state, LIE_LEAVING);
    CTL_FAILS(1, "uqdctl: the program that ", "monitor", "a.uqd");
    end_lying(pid);
}

static void what_is_not_told_is_left_open(void **state)
{
    const pid_t pid = begin_lying(*state, LIE_PROPERTY);
    char *text = CTL_OUTPUT("status");
    assert_contains(text, "jobs        0, at most 0\n");
    free(text);
    end_lying(pid);
}

static void what_cannot_be_is_not_shown(void **state)
{
    const pid_t pid = begin_lying(*state, LIE_SHOWN);
    char *text = CTL_OUTPUT("status");
    assert_contains(text, "version \\x1b[31mred\\nli\\xc2\\x9bne, process ");
    free(text);
    text = CTL_OUTPUT("open", "a.uqd");
    assert_contains(text, "   7  \\x1b[31mred\\nli\\xc2\\x9bne          0        -        -\n"
                          "   8  -                  1        -        -\n"
                          "   9  -                  2        -        -\n"
                          "  10  -                  3        -      inf\n");
    free(text);
    text = CTL_OUTPUT("open", "a.uqd", "--json");
    assert_contains(text,
                    "\"steps\": [\n  {\"step\": 7, \"name\": \"\\u001b[31mred\\u000ali\\u009bne\", "
                    "\"bytes\": 0, \"bpp\": null, \"psnr\": null},\n  {\"step\": 8,");
    assert_contains(text, "\"bytes\": 3, \"bpp\": null, \"psnr\": \"inf\"}]}\n");
    free(text);
    text = CTL_OUTPUT("monitor", "a.uqd");
    assert_string_equal(text, "step 3: 50 %\n"
                              "step 3, \\x1b[31mred\\nli\\xc2\\x9bne: 9 bytes\n"
                              "step 3, \\x1b[31mred\\nli\\xc2\\x9bne: 9 bytes\n"
                              "step 3, \\x1b[31mred\\nli\\xc2\\x9bne: 9 bytes, 2.000 s, inf dB\n"
                              "done: 0 steps, 0 bytes, and the file has more steps\n");
    free(text);
    end_lying(pid);
}

static void what_cannot_be_is_no_json(void **state)
{
    const pid_t pid = begin_lying(*state, LIE_SHOWN);
    char *text = CTL_OUTPUT("monitor", "--json", "a.uqd");
    assert_contains(text, "{\"signal\": \"Progress\", \"step\": 3, \"done\": 0.5}\n");
    assert_null(strstr(strstr(text, "Progress") + 1, "Progress"));
    assert_contains(text, "\"seconds\": null, \"psnr\": null, ");
    assert_contains(text, "\"seconds\": 2, \"psnr\": \"inf\", ");
    assert_null(strstr(text, "300"));
    free(text);
    end_lying(pid);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, ctl_desk_setup, ctl_desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(other_replies_are_not_read),    TEST(frames_are_checked),
        TEST(other_signals_are_not_read),    TEST(a_daemon_that_ends_is_missed),
        TEST(what_is_not_told_is_left_open), TEST(what_cannot_be_is_not_shown),
        TEST(what_cannot_be_is_no_json),     TEST(a_region_must_be_told),
    };
    return cmocka_run_group_tests_name("liar", tests, NULL, NULL);
}
