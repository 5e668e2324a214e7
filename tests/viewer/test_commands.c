/* The table of commands, and lines read against it. */
#include "session/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void names_are_unique(void **state)
{
    (void)state;
    for (int i = 0; i < N_COMMANDS; i++) {
        assert_non_null(viewer_commands[i].name);
        assert_non_null(viewer_commands[i].help);
        assert_non_null(viewer_commands[i].usage);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(viewer_commands[i].name, viewer_commands[k].name);
    }
}

/* Calls visit for every key of every binding. */
static void for_each_key(void (*visit)(const struct viewer_command *command,
                                       const struct command_binding *binding, const char *key))
{
    for (int i = 0; i < N_COMMANDS; i++)
        for (int k = 0; k < COMMAND_N_BINDINGS && viewer_commands[i].bindings[k].keys; k++) {
            const struct command_binding *binding = &viewer_commands[i].bindings[k];
            char keys[128];
            snprintf(keys, sizeof keys, "%s", binding->keys);
            for (char *key = strtok(keys, " "); key; key = strtok(NULL, " "))
                visit(&viewer_commands[i], binding, key);
        }
}

static char seen[4096];

static void check_key(const struct viewer_command *command, const struct command_binding *binding,
                      const char *key)
{
    char line[128], expected[64];
    const struct command_pointer pointer = {.x = 1, .y = 2, .dx = 3, .dy = 4, .file = 2, .step = 6};
    struct command_call call;
    struct message message;
    if (command_keys_contain(seen, key))
        fail_msg("%s is bound twice", key);
    strcat(seen, key);
    strcat(seen, " ");
    assert_non_null(command_for_key(key, &pointer, line, sizeof line));
    snprintf(expected, sizeof expected, "%s%s%s", command->name, *binding->arguments ? " " : "",
             binding->arguments);
    if (strpbrk(binding->arguments, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL)
        assert_string_equal(line, expected);
    if (command_parse(line, &call, &message))
        fail_msg("%s: %s", key, message.text);
    assert_ptr_equal(&viewer_commands[call.id], command);
}

static void keys_are_unique_and_run(void **state)
{
    char line[128];
    (void)state;
    seen[0] = '\0';
    for_each_key(check_key);
    assert_true(strlen(seen) > 100);
    assert_null(command_for_key("F9", NULL, line, sizeof line));
    assert_null(command_for_key("Page", NULL, line, sizeof line));
}

/* A presenter remote sends these. */
static void presenter_keys_are_bound(void **state)
{
    static const char *const keys[] = {"PageUp", "PageDown", "B", "F5", "Escape"};
    char line[128];
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!command_for_key(keys[i], NULL, line, sizeof line))
            fail_msg("%s does nothing", keys[i]);
}

/* Words in capitals stand for where the pointer is. */
static void the_pointer_is_bound(void **state)
{
    static const struct {
        const char *key, *line;
    } cases[] = {
        {"Wheel_Up", "step previous"},
        {"Wheel_Down", "step next"},
        {"Picture.Wheel_Up", "zoom in 12 34.5"},
        {"Picture.Wheel_Down", "zoom out 12 34.5"},
        {"Picture.Drag", "pan -7.25 1e-05"},
        {"Picture.Double_Click", "fit"},
        {"Picture.Press", "file 2"},
        {"Strip.Press", "file 2"},
        {"Strip.Drag", "step 9"},
        {"Curtain.Press", "back"},
        {"R", "original on"},
        {"Release+R", "original off"},
    };
    const struct command_pointer pointer = {
        .x = 12, .y = 34.5, .dx = -7.25, .dy = 1e-5, .file = 2, .step = 9};
    char line[128];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!command_for_key(cases[i].key, &pointer, line, sizeof line))
            fail_msg("%s does nothing", cases[i].key);
        assert_string_equal(line, cases[i].line);
    }
}

static void lines_are_read(void **state)
{
    static const struct {
        const char *line;
        enum command_id id;
        enum word word;
        uint64_t integer;
        double number;
    } cases[] = {
        {"step 3", COMMAND_STEP, WORD_NONE, 3, 3},
        {"  step\tnext \r\n", COMMAND_STEP, WORD_NEXT, 0, 0},
        {"mode ancestral", COMMAND_MODE, WORD_ANCESTRAL, 0, 0},
        {"seed 18446744073709551615", COMMAND_SEED, WORD_NONE, UINT64_MAX, 0x1p64},
        {"seed new", COMMAND_SEED, WORD_NEW, 0, 0},
        {"zoom 2.5", COMMAND_ZOOM, WORD_NONE, 0, 2.5},
        {"zoom in 20 -3.5", COMMAND_ZOOM, WORD_IN, 0, 0},
        {"pan -10 20", COMMAND_PAN, WORD_NONE, 0, -10},
        {"help", COMMAND_HELP, WORD_NONE, 0, 0},
        {"help on", COMMAND_HELP, WORD_ON, 0, 0},
        {"wait idle", COMMAND_WAIT, WORD_IDLE, 0, 0},
        {"step 0", COMMAND_STEP, WORD_NONE, 0, 0},
        {"wait step 0", COMMAND_WAIT, WORD_STEP, 0, 0},
        {"wait step 4", COMMAND_WAIT, WORD_STEP, 0, 0},
        {"fit", COMMAND_FIT, WORD_NONE, 0, 0},
        {"resize 900 600", COMMAND_RESIZE, WORD_NONE, 0, 900},
        {"file 2", COMMAND_FILE, WORD_NONE, 2, 2},
        {"file other", COMMAND_FILE, WORD_OTHER, 0, 0},
        {"link off", COMMAND_LINK, WORD_OFF, 0, 0},
        {"link", COMMAND_LINK, WORD_NONE, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct command_call call;
        struct message message;
        if (command_parse(cases[i].line, &call, &message) != 0)
            fail_msg("`%s`: %s", cases[i].line, message.text);
        if (call.id != cases[i].id || call.arguments[0].word != cases[i].word ||
            call.arguments[0].integer != cases[i].integer ||
            call.arguments[0].number != cases[i].number)
            fail_msg("`%s` is read wrongly", cases[i].line);
    }
}

static void files_are_the_rest_of_the_line(void **state)
{
    struct command_call call;
    struct message message;
    (void)state;
    assert_int_equal(command_parse("screenshot  a b.png  \n", &call, &message), 0);
    assert_string_equal(call.file, "a b.png");
    assert_int_equal(command_parse("screenshot", &call, &message), 0);
    assert_string_equal(call.file, "");
}

static void nothing_is_no_command(void **state)
{
    static const char *const lines[] = {"", "   ", "# step 3", "  #", "\n"};
    struct command_call call;
    struct message message;
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(command_parse(lines[i], &call, &message), 1);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *line, *part;
    } cases[] = {
        {"jump 3", "no command `jump`"},
        {"step", "`step` needs a step"},
        {"step first 0", "`0` is too much"},
        {"step -1", "`-1` is not a step"},
        {"step 2x", "`2x` is not a step"},
        {"step 3 4", "`4` is too much"},
        {"mode fast", "denoised|ancestral|flow"},
        {"seed 99999999999999999999", "is not a seed"},
        {"zoom nan", "`nan` is not a zoom"},
        {"zoom 0", "`0` is not a zoom"},
        {"zoom in 3", "needs X and Y"},
        {"zoom in 3 4 5", "`5` is too much"},
        {"zoom in 3 here", "`here` is not a place"},
        {"pan 3", "`pan` needs a distance"},
        {"help maybe", "`maybe` is not on or off"},
        {"resize 0 0", "`0` is not a length"},
        {"wait", "`wait` needs idle or step"},
        {"wait step", "`wait idle` or `wait step N`"},
        {"wait idle 0", "`wait idle` or `wait step N`"},
        {"wait idle 3", "`wait idle` or `wait step N`"},
        {"file", "`file` needs a file: file 1|2|other"},
        {"file 0", "`0` is not a file"},
        {"file 3", "`3` is not a file"},
        {"link 2", "`2` is not on or off"},
        {"quit now", "`now` is too much"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct command_call call;
        struct message message = {""};
        if (command_parse(cases[i].line, &call, &message) != -1)
            fail_msg("`%s` is accepted", cases[i].line);
        if (!strstr(message.text, cases[i].part))
            fail_msg("`%s`: %s", cases[i].line, message.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(keys_are_unique_and_run),
        cmocka_unit_test(presenter_keys_are_bound),
        cmocka_unit_test(the_pointer_is_bound),
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(files_are_the_rest_of_the_line),
        cmocka_unit_test(nothing_is_no_command),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
