/* What a terminal sends becomes keys, and what the pointer does; what it answers, how it is drawn
 * on. */
#include "term/detect.h"
#include "term/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CELL_WIDTH = 8, CELL_HEIGHT = 16 };

static void feed(struct term_input *input, const char *bytes)
{
    assert_int_equal(term_input_feed(input, bytes, strlen(bytes)), strlen(bytes));
}

static struct term_input fresh(const char *bytes)
{
    struct term_input input = {.cell_width = CELL_WIDTH, .cell_height = CELL_HEIGHT};
    feed(&input, bytes);
    return input;
}

static struct input next(struct term_input *input, uint64_t now)
{
    struct input one;
    if (!term_input_next(input, now, false, &one))
        fail_msg("nothing came");
    return one;
}

static void assert_nothing(struct term_input *input)
{
    struct input one;
    assert_false(term_input_next(input, 0, false, &one));
}

/* ---- Keys ---------------------------------------------------------------------------------- */

static void keys_have_the_names_of_the_table(void **state)
{
    static const struct {
        const char *bytes, *key;
    } table[] = {
        {"a", "A"},
        {"Q", "Shift+Q"},
        {"5", "5"},
        {"?", "?"},
        {"*", "*"},
        {"[", "["},
        {"+", "+"},
        {" ", "Space"},
        {"\r", "Return"},
        {"\t", "Tab"},
        {"\x7f", "Backspace"},
        {"\b", "Backspace"},
        {"\x11", "Ctrl+Q"},
        {"\33[A", "Up"},
        {"\33OB", "Down"},
        {"\33[C", "Right"},
        {"\33[D", "Left"},
        {"\33[1;2D", "Shift+Left"},
        {"\33[1;5C", "Ctrl+Right"},
        {"\33[1;6A", "Ctrl+Shift+Up"},
        {"\33[H", "Home"},
        {"\33[1~", "Home"},
        {"\33OF", "End"},
        {"\33[4~", "End"},
        {"\33[5~", "PageUp"},
        {"\33[6;5~", "Ctrl+PageDown"},
        {"\33[3~", "Delete"},
        {"\33OP", "F1"},
        {"\33[15~", "F5"},
        {"\33[23~", "F11"},
        {"\33[24~", "F12"},
        {"\33[Z", "Shift+Tab"},
        {"\33x", "Alt+X"},
        {"\33[27u", "Escape"},
        {"\33[109;5u", "Ctrl+M"},
        {"\33[61;5u", "Ctrl+="},
        {"\33[27;5;45~", "Ctrl+-"},
        {"\33[57413u", "Keypad_+"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct term_input input = fresh(table[i].bytes);
        struct input one = next(&input, 0);
        assert_int_equal(one.type, INPUT_KEY);
        assert_string_equal(one.key, table[i].key);
        assert_nothing(&input);
    }
}

static void keys_that_are_let_go_have_no_modifiers(void **state)
{
    struct term_input input = fresh("\33[114;5:3u\33[1;2:3D\33[114;1:2u");
    (void)state;
    struct input one = next(&input, 0);
    assert_int_equal(one.type, INPUT_KEY_UP);
    assert_string_equal(one.key, "R");
    one = next(&input, 0);
    assert_int_equal(one.type, INPUT_KEY_UP);
    assert_string_equal(one.key, "Left");
    one = next(&input, 0);
    assert_int_equal(one.type, INPUT_KEY);
}

static void an_escape_is_a_key_when_nothing_follows(void **state)
{
    struct term_input input = fresh("\33");
    struct input one;
    (void)state;
    assert_nothing(&input);
    assert_true(term_input_next(&input, 0, true, &one));
    assert_string_equal(one.key, "Escape");
    feed(&input, "\33");
    assert_nothing(&input);
    feed(&input, "[");
    assert_nothing(&input);
    feed(&input, "6");
    assert_nothing(&input);
    feed(&input, "~q");
    assert_string_equal(next(&input, 0).key, "PageDown");
    assert_string_equal(next(&input, 0).key, "Q");
    feed(&input, "\33\33[C");
    assert_string_equal(next(&input, 0).key, "Escape");
    assert_string_equal(next(&input, 0).key, "Right");
}

static void answers_that_come_late_are_no_keys(void **state)
{
    struct term_input input = fresh("\33[?62;4c\33_Gi=31;OK\33\\\33[6;20;10t\33[?2026;2$y\33]11;"
                                    "rgb\7\33P1$r0m\33\\\33P0+r524742\33\\"
                                    "\33[?1u\xc3\xa4\33[999~d");
    (void)state;
    assert_string_equal(next(&input, 0).key, "D");
    assert_nothing(&input);
}

/* What begins like a string without an end is a key with Alt, and takes nothing with it. */
static void alt_takes_no_other_keys(void **state)
{
    static const struct {
        const char *bytes, *key;
    } table[] = {
        {"\33]qw", "Alt+]"}, {"\33Pqw", "Alt+Shift+P"}, {"\33_qw", "Alt+_"}, {"\33^qw", "Alt+^"}};
    struct input one;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct term_input input = fresh(table[i].bytes);
        assert_nothing(&input);
        assert_true(term_input_next(&input, 0, true, &one));
        assert_string_equal(one.key, table[i].key);
        assert_string_equal(next(&input, 0).key, "Q");
        assert_string_equal(next(&input, 0).key, "W");
    }
    struct term_input input = fresh("");
    assert_int_equal(term_input_feed(&input, "\33\0q", 3), 3);
    assert_string_equal(next(&input, 0).key, "Alt+Ctrl+Space");
    assert_string_equal(next(&input, 0).key, "Q");
}

/* Whatever comes, the room for it is made free again. */
static void nonsense_is_passed_over(void **state)
{
    struct term_input input = {.cell_width = CELL_WIDTH, .cell_height = CELL_HEIGHT};
    struct input one;
    char junk[4096];
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        memset(junk, kind < 2 ? '1' : 'x', sizeof junk);
        memcpy(junk, kind == 0 ? "\33[" : kind == 1 ? "\33[<" : kind == 2 ? "\33_" : "\33]", 3);
        assert_int_equal(term_input_feed(&input, junk, sizeof junk), sizeof junk);
        while (term_input_next(&input, 0, false, &one))
            ;
        while (term_input_next(&input, 0, true, &one))
            ;
        feed(&input, "w");
        assert_string_equal(next(&input, 0).key, "W");
    }
}

/* ---- Pointer ------------------------------------------------------------------------------- */

static void the_pointer_is_in_the_middle_of_a_cell(void **state)
{
    struct term_input input =
        fresh("\33[<0;3;2M\33[<32;5;2M\33[<0;5;2m\33[<35;5;4M\33[<64;1;1M\33[<65;1;1M");
    (void)state;
    struct input one = next(&input, 0);
    assert_int_equal(one.type, INPUT_PRESS);
    assert_int_equal(one.clicks, 1);
    assert_int_equal(one.x, 20);
    assert_int_equal(one.y, 24);
    one = next(&input, 0);
    assert_int_equal(one.type, INPUT_MOTION);
    assert_true(one.dx == 16 && one.dy == 0);
    assert_int_equal(next(&input, 0).type, INPUT_RELEASE);
    one = next(&input, 0);
    assert_int_equal(one.type, INPUT_MOTION);
    assert_true(one.dx == 0 && one.dy == 32);
    one = next(&input, 0);
    assert_int_equal(one.type, INPUT_WHEEL);
    assert_int_equal(one.turn, 1);
    assert_int_equal(next(&input, 0).turn, -1);
}

static void two_quick_presses_are_a_double_click(void **state)
{
    struct term_input input = fresh("\33[<0;3;2M\33[<0;3;2m\33[<0;3;2M\33[<0;3;2m\33[<0;3;2M");
    (void)state;
    assert_int_equal(next(&input, 1000).clicks, 1);
    next(&input, 1050);
    assert_int_equal(next(&input, 1100).clicks, 2);
    next(&input, 1150);
    assert_int_equal(next(&input, 5000).clicks, 1);
}

static void other_buttons_do_nothing(void **state)
{
    struct term_input input =
        fresh("\33[<2;3;2M\33[<2;3;2m\33[<1;3;2M\33[<0;0;0M\33[<0;-4;9M\33[<66;1;1M\33[<M");
    (void)state;
    assert_nothing(&input);
}

/* ---- Paste --------------------------------------------------------------------------------- */

static void a_pasted_path_is_a_dropped_file(void **state)
{
    struct term_input input = fresh("\33[200~/a/b c.uqd\r'/it'\\''s.uqd'\33[201~q");
    (void)state;
    struct input one = next(&input, 0);
    assert_int_equal(one.type, INPUT_DROP);
    assert_string_equal(one.path, "/a/b c.uqd");
    assert_string_equal(next(&input, 0).path, "/it's.uqd");
    assert_string_equal(next(&input, 0).key, "Q");
}

static void paths_are_freed_of_what_a_shell_needs(void **state)
{
    static const char *const table[][2] = {
        {"plain.uqd", "plain.uqd"},
        {"  'a b' ", "a b"},
        {"a\\ b", "a b"},
        {"\"a b\"", "a b"},
        {"file:///a%20b%c3%A4", "/a b\xc3\xa4"},
        {"file:///a%00b%2", "/a%00b%2"},
        {"'", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char line[64];
        strcpy(line, table[i][0]);
        term_input_path(line);
        assert_string_equal(line, table[i][1]);
    }
}

static void what_is_too_long_for_a_path_is_dropped(void **state)
{
    struct term_input input = fresh("\33[200~");
    (void)state;
    for (int i = 0; i < PATH_MAX; i++) {
        feed(&input, "x");
        assert_nothing(&input);
    }
    feed(&input, "\33[201~");
    assert_nothing(&input);
    feed(&input, "\33[200~y\33[201~");
    assert_string_equal(next(&input, 0).path, "y");
}

/* ---- Detection ----------------------------------------------------------------------------- */

static struct term_answers answers_to(const char *bytes)
{
    struct term_answers answers;
    detect_answers(bytes, strlen(bytes), &answers);
    return answers;
}

static void answers_are_understood(void **state)
{
    struct term_answers all =
        answers_to("\33_Gi=31;OK\33\\\33[?2026;2$y\33[?0u\33[6;20;10t\33[?62;4;22c");
    struct term_answers none = answers_to("\33_Gi=31;EINVAL\33\\\33[?2026;0$y\33[?64;14;40c");
    (void)state;
    assert_true(all.done && all.kitty && all.sixel && all.synchronised && all.key_events);
    assert_int_equal(all.cell_width, 10);
    assert_int_equal(all.cell_height, 20);
    assert_true(none.done);
    assert_false(none.kitty || none.sixel || none.synchronised || none.key_events);
    assert_int_equal(none.cell_width, 0);
    assert_false(answers_to("\33_Gi=31;OK\33\\\33[?62;").done);
    assert_false(all.true_colour || none.true_colour);
    assert_true(answers_to("\33P1$r0;48:2::1:2:3m\33\\").true_colour);
    assert_true(answers_to("\33P1$r0;48:2:1:2:3m\33\\").true_colour);
    assert_true(answers_to("\33P1$r0;48;2;1;2;3m\33\\").true_colour);
    assert_true(answers_to("\33P1+r524742=8\33\\").true_colour);
    assert_false(answers_to("\33P1$r0;48:5:16m\33\\\33P0+r524742\33\\").true_colour);
    assert_false(answers_to("\33P0$r\33\\\33P1$r48:2::1:2").true_colour);
}

/* tmux would take it for the title of its pane, also at the other end of ssh. */
static void no_string_is_asked_for_in_tmux(void **state)
{
    const struct term_environment usual = {.term = "xterm-256color"};
    const struct term_environment tmux = {.term = "xterm-256color", .tmux = "x"};
    const struct term_environment remote = {.term = "tmux-256color"};
    const struct term_environment screen = {.term = "screen"};
    (void)state;
    assert_non_null(strstr(detect_questions(&usual), "\33_G"));
    assert_null(strpbrk(detect_questions(&tmux), "_]P"));
    assert_null(strpbrk(detect_questions(&remote), "_]P"));
    assert_null(strpbrk(detect_questions(&screen), "_]P"));
}

static void the_best_that_works_is_chosen(void **state)
{
    const struct term_environment usual = {
        .term = "xterm-256color", .colorterm = "truecolor", .locale = "en_GB.UTF-8"};
    const struct term_environment plain = {.term = "xterm", .locale = "de_DE.utf8"};
    const struct term_environment latin = {.term = "xterm", .locale = "C"};
    const struct term_environment dumb = {.term = "dumb", .locale = "C.UTF-8"};
    const struct term_environment wish = {
        .term = "xterm", .locale = "C.UTF-8", .wish = "ascii", .tmux = "x"};
    const struct term_answers none = {0}, sixel = {.sixel = true},
                              both = {.sixel = true, .kitty = true},
                              colours = {.true_colour = true};
    (void)state;
    assert_int_equal(detect_look(TERMINAL_AUTO, &usual, &both).mode, TERMINAL_KITTY);
    assert_int_equal(detect_look(TERMINAL_AUTO, &usual, &sixel).mode, TERMINAL_SIXEL);
    assert_int_equal(detect_look(TERMINAL_OFF, &usual, &none).mode, TERMINAL_BLOCKS);
    assert_true(detect_look(TERMINAL_AUTO, &usual, &none).true_colour);
    assert_false(detect_look(TERMINAL_AUTO, &plain, &none).true_colour);
    assert_true(detect_look(TERMINAL_AUTO, &plain, &colours).true_colour);
    assert_int_equal(detect_look(TERMINAL_AUTO, &plain, &none).mode, TERMINAL_BLOCKS);
    assert_int_equal(detect_look(TERMINAL_AUTO, &latin, &none).mode, TERMINAL_ASCII);
    assert_int_equal(detect_look(TERMINAL_AUTO, &dumb, &none).mode, TERMINAL_ASCII);
    assert_int_equal(detect_look(TERMINAL_AUTO, &wish, &both).mode, TERMINAL_ASCII);
    assert_int_equal(detect_look(TERMINAL_SIXEL, &wish, &none).mode, TERMINAL_SIXEL);
    assert_true(detect_look(TERMINAL_KITTY, &wish, &none).through_tmux);
    assert_false(detect_look(TERMINAL_KITTY, &usual, &none).through_tmux);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_the_names_of_the_table),
        cmocka_unit_test(keys_that_are_let_go_have_no_modifiers),
        cmocka_unit_test(an_escape_is_a_key_when_nothing_follows),
        cmocka_unit_test(answers_that_come_late_are_no_keys),
        cmocka_unit_test(alt_takes_no_other_keys),
        cmocka_unit_test(nonsense_is_passed_over),
        cmocka_unit_test(the_pointer_is_in_the_middle_of_a_cell),
        cmocka_unit_test(two_quick_presses_are_a_double_click),
        cmocka_unit_test(other_buttons_do_nothing),
        cmocka_unit_test(a_pasted_path_is_a_dropped_file),
        cmocka_unit_test(paths_are_freed_of_what_a_shell_needs),
        cmocka_unit_test(what_is_too_long_for_a_path_is_dropped),
        cmocka_unit_test(answers_are_understood),
        cmocka_unit_test(no_string_is_asked_for_in_tmux),
        cmocka_unit_test(the_best_that_works_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
