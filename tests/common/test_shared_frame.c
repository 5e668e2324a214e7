/* Pictures in memory that another process sent: nothing is believed. */
#include "shared_frame.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define WIDTH  5
#define HEIGHT 4
#define STRIDE 16

/* Memory of some size whose bytes count up, with seals. */
static int make_memory(size_t size, int seals)
{
    uint8_t bytes[256];
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    assert_true(size <= sizeof bytes);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
    return fd;
}

static const int sealed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
static const struct shared_frame good = {
    .width = WIDTH, .height = HEIGHT, .stride = STRIDE, .offset = 8, .format = SHARED_FRAME_RGB};

static void sealed_memory_is_mapped(void **state)
{
    struct message message;
    size_t size;
    int fd = make_memory(8 + STRIDE * HEIGHT, sealed);
    const uint8_t *mapping = shared_frame_map(fd, &good, &size, &message);
    (void)state;
    close(fd);
    assert_non_null(mapping);
    assert_int_equal(size, 8 + STRIDE * HEIGHT);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(mapping[i], i);
    munmap((void *)mapping, size);
}

static void all_formats_are_known(void **state)
{
    static const struct {
        uint32_t format, channels;
    } cases[] = {{SHARED_FRAME_GREY, 1},
                 {SHARED_FRAME_GREY_ALPHA, 2},
                 {SHARED_FRAME_RGB, 3},
                 {SHARED_FRAME_RGB_ALPHA, 4}};
    (void)state;
    int fd = make_memory(8 + STRIDE * HEIGHT, sealed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message message;
        struct shared_frame frame = good;
        size_t size;
        frame.format = cases[i].format;
        frame.width = STRIDE / cases[i].channels;
        assert_int_equal(shared_frame_channels(&frame), cases[i].channels);
        void *mapping = shared_frame_map(fd, &frame, &size, &message);
        assert_non_null(mapping);
        munmap(mapping, size);
        frame.width++;
        assert_null(shared_frame_map(fd, &frame, &size, &message));
    }
    close(fd);
}

/* What the daemon makes is what its clients take. */
static void made_frames_are_accepted(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++) {
        const struct shared_frame frame = shared_frame_shape(WIDTH, HEIGHT, channels);
        struct message message;
        uint8_t *pixels;
        size_t size;
        int fd = shared_frame_create(&frame, &pixels);
        assert_true(fd >= 0);
        assert_int_equal(shared_frame_channels(&frame), channels);
        assert_true(frame.stride >= WIDTH * channels && frame.stride % 4 == 0);
        memset(pixels, 0x5a, frame.size);
        munmap(pixels, frame.size);
        assert_null(shared_frame_map(fd, &frame, &size, &message));
        assert_int_equal(shared_frame_seal(fd), 0);
        const uint8_t *mapping = shared_frame_map(fd, &frame, &size, &message);
        assert_non_null(mapping);
        assert_int_equal(mapping[frame.offset + frame.size - 1], 0x5a);
        munmap((void *)mapping, size);
        close(fd);
    }
}

static DBusMessage *describe(const struct shared_frame *frame)
{
    DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
    DBusMessageIter arguments;
    struct dict dict;
    assert_non_null(message);
    dbus_message_iter_init_append(message, &arguments);
    dict_begin(&dict, &arguments);
    shared_frame_put(&dict, frame);
    assert_true(dict_end(&dict));
    return message;
}

static void a_description_is_read_back(void **state)
{
    struct shared_frame read;
    DBusMessage *message = describe(&good);
    DBusMessageIter arguments;
    (void)state;
    dbus_message_iter_init(message, &arguments);
    assert_true(shared_frame_get(&arguments, &read));
    assert_int_equal(read.width, good.width);
    assert_int_equal(read.height, good.height);
    assert_int_equal(read.stride, good.stride);
    assert_int_equal(read.offset, good.offset);
    assert_int_equal(read.format, good.format);
    dbus_message_unref(message);
}

static void other_arguments_are_no_description(void **state)
{
    struct shared_frame read;
    DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
    DBusMessageIter arguments;
    const char *text = "width";
    (void)state;
    assert_false(dbus_message_iter_init(message, &arguments));
    assert_false(shared_frame_get(&arguments, &read));
    dbus_message_append_args(message, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
    dbus_message_iter_init(message, &arguments);
    assert_false(shared_frame_get(&arguments, &read));
    dbus_message_unref(message);
}

static void unsealed_memory_is_refused(void **state)
{
    static const int seals[] = {0, F_SEAL_SHRINK, F_SEAL_WRITE, F_SEAL_GROW | F_SEAL_SHRINK};
    (void)state;
    for (size_t i = 0; i < sizeof seals / sizeof *seals; i++) {
        struct message message;
        size_t size;
        int fd = make_memory(8 + STRIDE * HEIGHT, seals[i]);
        if (shared_frame_map(fd, &good, &size, &message))
            fail_msg("seals %x are accepted", (unsigned)seals[i]);
        assert_non_null(strstr(message.text, "not sealed"));
        close(fd);
    }
}

static void plain_files_are_refused(void **state)
{
    struct message message;
    size_t size;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    (void)state;
    assert_null(shared_frame_map(fd, &good, &size, &message));
    assert_null(shared_frame_map(-1, &good, &size, &message));
    close(fd);
}

static void wrong_shapes_are_refused(void **state)
{
    static const struct {
        const char *name;
        struct shared_frame frame;
    } cases[] = {
        {"no width", {0, HEIGHT, STRIDE, 8, 0, SHARED_FRAME_RGB}},
        {"no height", {WIDTH, 0, STRIDE, 8, 0, SHARED_FRAME_RGB}},
        {"too high", {WIDTH, HEIGHT + 1, STRIDE, 8, 0, SHARED_FRAME_RGB}},
        {"stride below the width", {WIDTH, HEIGHT, 14, 8, 0, SHARED_FRAME_RGB}},
        {"offset behind the end", {WIDTH, HEIGHT, STRIDE, 73, 0, SHARED_FRAME_RGB}},
        {"offset that wraps", {WIDTH, HEIGHT, STRIDE, UINT64_MAX - 7, 0, SHARED_FRAME_RGB}},
        {"offset too far", {WIDTH, HEIGHT, STRIDE, 9, 0, SHARED_FRAME_RGB}},
        {"product that wraps", {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, 0, SHARED_FRAME_GREY}},
        {"unknown format", {WIDTH, HEIGHT, STRIDE, 8, 0, 0x34325258u}},
    };
    (void)state;
    int fd = make_memory(8 + STRIDE * HEIGHT, sealed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message message;
        size_t size;
        if (shared_frame_map(fd, &cases[i].frame, &size, &message))
            fail_msg("%s is accepted", cases[i].name);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_memory_is_mapped),
        cmocka_unit_test(all_formats_are_known),
        cmocka_unit_test(made_frames_are_accepted),
        cmocka_unit_test(a_description_is_read_back),
        cmocka_unit_test(other_arguments_are_no_description),
        cmocka_unit_test(unsealed_memory_is_refused),
        cmocka_unit_test(plain_files_are_refused),
        cmocka_unit_test(wrong_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
