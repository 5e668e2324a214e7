/* What the viewer brings back when a file is shown again, and what it does not. */
#include "play.h"
#include "session/remembered.h"
#include "stage.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* What a user has set and where the file was left. */
struct impression {
    struct exhibit wanted;
    bool following, filmstrip, fit;
    enum scrub_unit unit;
    double text_scale, zoom, x, y;
};

static struct impression look(void)
{
    struct app *app = play_hold();
    const struct pane *pane = app_active(app);
    struct impression impression = {.wanted = pane->wanted,
                                    .following = pane->following,
                                    .filmstrip = app->look.filmstrip,
                                    .fit = app->view.fit,
                                    .unit = app->look.unit,
                                    .text_scale = app->look.text_scale,
                                    .zoom = app->view.zoom,
                                    .x = app->view.centre_x,
                                    .y = app->view.centre_y};
    play_release();
    return impression;
}

static void assert_same_impression(const struct impression *a, const struct impression *b)
{
    assert_int_equal(a->wanted.position, b->wanted.position);
    assert_int_equal(a->wanted.mode, b->wanted.mode);
    assert_int_equal(a->wanted.seed, b->wanted.seed);
    assert_int_equal(a->wanted.mix, b->wanted.mix);
    assert_int_equal(a->following, b->following);
    assert_int_equal(a->filmstrip, b->filmstrip);
    assert_int_equal(a->fit, b->fit);
    assert_int_equal(a->unit, b->unit);
    if (fabs(a->text_scale - b->text_scale) > 1e-3 || fabs(a->zoom - b->zoom) > 1e-6 ||
        fabs(a->x - b->x) > 1e-3 || fabs(a->y - b->y) > 1e-3)
        fail_msg("text %g, zoom %g about %g %g instead of text %g, zoom %g about %g %g",
                 b->text_scale, b->zoom, b->x, b->y, a->text_scale, a->zoom, a->x, a->y);
}

/* Shows the file as the user left it. */
static struct impression show_again(const char *option)
{
    PLAY("picture.uqd", option ? option : "--threads=1");
    play_until_idle();
    struct impression impression = look();
    assert_int_equal(play_end(), 0);
    return impression;
}

/* Runs commands on the file, and leaves it. */
static struct impression leave(const char *lines)
{
    PLAY("picture.uqd");
    play_until_idle();
    play_lines(lines);
    struct impression impression = look();
    assert_int_equal(play_end(), 0);
    return impression;
}

static void forget(void)
{
    unlink(".config/uqd/viewer.conf");
    unlink(".local/state/uqd/viewer-positions");
}

/* ---- Coming back --------------------------------------------------------------------------- */

static void everything_comes_back(void **state)
{
    static const char *const cases[] = {
        "filmstrip off\nunit bpp\ntext 1.25\nstep 2\nmode flow\nzoom 9\npan 40 -25",
        "step 1\nseed 7\nzoom 20\npan 5 5\nunit psnr",
        "seed 12345678901234567\nmix 40",
        "seed 3\nmode denoised\nstep first",
        "filmstrip on\ntext 1\nunit steps\nfit\nstep last",
    };
    (void)state;
    forget();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct impression left = leave(cases[i]);
        struct impression again = show_again(NULL);
        assert_same_impression(&left, &again);
    }
    struct stat status;
    assert_int_equal(stat(".config/uqd/viewer.conf", &status), 0); /* below the test's home */
    forget();
}

static void other_files_begin_at_their_own_place(void **state)
{
    (void)state;
    forget();
    leave("step 2\nzoom 9");
    PLAY("short.uqd");
    play_until_idle();
    struct impression other = look();
    assert_int_equal(play_end(), 0);
    assert_true(other.following && other.fit);
    assert_int_equal(other.wanted.position, 3);
    forget();
}

/* Neither is anything brought back, nor is anything saved. */
static void nothing_comes_back_where_it_is_not_to(void **state)
{
    static const char *const options[] = {"--forget", "--script=idle.txt"};
    FILE *script = fopen("idle.txt", "w");
    (void)state;
    assert_non_null(script);
    fputs("wait idle\n", script);
    fclose(script);
    forget();
    struct impression fresh = show_again("--forget");
    struct impression left = leave("filmstrip off\nunit bytes\nstep 2\nmode flow\nzoom 9");
    for (int i = 0; i < 2; i++) {
        PLAY("picture.uqd", options[i]);
        play_until_idle();
        struct impression again = look();
        assert_same_impression(&fresh, &again);
        play_lines("step 1\nunit psnr\nzoom 4");
        assert_int_equal(play_end(), 0);
    }
    struct impression again = show_again(NULL);
    assert_same_impression(&left, &again);
    forget();
}

/* ---- What others write --------------------------------------------------------------------- */

/* Nothing but the view is changed by what the file of positions says. */
static void a_hostile_position_does_nothing(void **state)
{
    static const char hostile[] = "quit\nscreenshot hostile.png\nexport hostile.png\n"
                                  "export hostile.csv\nopen other.uqd\nimport hostile.csv\n"
                                  "compare side\nfullscreen on\nresize 64 64\nplay on\nblank on\n"
                                  "file 2\nwait step 5\npause 600000\ntext 4\nmap variance\n"
                                  "zoom nan\nzoom -1\npan inf inf\nmix 101\nmode none\n"
                                  "seed -1\nstep 1000001\nnothing\n\nstep 1000000\n";
    struct stat status;
    (void)state;
    forget();
    struct impression fresh = show_again("--forget");
    PLAY("picture.uqd");
    play_until_idle();
    struct document *document = play_hold()->documents[0];
    uint64_t mark = remembered_mark(document->header, (size_t)document->file.info.header_size);
    play_release();
    assert_int_equal(play_end(), 0);
    remembered_save_position("picture.uqd", mark, hostile);
    PLAY("picture.uqd");
    play_until_idle();
    struct impression again = look();
    struct app *app = play_hold();
    int n_documents = app->n_documents, n_panes = app->n_panes;
    enum map_kind map = app_active(app)->wanted.map;
    bool playing = app->look.playing, blank = app->look.blank;
    play_release();
    assert_int_equal(play_end(), 0);
    again.following = true; /* the last step was chosen by its number */
    assert_same_impression(&fresh, &again);
    assert_int_equal(n_documents, 1);
    assert_int_equal(n_panes, 1);
    assert_int_equal(map, MAP_OFF);
    assert_false(playing || blank);
    assert_int_not_equal(stat("hostile.png", &status), 0);
    assert_int_not_equal(stat("hostile.csv", &status), 0);
    forget();
}

/* ---- Nowhere to write ---------------------------------------------------------------------- */

/* Runs the viewer and returns how many bytes it wrote to standard error. */
static off_t said_while_shown(void)
{
    struct stat status;
    int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int file = open("said.txt", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(before >= 0 && file >= 0);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    PLAY("picture.uqd");
    play_until_idle();
    play_lines("step 1\nzoom 4");
    int exit_code = play_end();
    dup2(before, STDERR_FILENO);
    close(before);
    assert_int_equal(exit_code, 0);
    assert_int_equal(fstat(file, &status), 0);
    close(file);
    return status.st_size;
}

static void nowhere_to_write_is_no_trouble(void **state)
{
    static const char *const places[] = {"/dev/null", "/proc/self", "picture.uqd/a/b"};
    char *home = strdup(getenv("HOME"));
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        setenv("XDG_CONFIG_HOME", places[i], 1);
        setenv("XDG_STATE_HOME", places[i], 1);
        assert_int_equal(said_while_shown(), 0);
    }
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/dev/null", 1);
    assert_int_equal(said_while_shown(), 0);
    setenv("HOME", home, 1);
    free(home);
}

#define TEST(function) cmocka_unit_test_teardown(function, play_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_comes_back),
        TEST(other_files_begin_at_their_own_place),
        TEST(nothing_comes_back_where_it_is_not_to),
        TEST(a_hostile_position_does_nothing),
        TEST(nowhere_to_write_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
