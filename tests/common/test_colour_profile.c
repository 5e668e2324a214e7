/* Colour profiles: which are kept, which are made, and what they show. */
#include "colour_profile.h"
#include "image_file.h"
#include "jpeg_file.h"
#include "notes.h"
#include "png_file.h"
#include "profiles.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { GREY = 0, RGB = 2, GREY_ALPHA = 4, RGB_ALPHA = 6 };

static const char *const rows[] = {
    [GREY] = "\0\1\x80\xf0",
    [RGB] = "\0\1\2\3\x80\x80\x80\xf0\xf0\xf0",
    [GREY_ALPHA] = "\0\1\2\x80\x80\xf0\xf0",
    [RGB_ALPHA] = "\0\1\2\3\4\x80\x80\x80\x80\xf0\xf0\xf0\xf0",
};
static const char grey_rgb[] = "\0\1\1\1\x80\x80\x80\xf0\xf0\xf0";
static const char grey_rgb_alpha[] = "\0\1\1\1\4\x80\x80\x80\x80\xf0\xf0\xf0\xf0";

static size_t row_size(unsigned colour_type)
{
    static const size_t channels[] = {1, 0, 3, 0, 2, 0, 4};
    return 1 + 3 * channels[colour_type];
}

/* Three pixels with a profile, which may be of no bytes. */
static void write_picture(unsigned colour_type, const char *row, const struct profile *profile)
{
    struct png_file file;
    png_file_begin(&file, 3, 1, 8, colour_type);
    if (profile)
        png_file_packed(&file, "iCCP", "icc\0\0", 5, profile->data, profile->size);
    png_file_rows(&file, row, row_size(colour_type));
    png_file_write(&file, "in.png");
}

static void read_picture(const char *path, struct notes *notes, struct pixels *pixels)
{
    const struct image_read_options options = {.note = notes_add, .cookie = notes};
    struct message message;
    *notes = (struct notes){0};
    if (image_read(path, &options, pixels, &message) < 0)
        fail_msg("%s", message.text);
}

/* ---- Which stay ---------------------------------------------------------------------------- */

enum outcome { NONE, SAME, OTHER };

static void test_which_profiles_stay(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum profile_kind kind;
        unsigned colour_type;
        const char *row; /* NULL: coloured if it can be */
        uint32_t channels;
        enum outcome profile;
        const char *note; /* NULL: none */
    } cases[] = {
        {"srgb", PROFILE_SRGB, RGB, NULL, 3, NONE, NULL},
        {"wide", PROFILE_WIDE, RGB, NULL, 3, SAME, NULL},
        {"p3", PROFILE_P3, RGB_ALPHA, NULL, 4, SAME, NULL},
        {"swapped", PROFILE_SWAPPED, RGB, NULL, 3, SAME, NULL},
        {"grey of grey", PROFILE_GREY, GREY_ALPHA, NULL, 2, SAME, NULL},
        {"grey of rgb", PROFILE_GREY, RGB, NULL, 3, NONE, "in.png: its colour profile is for grey"},
        {"lab", PROFILE_LAB, RGB, NULL, 3, NONE, "in.png: its colour profile is neither"},
        {"srgb, equal", PROFILE_SRGB, RGB, grey_rgb, 1, NONE, NULL},
        {"wide, equal", PROFILE_WIDE, RGB, grey_rgb, 1, OTHER, NULL},
        {"wide, equal, alpha", PROFILE_WIDE, RGB_ALPHA, grey_rgb_alpha, 2, OTHER, NULL},
        {"p3, equal", PROFILE_P3, RGB, grey_rgb, 1, NONE, NULL},
        {"unequal curves, equal", PROFILE_UNEQUAL, RGB, grey_rgb, 3, SAME, NULL},
        {"wide of grey", PROFILE_WIDE, GREY, NULL, 1, OTHER, NULL},
        {"unequal of grey", PROFILE_UNEQUAL, GREY, NULL, 1, NONE,
         "in.png: its colour profile is for RGB"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct profile profile = profile_new(cases[i].kind);
        struct notes notes;
        struct pixels pixels;
        write_picture(cases[i].colour_type,
                      cases[i].row ? cases[i].row : rows[cases[i].colour_type], &profile);
        read_picture("in.png", &notes, &pixels);
        const struct uqd_metadata *block = pixels_metadata(&pixels, UQD_METADATA_ICC);
        int is_same = block && block->size == profile.size &&
                      memcmp(block->data, profile.data, profile.size) == 0;
        enum outcome outcome = !block ? NONE : is_same ? SAME : OTHER;
        if (pixels.channels != cases[i].channels || outcome != cases[i].profile)
            fail_msg("%s: %u channels, profile %d", cases[i].name, pixels.channels, (int)outcome);
        notes_assert(&notes, cases[i].note ? 1 : 0, cases[i].note);
        pixels_free(&pixels);
        free(profile.data);
    }
}

static void test_damaged_profile_is_left_out(void **state)
{
    (void)state;
    uint8_t bytes[200] = {0};
    const struct profile profile = {bytes, sizeof bytes};
    struct notes notes;
    struct pixels pixels;
    write_picture(RGB, rows[RGB], &profile);
    read_picture("in.png", &notes, &pixels);
    notes_assert(&notes, 1, "in.png: its colour profile is damaged and left out");
    assert_int_equal(pixels.n_metadata, 0);
    pixels_free(&pixels);
}

static void test_equal_channels_without_profile(void **state)
{
    (void)state;
    struct notes notes;
    struct pixels pixels;
    write_picture(RGB_ALPHA, grey_rgb_alpha, NULL);
    read_picture("in.png", &notes, &pixels);
    assert_int_equal(pixels.channels, 2);
    assert_memory_equal(pixels.data, "\1\4\x80\x80\xf0\xf0", 6);
    pixels_free(&pixels);
}

static void test_grey_profile_does_not_fit_what_is_flattened(void **state)
{
    (void)state;
    static const struct {
        uint8_t background[3];
        uint32_t channels;
        unsigned n_notes;
    } cases[] = {{{255, 0, 0}, 3, 1}, {{9, 9, 9}, 1, 0}};
    for (size_t i = 0; i < 2; i++) {
        struct profile profile = profile_new(PROFILE_GREY);
        struct notes notes = {0};
        struct image_read_options options = {.flatten = 1, .note = notes_add, .cookie = &notes};
        struct pixels pixels;
        struct message message;
        memcpy(options.background, cases[i].background, 3);
        write_picture(GREY_ALPHA, rows[GREY_ALPHA], &profile);
        assert_int_equal(image_read("in.png", &options, &pixels, &message), 0);
        assert_int_equal(pixels.channels, cases[i].channels);
        notes_assert(&notes, cases[i].n_notes, "in.png: its colour profile is for grey pixels");
        assert_int_equal(pixels.n_metadata, 1 - cases[i].n_notes);
        pixels_free(&pixels);
        free(profile.data);
    }
}

/* ---- What they show ------------------------------------------------------------------------ */

static void convert(const struct uqd_metadata *icc, uint32_t channels, const void *in, void *out,
                    uint32_t n)
{
    struct message message;
    struct colour_converter *converter =
        colour_converter_new(icc->data, icc->size, channels, &message);
    if (!converter)
        fail_msg("%s", message.text);
    colour_converter_run(converter, in, out, n);
    colour_converter_free(converter);
}

static void assert_near(const uint8_t *have, const uint8_t *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (abs(have[i] - want[i]) > 2)
            fail_msg("byte %zu is %u instead of %u", i, have[i], want[i]);
}

static void test_converters(void **state)
{
    (void)state;
    static const struct {
        enum profile_kind kind;
        uint32_t channels;
        uint8_t in[8], out[8];
    } cases[] = {
        {PROFILE_SWAPPED, 3, {255, 0, 0, 0, 255, 0}, {0, 255, 0, 0, 0, 255}},
        {PROFILE_SWAPPED, 4, {0, 0, 255, 7, 255, 255, 255, 0}, {255, 0, 0, 7, 255, 255, 255, 0}},
        {PROFILE_SRGB, 3, {1, 100, 200, 9, 8, 7}, {1, 100, 200, 9, 8, 7}},
        {PROFILE_GREY, 1, {0, 128}, {0, 0, 0, 146, 146, 146}},
        {PROFILE_GREY, 2, {128, 9, 255, 0}, {146, 146, 146, 9, 255, 255, 255, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct profile profile = profile_new(cases[i].kind);
        const struct uqd_metadata icc = {UQD_METADATA_ICC, profile.data, profile.size};
        uint8_t out[8];
        convert(&icc, cases[i].channels, cases[i].in, out, 2);
        assert_near(out, cases[i].out, cases[i].channels % 2 ? 6 : 8);
        free(profile.data);
    }
}

static void test_profiles_that_cannot_convert(void **state)
{
    (void)state;
    struct profile profile = profile_new(PROFILE_GREY);
    struct message message;
    assert_null(colour_converter_new(profile.data, profile.size, 3, &message));
    assert_string_equal(message.text, "the colour profile does not fit the picture");
    assert_null(colour_converter_new(profile.data, 100, 1, &message));
    assert_string_equal(message.text, "the colour profile is damaged");
    colour_converter_free(NULL);
    free(profile.data);
}

static void test_description(void **state)
{
    (void)state;
    struct profile profile = profile_new(PROFILE_SRGB);
    char text[128];
    assert_int_equal(profile_description(profile.data, profile.size, text), 0);
    assert_non_null(strstr(text, "sRGB"));
    assert_int_equal(profile_description(profile.data, 100, text), -1);
    assert_string_equal(text, "");
    free(profile.data);
}

/* A profile that one changed byte makes is either read or left out. */
static void test_damage_does_no_harm(void **state)
{
    (void)state;
    static const enum profile_kind kinds[] = {PROFILE_WIDE, PROFILE_GREY};
    for (size_t k = 0; k < 2; k++) {
        struct profile profile = profile_new(kinds[k]);
        for (size_t i = 0; i < 2 * profile.size; i += 3) {
            struct notes notes;
            struct pixels pixels;
            uint8_t kept = profile.data[i / 2];
            profile.data[i / 2] = i % 2 ? 0xff : (uint8_t)(kept ^ 1u << (i / 2 % 8));
            write_picture(k ? GREY : RGB, k ? rows[GREY] : grey_rgb, &profile);
            read_picture("in.png", &notes, &pixels);
            pixels_free(&pixels);
            profile.data[i / 2] = kept;
        }
        free(profile.data);
    }
}

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define HAS_SANITIZER 1
#endif

/* Bytes of address space that this program has. */
static rlim_t address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1)
        fail_msg("/proc/self/statm cannot be read");
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* A profile is not called damaged because there is no memory to look at it. */
static void test_little_memory_is_no_damage(void **state)
{
    (void)state;
#ifdef HAS_SANITIZER
    print_message("# skip: the address sanitizer needs more than any limit\n");
    skip();
#endif
    struct profile profile = profile_new(PROFILE_SWAPPED);
    struct rlimit before, small;
    struct pixels pixels;
    struct message message = {""};
    write_picture(RGB, rows[RGB], &profile);
    free(profile.data);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    small = before;
    small.rlim_cur = address_space() + (4 << 20);
    assert_int_equal(setrlimit(RLIMIT_AS, &small), 0);
    int result = image_read("in.png", NULL, &pixels, &message);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(result, -1);
    assert_string_equal(message.text, "in.png: there is not enough memory for the picture");
}

/* ---- Colours without a profile ------------------------------------------------------------- */

static void put_32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static const uint32_t srgb_primaries[8] = {31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000};
static const uint32_t wide_primaries[8] = {31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600};

/* A picture with gamma, if that is not 0, and primaries, if there are any. */
static void write_colours(unsigned colour_type, const char *row, uint32_t gamma,
                          const uint32_t primaries[8], const char *further)
{
    uint8_t bytes[32];
    struct png_file file;
    png_file_begin(&file, 3, 1, 8, colour_type);
    put_32(bytes, gamma);
    if (gamma)
        png_file_chunk(&file, "gAMA", bytes, 4);
    for (int i = 0; primaries && i < 8; i++)
        put_32(bytes + 4 * i, primaries[i]);
    if (primaries)
        png_file_chunk(&file, "cHRM", bytes, 32);
    if (further)
        png_file_chunk(&file, further, "\1\15\0\1", strcmp(further, "sRGB") == 0 ? 1 : 4);
    png_file_rows(&file, row, row_size(colour_type));
    png_file_write(&file, "in.png");
}

static void test_colours_become_a_profile_if_they_need_one(void **state)
{
    (void)state;
    static const uint32_t no_light[8] = {31270, 32900, 64000, 33000, 64000, 33000, 64000, 33000};
    static const struct {
        const char *name;
        unsigned colour_type;
        uint32_t gamma;
        const uint32_t *primaries;
        const char *further;
        int has_profile;
        unsigned n_notes;
    } cases[] = {
        {"gamma of sRGB", RGB, 45455, NULL, NULL, 0, 0},
        {"about the gamma of sRGB", RGB, 45200, NULL, NULL, 0, 0},
        {"all of sRGB", RGB, 45455, srgb_primaries, NULL, 0, 0},
        {"linear", RGB, 100000, NULL, NULL, 1, 0},
        {"linear grey", GREY, 100000, NULL, NULL, 1, 0},
        {"wide", RGB, 0, wide_primaries, NULL, 1, 0},
        {"wide grey", GREY, 45455, wide_primaries, NULL, 0, 0},
        {"linear but sRGB", RGB, 100000, NULL, "sRGB", 0, 0},
        {"linear but cICP", RGB, 100000, NULL, "cICP", 0, 0},
        {"impossible", RGB, 100000, no_light, NULL, 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct notes notes;
        struct pixels pixels;
        write_colours(cases[i].colour_type, rows[cases[i].colour_type], cases[i].gamma,
                      cases[i].primaries, cases[i].further);
        read_picture("in.png", &notes, &pixels);
        if ((pixels_metadata(&pixels, UQD_METADATA_ICC) != NULL) != cases[i].has_profile)
            fail_msg("%s: profile", cases[i].name);
        notes_assert(&notes, cases[i].n_notes, "in.png: its primary colours are impossible");
        pixels_free(&pixels);
    }
}

/* Code 55 in linear light is 128 in sRGB; red and green of wide primaries are beyond sRGB's. */
static void test_made_profiles_show_the_colours(void **state)
{
    (void)state;
    struct notes notes;
    struct pixels pixels;
    uint8_t out[9];
    write_colours(RGB, rows[RGB], 100000, NULL, NULL);
    read_picture("in.png", &notes, &pixels);
    convert(pixels_metadata(&pixels, UQD_METADATA_ICC), 3,
            (const uint8_t[]){55, 55, 55, 255, 0, 55}, out, 2);
    assert_near(out, (const uint8_t[]){128, 128, 128, 255, 0, 128}, 6);
    pixels_free(&pixels);
    write_colours(RGB, grey_rgb, 100000, NULL, NULL);
    read_picture("in.png", &notes, &pixels);
    assert_int_equal(pixels.channels, 1);
    convert(pixels_metadata(&pixels, UQD_METADATA_ICC), 1, (const uint8_t[]){55}, out, 1);
    assert_near(out, (const uint8_t[]){128, 128, 128}, 3);
    pixels_free(&pixels);
    write_colours(RGB, rows[RGB], 45455, wide_primaries, NULL);
    read_picture("in.png", &notes, &pixels);
    convert(pixels_metadata(&pixels, UQD_METADATA_ICC), 3,
            (const uint8_t[]){200, 0, 0, 100, 100, 100, 1, 2, 3}, out, 3);
    assert_true(out[0] > 230 && out[1] == 0);
    assert_near(out + 3, (const uint8_t[]){100, 100, 100, 0, 2, 3}, 6);
    pixels_free(&pixels);
}

static void test_made_profiles_are_the_same_on_every_run(void **state)
{
    (void)state;
    struct notes notes;
    struct pixels first, second;
    write_colours(RGB, rows[RGB], 60000, wide_primaries, NULL);
    read_picture("in.png", &notes, &first);
    read_picture("in.png", &notes, &second);
    const struct uqd_metadata *a = pixels_metadata(&first, UQD_METADATA_ICC);
    const struct uqd_metadata *b = pixels_metadata(&second, UQD_METADATA_ICC);
    static const uint8_t no_date[12] = {0};
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
    assert_memory_equal((const uint8_t *)a->data + 24, no_date, sizeof no_date);
    pixels_free(&first);
    pixels_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_profiles_stay),
        cmocka_unit_test(test_damaged_profile_is_left_out),
        cmocka_unit_test(test_equal_channels_without_profile),
        cmocka_unit_test(test_grey_profile_does_not_fit_what_is_flattened),
        cmocka_unit_test(test_converters),
        cmocka_unit_test(test_profiles_that_cannot_convert),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_damage_does_no_harm),
        cmocka_unit_test(test_little_memory_is_no_damage),
        cmocka_unit_test(test_colours_become_a_profile_if_they_need_one),
        cmocka_unit_test(test_made_profiles_show_the_colours),
        cmocka_unit_test(test_made_profiles_are_the_same_on_every_run),
    };
    return cmocka_run_group_tests_name("colour_profile", tests, scratch_setup, scratch_teardown);
}
