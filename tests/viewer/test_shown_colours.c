/* Colours by a picture's profile. */
#include "session/shown_colours.h"

#include "profiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void open_colours(struct shown_colours *colours, enum profile_kind kind, uint32_t channels)
{
    struct profile profile = profile_new(kind);
    shown_colours_init(colours, profile.data, profile.size, channels);
    free(profile.data);
}

static void assert_unchanged(const struct shown_colours *colours)
{
    uint32_t row[] = {0xff123456u, 0x00ffffffu, 0x80ff0000u};
    shown_colours_convert(colours, row, 3);
    assert_int_equal(row[0], 0xff123456u);
    assert_int_equal(row[1], 0x00ffffffu);
    assert_int_equal(row[2], 0x80ff0000u);
}

static void what_needs_no_profile_stays(void **state)
{
    struct shown_colours colours;
    (void)state;
    assert_unchanged(NULL);
    shown_colours_init(&colours, NULL, 0, 3);
    assert_unchanged(&colours);
    assert_string_equal(colours.profile, "");
    shown_colours_clear(&colours);
    open_colours(&colours, PROFILE_SRGB, 4);
    assert_unchanged(&colours);
    assert_string_equal(colours.profile, "");
    shown_colours_clear(&colours);
}

static void profiles_that_cannot_be_used_change_nothing(void **state)
{
    struct shown_colours colours;
    (void)state;
    shown_colours_init(&colours, "This is no profile", 18, 3);
    assert_unchanged(&colours);
    assert_string_equal(colours.profile, "");
    shown_colours_clear(&colours);
    open_colours(&colours, PROFILE_GREY, 3);
    assert_unchanged(&colours);
    shown_colours_clear(&colours);
    open_colours(&colours, PROFILE_WIDE, 2);
    assert_unchanged(&colours);
    shown_colours_clear(&colours);
}

static void assert_near(uint32_t pixel, uint32_t wanted)
{
    for (int shift = 0; shift <= 24; shift += 8)
        if (abs((int)(pixel >> shift & 255) - (int)(wanted >> shift & 255)) > 3)
            fail_msg("%08x instead of %08x", pixel, wanted);
}

/* Whatever the number of pixels; alpha is kept. */
static void colours_are_exchanged(void **state)
{
    static const uint32_t stored[] = {0xffff0000u, 0x8000ff00u, 0x010000ffu, 0x00808080u};
    static const uint32_t shown[] = {0xff00ff00u, 0x800000ffu, 0x01ff0000u, 0x00808080u};
    static const int lengths[] = {0, 1, 511, 512, 513, 2000};
    struct shown_colours colours;
    (void)state;
    open_colours(&colours, PROFILE_SWAPPED, 4);
    assert_true(colours.profile[0] != '\0');
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        uint32_t row[2001];
        for (int k = 0; k < 2001; k++)
            row[k] = stored[k % 4];
        shown_colours_convert(&colours, row, lengths[i]);
        for (int k = 0; k < 2001; k++)
            assert_near(row[k], k < lengths[i] ? shown[k % 4] : stored[k % 4]);
    }
    shown_colours_clear(&colours);
}

/* Gamma 1.8 is shown brighter than sRGB's curve would show the same codes, and stays grey. */
static void greys_stay_grey(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 2; channels++) {
        struct shown_colours colours;
        uint32_t row[] = {0xff000000u, 0x40808080u, 0xffffffffu};
        open_colours(&colours, PROFILE_GREY, channels);
        shown_colours_convert(&colours, row, 3);
        assert_int_equal(row[0], 0xff000000u);
        assert_int_equal(row[2], 0xffffffffu);
        assert_int_equal(row[1] >> 24, 0x40);
        assert_true((row[1] & 255) > 0x88 && (row[1] & 255) < 0xa8);
        assert_int_equal(row[1] & 0xffffff, (row[1] & 255) * 0x010101u);
        shown_colours_clear(&colours);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_needs_no_profile_stays),
        cmocka_unit_test(profiles_that_cannot_be_used_change_nothing),
        cmocka_unit_test(colours_are_exchanged),
        cmocka_unit_test(greys_stay_grey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
