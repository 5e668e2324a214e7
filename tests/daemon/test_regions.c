/* Jobs of a region of their picture: what is told of it, what is refused, and what is measured. */
#include "client.h"
#include "dict.h"
#include "image_file.h"
#include "sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
    int fd;
};

static const struct uqd_region region = {21, 10, 40, 33};

static const struct option_value option = {KEY_REGION, DICT_TYPE_REGION, &region};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 83, 70, 3);
    desk_start(&f->desk, NULL);
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

/* The picture of a step, whose pixels from a place on are those of the region. */
static uint8_t *render(const struct fixture *f, uint32_t step, uint32_t reduce)
{
    struct uqd_picture_request request;

    uqd_picture_request_default(&request);
    request.step = step;
    request.reduce = reduce;
    return sample_render(&f->sample, f->sample.size, &request);
}

/* ---- What is told ---- */

static void expect_region(const struct uqd_region *got, const struct uqd_region *wanted)
{
    assert_int_equal(got->x, wanted->x);
    assert_int_equal(got->y, wanted->y);
    assert_int_equal(got->width, wanted->width);
    assert_int_equal(got->height, wanted->height);
}

/* All properties of a job, which the caller drops; the dictionary is at *dict. */
static DBusMessage *get_properties(struct fixture *f, const char *job, DBusMessageIter *dict)
{
    const char *interface = JOB_INTERFACE;
    DBusMessage *call = client_new_call(job, DBUS_INTERFACE_PROPERTIES, "GetAll"), *reply;

    dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
    reply = client_call(f->client, call);
    expect_error(dbus_message_ref(reply), NULL, "GetAll");
    dbus_message_iter_init(reply, dict);
    return reply;
}

/* Opens the file; the reply to Open and the properties tell of the picture, and of the region. */
static void expect_told(struct fixture *f, size_t n_options, const struct uqd_region *wanted)
{
    DBusMessage *opened = client_call(f->client, new_open(f->fd, &option, n_options)), *properties;
    DBusMessageIter dict;
    struct uqd_region told;
    const char *job;

    expect_error(dbus_message_ref(opened), NULL, "Open");
    dbus_message_iter_init(opened, &dict);
    dbus_message_iter_get_basic(&dict, &job);
    dbus_message_iter_next(&dict);
    assert_int_equal(dict_number(&dict, KEY_WIDTH), 83);
    assert_int_equal(dict_number(&dict, KEY_HEIGHT), 70);
    assert_true(dict_get_region(&dict, KEY_REGION, &told));
    expect_region(&told, wanted);
    properties = get_properties(f, job, &dict);
    assert_int_equal(dict_number(&dict, PROPERTY_WIDTH), 83);
    assert_int_equal(dict_number(&dict, PROPERTY_HEIGHT), 70);
    assert_true(dict_get_region(&dict, PROPERTY_REGION, &told));
    expect_region(&told, wanted);
    dbus_message_unref(properties);
    dbus_message_unref(opened);
}

static void picture_and_region_are_told(void **state)
{
    static const struct uqd_region all = {0, 0, 83, 70};

    expect_told(*state, 1, &region);
    expect_told(*state, 0, &all);
}

/* ---- Frames ---- */

/* The reply to GetFrame, which is dropped, is the region of a picture. */
static void expect_frame(DBusMessage *reply, const uint8_t *picture, uint32_t reduce)
{
    const struct uqd_region part = uqd_reduced_region(region, reduce);
    const size_t row = uqd_reduced_side(83, reduce) * 3u;
    DBusMessageIter dict;
    const uint8_t *pixels;
    size_t size, stride;
    int fd;

    expect_error(dbus_message_ref(reply), NULL, "GetFrame");
    dbus_message_iter_init(reply, &dict);
    dbus_message_iter_get_basic(&dict, &fd);
    dbus_message_iter_next(&dict);
    assert_int_equal(dict_number(&dict, KEY_WIDTH), part.width);
    assert_int_equal(dict_number(&dict, KEY_HEIGHT), part.height);
    size = dict_number(&dict, KEY_SIZE);
    stride = dict_number(&dict, KEY_STRIDE);
    pixels = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(pixels, MAP_FAILED);
    for (uint32_t y = 0; y < part.height; y++)
        assert_memory_equal(pixels + y * stride, picture + (part.y + y) * row + part.x * 3u,
                            part.width * 3u);
    munmap((void *)pixels, size);
    close(fd);
    dbus_message_unref(reply);
}

static void frames_show_the_region(void **state)
{
    static const struct {
        uint32_t step, reduce;
    } cases[] = {{1, 0}, {1, 2}, {3, 0}, {3, 1}};
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, &option, 1);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct option_value reduce = {KEY_REDUCE, DBUS_TYPE_UINT32, &cases[i].reduce};
        uint8_t *picture = render(f, cases[i].step, cases[i].reduce);

        expect_frame(client_call(f->client, new_get_frame(job, cases[i].step, 1, &reduce, 1)),
                     picture, cases[i].reduce);
        free(picture);
    }
    free(job);
}

/* Nobody can count the bits of a region. */
static void there_are_no_bits_of_a_region(void **state)
{
    struct fixture *f = *state;
    char *job = client_open(f->client, f->fd, &option, 1);
    DBusMessage *call = client_new_call(job, JOB_INTERFACE, METHOD_GET_BITS);
    const uint32_t step = 0;

    dbus_message_append_args(call, DBUS_TYPE_UINT32, &step, DBUS_TYPE_INVALID);
    append_options(call, NULL, 0);
    expect_error(client_call(f->client, call), DBUS_ERROR_INVALID_ARGS, "GetBits");
    free(job);
}

/* ---- What is refused ---- */

/* The call is refused with this sentence, and the daemon keeps nothing. */
static void expect_refused(struct fixture *f, const struct option_value *value, const char *text)
{
    DBusMessage *reply = client_call(f->client, new_open(f->fd, value, 1));
    const char *told = "";

    expect_error(dbus_message_ref(reply), DBUS_ERROR_INVALID_ARGS, text);
    dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &told, DBUS_TYPE_INVALID);
    assert_string_equal(told, text);
    assert_int_equal(client_root_number(f->client, PROPERTY_JOBS), 0);
    dbus_message_unref(reply);
}

static void regions_without_pixels_are_refused(void **state)
{
    static const struct uqd_region none = {0, 0, 0, 0}, flat = {3, 4, 5, 0}, thin = {3, 4, 0, 5};
    const struct option_value values[] = {{KEY_REGION, DICT_TYPE_REGION, &none},
                                          {KEY_REGION, DICT_TYPE_REGION, &flat},
                                          {KEY_REGION, DICT_TYPE_REGION, &thin}};

    expect_refused(*state, &values[0], "the region 0,0,0,0 has no pixels");
    expect_refused(*state, &values[1], "the region 3,4,5,0 has no pixels");
    expect_refused(*state, &values[2], "the region 3,4,0,5 has no pixels");
}

static void regions_that_leave_the_picture_are_refused(void **state)
{
    static const struct uqd_region wide = {44, 0, 40, 33}, far = {UINT32_MAX, 0, 1, 1};
    const struct option_value values[] = {{KEY_REGION, DICT_TYPE_REGION, &wide},
                                          {KEY_REGION, DICT_TYPE_REGION, &far}};

    expect_refused(*state, &values[0],
                   "the picture has 83 x 70 pixels, and the region 44,0,40,33 reaches beyond them");
    expect_refused(
        *state, &values[1],
        "the picture has 83 x 70 pixels, and the region 4294967295,0,1,1 reaches beyond them");
}

static void other_types_are_refused(void **state)
{
    static const uint32_t number = 3;
    static const char *const text = "1,2,3,4";
    const struct option_value values[] = {{KEY_REGION, DBUS_TYPE_UINT32, &number},
                                          {KEY_REGION, DBUS_TYPE_STRING, &text}};

    for (size_t i = 0; i < 2; i++)
        expect_refused(*state, &values[i], "the option 'region' must have the D-Bus type '(uuuu)'");
}

/* Open is answered as soon as the header says what the picture is. */
static void a_picture_that_comes_is_too_small(void **state)
{
    static const struct uqd_region wide = {44, 0, 40, 33};
    static const dbus_bool_t yes = TRUE;
    static const char *const token = "comes";
    const struct option_value options[] = {{KEY_REGION, DICT_TYPE_REGION, &wide},
                                           {KEY_FOLLOW, DBUS_TYPE_BOOLEAN, &yes},
                                           {KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &token}};
    struct fixture *f = *state;
    const size_t size = f->sample.info.header_size;
    int fd = sample_file(&f->sample, &f->desk, 10);
    DBusPendingCall *pending = client_send(f->client, new_open(fd, options, 3));
    char job[JOB_PATH_SIZE];

    client_await_jobs(f->client, 1);
    assert_int_equal(pwrite(fd, f->sample.data, size, 0), size);
    snprintf(job, sizeof job, JOBS_PATH "/%s/%s", client_node(f->client), token);
    /* By inotify the job may have known before, and be gone. */
    dbus_message_unref(client_call(f->client, client_new_call(job, JOB_INTERFACE, METHOD_GROWN)));
    expect_error(client_reply(pending), DBUS_ERROR_INVALID_ARGS, "a region outside");
    client_await_jobs(f->client, 0);
    close(fd);
}

/* ---- Distortion ---- */

static int reference_file(const struct fixture *f)
{
    const struct pixels pixels = {
        .width = 83, .height = 70, .channels = 3, .data = f->sample.pixels};
    struct message message;
    char path[128];

    snprintf(path, sizeof path, "%s/original.png", f->desk.dir);
    if (image_write(path, IMAGE_PNG, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Of the region of a picture against that of the sample's. */
static void compare(const struct fixture *f, const uint8_t *picture, struct uqd_metrics *metrics)
{
    const size_t row = 83u * 3, at = region.y * row + region.x * 3u;
    const struct uqd_image original = {region.width, region.height, 3, row, f->sample.pixels + at};
    const struct uqd_image decoded = {region.width, region.height, 3, row, picture + at};

    assert_int_equal(uqd_compare(&original, &decoded, 1, metrics), UQD_OK);
}

static void the_region_is_measured(void **state)
{
    struct fixture *f = *state;
    int reference = reference_file(f);
    const dbus_bool_t yes = TRUE;
    const struct option_value options[] = {
        option,
        {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &reference},
        {KEY_MS_SSIM, DBUS_TYPE_BOOLEAN, &yes},
    };
    char *job = client_open(f->client, f->fd, options, 3);
    DBusMessage *signal;
    DBusMessageIter dict;

    client_do(f->client, job, METHOD_START);
    client_finished(f->client, &signal, &dict);
    dbus_message_unref(signal);
    for (uint32_t i = 0; i < f->sample.info.n_steps; i++) {
        uint8_t *picture = render(f, i, 0);
        struct uqd_metrics metrics;

        compare(f, picture, &metrics);
        signal = client_signal(f->client, SIGNAL_STEP_READY, 0);
        assert_non_null(signal);
        dbus_message_iter_init(signal, &dict);
        for (unsigned skip = 0; skip < 3; skip++)
            dbus_message_iter_next(&dict);
        assert_int_equal(dict_number(&dict, KEY_MEASURED), 1);
        assert_true(dict_double(&dict, KEY_MSE) == metrics.mse);
        assert_true(dict_double(&dict, KEY_PSNR) == metrics.psnr);
        assert_true(dict_double(&dict, KEY_MS_SSIM) == metrics.ms_ssim);
        dbus_message_unref(signal);
        free(picture);
    }
    close(reference);
    free(job);
}

/* A reference is one of all of the picture. */
static void a_reference_of_the_region_alone_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct pixels pixels = {
        .width = region.width, .height = region.height, .channels = 3, .data = f->sample.pixels};
    struct message message;
    char path[128];

    snprintf(path, sizeof path, "%s/part.png", f->desk.dir);
    if (image_write(path, IMAGE_PNG, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    int reference = open(path, O_RDONLY | O_CLOEXEC);
    const struct option_value options[] = {option, {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &reference}};
    expect_error(client_call(f->client, new_open(f->fd, options, 2)), DBUS_ERROR_INVALID_ARGS,
                 "a reference of the region alone");
    close(reference);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(picture_and_region_are_told),
        TEST(frames_show_the_region),
        TEST(there_are_no_bits_of_a_region),
        TEST(regions_without_pixels_are_refused),
        TEST(regions_that_leave_the_picture_are_refused),
        TEST(other_types_are_refused),
        TEST(a_picture_that_comes_is_too_small),
        TEST(the_region_is_measured),
        TEST(a_reference_of_the_region_alone_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
