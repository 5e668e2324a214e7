/* Frames: their memory, their pixels, and who waits for whom. */
#include "client.h"
#include "image_file.h"
#include "sample.h"
#include "shared_frame.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
    int fd;
};

static int setup_channels(void **state, uint32_t channels)
{
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 83, 70, channels);
    desk_start(&f->desk, NULL);
    f->client = client_new(&f->desk);
    f->fd = sample_file(&f->sample, &f->desk, f->sample.size);
    *state = f;
    return 0;
}

static int setup(void **state)
{
    return setup_channels(state, 3);
}

static int setup_grey(void **state)
{
    return setup_channels(state, 1);
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

/* ---- Looking at frames ---- */

struct memory {
    int fd;
    uint8_t *pixels; /* mapped */
    size_t size, stride;
    uint32_t width, height;
};

static void map_memory(struct memory *memory, DBusMessageIter *dict)
{
    struct stat st;
    int seals = fcntl(memory->fd, F_GET_SEALS);

    assert_int_equal(seals & (F_SEAL_SHRINK | F_SEAL_WRITE), F_SEAL_SHRINK | F_SEAL_WRITE);
    memory->width = (uint32_t)dict_number(dict, KEY_WIDTH);
    memory->height = (uint32_t)dict_number(dict, KEY_HEIGHT);
    memory->stride = dict_number(dict, KEY_STRIDE);
    memory->size = dict_number(dict, KEY_SIZE);
    assert_int_equal(fstat(memory->fd, &st), 0);
    assert_true((uint64_t)st.st_size >= dict_number(dict, KEY_OFFSET) + memory->size);
    assert_true(memory->size >= memory->stride * memory->height);
    assert_ptr_equal(mmap(NULL, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0),
                     MAP_FAILED);
    memory->pixels = mmap(NULL, memory->size, PROT_READ, MAP_SHARED, memory->fd, 0);
    assert_ptr_not_equal(memory->pixels, MAP_FAILED);
}

/* Takes the reply to GetFrame apart; the caller drops it. */
static void read_frame(DBusMessage *reply, struct memory *memory, DBusMessageIter *dict)
{
    expect_error(dbus_message_ref(reply), NULL, "GetFrame");
    assert_string_equal(dbus_message_get_signature(reply), "ha{sv}");
    dbus_message_iter_init(reply, dict);
    dbus_message_iter_get_basic(dict, &memory->fd);
    dbus_message_iter_next(dict);
    map_memory(memory, dict);
}

static void release(struct memory *memory)
{
    munmap(memory->pixels, memory->size);
    close(memory->fd);
}

/* What the library gives in this process for the first size bytes. */
static void expect_pixels(const struct sample *sample, size_t size,
                          const struct uqd_picture_request *request, const struct memory *memory,
                          const char *what)
{
    uint8_t *expected = sample_render(sample, size, request);
    size_t row = (size_t)memory->width * sample->channels;

    assert_int_equal(memory->width, uqd_reduced_side(sample->width, request->reduce));
    assert_int_equal(memory->height, uqd_reduced_side(sample->height, request->reduce));
    for (uint32_t y = 0; y < memory->height; y++) {
        if (memcmp(memory->pixels + y * memory->stride, expected + y * row, row) != 0)
            fail_msg("%s: row %u differs", what, y);
    }
    free(expected);
}

/* ---- Tests ---- */

static void compare_frames(struct fixture *f, uint32_t format)
{
    static const struct {
        const char *name;
        uint32_t step;
        uint32_t mode;
        uint64_t seed;
        uint32_t reduce;
    } cases[] = {
        {"first step", 0, UQD_MODE_DENOISED, 0, 0},
        {"later step", 2, UQD_MODE_DENOISED, 0, 0},
        {"reduced", 1, UQD_MODE_DENOISED, 0, 2},
        {"reduced most", 0, UQD_MODE_DENOISED, 0, 6},
        {"ancestral", 1, UQD_MODE_ANCESTRAL, 5, 0},
        {"another seed", 1, UQD_MODE_ANCESTRAL, 6, 0},
        {"flow", 1, UQD_MODE_FLOW, 0, 0},
        {"everything", UQD_STEP_LATEST, UQD_MODE_DENOISED, 0, 0},
    };
    char *job = client_open(f->client, f->fd, NULL, 0);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct option_value options[] = {
            {KEY_SEED, DBUS_TYPE_UINT64, &cases[i].seed},
            {KEY_REDUCE, DBUS_TYPE_UINT32, &cases[i].reduce},
        };
        struct uqd_picture_request request;
        struct memory memory;
        DBusMessageIter dict;
        DBusMessage *reply =
            client_call(f->client, new_get_frame(job, cases[i].step, cases[i].mode, options, 2));

        uqd_picture_request_default(&request);
        request.step = cases[i].step;
        request.mode = cases[i].mode;
        request.seed = cases[i].seed;
        request.reduce = cases[i].reduce;
        read_frame(reply, &memory, &dict);
        expect_pixels(&f->sample, f->sample.size, &request, &memory, cases[i].name);
        assert_int_equal(dict_number(&dict, KEY_FORMAT), format);
        assert_int_equal(dict_number(&dict, KEY_MODE), cases[i].mode);
        assert_int_equal(dict_number(&dict, KEY_REDUCE), cases[i].reduce);
        release(&memory);
        dbus_message_unref(reply);
    }
    free(job);
}

static void test_pixels(void **state)
{
    compare_frames(*state, SHARED_FRAME_RGB);
}

static void test_grey_pixels(void **state)
{
    compare_frames(*state, SHARED_FRAME_GREY);
}

static void test_lossless(void **state)
{
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);
    DBusMessage *reply = client_call(
        f->client, new_get_frame(job, f->sample.info.n_steps - 1, UQD_MODE_DENOISED, NULL, 0));
    size_t row = (size_t)f->sample.width * 3;
    struct memory memory;
    DBusMessageIter dict;

    if (!f->sample.info.lossless)
        fail_msg("the sample is not lossless");
    read_frame(reply, &memory, &dict);
    for (uint32_t y = 0; y < f->sample.height; y++)
        assert_memory_equal(memory.pixels + y * memory.stride, f->sample.pixels + y * row, row);
    release(&memory);
    dbus_message_unref(reply);
    free(job);
}

/* A request for a later step needs no Start and is answered when the step exists. */
static void test_request_drives_decoding(void **state)
{
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);

    expect_error(client_call(f->client, new_get_frame(job, 2, 0, NULL, 0)), NULL, "step 2");
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STEPS_COMPLETE), 3);
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STATE), JOB_READY);
    free(job);
}

static void test_newer_supersedes(void **state)
{
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);
    const char *film = "film";
    const struct option_value options[] = {{KEY_PURPOSE, DBUS_TYPE_STRING, &film}};
    DBusPendingCall *first, *strip, *second, *third;

    first = client_send(f->client, new_get_frame(job, 3, UQD_MODE_FLOW, NULL, 0));
    strip = client_send(f->client, new_get_frame(job, 2, UQD_MODE_DENOISED, options, 1));
    second = client_send(f->client, new_get_frame(job, 2, UQD_MODE_FLOW, NULL, 0));
    third = client_send(f->client, new_get_frame(job, 1, UQD_MODE_FLOW, NULL, 0));
    expect_error(client_reply(first), ERROR_CANCELLED, "the first");
    expect_error(client_reply(second), ERROR_CANCELLED, "the second");
    expect_error(client_reply(third), NULL, "the third");
    expect_error(client_reply(strip), NULL, "the film strip");
    free(job);
}

/* The rendering of a superseded request ends early, and the same frame can be asked for again. */
static void test_supersede_while_rendering(void **state)
{
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);
    DBusPendingCall *calls[8];

    expect_error(client_call(f->client, new_get_frame(job, 2, 1, NULL, 0)), NULL, "step 2");
    for (uint32_t i = 0; i < 8; i++)
        calls[i] = client_send(f->client, new_get_frame(job, i % 2, UQD_MODE_FLOW, NULL, 0));
    for (uint32_t i = 0; i < 8; i++) {
        DBusMessage *reply = client_reply(calls[i]);
        bool last = i == 7, is_error = dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR;

        expect_error(reply, last || !is_error ? NULL : ERROR_CANCELLED, "a request");
    }
    free(job);
}

/* Work for later is put off for what somebody waits for, but not forgotten. */
static void test_urgent_goes_first(void **state)
{
    static const uint32_t background = PRIORITY_BACKGROUND, interactive = PRIORITY_INTERACTIVE;
    static const char *const purpose = "later";
    const struct option_value later[] = {
        {KEY_PURPOSE, DBUS_TYPE_STRING, &purpose},
        {KEY_PRIORITY, DBUS_TYPE_UINT32, &background},
    };
    const struct option_value now[] = {{KEY_PRIORITY, DBUS_TYPE_UINT32, &interactive}};
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);
    DBusPendingCall *first;

    expect_error(client_call(f->client, new_get_frame(job, 1, 1, NULL, 0)), NULL, "step 1");
    for (unsigned round = 0; round < 3; round++) {
        first = client_send(f->client, new_get_frame(job, 0, UQD_MODE_ANCESTRAL, later, 2));
        expect_error(client_call(f->client, new_get_frame(job, 1, UQD_MODE_FLOW, now, 1)), NULL,
                     "urgent");
        expect_error(client_reply(first), NULL, "background");
    }
    free(job);
}

static void test_max_edge(void **state)
{
    static const struct {
        uint32_t max_edge, reduce;
    } cases[] = {{0, 0}, {1000, 0}, {83, 0}, {43, 0}, {42, 1}, {41, 1}, {21, 2}, {1, 6}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct option_value options[] = {
            {KEY_MAX_EDGE, DBUS_TYPE_UINT32, &cases[i].max_edge}};
        char *job = client_open(f->client, f->fd, options, 1);
        DBusMessage *reply = client_call(f->client, new_get_frame(job, 0, 1, NULL, 0));
        struct memory memory;
        DBusMessageIter dict;

        read_frame(reply, &memory, &dict);
        if (dict_number(&dict, KEY_REDUCE) != cases[i].reduce)
            fail_msg("max_edge %u: reduced by %u", cases[i].max_edge,
                     (unsigned)dict_number(&dict, KEY_REDUCE));
        release(&memory);
        dbus_message_unref(reply);
        client_do(f->client, job, METHOD_CLOSE);
        free(job);
    }
}

static void test_cut_file_shows_the_rest(void **state)
{
    struct fixture *f = *state;
    size_t size = (size_t)(f->sample.step_bytes[1] + f->sample.step_bytes[2]) / 2;
    int fd = sample_file(&f->sample, &f->desk, size);
    char *job = client_open(f->client, fd, NULL, 0);
    DBusMessage *reply =
        client_call(f->client, new_get_frame(job, UQD_STEP_LATEST, UQD_MODE_DENOISED, NULL, 0));
    struct uqd_picture_request request;
    struct memory memory;
    DBusMessageIter dict;

    uqd_picture_request_default(&request);
    request.step = UQD_STEP_LATEST;
    read_frame(reply, &memory, &dict);
    expect_pixels(&f->sample, size, &request, &memory, "the cut file");
    assert_int_equal(dict_number(&dict, KEY_BYTES), size);
    release(&memory);
    dbus_message_unref(reply);
    expect_error(client_call(f->client, new_get_frame(job, 2, 1, NULL, 0)), ERROR_GONE,
                 "the step that is cut");
    close(fd);
    free(job);
}

/* The picture where the file is taken to end is that of a file which ends there. */
static void expect_cut(struct fixture *f, const char *job, uint64_t bytes, uint32_t mode)
{
    const struct option_value options[] = {{KEY_BYTES, DBUS_TYPE_UINT64, &bytes}};
    uint64_t header = f->sample.info.header_size, size = f->sample.size;
    uint64_t used = bytes < header ? header : bytes < size ? bytes : size;
    struct uqd_picture_request request;
    struct memory memory;
    DBusMessageIter dict;
    DBusMessage *reply =
        client_call(f->client, new_get_frame(job, UQD_STEP_LATEST, mode, options, 1));

    uqd_picture_request_default(&request);
    request.mode = mode;
    read_frame(reply, &memory, &dict);
    expect_pixels(&f->sample, (size_t)used, &request, &memory, "cut");
    assert_int_equal(dict_number(&dict, KEY_BYTES), used);
    release(&memory);
    dbus_message_unref(reply);
}

static void test_bytes(void **state)
{
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);
    uint64_t one = f->sample.step_bytes[0], two = f->sample.step_bytes[1];

    expect_cut(f, job, (one + two) / 2, UQD_MODE_DENOISED);
    /* No more is decoded than it takes. */
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STEPS_COMPLETE), 2);
    expect_cut(f, job, (one + two) / 2 - 3, UQD_MODE_FLOW);
    expect_cut(f, job, f->sample.size - 1, UQD_MODE_DENOISED);
    expect_cut(f, job, one - 1, UQD_MODE_DENOISED);
    expect_cut(f, job, 1, UQD_MODE_DENOISED);
    free(job);
}

/* With one step the bytes mean nothing. */
static void test_bytes_of_a_step(void **state)
{
    static const uint64_t bytes = 100;
    const struct option_value options[] = {{KEY_BYTES, DBUS_TYPE_UINT64, &bytes}};
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);

    expect_error(client_call(f->client, new_get_frame(job, 1, UQD_MODE_DENOISED, options, 1)),
                 DBUS_ERROR_INVALID_ARGS, "bytes of step 1");
    free(job);
}

/* A file that ends before answers with what it has; so does a job that stops decoding before. */
static void test_bytes_behind_the_end(void **state)
{
    struct fixture *f = *state;
    static const uint32_t last = 1;
    const struct option_value stop[] = {{KEY_MAX_STEP, DBUS_TYPE_UINT32, &last}};
    const struct option_value options[] = {{KEY_BYTES, DBUS_TYPE_UINT64, &f->sample.step_bytes[3]}};
    size_t cut = (size_t)(f->sample.step_bytes[1] + f->sample.step_bytes[2]) / 2;
    const size_t expected[2] = {cut, (size_t)f->sample.step_bytes[1]};
    int fd = sample_file(&f->sample, &f->desk, cut);
    char *jobs[2] = {client_open(f->client, fd, NULL, 0), client_open(f->client, f->fd, stop, 1)};

    for (int i = 0; i < 2; i++) {
        DBusMessage *reply = client_call(
            f->client, new_get_frame(jobs[i], UQD_STEP_LATEST, UQD_MODE_DENOISED, options, 1));
        struct uqd_picture_request request;
        struct memory memory;
        DBusMessageIter dict;

        uqd_picture_request_default(&request);
        read_frame(reply, &memory, &dict);
        expect_pixels(&f->sample, expected[i], &request, &memory, "behind the end");
        assert_int_equal(dict_number(&dict, KEY_BYTES), expected[i]);
        release(&memory);
        dbus_message_unref(reply);
        free(jobs[i]);
    }
    close(fd);
}

/* ---- Bits ---- */

static DBusMessage *new_get_bits(const char *job, uint32_t step, const struct option_value *options,
                                 size_t n)
{
    DBusMessage *call = client_new_call(job, JOB_INTERFACE, METHOD_GET_BITS);

    assert_true(dbus_message_append_args(call, DBUS_TYPE_UINT32, &step, DBUS_TYPE_INVALID));
    append_options(call, options, n);
    return call;
}

/* What the library counts in this process. */
static uint32_t *expected_bits(const struct sample *sample, uint32_t step, size_t n)
{
    uint32_t *bits = calloc(n, sizeof *bits);
    struct uqd_decoder_settings settings;
    struct uqd_decoder *decoder;

    assert_non_null(bits);
    uqd_decoder_settings_default(&settings);
    settings.threads = 1;
    assert_int_equal(uqd_decoder_new(&decoder, sample->model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, sample->data, sample->size), UQD_OK);
    for (uint32_t i = 0; i <= step; i++)
        assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
    assert_int_equal(uqd_decoder_step_bits(decoder, step, bits, n), UQD_OK);
    uqd_decoder_free(decoder);
    return bits;
}

static void expect_bits(struct fixture *f, const char *job, uint32_t step)
{
    DBusMessage *reply = client_call(f->client, new_get_bits(job, step, NULL, 0));
    uint32_t *expected = expected_bits(&f->sample, step, 11 * 9);
    DBusMessageIter dict;
    void *bits;
    int fd, seals;

    expect_error(dbus_message_ref(reply), NULL, "GetBits");
    assert_string_equal(dbus_message_get_signature(reply), "ha{sv}");
    dbus_message_iter_init(reply, &dict);
    dbus_message_iter_get_basic(&dict, &fd);
    dbus_message_iter_next(&dict);
    assert_int_equal(dict_number(&dict, KEY_STEP), step);
    assert_int_equal(dict_number(&dict, KEY_WIDTH), 11);
    assert_int_equal(dict_number(&dict, KEY_HEIGHT), 9);
    assert_int_equal(dict_number(&dict, KEY_OFFSET), 0);
    assert_int_equal(dict_number(&dict, KEY_SIZE), 11 * 9 * 4);
    seals = fcntl(fd, F_GET_SEALS);
    assert_int_equal(seals & (F_SEAL_SHRINK | F_SEAL_WRITE), F_SEAL_SHRINK | F_SEAL_WRITE);
    bits = mmap(NULL, 11 * 9 * 4, PROT_READ, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(bits, MAP_FAILED);
    assert_memory_equal(bits, expected, 11 * 9 * 4);
    munmap(bits, 11 * 9 * 4);
    close(fd);
    free(expected);
    dbus_message_unref(reply);
}

/* The numbers of the library, waited for and kept like pictures, of which they are independent. */
static void test_bits(void **state)
{
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, NULL, 0);
    DBusPendingCall *frame = client_send(f->client, new_get_frame(job, 2, 1, NULL, 0));
    DBusPendingCall *older = client_send(f->client, new_get_bits(job, 3, NULL, 0));

    expect_bits(f, job, 2);
    expect_error(client_reply(older), ERROR_CANCELLED, "older bits");
    expect_error(client_reply(frame), NULL, "a frame of the same purpose");
    expect_bits(f, job, 0);
    free(job);
}

static void test_no_bits(void **state)
{
    struct fixture *f = *state;
    int fd = sample_file(&f->sample, &f->desk, (size_t)f->sample.step_bytes[1]);
    char *job = client_open(f->client, fd, NULL, 0);
    uint32_t priority = 4;
    const struct option_value options[] = {{KEY_PRIORITY, DBUS_TYPE_UINT32, &priority}};

    expect_error(client_call(f->client, new_get_bits(job, 2, NULL, 0)), ERROR_GONE, "cut off");
    expect_error(client_call(f->client, new_get_bits(job, f->sample.info.n_steps, NULL, 0)),
                 DBUS_ERROR_INVALID_ARGS, "no step");
    expect_error(client_call(f->client, new_get_bits(job, UQD_STEP_LATEST, NULL, 0)),
                 DBUS_ERROR_INVALID_ARGS, "everything");
    expect_error(client_call(f->client, new_get_bits(job, 0, options, 1)), DBUS_ERROR_INVALID_ARGS,
                 "priority");
    close(fd);
    free(job);
}

/* ---- Signals ---- */

/* Only the first signal has pixels until the client calls again. */
static void test_frames_in_signals(void **state)
{
    struct fixture *f = *state;
    dbus_bool_t yes = TRUE;
    uint32_t edge = 10;
    const struct option_value options[] = {
        {KEY_FRAMES_IN_SIGNAL, DBUS_TYPE_BOOLEAN, &yes},
        {KEY_MAX_EDGE, DBUS_TYPE_UINT32, &edge},
    };
    char *job = client_open(f->client, f->fd, options, 2);
    DBusMessage *signal;
    DBusMessageIter dict;

    client_do(f->client, job, METHOD_START);
    client_finished(f->client, &signal, &dict);
    dbus_message_unref(signal);
    for (uint32_t i = 0; i < f->sample.info.n_steps; i++) {
        signal = client_signal(f->client, SIGNAL_STEP_READY, 0);
        assert_non_null(signal);
        dbus_message_iter_init(signal, &dict);
        for (unsigned skip = 0; skip < 3; skip++)
            dbus_message_iter_next(&dict);
        assert_int_equal(dict_has(&dict, KEY_PIXELS), i == 0);
        assert_int_equal(dict_has(&dict, KEY_WIDTH), i == 0);
        dbus_message_unref(signal);
    }
    free(job);
}

/* How many there are until the end; each tells a part of a step, which only grows. */
static unsigned count_progress(struct fixture *f, const char *job)
{
    DBusMessage *signal;
    DBusMessageIter args;
    dbus_uint32_t step, last_step = 0;
    double done, last = 0;
    unsigned n = 0;

    client_do(f->client, job, METHOD_START);
    client_finished(f->client, &signal, &args);
    dbus_message_unref(signal);
    for (; (signal = client_signal(f->client, SIGNAL_PROGRESS, 0)); n++) {
        assert_true(dbus_message_has_signature(signal, "uda{sv}"));
        dbus_message_iter_init(signal, &args);
        dbus_message_iter_get_basic(&args, &step);
        dbus_message_iter_next(&args);
        dbus_message_iter_get_basic(&args, &done);
        dbus_message_iter_next(&args);
        assert_false(dict_has(&args, KEY_MODE));
        assert_in_range(step, last_step, f->sample.info.n_steps - 1);
        assert_true(done > (step == last_step ? last : 0) && done <= 1);
        last_step = step;
        last = done;
        dbus_message_unref(signal);
    }
    return n;
}

static void test_progress(void **state)
{
    struct fixture *f = *state;
    uint32_t milliseconds = 1;
    const struct option_value option = {KEY_PROGRESS, DBUS_TYPE_UINT32, &milliseconds};
    char *job = client_open(f->client, f->fd, &option, 1);

    assert_true(count_progress(f, job) > 0);
    free(job);
    job = client_open(f->client, f->fd, NULL, 0);
    assert_int_equal(count_progress(f, job), 0);
    free(job);
}

static int reference_file(struct fixture *f)
{
    const struct pixels pixels = {
        .width = f->sample.width,
        .height = f->sample.height,
        .channels = f->sample.channels,
        .data = f->sample.pixels,
    };
    struct message message;
    char path[128];

    snprintf(path, sizeof path, "%s/original.png", f->desk.dir);
    if (image_write(path, IMAGE_PNG, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void test_measured_distortion(void **state)
{
    struct fixture *f = *state;
    int reference = reference_file(f);
    dbus_bool_t yes = TRUE;
    const struct option_value options[] = {
        {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &reference},
        {KEY_MS_SSIM, DBUS_TYPE_BOOLEAN, &yes},
    };
    char *job = client_open(f->client, f->fd, options, 2);
    DBusMessage *signal;
    DBusMessageIter dict;

    client_do(f->client, job, METHOD_START);
    client_finished(f->client, &signal, &dict);
    dbus_message_unref(signal);
    for (uint32_t i = 0; i < f->sample.info.n_steps; i++) {
        const struct uqd_image original = {f->sample.width, f->sample.height, 3,
                                           (size_t)f->sample.width * 3, f->sample.pixels};
        struct uqd_image picture = original;
        struct uqd_picture_request request;
        struct uqd_metrics metrics;
        uint8_t *pixels;

        signal = client_signal(f->client, SIGNAL_STEP_READY, 0);
        assert_non_null(signal);
        dbus_message_iter_init(signal, &dict);
        for (unsigned skip = 0; skip < 3; skip++)
            dbus_message_iter_next(&dict);
        uqd_picture_request_default(&request);
        request.step = i;
        pixels = sample_render(&f->sample, f->sample.size, &request);
        picture.pixels = pixels;
        assert_int_equal(uqd_compare(&original, &picture, 1, &metrics), UQD_OK);
        assert_int_equal(dict_number(&dict, KEY_MEASURED), 1);
        assert_true(dict_double(&dict, KEY_MSE) == metrics.mse);
        assert_true(dict_double(&dict, KEY_PSNR) == metrics.psnr);
        assert_true(dict_double(&dict, KEY_MS_SSIM) == metrics.ms_ssim);
        dbus_message_unref(signal);
        free(pixels);
    }
    close(reference);
    free(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pixels, setup, teardown),
        cmocka_unit_test_setup_teardown(test_grey_pixels, setup_grey, teardown),
        cmocka_unit_test_setup_teardown(test_lossless, setup, teardown),
        cmocka_unit_test_setup_teardown(test_request_drives_decoding, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_supersedes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_supersede_while_rendering, setup, teardown),
        cmocka_unit_test_setup_teardown(test_urgent_goes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_max_edge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_file_shows_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bytes_of_a_step, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bytes_behind_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_frames_in_signals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_progress, setup, teardown),
        cmocka_unit_test_setup_teardown(test_measured_distortion, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
