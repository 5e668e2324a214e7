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
    const struct command_pointer pointer = {
        .x = 1, .y = 2, .dx = 3, .dy = 4, .pane = 2, .share = 0.25, .step = 6, .bytes = 700};
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
        {"Picture.Press", "pane 2"},
        {"Strip.Drag", "step 9"},
        {"Scrubber.Drag", "bytes 18446744073709551615"},
        {"Wipe.Motion", "wipe 0.333333"},
        {"Curtain.Press", "back"},
        {"R", "original on"},
        {"F5", "present"},
        {"PageDown", "step next"},
        {"Present.PageDown", "talk next"},
        {"Present.Space", "talk next"},
        {"Present.PageUp", "talk previous"},
        {"Release+R", "original off"},
        {"Z", "flicker on"},
        {"Release+Z", "flicker off"},
        {"Ctrl+PageDown", "file next"},
        {"X", "pane other"},
    };
    const struct command_pointer pointer = {.x = 12,
                                            .y = 34.5,
                                            .dx = -7.25,
                                            .dy = 1e-5,
                                            .pane = 2,
                                            .share = 1 / 3.0,
                                            .step = 9,
                                            .bytes = UINT64_MAX};
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
        {"wait step last", COMMAND_WAIT, WORD_STEP, 0, 0},
        {"fit", COMMAND_FIT, WORD_NONE, 0, 0},
        {"resize 900 600", COMMAND_RESIZE, WORD_NONE, 0, 900},
        {"file 64", COMMAND_FILE, WORD_NONE, 64, 64},
        {"file next", COMMAND_FILE, WORD_NEXT, 0, 0},
        {"file previous", COMMAND_FILE, WORD_PREVIOUS, 0, 0},
        {"file other", COMMAND_FILE, WORD_OTHER, 0, 0},
        {"link off", COMMAND_LINK, WORD_OFF, 0, 0},
        {"link", COMMAND_LINK, WORD_NONE, 0, 0},
        {"pane 4", COMMAND_PANE, WORD_NONE, 4, 4},
        {"pane other", COMMAND_PANE, WORD_OTHER, 0, 0},
        {"bytes 1", COMMAND_BYTES, WORD_NONE, 1, 1},
        {"bytes 1000000000000000", COMMAND_BYTES, WORD_NONE, 1000000000000000, 1e15},
        {"unit steps", COMMAND_UNIT, WORD_STEPS, 0, 0},
        {"unit bytes", COMMAND_UNIT, WORD_BYTES, 0, 0},
        {"unit bpp", COMMAND_UNIT, WORD_RATE, 0, 0},
        {"unit psnr", COMMAND_UNIT, WORD_PSNR, 0, 0},
        {"unit next", COMMAND_UNIT, WORD_NEXT, 0, 0},
        {"mix 0", COMMAND_MIX, WORD_NONE, 0, 0},
        {"mix 100", COMMAND_MIX, WORD_NONE, 100, 100},
        {"mix more", COMMAND_MIX, WORD_MORE, 0, 0},
        {"mix less", COMMAND_MIX, WORD_LESS, 0, 0},
        {"compare side", COMMAND_COMPARE, WORD_SIDE, 0, 0},
        {"compare wipe", COMMAND_COMPARE, WORD_WIPE, 0, 0},
        {"compare flicker", COMMAND_COMPARE, WORD_FLICKER, 0, 0},
        {"compare difference", COMMAND_COMPARE, WORD_DIFFERENCE, 0, 0},
        {"compare off", COMMAND_COMPARE, WORD_OFF, 0, 0},
        {"compare next", COMMAND_COMPARE, WORD_NEXT, 0, 0},
        {"wipe 0.25", COMMAND_WIPE, WORD_NONE, 0, 0.25},
        {"wipe 1", COMMAND_WIPE, WORD_NONE, 0, 1},
        {"flicker", COMMAND_FLICKER, WORD_NONE, 0, 0},
        {"absolute on", COMMAND_ABSOLUTE, WORD_ON, 0, 0},
        {"gain 64", COMMAND_GAIN, WORD_NONE, 0, 64},
        {"gain larger", COMMAND_GAIN, WORD_LARGER, 0, 0},
        {"map bits", COMMAND_MAP, WORD_BITS, 0, 0},
        {"map variance", COMMAND_MAP, WORD_VARIANCE, 0, 0},
        {"map change", COMMAND_MAP, WORD_CHANGE, 0, 0},
        {"map error", COMMAND_MAP, WORD_ERROR, 0, 0},
        {"map off", COMMAND_MAP, WORD_OFF, 0, 0},
        {"grid", COMMAND_GRID, WORD_NONE, 0, 0},
        {"loupe toggle", COMMAND_LOUPE, WORD_TOGGLE, 0, 0},
        {"histogram off", COMMAND_HISTOGRAM, WORD_OFF, 0, 0},
        {"present", COMMAND_PRESENT, WORD_NONE, 0, 0},
        {"present off", COMMAND_PRESENT, WORD_OFF, 0, 0},
        {"talk", COMMAND_TALK, WORD_NONE, 0, 0},
        {"talk next", COMMAND_TALK, WORD_NEXT, 0, 0},
        {"talk previous", COMMAND_TALK, WORD_PREVIOUS, 0, 0},
        {"talk off", COMMAND_TALK, WORD_OFF, 0, 0},
        {"talk next to me.script", COMMAND_TALK, WORD_NONE, 0, 0},
        {"autoplay loop", COMMAND_AUTOPLAY, WORD_LOOP, 0, 0},
        {"bandwidth 9600", COMMAND_BANDWIDTH, WORD_NONE, 0, 9600},
        {"bandwidth 56k", COMMAND_BANDWIDTH, WORD_NONE, 0, 56000},
        {"bandwidth 2.5M", COMMAND_BANDWIDTH, WORD_NONE, 0, 2.5e6},
        {"bandwidth 1G", COMMAND_BANDWIDTH, WORD_NONE, 0, 1e9},
        {"bandwidth off", COMMAND_BANDWIDTH, WORD_OFF, 0, 0},
        {"bandwidth restart", COMMAND_BANDWIDTH, WORD_RESTART, 0, 0},
        {"speed 0.5", COMMAND_SPEED, WORD_NONE, 0, 0.5},
        {"caption  two  words ", COMMAND_CAPTION, WORD_NONE, 0, 0},
        {"pause 0", COMMAND_PAUSE, WORD_NONE, 0, 0},
        {"pause 600000", COMMAND_PAUSE, WORD_NONE, 600000, 600000},
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
    assert_int_equal(command_parse("open some where/a b.uqd\t", &call, &message), 0);
    assert_string_equal(call.file, "some where/a b.uqd");
    assert_int_equal(command_parse("export next.png", &call, &message), 0);
    assert_string_equal(call.file, "next.png");
    assert_int_equal(command_parse("caption  a line,  as it is \n", &call, &message), 0);
    assert_string_equal(call.file, "a line,  as it is");
    assert_int_equal(command_parse("talk next week.script", &call, &message), 0);
    assert_string_equal(call.file, "next week.script");
    assert_true(call.arguments[0].given);
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
        {"help maybe", "`maybe` is not on, off or a page"},
        {"resize 0 0", "`0` is not a length"},
        {"wait", "`wait` needs idle or step"},
        {"wait step", "`wait idle` or `wait step N`"},
        {"wait idle 0", "`wait idle` or `wait step N`"},
        {"wait idle 3", "`wait idle` or `wait step N`"},
        {"bandwidth", "`bandwidth` needs a number of bits per second"},
        {"bandwidth 56kk", "`56kk` is not a number of bits"},
        {"bandwidth 0", "`0` is not a number of bits"},
        {"speed 0", "`0` is not a factor"},
        {"file", "`file` needs a file: file N|next|previous|other"},
        {"file 0", "`0` is not a file"},
        {"file 65", "`65` is not a file"},
        {"file first", "`first` is not a file"},
        {"pane", "`pane` needs a pane: pane N|other"},
        {"pane 0", "`0` is not a pane"},
        {"pane 5", "`5` is not a pane"},
        {"pane next", "`next` is not a pane"},
        {"bytes", "`bytes` needs a number of bytes"},
        {"bytes 0", "`0` is not a number of bytes"},
        {"bytes -5", "`-5` is not a number of bytes"},
        {"bytes 1.5", "`1.5` is not a number of bytes"},
        {"bytes 1000000000000001", "is not a number of bytes"},
        {"unit", "`unit` needs a unit: unit steps|bytes|bpp|psnr|next"},
        {"unit pixels", "`pixels` is not a unit"},
        {"mix", "`mix` needs a percentage"},
        {"mix 101", "`101` is not a percentage"},
        {"mix 50%", "`50%` is not a percentage"},
        {"mix 12.5", "`12.5` is not a percentage"},
        {"open", "`open` needs a file: open FILE"},
        {"open   ", "`open` needs a file: open FILE"},
        {"export", "`export` needs a file"},
        {"compare", "`compare` needs a comparison"},
        {"compare on", "`on` is not a comparison"},
        {"compare side wipe", "`wipe` is too much"},
        {"wipe 1.5", "`1.5` is not a share from 0 to 1"},
        {"wipe -0.1", "`-0.1` is not a share from 0 to 1"},
        {"wipe nan", "`nan` is not a share from 0 to 1"},
        {"gain 0.5", "`0.5` is not a factor from 1 to 64"},
        {"gain 65", "`65` is not a factor from 1 to 64"},
        {"gain next", "`next` is not a factor"},
        {"map", "`map` needs a map: map bits|variance|change|error|off|next [toggle]"},
        {"map side", "`side` is not a map"},
        {"grid 16", "`16` is not on or off"},
        {"pause", "`pause` needs a time in milliseconds"},
        {"pause 600001", "`600001` is not a time in milliseconds"},
        {"pause 0.5", "`0.5` is not a time in milliseconds"},
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
