/* The points of a talk. */
#include "session/talk.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void write_talk(const char *text)
{
    FILE *file = fopen("talk.script", "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void points_part_the_lines(void **state)
{
    struct talk talk;
    struct message message;
    (void)state;
    write_talk("# A talk\nmode denoised\ncompare off\n\npoint One file\nstep 0\npause 100\n"
               "point\nstep 1\n");
    assert_int_equal(talk_load(&talk, "talk.script", &message), 0);
    assert_int_equal(talk.n_points, 2);
    assert_int_equal(talk.points[0], 2);
    assert_string_equal(talk.script.lines[2].call.file, "One file");
    assert_int_equal(talk_end(&talk, 0), 5);
    assert_int_equal(talk.points[1], 5);
    assert_int_equal(talk_end(&talk, 1), 7);
    talk_free(&talk);
}

static void assert_refused(const char *part)
{
    struct talk talk;
    struct message message;
    assert_int_equal(talk_load(&talk, "talk.script", &message), -1);
    talk_free(&talk);
    if (!strstr(message.text, part))
        fail_msg("no \"%s\" in: %s", part, message.text);
}

static void what_is_no_talk_is_refused(void **state)
{
    (void)state;
    write_talk("step 0\n");
    assert_refused("talk.script: a talk needs a line `point`");
    assert_int_equal(remove("talk.script"), 0);
    assert_int_equal(mkfifo("talk.script", 0600), 0);
    assert_refused("talk.script: not a regular file");
    assert_int_equal(remove("talk.script"), 0);
    assert_refused("talk.script: ");
}

/* On a stage the rest of a talk is worth more than its mistakes. */
static void mistakes_are_left_out(void **state)
{
    static const char text[] = "point\nstep 0\njump\nstep\0 1\nstep 2";
    struct talk talk;
    struct message message;
    FILE *file = fopen("talk.script", "w");
    (void)state;
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, sizeof text - 1, file), sizeof text - 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(talk_load(&talk, "talk.script", &message), 0);
    assert_int_equal(talk.script.n_lines, 3);
    assert_int_equal(talk.script.lines[2].call.arguments[0].integer, 2);
    assert_int_equal(talk.script.lines[2].number, 5);
    assert_int_equal(talk.script.n_mistakes, 2);
    assert_string_equal(talk.script.mistake.text, "talk.script:3: there is no command `jump`");
    talk_free(&talk);
}

/* All steps, and three modes of the one in the middle. */
static void a_file_has_a_talk_of_its_own(void **state)
{
    struct talk talk;
    (void)state;
    assert_int_equal(talk_make(&talk, 7), 0);
    assert_int_equal(talk.n_points, 10);
    for (size_t i = 0; i < 10; i++) {
        const struct command_call *call = &talk.script.lines[talk.points[i] + 1].call;
        assert_int_equal(call->id, COMMAND_STEP);
        assert_int_equal(call->arguments[0].integer, i < 7 ? i : 3);
    }
    assert_int_equal(talk.script.lines[talk_end(&talk, 8) - 1].call.arguments[0].word,
                     WORD_ANCESTRAL);
    talk_free(&talk);
}

static void files_are_not_written_twice(void **state)
{
    (void)state;
    assert_true(talk_repeats(COMMAND_STEP));
    assert_true(talk_repeats(COMMAND_CAPTION));
    assert_false(talk_repeats(COMMAND_EXPORT));
    assert_false(talk_repeats(COMMAND_OPEN));
    assert_false(talk_repeats(COMMAND_QUIT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_part_the_lines),
        cmocka_unit_test(what_is_no_talk_is_refused),
        cmocka_unit_test(mistakes_are_left_out),
        cmocka_unit_test(a_file_has_a_talk_of_its_own),
        cmocka_unit_test(files_are_not_written_twice),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
