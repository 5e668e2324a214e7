/* Reading PNM and PAM files, and bringing their samples to 8 bits. */
#include "image_file.h"
#include "notes.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct good_case {
    const char *name, *text;
    size_t size;
    uint32_t width, height, channels;
    uint8_t samples[12];
};

/* A string of bytes, with its size without the zero byte at its end. */
#define BYTES(text) text, sizeof(text) - 1

static void check_good(const struct good_case *cases, size_t n,
                       const struct image_read_options *options)
{
    for (size_t i = 0; i < n; i++) {
        const struct good_case *c = &cases[i];
        struct pixels pixels;
        struct message message;
        scratch_write("in.pnm", c->text, c->size);
        if (image_read("in.pnm", options, &pixels, &message) < 0)
            fail_msg("%s: %s", c->name, message.text);
        if (pixels.width != c->width || pixels.height != c->height ||
            pixels.channels != c->channels)
            fail_msg("%s: %u x %u of %u", c->name, pixels.width, pixels.height, pixels.channels);
        if (memcmp(pixels.data, c->samples, c->width * c->height * c->channels) != 0)
            fail_msg("%s: begins with %u, %u, %u", c->name, pixels.data[0], pixels.data[1],
                     pixels.data[2]);
        pixels_free(&pixels);
    }
}

static void test_formats(void **state)
{
    (void)state;
    static const struct good_case cases[] = {
        {"P1", BYTES("P1 3 2 0 1 0 1 0 1"), 3, 2, 1, {255, 0, 255, 0, 255, 0}},
        {"P1 without spaces", BYTES("P1\n3 2\n010\n101"), 3, 2, 1, {255, 0, 255, 0, 255, 0}},
        {"P1 with comments", BYTES("P1 3 1\n0#1\n10"), 3, 1, 1, {255, 0, 255}},
        {"P2", BYTES("P2 3 1 255 0 7 255\n"), 3, 1, 1, {0, 7, 255}},
        {"P3", BYTES("P3\n1 1\n255\n1\t2\r\n3"), 1, 1, 3, {1, 2, 3}},
        {"P4", BYTES("P4\n3 2\n\xa0\x5f"), 3, 2, 1, {0, 255, 0, 255, 0, 255}},
        {"P4 of two bytes",
         BYTES("P4 9 1\n\x01\x80"),
         9,
         1,
         1,
         {255, 255, 255, 255, 255, 255, 255, 0, 0}},
        {"P5", BYTES("P5 2 1 255 ab"), 2, 1, 1, {97, 98}},
        {"P6", BYTES("P6\n1 1\n255\nabc"), 1, 1, 3, {97, 98, 99}},
        {"comments", BYTES("P5#c\n2#d\r1 # 7\n 255\nab"), 2, 1, 1, {97, 98}},
        {"comment for the last space", BYTES("P5 2 1 255# 7\nab"), 2, 1, 1, {97, 98}},
        {"samples like a comment", BYTES("P5 2 1 255\n#\n"), 2, 1, 1, {35, 10}},
        {"grey as P6", BYTES("P6 2 1 255\naaabbb"), 2, 1, 1, {97, 98}},
    };
    check_good(cases, sizeof cases / sizeof *cases, NULL);
}

static void test_pam(void **state)
{
    (void)state;
#define PAM(depth, maxval, type)                                                                   \
    "P7\nWIDTH 1\n# comment\nHEIGHT 2\nDEPTH " depth "\nMAXVAL " maxval "\n" type "ENDHDR\n"
    static const struct good_case cases[] = {
        {"bits", BYTES(PAM("1", "1", "TUPLTYPE BLACKANDWHITE\n") "\1\0"), 1, 2, 1, {255, 0}},
        {"bits and alpha",
         BYTES(PAM("2", "1", "TUPLTYPE BLACKANDWHITE_ALPHA\n") "\1\0\0\1"),
         1,
         2,
         2,
         {255, 0, 0, 255}},
        {"grey", BYTES(PAM("1", "255", "TUPLTYPE GRAYSCALE\n") "ab"), 1, 2, 1, {97, 98}},
        {"grey and alpha",
         BYTES(PAM("2", "255", "TUPLTYPE GRAYSCALE_ALPHA\n") "abcd"),
         1,
         2,
         2,
         {97, 98, 99, 100}},
        {"rgb",
         BYTES(PAM("3", "255", "TUPLTYPE RGB\n") "abcdef"),
         1,
         2,
         3,
         {97, 98, 99, 100, 101, 102}},
        {"rgb and alpha",
         BYTES(PAM("4", "255", " TUPLTYPE  RGB_ALPHA \n") "abcdefgh"),
         1,
         2,
         4,
         {97, 98, 99, 100, 101, 102, 103, 104}},
        {"no type", BYTES(PAM("3", "255", "") "abcdef"), 1, 2, 3, {97, 98, 99, 100, 101, 102}},
        {"16 bits", BYTES(PAM("1", "65535", "TUPLTYPE GRAYSCALE\n") "aabb"), 1, 2, 1, {97, 98}},
        {"opaque",
         BYTES(PAM("2", "1", "TUPLTYPE BLACKANDWHITE_ALPHA\n") "\1\1\0\1"),
         1,
         2,
         1,
         {255, 0}},
    };
    check_good(cases, sizeof cases / sizeof *cases, NULL);
}

static void test_depths_that_8_bits_hold(void **state)
{
    (void)state;
    static const struct good_case cases[] = {
        {"maxval 1", BYTES("P5 2 1 1 \1\0"), 2, 1, 1, {255, 0}},
        {"maxval 15", BYTES("P5 4 1 15\n\0\5\n\17"), 4, 1, 1, {0, 85, 170, 255}},
        {"maxval 51", BYTES("P2 2 1 51 1 50"), 2, 1, 1, {5, 250}},
        {"only its ends", BYTES("P2 2 1 100 0 100"), 2, 1, 1, {0, 255}},
        {"maxval 510", BYTES("P5 2 1 510 \0\2\1\376"), 2, 1, 1, {1, 255}},
        {"maxval 65535", BYTES("P6 1 1 65535 aabbcc"), 1, 1, 3, {97, 98, 99}},
    };
    check_good(cases, sizeof cases / sizeof *cases, NULL);
}

static void test_depths_that_are_rounded(void **state)
{
    (void)state;
    const struct image_read_options options = {.reduce_depth = 1};
    static const struct good_case cases[] = {
        {"maxval 65535", BYTES("P5 4 1 65535 \0\200\0\201\1\201\1\202"), 4, 1, 1, {0, 1, 1, 2}},
        {"maxval 1023", BYTES("P5 3 1 1023 \3\377\2\0\0\0"), 3, 1, 1, {255, 128, 0}},
        {"maxval 100", BYTES("P2 3 1 100 1 50 99"), 3, 1, 1, {3, 128, 252}},
    };
    check_good(cases, sizeof cases / sizeof *cases, &options);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t size;
        const char *cause;
    } cases[] = {
        {"cut", BYTES("P5 2 1 255 a"), "cut off"},
        {"no samples", BYTES("P5 2 1 255"), "header"},
        {"no height", BYTES("P5 2"), "header"},
        {"letters", BYTES("P5 2 x 255 ab"), "header"},
        {"negative", BYTES("P5 -2 1 255 ab"), "header"},
        {"many digits", BYTES("P5 20000000000 1 255 ab"), "header"},
        {"zero width", BYTES("P5 0 1 255 ab"), "no pixels"},
        {"wide", BYTES("P5 65536 1 255 ab"), "too many"},
        {"huge", BYTES("P6 65535 65535 255 ab"), "limit"},
        {"maxval 0", BYTES("P5 2 1 0 ab"), "largest value is 0"},
        {"maxval 65536", BYTES("P5 2 1 65536 abcd"), "largest value is 65536"},
        {"maxval 100", BYTES("P5 2 1 100 ab"), "0 to 100"},
        {"maxval 65535", BYTES("P5 1 1 65535 ab"), "16 bits"},
        {"above", BYTES("P5 2 1 15 \1\20"), "16 is above the largest value 15"},
        {"above, plain", BYTES("P2 2 1 255 1 256"), "256 is above the largest value 255"},
        {"plain cut", BYTES("P2 2 1 255 1"), "cut off"},
        {"plain cut late", BYTES("P2 2 1 255 100 # 7"), "cut off"},
        {"plain with letters", BYTES("P2 2 1 255 1 x"), "no number"},
        {"P1 cut", BYTES("P1 3 1 01"), "cut off"},
        {"P1 with 2", BYTES("P1 3 1 012"), "no number"},
        {"P4 cut", BYTES("P4 9 2 abc"), "cut off"},
        {"plain and huge", BYTES("P2 60000 4000 255 1"), "cut off"},
        {"only the magic", BYTES("P5"), "neither"},
        {"P8", BYTES("P8 1 1 255 a"), "neither"},
        {"empty", BYTES(""), "empty"},
        {"text", BYTES("hello, world"), "neither"},
        {"PAM without end", BYTES("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nabc"), "header"},
        {"PAM with letters", BYTES("P7\nWIDTH 1x\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\na"),
         "header"},
        {"PAM of an unknown word", BYTES("P7\nCOLOUR 1\nENDHDR\na"), "header"},
        {"PAM without maxval", BYTES("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nENDHDR\na"), "largest value"},
        {"PAM of 5 samples", BYTES(PAM("5", "255", "") "abcdefghij"), "5 samples"},
        {"PAM of another type", BYTES(PAM("4", "255", "TUPLTYPE CMYK\n") "abcdefgh"), "CMYK"},
        {"PAM of another depth", BYTES(PAM("4", "255", "TUPLTYPE RGB\n") "abcdefgh"), "4 samples"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels pixels;
        struct message message = {""};
        scratch_write("in.ppm", cases[i].text, cases[i].size);
        if (image_read("in.ppm", NULL, &pixels, &message) == 0)
            fail_msg("%s: accepted", cases[i].name);
        if (strncmp(message.text, "in.ppm: ", 8) != 0 || !strstr(message.text, cases[i].cause))
            fail_msg("%s: \"%s\"", cases[i].name, message.text);
    }
}

static void test_second_picture_is_noted(void **state)
{
    (void)state;
    static const char *const files[] = {"P5\n1 1\n255\n\7P5\n1 1\n255\n\11",
                                        "P2 1 1 255 7\nP2 1 1 255 9"};
    for (size_t i = 0; i < 2; i++) {
        struct notes notes = {0};
        const struct image_read_options options = {.note = notes_add, .cookie = &notes};
        struct pixels pixels;
        struct message message;
        scratch_write("two.pgm", files[i], strlen(files[i]));
        assert_int_equal(image_read("two.pgm", &options, &pixels, &message), 0);
        assert_int_equal(pixels.data[0], 7);
        notes_assert(&notes, 1, "two.pgm: has more than one picture");
        pixels_free(&pixels);
    }
}

/* Every beginning and every changed byte is read without harm; what it gives does not matter. */
static void test_damage_does_no_harm(void **state)
{
    (void)state;
    static const char file[] = PAM("3", "255", "TUPLTYPE RGB\n") "abcdef";
    for (size_t i = 0; i < 2 * (sizeof file - 1); i++) {
        char copy[sizeof file];
        struct pixels pixels = {0};
        struct message message;
        memcpy(copy, file, sizeof file);
        copy[i / 2] ^= (char)(1 << (i % 8));
        scratch_write("in.pam", copy, i % 2 ? i / 2 : sizeof file - 1);
        if (image_read("in.pam", NULL, &pixels, &message) == 0)
            pixels_free(&pixels);
        else if (strncmp(message.text, "in.pam: ", 8) != 0)
            fail_msg("at %zu: \"%s\"", i, message.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_pam),
        cmocka_unit_test(test_depths_that_8_bits_hold),
        cmocka_unit_test(test_depths_that_are_rounded),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_second_picture_is_noted),
        cmocka_unit_test(test_damage_does_no_harm),
    };
    return cmocka_run_group_tests_name("pnm", tests, scratch_setup, scratch_teardown);
}
