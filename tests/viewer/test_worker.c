/* What is made in a thread is what would have been made at once, and what was there before stays
 * until it comes. */
#include "bell.h"
#include "session/difference.h"
#include "session/shown_histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 1100, HEIGHT = 1000, SMALL = 40 };

/* ---- Jobs, one of which waits -------------------------------------------------------------- */

static struct bell begun, done;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* nobody gets through while it is held */
static int n_freed;

struct number_job {
    struct job base;
    int number;
};

static void wait_at_gate(struct job *job)
{
    if (((struct number_job *)job)->number != 0)
        return;
    bell_ring(&begun);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
}

static void free_number(struct job *job)
{
    n_freed++;
    free(job);
}

static const struct job_type number_type = {.run = wait_at_gate, .free = free_number};

static struct job *new_job(int number)
{
    struct number_job *job = malloc(sizeof *job);
    assert_non_null(job);
    *job = (struct number_job){.base.type = &number_type, .number = number};
    return &job->base;
}

static void take(struct worker *worker, unsigned place, int number)
{
    struct job *job;
    while (!(job = worker_take(worker, place)))
        bell_wait(&done);
    assert_int_equal(((struct number_job *)job)->number, number);
    job->type->free(job);
}

/* A worker that does nothing else until let_through. */
static struct worker *open_busy(void)
{
    struct worker *worker = worker_new(bell_ring, &done);
    assert_non_null(worker);
    pthread_mutex_lock(&gate);
    worker_order(worker, WORKER_PANES, new_job(0));
    bell_wait(&begun);
    n_freed = 0;
    return worker;
}

static void let_through(struct worker *worker)
{
    pthread_mutex_unlock(&gate);
    take(worker, WORKER_PANES, 0);
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void a_later_order_takes_the_place_of_an_earlier_one(void **state)
{
    struct worker *worker = open_busy();
    (void)state;
    worker_order(worker, WORKER_DIFFERENCE, new_job(1));
    worker_order(worker, WORKER_DIFFERENCE, new_job(2));
    assert_int_equal(n_freed, 1);
    assert_null(worker_take(worker, WORKER_DIFFERENCE));
    let_through(worker);
    take(worker, WORKER_DIFFERENCE, 2);
    assert_null(worker_take(worker, WORKER_DIFFERENCE));
    worker_free(worker);
    assert_int_equal(n_freed, 3);
}

static void what_was_dropped_does_not_come(void **state)
{
    struct worker *worker = open_busy();
    (void)state;
    worker_order(worker, WORKER_PANES, new_job(1));
    worker_drop(worker, WORKER_PANES); /* this one, and the one that waits */
    worker_order(worker, WORKER_PANES, new_job(2));
    pthread_mutex_unlock(&gate);
    take(worker, WORKER_PANES, 2);
    assert_int_equal(n_freed, 3);
    worker_free(worker);
}

static void what_nobody_takes_is_freed(void **state)
{
    struct worker *worker = open_busy();
    (void)state;
    worker_order(worker, WORKER_DIFFERENCE, new_job(1));
    pthread_mutex_unlock(&gate);
    worker_order(worker, WORKER_HISTOGRAM, new_job(2));
    worker_free(worker);
    assert_int_equal(n_freed, 3);
}

static struct picture *paint(uint32_t width, uint32_t height, uint32_t noise)
{
    struct picture *picture = picture_new(width, height, 3);
    assert_non_null(picture);
    for (size_t i = 0; i < picture_size(picture); i++) {
        noise = noise * 1664525 + 1013904223;
        picture_pixels(picture)[i] = (uint8_t)(noise >> 24);
    }
    return picture;
}

static void assert_same_difference(const struct difference *difference, struct picture *a,
                                   struct picture *b, int gain)
{
    struct difference at_once = {0};
    assert_true(difference_update(&at_once, a, b, MAP_LUMA, gain));
    assert_non_null(at_once.picture);
    assert_int_equal(picture_size(difference->picture), picture_size(at_once.picture));
    assert_memory_equal(difference->picture->pixels, at_once.picture->pixels,
                        picture_size(at_once.picture));
    assert_string_equal(difference->legend.title, at_once.legend.title);
    difference_clear(&at_once);
}

static void await_difference(struct difference *difference, struct picture *a, struct picture *b,
                             int gain)
{
    while (!difference_update(difference, a, b, MAP_LUMA, gain))
        bell_wait(&done);
}

static void a_large_difference_comes_later(void **state)
{
    struct picture *a = paint(WIDTH, HEIGHT, 1), *b = paint(WIDTH, HEIGHT, 2);
    struct difference difference = {.worker = open_busy()};
    (void)state;
    assert_true(difference_update(&difference, a, b, MAP_LUMA, 4));
    assert_true(difference.coming);
    assert_null(difference.picture);
    assert_false(difference_update(&difference, a, b, MAP_LUMA, 4));
    let_through(difference.worker);
    await_difference(&difference, a, b, 4);
    assert_false(difference.coming);
    assert_same_difference(&difference, a, b, 4);
    assert_false(difference_update(&difference, a, b, MAP_LUMA, 4));

    assert_true(difference_update(&difference, a, b, MAP_LUMA, 9));
    assert_true(difference.coming);
    assert_same_difference(&difference, a, b, 4); /* stays until then */
    await_difference(&difference, a, b, 9);
    assert_same_difference(&difference, a, b, 9);
    difference_clear(&difference);
    worker_free(difference.worker);
    assert_int_equal(a->references + b->references, 2);
    picture_unref(a);
    picture_unref(b);
}

static void nothing_comes_after_the_difference_was_left(void **state)
{
    struct picture *a = paint(WIDTH, HEIGHT, 1), *b = paint(WIDTH, HEIGHT, 2);
    struct picture *small = paint(SMALL, SMALL, 3);
    struct difference difference = {.worker = open_busy()};
    (void)state;
    assert_true(difference_update(&difference, a, b, MAP_LUMA, 4));
    assert_true(difference_update(&difference, a, NULL, MAP_LUMA, 4));
    assert_false(difference_update(&difference, a, NULL, MAP_LUMA, 4));
    assert_false(difference.coming);
    assert_true(difference_update(&difference, a, b, MAP_LUMA, 4));
    assert_true(difference_update(&difference, small, small, MAP_LUMA, 4)); /* at once */
    assert_false(difference.coming);
    assert_same_difference(&difference, small, small, 4);
    assert_int_equal(a->references + b->references, 2);
    let_through(difference.worker);
    assert_false(difference_update(&difference, small, small, MAP_LUMA, 4));
    difference_clear(&difference);
    worker_free(difference.worker);
    picture_unref(a);
    picture_unref(b);
    picture_unref(small);
}

static void assert_same_histogram(const struct shown_histogram *shown,
                                  const struct picture *picture,
                                  const struct histogram_region *region)
{
    struct histogram at_once;
    histogram_take(&at_once, picture, region);
    assert_memory_equal(&shown->histogram, &at_once, sizeof at_once);
}

static void a_large_histogram_comes_later(void **state)
{
    static const struct histogram_region little = {5, 7, 90, 50}, all = {0, 0, WIDTH, HEIGHT};
    static const struct histogram_region most = {3, 2, WIDTH - 3, HEIGHT - 2};
    struct picture *picture = paint(WIDTH, HEIGHT, 1);
    struct shown_histogram shown = {.worker = open_busy()};
    (void)state;
    assert_true(shown_histogram_update(&shown, picture, &little));
    assert_false(shown.coming);
    assert_same_histogram(&shown, picture, &little);
    assert_true(shown_histogram_update(&shown, picture, &all));
    assert_true(shown.coming);
    assert_same_histogram(&shown, picture, &little);
    assert_true(shown_histogram_update(&shown, picture, &most));
    let_through(shown.worker);
    while (!shown_histogram_update(&shown, picture, &most))
        bell_wait(&done);
    assert_false(shown.coming);
    assert_same_histogram(&shown, picture, &most);
    assert_false(shown_histogram_update(&shown, picture, &most));

    assert_true(shown_histogram_update(&shown, picture, &all));
    assert_true(shown_histogram_update(&shown, NULL, &all));
    assert_false(shown_histogram_update(&shown, NULL, &all));
    worker_free(shown.worker);
    assert_int_equal(picture->references, 1);
    picture_unref(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_order_takes_the_place_of_an_earlier_one),
        cmocka_unit_test(what_was_dropped_does_not_come),
        cmocka_unit_test(what_nobody_takes_is_freed),
        cmocka_unit_test(a_large_difference_comes_later),
        cmocka_unit_test(nothing_comes_after_the_difference_was_left),
        cmocka_unit_test(a_large_histogram_comes_later),
    };
    bell_init(&begun);
    bell_init(&done);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
