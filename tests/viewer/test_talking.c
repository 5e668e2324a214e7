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

static void an_option_begins_a_talk(void **state)
{
    (void)state;
    write_talk("mode flow\npoint One\nstep 2\npoint Two\nstep 3\n");
    PLAY("picture.uqd", "--forget", "--talk", "talk.script");
    play_until_idle();
    struct app *app = play_hold();
    assert_true(app->look.presenting);
    assert_string_equal(app->look.caption, "One");
    assert_int_equal(app_active(app)->exhibit.position, 2);
    assert_int_equal(app_active(app)->exhibit.mode, UQD_MODE_FLOW);
    play_release();
    assert_int_equal(play_end(), 0);
}

/* ---- To and fro ---------------------------------------------------------------------------- */

struct sight {
    struct exhibit exhibit;
    struct look look;
    struct view view;
    int n_panes, document;
    double rate;
};

static struct sight see(void)
{
    play_until_idle();
    struct app *app = play_hold();
    struct sight sight = {app_active(app)->exhibit, app->look, app->view, app->n_panes, 0,
                          app->arrival.rate};
    while (app->documents[sight.document] != app_document(app))
        sight.document++;
    play_release();
    return sight;
}

static void assert_same_sight(const struct sight *a, const struct sight *b)
{
    assert_true(exhibit_equal(&a->exhibit, &b->exhibit));
    assert_string_equal(a->look.caption, b->look.caption);
    assert_int_equal(a->look.comparison, b->look.comparison);
    assert_int_equal(a->look.grid, b->look.grid);
    assert_int_equal(a->look.loupe, b->look.loupe);
    assert_int_equal(a->look.histogram, b->look.histogram);
    assert_int_equal(a->look.blank, b->look.blank);
    assert_int_equal(a->look.gain, b->look.gain);
    assert_memory_equal(&a->view, &b->view, sizeof a->view);
    assert_int_equal(a->n_panes, b->n_panes);
    assert_int_equal(a->document, b->document);
    assert_true(a->rate == b->rate);
}

static void press(const char *key)
{
    struct input input = {.type = INPUT_KEY};
    snprintf(input.key, sizeof input.key, "%s", key);
    play_input(&input);
    play_until_idle();
}

static void assert_at(const char *where, uint32_t step)
{
    struct text_line line;
    struct app *app = play_hold();
    app_count_points(app, &line);
    assert_int_equal(app_active(app)->wanted.position, step);
    play_release();
    assert_string_equal(line.text, where);
}

/* As the remote controls of presenters have them, and Home and End. */
static void keys_go_through_the_points(void **state)
{
    (void)state;
    write_talk("point One\nstep 1\npoint Two\nstep 2\npoint Three\nstep 3\n");
    show();
    play_lines("talk talk.script\npresent on");
    assert_at("1 / 3", 1);
    press("End");
    assert_at("3 / 3", 3);
    press("PageUp");
    assert_at("2 / 3", 2);
    press("PageDown");
    assert_at("3 / 3", 3);
    press("PageDown");
    assert_at("End of the talk", 3);
    press("PageUp");
    assert_at("2 / 3", 2);
    press("Home");
    assert_at("1 / 3", 1);
    play_lines("talk off");
    assert_at("", 1);
    assert_int_equal(play_end(), 0);
}

/* Whatever was done by hand, or by the points that are gone back over. */
static void going_back_looks_as_it_did(void **state)
{
    static const char *const by_hand[] = {"mode flow\nstep 5\nmap change",
                                          "compare wipe\ngain 16\ngrid on\nloupe on\nhistogram on",
                                          "zoom 3\npan 40 40\nblank on\nmix 30",
                                          "original on\ncaption By hand",
                                          "file other\nmap bits\ncompare difference",
                                          "bandwidth 1M"};
    struct sight before[4], after;
    (void)state;
    write_talk("point\nstep 1\nmode ancestral\nseed new\npoint Two\nmap variance\npoint\n"
               "seed new\npoint Four\ncompare side\nmap off\nzoom 2\ngain 8\nseed new\n");
    PLAY("picture.uqd", "twin.uqd", "--reference", "picture.png", "--forget");
    play_until_idle();
    play_lines("compare off\nseed 7\ntalk talk.script");
    for (int i = 0; i < 4; i++) {
        before[i] = see();
        play_lines("talk next");
    }
    for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
        int point = 2 - (int)i % 3;
        play_lines(by_hand[i]);
        play_lines(point == 2 ? "talk next\ntalk previous" : "talk previous");
        after = see();
        assert_same_sight(&before[point], &after);
        for (int k = point; point == 0 && k < 3; k++)
            play_lines("talk next");
    }
    assert_int_equal(before[0].exhibit.seed, 8);
    assert_int_equal(before[2].exhibit.seed, 9);
    assert_int_equal(play_end(), 0);
}

/* ---- Slow lines ---------------------------------------------------------------------------- */

/* As the window was drawn last: the numbers are those of the picture, and that is of what has come.
 */
static bool belongs_together(struct app *app)
{
    const struct pane *pane = app_active(app);
    struct text_line bytes;
    if (app->dirty || app->look.nothing_yet)
        return false;
    assert_true(pane_described_bytes(pane) <= app->arrival.bytes);
    assert_non_null(strstr(app->look.arrival, format_bytes(&bytes, pane_described_bytes(pane))));
    return true;
}

static bool has_all_come(struct app *app)
{
    return belongs_together(app) && !app->arrival.running && app_shows_wanted(app);
}

static bool is_empty(struct app *app)
{
    return app->look.nothing_yet;
}

static void numbers_are_those_of_the_picture(void **state)
{
    (void)state;
    show();
    play_lines("present on\nstep 6");
    play_do("bandwidth 1");
    play_until(is_empty, "nothing to be shown");
    play_do("bandwidth 20k");
    play_until(belongs_together, "the first picture of the line");
    play_until(has_all_come, "the last picture of the line");
    assert_int_equal(play_end(), 0);
}

/* ---- By itself ----------------------------------------------------------------------------- */

/* Nothing is left to be woken up for. */
static void the_viewer_rests_after_the_last_point(void **state)
{
    struct text_line line;
    (void)state;
    show();
    play_do("speed 1000");
    play_do("autoplay on");
    play_until(stopped_by_itself, "the last point");
    const struct app *app = play_hold();
    assert_int_equal(app->talk.point + 1, app->talk.talk.n_points);
    assert_int_equal(app_talk_next(app), 0);
    app_count_points(app, &line);
    assert_string_equal(line.text, "End of the talk");
    play_release();
    assert_int_equal(play_end(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(only_files_are_read, play_teardown),
        cmocka_unit_test_teardown(only_pictures_are_written, play_teardown),
        cmocka_unit_test_teardown(mistakes_of_a_talk_are_told, play_teardown),
        cmocka_unit_test_teardown(an_option_begins_a_talk, play_teardown),
        cmocka_unit_test_teardown(keys_go_through_the_points, play_teardown),
        cmocka_unit_test_teardown(numbers_are_those_of_the_picture, play_teardown),
        cmocka_unit_test_teardown(going_back_looks_as_it_did, play_teardown),
        cmocka_unit_test_teardown(the_viewer_rests_after_the_last_point, play_teardown),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
