/* How much of a file has come through a slow line. */
#include "session/arrival.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_described(const struct arrival *arrival, const char *expected)
{
    struct text_line line;
    assert_string_equal(arrival_describe(arrival, arrival->bytes, &line), expected);
}

static void bytes_come_as_fast_as_the_line_is(void **state)
{
    struct arrival arrival;
    (void)state;
    arrival_begin(&arrival, 56000, 1000);
    assert_described(&arrival, "56 kbit/s  ·  0.0 s  ·  0 B");
    arrival_advance(&arrival, 1500, 1, 400000, true);
    assert_int_equal(arrival.bytes, 3500);
    arrival_advance(&arrival, 4000, 1, 400000, true);
    assert_int_equal(arrival.bytes, 21000);
    assert_true(arrival.running);
    assert_described(&arrival, "56 kbit/s  ·  3.0 s  ·  21.0 kB");
}

/* Bytes and seconds are those of the picture, which may be late while the line goes on. */
static void a_late_picture_is_told(void **state)
{
    struct arrival arrival;
    struct text_line line;
    (void)state;
    arrival_begin(&arrival, 8000, 0);
    arrival_advance(&arrival, 5000, 1, 400000, true);
    assert_string_equal(arrival_describe(&arrival, 2000, &line), "8 kbit/s  ·  2.0 s  ·  2.00 kB");
    assert_true(arrival_late(&arrival, 2000) == 3);
    assert_true(arrival_late(&arrival, 4500) == 0);
    arrival_hold(&arrival, true, 5000);
    assert_true(arrival_late(&arrival, 2000) == 0);
}

/* The clock shows how long it took, not when that was noticed. */
static void the_clock_stops_with_the_last_byte(void **state)
{
    struct arrival arrival;
    (void)state;
    arrival_begin(&arrival, 8000, 0);
    arrival_advance(&arrival, 60000, 1, 2500, true);
    assert_false(arrival.running);
    assert_described(&arrival, "8 kbit/s  ·  2.5 s  ·  2.50 kB");
}

/* What is decoded so far is not all there is. */
static void a_file_that_grows_is_waited_for(void **state)
{
    struct arrival arrival;
    (void)state;
    arrival_begin(&arrival, 8000, 0);
    arrival_advance(&arrival, 5000, 1, 1000, false);
    assert_true(arrival.running);
    assert_int_equal(arrival.bytes, 1000);
    arrival_advance(&arrival, 5500, 1, 9000, true);
    assert_int_equal(arrival.bytes, 1500);
}

static void a_held_line_brings_nothing(void **state)
{
    struct arrival arrival;
    (void)state;
    arrival_begin(&arrival, 8000, 0);
    arrival_advance(&arrival, 1000, 1, 9000, true);
    arrival_hold(&arrival, true, 1000);
    arrival_advance(&arrival, 5000, 1, 9000, true);
    assert_int_equal(arrival.bytes, 1000);
    arrival_hold(&arrival, false, 5000);
    arrival_advance(&arrival, 5250, 1, 9000, true);
    assert_int_equal(arrival.bytes, 1250);
}

/* The speed may change on the way; what has come stays. */
static void time_can_be_faster(void **state)
{
    struct arrival arrival;
    (void)state;
    arrival_begin(&arrival, 8000, 0);
    arrival_advance(&arrival, 1000, 1, 900000, true);
    arrival_advance(&arrival, 2000, 10, 900000, true);
    assert_int_equal(arrival.bytes, 11000);
}

static void rates_have_the_unit_that_suits(void **state)
{
    struct arrival arrival;
    (void)state;
    arrival_begin(&arrival, 300, 0);
    assert_described(&arrival, "300 bit/s  ·  0.0 s  ·  0 B");
    arrival_begin(&arrival, 2.5e6, 0);
    assert_described(&arrival, "2.5 Mbit/s  ·  0.0 s  ·  0 B");
    arrival_begin(&arrival, 0, 0);
    assert_false(arrival.running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_as_fast_as_the_line_is),
        cmocka_unit_test(a_late_picture_is_told),
        cmocka_unit_test(the_clock_stops_with_the_last_byte),
        cmocka_unit_test(a_file_that_grows_is_waited_for),
        cmocka_unit_test(a_held_line_brings_nothing),
        cmocka_unit_test(time_can_be_faster),
        cmocka_unit_test(rates_have_the_unit_that_suits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
