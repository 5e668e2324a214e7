/* Talks as they are given: their points in the running viewer. */
#include "play.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void show(void)
{
    PLAY("picture.uqd", "--forget");
    play_until_idle();
}

static bool stopped_by_itself(struct app *app)
{
    return !app->talk.autoplay;
}

static void write_talk(const char *text)
{
    FILE *file = fopen("talk.script", "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* ---- Files --------------------------------------------------------------------------------- */

/* The window waits for nobody who may write into a pipe, nor reads what has no end. */
static void only_files_are_read(void **state)
{
    static const char *const commands[] = {"talk", "import", "open"};
    char line[64];
    (void)state;
    show();
    assert_int_equal(mkfifo("pipe", 0600), 0);
    for (int i = 0; i < 3; i++) {
        snprintf(line, sizeof line, "%s pipe", commands[i]);
        play_refused(line, "pipe: not a regular file");
        snprintf(line, sizeof line, "%s /dev/zero", commands[i]);
        play_refused(line, "/dev/zero: not a regular file");
    }
    play_refused("talk -", "-: No such file");
    play_refused("import -", "-: No such file");
    assert_int_equal(play_end(), 0);
}

/* Neither a pipe that nobody reads, nor what is shown. */
static void only_pictures_are_written(void **state)
{
    static const char *const commands[] = {"screenshot", "sheet"};
    char line[64], refusal[64];
    struct stat before, after;
    (void)state;
    show();
    assert_int_equal(mkfifo("pipe.png", 0600), 0);
    assert_int_equal(stat("picture.uqd", &before), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof line, "%s picture.uqd", commands[i]);
        snprintf(refusal, sizeof refusal, "picture.uqd: %s writes a .png file", commands[i]);
        play_refused(line, refusal);
        snprintf(line, sizeof line, "%s pipe.png", commands[i]);
        play_refused(line, "pipe.png: not a regular file");
        snprintf(line, sizeof line, "%s /dev/null", commands[i]);
        play_do(line);
    }
    play_refused("export pipe.png", "pipe.png: not a regular file");
    play_refused("export picture.uqd", "picture.uqd: export writes the picture to a .png file");
    assert_int_equal(stat("picture.uqd", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(play_end(), 0);
}

/* The rest of the talk is given. */
static void mistakes_of_a_talk_are_told(void **state)
{
    char said[160];
    (void)state;
    write_talk("point One\nstep 2\njump\npoint Two\nhop\nstep 3\n");
    show();
    play_lines("talk talk.script");
    struct app *app = play_hold();
    snprintf(said, sizeof said, "%s", app->look.feedback);
    assert_int_equal(app_active(app)->exhibit.position, 2);
    play_release();
    assert_string_equal(said, "talk.script:3: there is no command `jump` (and 1 more)");
    assert_int_equal(play_end(), 0);
}

/* ---- By itself ----------------------------------------------------------------------------- */

/* Nothing is left to be woken up for. */
static void the_viewer_rests_after_the_last_point(void **state)
{
    (void)state;
    show();
    play_do("speed 1000");
    play_do("autoplay on");
    play_until(stopped_by_itself, "the last point");
    const struct app *app = play_hold();
    assert_int_equal(app->talk.point + 1, app->talk.talk.n_points);
    assert_int_equal(app_talk_next(app), 0);
    play_release();
    assert_int_equal(play_end(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(only_files_are_read, play_teardown),
        cmocka_unit_test_teardown(only_pictures_are_written, play_teardown),
        cmocka_unit_test_teardown(mistakes_of_a_talk_are_told, play_teardown),
        cmocka_unit_test_teardown(the_viewer_rests_after_the_last_point, play_teardown),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
