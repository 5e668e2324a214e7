/* How often the viewer decodes, whatever is compared and mapped: once, as long as the cache holds.
 */
#include "decodes.h"
#include "play.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* How many pictures in full size running these lines decodes. */
static unsigned count(const char *lines)
{
    unsigned before = decodes_all();
    play_lines(lines);
    return decodes_all() - before;
}

static void show(const char *file)
{
    decodes_begin();
    PLAY(file, "--forget");
    play_until_idle();
    play_lines("step 2");
    assert_true(decodes_all() > 0);
}

/* The pictures of the step, of the one before and of the original are there. */
static void maps_of_what_is_there_decode_nothing(void **state)
{
    (void)state;
    show("picture.uqd");
    assert_int_equal(count("map error\nmap off\nmap error\nmap bits\nmap off\nmap bits"), 0);
    assert_int_equal(count("map off\nmap change\nmap off\nmap change\nmap off"), 0);
    assert_int_equal(count("step 3\nmap change\nmap error\nmap off\nstep 2"), 0);
    assert_int_equal(play_end(), 0);
}

/* Of the eight samples one has been decoded as the other mode. */
static void variance_takes_eight_samples_once(void **state)
{
    (void)state;
    show("picture.uqd");
    play_lines("mode ancestral\nmode denoised");
    assert_int_equal(count("map variance"), 7);
    assert_int_equal(count("map off\nmap variance\nmap off\nmap error\nmap variance"), 0);
    play_lines("map off\nseed 3\nseed 7\nseed 0\nmode denoised\nmap variance");
    assert_int_equal(decodes_again(), 0);
    assert_int_equal(play_end(), 0);
}

static void comparing_what_is_there_decodes_nothing(void **state)
{
    (void)state;
    show("picture.uqd");
    play_lines("mode ancestral\nmode denoised");
    assert_int_equal(count("compare side\npane 2\nmode ancestral\npane 1"), 0);
    assert_int_equal(count("compare wipe\nwipe 0.25\nwipe 0.75\npane 2\npane 1"), 0);
    assert_int_equal(count("compare difference\ngain 16\nabsolute on\nabsolute off"), 0);
    assert_int_equal(count("compare flicker\nflicker on\nflicker off"), 0);
    assert_int_equal(count("compare off\ncompare difference\ncompare off"), 0);
    assert_int_equal(decodes_again(), 0);
    assert_int_equal(play_end(), 0);
}

/* Nothing is dropped to make room for what is dropped in turn. */
static void a_small_cache_comes_to_rest(void **state)
{
    static const char *const comparisons[] = {"off", "side", "wipe", "flicker", "difference"};
    static const char *const maps[] = {"bits", "variance", "change", "error"};
    char line[64];
    (void)state;
    decodes_begin();
    PLAY("large.uqd", "--forget", "--cache=1");
    play_until_idle();
    play_lines("zoom 1\nstep 2");
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        snprintf(line, sizeof line, "compare %s", comparisons[i]);
        play_lines(line);
        for (size_t k = 0; k < sizeof maps / sizeof *maps; k++) {
            snprintf(line, sizeof line, "map %s", maps[k]);
            play_lines(line);
            unsigned before = decodes_all();
            for (int turn = 0; turn < 10; turn++)
                play_until_idle();
            assert_int_equal(decodes_all(), before);
        }
        play_lines("map off");
    }
    assert_int_equal(play_end(), 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, play_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(maps_of_what_is_there_decode_nothing),
        TEST(variance_takes_eight_samples_once),
        TEST(comparing_what_is_there_decodes_nothing),
        TEST(a_small_cache_comes_to_rest),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
