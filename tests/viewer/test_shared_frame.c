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
static const struct shared_frame good = {WIDTH, HEIGHT, STRIDE, 8, SHARED_FRAME_RGB};

static void sealed_memory_is_mapped(void **state)
{
    struct message message;
    int fd = make_memory(8 + STRIDE * HEIGHT, sealed);
    struct picture *picture = shared_frame_map(fd, &good, &message);
    (void)state;
    close(fd);
    assert_non_null(picture);
    assert_int_equal(picture->width, WIDTH);
    assert_int_equal(picture->height, HEIGHT);
    assert_int_equal(picture->channels, 3);
    for (int y = 0; y < HEIGHT; y++)
        assert_int_equal(picture->pixels[y * picture->stride + 1], 8 + y * STRIDE + 1);
    picture_unref(picture);
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
        frame.format = cases[i].format;
        frame.width = STRIDE / cases[i].channels;
        struct picture *picture = shared_frame_map(fd, &frame, &message);
        assert_non_null(picture);
        assert_int_equal(picture->channels, cases[i].channels);
        picture_unref(picture);
        frame.width++;
        assert_null(shared_frame_map(fd, &frame, &message));
    }
    close(fd);
}

static void unsealed_memory_is_refused(void **state)
{
    static const int seals[] = {0, F_SEAL_SHRINK, F_SEAL_WRITE, F_SEAL_GROW | F_SEAL_SHRINK};
    (void)state;
    for (size_t i = 0; i < sizeof seals / sizeof *seals; i++) {
        struct message message;
        int fd = make_memory(8 + STRIDE * HEIGHT, seals[i]);
        if (shared_frame_map(fd, &good, &message))
            fail_msg("seals %x are accepted", (unsigned)seals[i]);
        assert_non_null(strstr(message.text, "not sealed"));
        close(fd);
    }
}

static void plain_files_are_refused(void **state)
{
    struct message message;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    (void)state;
    assert_null(shared_frame_map(fd, &good, &message));
    assert_null(shared_frame_map(-1, &good, &message));
    close(fd);
}

static void wrong_shapes_are_refused(void **state)
{
    static const struct {
        const char *name;
        struct shared_frame frame;
    } cases[] = {
        {"no width", {0, HEIGHT, STRIDE, 8, SHARED_FRAME_RGB}},
        {"no height", {WIDTH, 0, STRIDE, 8, SHARED_FRAME_RGB}},
        {"too high", {WIDTH, HEIGHT + 1, STRIDE, 8, SHARED_FRAME_RGB}},
        {"stride below the width", {WIDTH, HEIGHT, 14, 8, SHARED_FRAME_RGB}},
        {"offset behind the end", {WIDTH, HEIGHT, STRIDE, 73, SHARED_FRAME_RGB}},
        {"offset that wraps", {WIDTH, HEIGHT, STRIDE, UINT64_MAX - 7, SHARED_FRAME_RGB}},
        {"offset too far", {WIDTH, HEIGHT, STRIDE, 9, SHARED_FRAME_RGB}},
        {"product that wraps", {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, SHARED_FRAME_GREY}},
        {"unknown format", {WIDTH, HEIGHT, STRIDE, 8, 0x34325258u}},
    };
    (void)state;
    int fd = make_memory(8 + STRIDE * HEIGHT, sealed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message message;
        if (shared_frame_map(fd, &cases[i].frame, &message))
            fail_msg("%s is accepted", cases[i].name);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_memory_is_mapped),    cmocka_unit_test(all_formats_are_known),
        cmocka_unit_test(unsealed_memory_is_refused), cmocka_unit_test(plain_files_are_refused),
        cmocka_unit_test(wrong_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
