/* Talks as they are given: their points in the running viewer. */
#include "play.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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
        cmocka_unit_test_teardown(the_viewer_rests_after_the_last_point, play_teardown),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
