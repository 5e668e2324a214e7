/* Texts that were cut, and what they are then. */
#include "utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* However long a text may be, it ends with a whole character, and loses no other. */
static void a_cut_text_ends_with_a_whole_character(void **state)
{
    static const char whole[] = "aé∞😀b∞";
    size_t ends[] = {0, 1, 3, 6, 10, 11, 14}, last = 0;
    char text[sizeof whole];
    (void)state;
    for (size_t length = 0; length < sizeof whole; length++) {
        if (length == ends[last + 1])
            last++;
        snprintf(text, sizeof text, "%.*s", (int)length, whole);
        utf8_end_whole(text);
        assert_int_equal(strlen(text), ends[last]);
        assert_memory_equal(text, whole, ends[last]);
    }
}

/* What never was UTF-8 stays as it is, but for what looks like the beginning of a character. */
static void other_texts_stay(void **state)
{
    char latin1[] = "caf\xe9 au lait", odd[] = "\x80\x80\x80\x80\x80", alone[] = "caf\xe9";
    (void)state;
    utf8_end_whole(latin1);
    assert_string_equal(latin1, "caf\xe9 au lait");
    utf8_end_whole(odd);
    assert_string_equal(odd, "\x80\x80\x80\x80\x80");
    utf8_end_whole(alone);
    assert_string_equal(alone, "caf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_text_ends_with_a_whole_character),
        cmocka_unit_test(other_texts_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
