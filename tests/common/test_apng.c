/* Animated PNG files: their frames, taken apart by the format's rules, are the pictures. */
#include "image_file.h"
#include "png_file.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 300, HEIGHT = 200, N_FRAMES = 3 };

/* Noise, so that a frame takes several chunks; different in every frame. */
static void make_frame(struct pixels *frame, uint32_t channels, uint32_t seed)
{
    *frame = (struct pixels){.width = WIDTH, .height = HEIGHT, .channels = channels};
    size_t size = (size_t)WIDTH * HEIGHT * channels;
    frame->data = malloc(size);
    assert_non_null(frame->data);
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525 + 1013904223;
        frame->data[i] = (uint8_t)(seed >> 24);
    }
}

static uint32_t get_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void check_still(const char *path, const struct pixels *frame)
{
    struct pixels read;
    struct message message;
    if (image_read(path, NULL, &read, &message))
        fail_msg("%s", message.text);
    assert_int_equal(read.width, frame->width);
    assert_int_equal(read.height, frame->height);
    assert_int_equal(read.channels, frame->channels);
    assert_memory_equal(read.data, frame->data, (size_t)WIDTH * HEIGHT * frame->channels);
    pixels_free(&read);
}

/* The chunks of the animation from an offset on, up to the next frame, as a file of its own. Counts
 * their numbers. Returns where the next frame begins. */
static size_t take_frame(const uint8_t *file, size_t size, size_t at, uint32_t *number)
{
    struct png_file png;
    const uint8_t *header = file + 16;
    assert_memory_equal(file + at + 4, "fcTL", 4);
    assert_int_equal(get_32(file + at + 8), (*number)++);
    assert_int_equal(get_32(file + at + 12), WIDTH);
    assert_int_equal(get_32(file + at + 16), HEIGHT);
    assert_int_equal(file[at + 28] << 8 | file[at + 29], 400);
    assert_int_equal(file[at + 30] << 8 | file[at + 31], 1000);
    png_file_begin(&png, get_32(header), get_32(header + 4), header[8], header[9]);
    for (at += 12 + get_32(file + at); at < size; at += 12 + get_32(file + at)) {
        uint32_t length = get_32(file + at);
        const uint8_t *data = file + at + 8;
        if (!memcmp(file + at + 4, "fcTL", 4) || !memcmp(file + at + 4, "IEND", 4))
            break;
        if (!memcmp(file + at + 4, "IDAT", 4)) {
            png_file_chunk(&png, "IDAT", data, length);
            continue;
        }
        assert_memory_equal(file + at + 4, "fdAT", 4);
        assert_int_equal(get_32(data), (*number)++);
        png_file_chunk(&png, "IDAT", data + 4, length - 4);
    }
    png_file_write(&png, "frame.png");
    return at;
}

static void check_animation(uint32_t channels)
{
    struct pixels frames[N_FRAMES];
    struct message message;
    size_t size, length;
    uint32_t number = 0;
    for (uint32_t i = 0; i < N_FRAMES; i++)
        make_frame(&frames[i], channels, i);
    assert_int_equal(image_write_animation("steps.apng", frames, N_FRAMES, 400, &message), 0);
    check_still("steps.apng", &frames[0]);
    uint8_t *file = scratch_read("steps.apng", &size);
    const uint8_t *control = png_file_find(file, size, "acTL", 0, &length);
    assert_non_null(control);
    assert_int_equal(length, 8);
    assert_int_equal(get_32(control), N_FRAMES);
    assert_int_equal(get_32(control + 4), 0);
    const uint8_t *first = png_file_find(file, size, "fcTL", 0, &length);
    assert_non_null(first);
    size_t at = (size_t)(first - file) - 8;
    for (uint32_t i = 0; i < N_FRAMES; i++) {
        at = take_frame(file, size, at, &number);
        check_still("frame.png", &frames[i]);
        pixels_free(&frames[i]);
    }
    assert_memory_equal(file + at + 4, "IEND", 4);
    assert_int_equal(at + 12, size);
    free(file);
}

static void frames_are_the_pictures(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++)
        check_animation(channels);
}

static void what_cannot_be_animated_is_refused(void **state)
{
    struct pixels frames[2];
    struct message message;
    (void)state;
    make_frame(&frames[0], 1, 0);
    make_frame(&frames[1], 3, 0);
    assert_int_equal(image_write_animation("no.apng", frames, 2, 400, &message), -1);
    assert_non_null(strstr(message.text, "no.apng"));
    assert_int_equal(image_write_animation("no.apng", frames, 0, 400, &message), -1);
    assert_int_equal(image_write_animation("no.apng", frames, 1, 65536, &message), -1);
    assert_false(scratch_exists("no.apng"));
    assert_int_equal(image_write_animation("nowhere/no.apng", frames, 1, 400, &message), -1);
    pixels_free(&frames[0]);
    pixels_free(&frames[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_the_pictures),
        cmocka_unit_test(what_cannot_be_animated_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
