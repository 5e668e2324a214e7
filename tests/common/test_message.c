/* Messages show any name as one line, and keep the cause however long the name is. */
#include "escape.h"
#include "message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_names_are_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *name, *shown;
    } cases[] = {
        {"plain name.png", "plain name.png"},
        {"two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"},
        {"\x1b[31mred\x7f", "\\x1b[31mred\\x7f"},
        {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x99\x82", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x99\x82"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},
        {"\xc2\xa0", "\xc2\xa0"},
        {"latin \xe4 1", "latin \\xe4 1"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
        {"long \xc0\xaf", "long \\xc0\\xaf"},
        {"half \xed\xa0\x80", "half \\xed\\xa0\\x80"},
        {"beyond \xf4\x90\x80\x80", "beyond \\xf4\\x90\\x80\\x80"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message message;
        assert_int_equal(message_set(&message, "%s", cases[i].name), -1);
        assert_string_equal(message.text, cases[i].shown);
    }
}

/* Escaping what was escaped changes nothing: the cause of a message is often one itself. */
static void test_nested_messages(void **state)
{
    (void)state;
    struct message cause, message;
    message_set(&cause, "%s: is no model", "a\nb");
    message_set(&message, "%s: cannot be decoded: %s", "c", cause.text);
    assert_string_equal(message.text, "c: cannot be decoded: a\\nb: is no model");
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Every length, for the cut may fall on any byte of a letter. */
static void test_long_names(void **state)
{
    (void)state;
    static const char *const letters[] = {"x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x99\x82",
                                          "\n"};
    static const char cause[] = ": cannot be opened: File name too long";
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        for (size_t count = 90; count < 4200; count += count < 600 ? 1 : 400) {
            struct message message;
            char *name = calloc(count, strlen(letters[i]) + 1);
            assert_non_null(name);
            for (size_t k = 0; k < count; k++)
                memcpy(name + k * strlen(letters[i]), letters[i], strlen(letters[i]));
            message_set(&message, "%s%s", name, cause);
            assert_true(strlen(message.text) < sizeof message.text);
            assert_true(ends_with(message.text, cause));
            for (const char *at = message.text; *at; at += escape_letter(at))
                assert_int_not_equal(escape_letter(at), 0);
            if (letters[i][0] == 'x' && count + strlen(cause) < sizeof message.text)
                assert_null(strstr(message.text, "..."));
            if (count > 600)
                assert_non_null(strstr(message.text, "..."));
            free(name);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_escaped),
        cmocka_unit_test(test_nested_messages),
        cmocka_unit_test(test_long_names),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
