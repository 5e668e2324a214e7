/* The life of jobs: opening, stepping, closing, and who may do it. */
#include "client.h"
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
    int fd; /* of the whole file */
};

static int setup(void **state)
{
    static const char *const arguments[] = {"--max-jobs", "3", "--idle", "0", NULL};
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 96, 72, 3);
    desk_start(&f->desk, arguments);
    f->client = client_new(&f->desk);
    f->fd = sample_file(&f->sample, &f->desk, f->sample.size);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    close(f->fd);
    client_free(f->client);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static char *open_with_token(struct fixture *f, const char *token)
{
    const struct option_value options[] = {{KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &token}};

    return client_open(f->client, f->fd, options, 1);
}

static void test_path_and_info(void **state)
{
    struct fixture *f = *state;
    const struct uqd_info *info = &f->sample.info;
    const char *token = "my_Job7", *path;
    uint64_t unknown_value = 5;
    const struct option_value options[] = {
        {KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &token},
        {"no_such_option", DBUS_TYPE_UINT64, &unknown_value},
    };
    DBusMessage *reply = client_call(f->client, new_open(f->fd, options, 2));
    DBusMessageIter args;
    char expected[256];

    expect_error(dbus_message_ref(reply), NULL, "Open");
    snprintf(expected, sizeof expected, ROOT_PATH "/job/%s/%s", client_node(f->client), token);
    dbus_message_iter_init(reply, &args);
    dbus_message_iter_get_basic(&args, &path);
    assert_string_equal(path, expected);
    dbus_message_iter_next(&args);
    assert_int_equal(dict_number(&args, KEY_WIDTH), info->width);
    assert_int_equal(dict_number(&args, KEY_HEIGHT), info->height);
    assert_int_equal(dict_number(&args, KEY_CHANNELS), info->channels);
    assert_int_equal(dict_number(&args, KEY_STEPS), info->n_steps);
    assert_int_equal(dict_number(&args, KEY_FILE_SIZE), f->sample.size);
    assert_int_equal(dict_number(&args, KEY_AVAILABLE), f->sample.size);
    assert_int_equal(dict_number(&args, KEY_MODEL_ID), info->model_id);
    assert_true(dict_has(&args, KEY_STEP_BYTES));
    assert_int_equal(client_job_number(f->client, path, PROPERTY_WIDTH), info->width);
    assert_int_equal(client_job_number(f->client, path, PROPERTY_STATE), JOB_READY);
    dbus_message_unref(reply);
}

static void test_steps_in_order(void **state)
{
    struct fixture *f = *state;
    char *job = open_with_token(f, "a");
    DBusMessage *signal;
    DBusMessageIter args;
    uint32_t step, steps;
    uint64_t bytes;

    client_do(f->client, job, METHOD_START);
    assert_int_equal(client_finished(f->client, &signal, &args), RESULT_DONE);
    assert_int_equal(dict_number(&args, KEY_STEPS), f->sample.info.n_steps);
    assert_int_equal(dict_number(&args, KEY_BYTES), f->sample.size);
    assert_int_equal(dict_number(&args, KEY_COMPLETE), 1);
    dbus_message_unref(signal);
    for (uint32_t i = 0; i < f->sample.info.n_steps; i++) {
        signal = client_signal(f->client, SIGNAL_STEP_READY, 0);
        assert_non_null(signal);
        assert_string_equal(dbus_message_get_signature(signal), "uuta{sv}");
        assert_string_equal(dbus_message_get_path(signal), job);
        dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &step, DBUS_TYPE_UINT32, &steps,
                              DBUS_TYPE_UINT64, &bytes, DBUS_TYPE_INVALID);
        assert_int_equal(step, i);
        assert_int_equal(steps, f->sample.info.n_steps);
        assert_int_equal(bytes, f->sample.step_bytes[i]);
        dbus_message_unref(signal);
    }
    assert_null(client_signal(f->client, SIGNAL_STEP_READY, 0));
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STATE), JOB_FINISHED);
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STEPS_COMPLETE),
                     f->sample.info.n_steps);
    free(job);
}

static void test_step_table(void **state)
{
    struct fixture *f = *state;
    char *job = open_with_token(f, "a");
    DBusMessage *reply =
        client_call(f->client, client_new_call(job, JOB_INTERFACE, METHOD_GET_STEP_TABLE));
    DBusMessageIter args, array, entry;
    struct uqd_decoder *decoder;
    struct uqd_step_info info;
    uint32_t step, n = 0;
    uint64_t bytes;
    double psnr;

    assert_string_equal(dbus_message_get_signature(reply), "a(utd)");
    assert_int_equal(uqd_decoder_new(&decoder, f->sample.model, NULL), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, f->sample.data, f->sample.size), UQD_OK);
    dbus_message_iter_init(reply, &args);
    dbus_message_iter_recurse(&args, &array);
    for (; dbus_message_iter_get_arg_type(&array) == DBUS_TYPE_STRUCT;
         dbus_message_iter_next(&array), n++) {
        dbus_message_iter_recurse(&array, &entry);
        dbus_message_iter_get_basic(&entry, &step);
        dbus_message_iter_next(&entry);
        dbus_message_iter_get_basic(&entry, &bytes);
        dbus_message_iter_next(&entry);
        dbus_message_iter_get_basic(&entry, &psnr);
        assert_int_equal(uqd_decoder_step_info(decoder, n, &info), UQD_OK);
        assert_int_equal(step, n);
        assert_int_equal(bytes, info.bytes);
        assert_true(psnr == info.psnr || (isnan(psnr) && isnan(info.psnr)));
    }
    assert_int_equal(n, f->sample.info.n_steps);
    uqd_decoder_free(decoder);
    dbus_message_unref(reply);
    free(job);
}

static void test_close_ends_signals(void **state)
{
    struct fixture *f = *state;
    char *job = open_with_token(f, "a");
    DBusPendingCall *start, *frame, *closing;

    start = client_send(f->client, client_new_call(job, JOB_INTERFACE, METHOD_START));
    frame = client_send(f->client, new_get_frame(job, f->sample.info.n_steps - 1, 1, NULL, 0));
    closing = client_send(f->client, client_new_call(job, JOB_INTERFACE, METHOD_CLOSE));
    expect_error(client_reply(start), NULL, "Start");
    expect_error(client_reply(frame), ERROR_CANCELLED, "GetFrame");
    expect_error(client_reply(closing), NULL, "Close");
    assert_int_equal(client_root_number(f->client, PROPERTY_JOBS), 0);
    assert_null(client_signal(f->client, SIGNAL_FINISHED, 0));
    expect_error(client_call(f->client, client_new_call(job, JOB_INTERFACE, METHOD_START)),
                 DBUS_ERROR_UNKNOWN_OBJECT, "Start after Close");
    assert_null(client_signal(f->client, SIGNAL_FINISHED, 100));
    free(job);
}

static void test_disconnect_frees_jobs(void **state)
{
    struct fixture *f = *state;
    struct client *leaver = client_new(&f->desk);
    char *jobs[3];

    for (unsigned i = 0; i < 3; i++) {
        jobs[i] = client_open(leaver, f->fd, NULL, 0);
        client_do(leaver, jobs[i], METHOD_START);
    }
    assert_int_equal(client_root_number(f->client, PROPERTY_JOBS), 3);
    assert_string_not_equal(jobs[0], jobs[1]);
    client_free(leaver);
    client_await_jobs(f->client, 0);
    for (unsigned i = 0; i < 3; i++)
        free(jobs[i]);
}

/* The client leaves without waiting for the reply to Open. */
static void test_disconnect_while_opening(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < 20; i++) {
        struct client *leaver = client_new(&f->desk);

        dbus_pending_call_unref(client_send(leaver, new_open(f->fd, NULL, 0)));
        client_free(leaver);
    }
    client_sync(f->client);
    client_await_jobs(f->client, 0);
}

static void test_two_clients(void **state)
{
    struct fixture *f = *state;
    struct client *other = client_new(&f->desk);
    char *job = open_with_token(f, "same"), *other_job;
    const char *token = "same";
    const struct option_value options[] = {{KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &token}};
    DBusMessage *signal;
    DBusMessageIter results;

    other_job = client_open(other, f->fd, options, 1);
    assert_string_not_equal(job, other_job);
    client_do(f->client, job, METHOD_START);
    client_do(other, other_job, METHOD_START);
    assert_int_equal(client_finished(f->client, &signal, &results), RESULT_DONE);
    assert_string_equal(dbus_message_get_path(signal), job);
    dbus_message_unref(signal);
    assert_int_equal(client_finished(other, &signal, &results), RESULT_DONE);
    assert_string_equal(dbus_message_get_path(signal), other_job);
    dbus_message_unref(signal);
    client_free(other);
    free(job);
    free(other_job);
}

static void test_foreign_callers(void **state)
{
    static const char *const methods[] = {METHOD_START, METHOD_PAUSE, METHOD_GET_STEP_TABLE,
                                          METHOD_CLOSE};
    struct fixture *f = *state;
    struct client *other = client_new(&f->desk);
    char *job = open_with_token(f, "a");
    DBusMessage *call;
    const char *interface = JOB_INTERFACE;

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        expect_error(client_call(other, client_new_call(job, JOB_INTERFACE, methods[i])),
                     DBUS_ERROR_ACCESS_DENIED, methods[i]);
    expect_error(client_call(other, new_get_frame(job, 0, 1, NULL, 0)), DBUS_ERROR_ACCESS_DENIED,
                 "GetFrame");
    call = client_new_call(job, DBUS_INTERFACE_PROPERTIES, "GetAll");
    dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
    expect_error(client_call(other, call), DBUS_ERROR_ACCESS_DENIED, "GetAll");
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STATE), JOB_READY);
    client_free(other);
    free(job);
}

static void test_job_limit(void **state)
{
    struct fixture *f = *state;
    char *jobs[3];

    for (unsigned i = 0; i < 3; i++)
        jobs[i] = client_open(f->client, f->fd, NULL, 0);
    expect_error(client_call(f->client, new_open(f->fd, NULL, 0)), ERROR_LIMIT, "a fourth job");
    client_do(f->client, jobs[1], METHOD_CLOSE);
    free(jobs[1]);
    jobs[1] = client_open(f->client, f->fd, NULL, 0);
    for (unsigned i = 0; i < 3; i++)
        free(jobs[i]);
}

static void test_token_in_use(void **state)
{
    struct fixture *f = *state;
    const char *token = "a";
    const struct option_value options[] = {{KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &token}};
    char *job = open_with_token(f, token);

    expect_error(client_call(f->client, new_open(f->fd, options, 1)), DBUS_ERROR_OBJECT_PATH_IN_USE,
                 "the same token");
    assert_int_equal(client_root_number(f->client, PROPERTY_JOBS), 1);
    free(job);
}

static void test_max_step(void **state)
{
    struct fixture *f = *state;
    uint32_t max_step = 1;
    const struct option_value options[] = {{KEY_MAX_STEP, DBUS_TYPE_UINT32, &max_step}};
    char *job = client_open(f->client, f->fd, options, 1);
    DBusMessage *signal;
    DBusMessageIter results;

    client_do(f->client, job, METHOD_START);
    assert_int_equal(client_finished(f->client, &signal, &results), RESULT_DONE);
    assert_int_equal(dict_number(&results, KEY_STEPS), 2);
    assert_int_equal(dict_number(&results, KEY_COMPLETE), 0);
    dbus_message_unref(signal);
    expect_error(client_call(f->client, new_get_frame(job, 1, 1, NULL, 0)), NULL, "step 1");
    expect_error(client_call(f->client, new_get_frame(job, 2, 1, NULL, 0)), ERROR_GONE, "step 2");
    free(job);
}

/* At most the step under way is decoded after Pause. */
static void test_pause(void **state)
{
    struct fixture *f = *state;
    char *job = open_with_token(f, "a");
    DBusPendingCall *start, *pause;
    DBusMessage *signal;
    DBusMessageIter results;

    start = client_send(f->client, client_new_call(job, JOB_INTERFACE, METHOD_START));
    pause = client_send(f->client, client_new_call(job, JOB_INTERFACE, METHOD_PAUSE));
    expect_error(client_reply(start), NULL, "Start");
    expect_error(client_reply(pause), NULL, "Pause");
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STATE), JOB_PAUSED);
    assert_null(client_signal(f->client, SIGNAL_FINISHED, 300));
    client_do(f->client, job, METHOD_START);
    assert_int_equal(client_finished(f->client, &signal, &results), RESULT_DONE);
    dbus_message_unref(signal);
    free(job);
}

static void test_set_mode(void **state)
{
    struct fixture *f = *state;
    char *job = open_with_token(f, "a");
    DBusMessage *call = client_new_call(job, JOB_INTERFACE, METHOD_SET_MODE), *signal;
    uint32_t mode = UQD_MODE_ANCESTRAL;
    uint64_t seed = 77;
    DBusMessageIter args;

    dbus_message_append_args(call, DBUS_TYPE_UINT32, &mode, DBUS_TYPE_UINT64, &seed,
                             DBUS_TYPE_INVALID);
    expect_error(client_call(f->client, call), NULL, "SetMode");
    signal = client_signal(f->client, "PropertiesChanged", PATIENCE_MS);
    assert_non_null(signal);
    dbus_message_iter_init(signal, &args);
    dbus_message_iter_next(&args);
    assert_int_equal(dict_number(&args, PROPERTY_MODE), mode);
    assert_int_equal(dict_number(&args, PROPERTY_SEED), seed);
    dbus_message_unref(signal);
    mode = 4;
    call = client_new_call(job, JOB_INTERFACE, METHOD_SET_MODE);
    dbus_message_append_args(call, DBUS_TYPE_UINT32, &mode, DBUS_TYPE_UINT64, &seed,
                             DBUS_TYPE_INVALID);
    expect_error(client_call(f->client, call), DBUS_ERROR_INVALID_ARGS, "mode 4");
    free(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_path_and_info, setup, teardown),
        cmocka_unit_test_setup_teardown(test_steps_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_step_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_close_ends_signals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disconnect_frees_jobs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disconnect_while_opening, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_clients, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_callers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_job_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_token_in_use, setup, teardown),
        cmocka_unit_test_setup_teardown(test_max_step, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(test_set_mode, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
