/* What a source measures in its thread does not keep those waiting who close the file. */
#include "bell.h"
#include "source/private.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 16 };

static struct bell begun; /* the comparison, or it is over */
static bool was_cancelled;

/* ---- Instead of the library's: it takes as long as it is wanted --------------------------- */

int __wrap_uqd_compare_with(const struct uqd_image *a, const struct uqd_image *b, int with_ms_ssim,
                            struct uqd_metrics *metrics, uqd_progress look, void *cookie);

int __wrap_uqd_compare_with(const struct uqd_image *a, const struct uqd_image *b, int with_ms_ssim,
                            struct uqd_metrics *metrics, uqd_progress look, void *cookie)
{
    (void)a;
    (void)b;
    (void)with_ms_ssim;
    (void)metrics;
    bell_ring(&begun);
    while (look && !look(cookie, 0))
        sched_yield();
    was_cancelled = look != NULL;
    return UQD_ERR_CANCELLED;
}

/* ---- A source that measures one picture ---------------------------------------------------- */

static void post_one(struct source *source)
{
    const struct frame_key key = {.step = 0};
    source_post_picture(source, SOURCE_BACKGROUND, &key, picture_new(SIDE, SIDE, 3));
    bell_ring(&begun);
}

static void wake(struct source *source)
{
    (void)source;
}

static void destroy(struct source *source)
{
    free(source);
}

static void notify(void *cookie)
{
    (void)cookie;
}

static struct source *start(struct picture *reference)
{
    const struct source_config config = {.notify = notify, .reference = reference};
    struct source *source = calloc(1, sizeof *source);
    assert_non_null(source);
    source->run = post_one;
    source->wake = wake;
    source->destroy = destroy;
    source = source_start(source, &config);
    assert_non_null(source);
    bell_wait(&begun);
    return source;
}

static int setup(void **state)
{
    *state = picture_new(SIDE, SIDE, 3);
    assert_non_null(*state);
    bell_init(&begun);
    was_cancelled = false;
    return 0;
}

static int teardown(void **state)
{
    picture_unref(*state);
    return 0;
}

static void closing_ends_the_measuring(void **state)
{
    struct source *source = start(*state);
    source_free(source);
    assert_true(was_cancelled);
}

static void forgetting_ends_the_measuring(void **state)
{
    struct source *source = start(*state);
    struct source_event event;
    source_forget(source);
    bell_wait(&begun); /* all is done */
    assert_true(was_cancelled);
    source_take(source, &event);
    assert_int_equal(event.type, SOURCE_NOTHING);
    source_free(source);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(closing_ends_the_measuring),
        TEST(forgetting_ends_the_measuring),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
