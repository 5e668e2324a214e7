/* The pool of threads: what goes first. */
#include "base/pool.h"
#include "monotonic.h"

#include <assert.h>
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENCE_MS = 60000, MAX_ORDER = 32 };

/* A piece of work that waits for its gate, if it has one, and takes some milliseconds. */
struct piece {
    struct work work;
    char name;
    bool begins;
    sem_t *gate;
    int milliseconds;
    struct desk *desk;
};

struct desk {
    struct pool *pool;
    sem_t began; /* one for each piece that runs or has run */
    char order[MAX_ORDER];
    _Atomic unsigned n_order;
};

static void run(struct work *work)
{
    struct piece *piece = (struct piece *)work; /* its first member */
    struct desk *desk = piece->desk;
    const int64_t end = monotonic_ms() + piece->milliseconds;

    desk->order[desk->n_order++] = piece->name;
    sem_post(&desk->began);
    if (piece->gate)
        sem_wait(piece->gate);
    while (monotonic_ms() < end)
        continue;
}

static void done(struct work *work)
{
    (void)work;
}

static int setup(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);

    assert_non_null(desk);
    assert_int_equal(pool_new(&desk->pool, 2), 0);
    assert_int_equal(sem_init(&desk->began, 0, 0), 0);
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;

    pool_free(desk->pool);
    sem_destroy(&desk->began);
    free(desk);
    return 0;
}

static void submit(struct desk *desk, struct piece *piece, enum priority priority,
                   struct share *share)
{
    piece->desk = desk;
    piece->work = (struct work){
        .priority = priority, .begins = piece->begins, .share = share, .run = run, .done = done};
    pool_submit(desk->pool, &piece->work);
}

static void settle(struct desk *desk)
{
    struct pollfd event = {.fd = pool_fd(desk->pool), .events = POLLIN};

    while (!pool_idle(desk->pool)) {
        assert_int_equal(poll(&event, 1, PATIENCE_MS), 1);
        pool_collect(desk->pool);
    }
}

/* Waits until so many pieces run or have run. */
static void wait_for(struct desk *desk, unsigned n)
{
    while (n-- > 0)
        sem_wait(&desk->began);
}

/* Background work is run by one thread, so its order is that of the queue. */
static void shares_take_turns(void **state)
{
    struct desk *desk = *state;
    struct share *a = share_new(), *b = share_new();
    sem_t gate;
    struct piece first = {.name = '-', .gate = &gate};
    struct piece pieces[6] = {{.name = 'a', .milliseconds = 2}, {.name = 'a', .milliseconds = 2},
                              {.name = 'a', .milliseconds = 2}, {.name = 'a', .milliseconds = 2},
                              {.name = 'b', .milliseconds = 3}, {.name = 'b', .milliseconds = 3}};

    assert_true(a && b);
    sem_init(&gate, 0, 0);
    submit(desk, &first, PRIORITY_BACKGROUND, NULL);
    wait_for(desk, 1);
    for (unsigned i = 0; i < 6; i++)
        submit(desk, &pieces[i], PRIORITY_BACKGROUND, i < 4 ? a : b);
    sem_post(&gate);
    settle(desk);
    /* The older one first, then the one that has had nothing. */
    assert_memory_equal(desk->order, "-ab", 3);
    assert_int_equal(desk->n_order, 7);
    sem_destroy(&gate);
    share_release(a);
    share_release(b);
}

/* Though the other is older, and has had nothing either. */
static void beginnings_go_first(void **state)
{
    struct desk *desk = *state;
    struct share *a = share_new(), *b = share_new();
    sem_t gate;
    struct piece first = {.name = '-', .gate = &gate};
    struct piece further = {.name = 'f'}, begins = {.name = 'b', .begins = true};

    assert_true(a && b);
    sem_init(&gate, 0, 0);
    submit(desk, &first, PRIORITY_BACKGROUND, NULL);
    wait_for(desk, 1);
    submit(desk, &further, PRIORITY_BACKGROUND, a);
    submit(desk, &begins, PRIORITY_BACKGROUND, b);
    sem_post(&gate);
    settle(desk);
    assert_memory_equal(desk->order, "-bf", 3);
    sem_destroy(&gate);
    share_release(a);
    share_release(b);
}

static void the_urgent_goes_first(void **state)
{
    struct desk *desk = *state;
    struct share *share = share_new();
    sem_t gate;
    struct piece first = {.name = '-', .gate = &gate};
    struct piece later = {.name = 'l'}, sooner = {.name = 's'};

    assert_non_null(share);
    sem_init(&gate, 0, 0);
    submit(desk, &first, PRIORITY_BACKGROUND, NULL);
    wait_for(desk, 1);
    submit(desk, &later, PRIORITY_BACKGROUND, NULL);
    submit(desk, &sooner, PRIORITY_PREFETCH, share);
    sem_post(&gate);
    settle(desk);
    assert_memory_equal(desk->order, "-sl", 3);
    sem_destroy(&gate);
    share_release(share);
}

/* One that has all threads that it may have busy keeps nobody waiting who begins; but there is no
 * third thread for itself, nor for one that has been served for long. */
static void a_newcomer_does_not_wait(void **state)
{
    struct desk *desk = *state;
    struct share *a = share_new(), *b = share_new(), *old = share_new();
    sem_t gate;
    struct piece all[3] = {
        {.name = 'a', .gate = &gate}, {.name = 'a', .gate = &gate}, {.name = 'A', .begins = true}};
    struct piece much = {.name = 'm', .milliseconds = 1000}, more = {.name = 'o', .begins = true};
    struct piece begins = {.name = 'b', .begins = true};

    assert_true(a && b && old);
    sem_init(&gate, 0, 0);
    submit(desk, &much, PRIORITY_INTERACTIVE, old);
    settle(desk);
    wait_for(desk, 1);
    submit(desk, &all[0], PRIORITY_INTERACTIVE, a);
    submit(desk, &all[1], PRIORITY_INTERACTIVE, a);
    wait_for(desk, 2);
    submit(desk, &all[2], PRIORITY_INTERACTIVE, a);
    submit(desk, &more, PRIORITY_INTERACTIVE, old);
    submit(desk, &begins, PRIORITY_INTERACTIVE, b);
    wait_for(desk, 1);
    assert_memory_equal(desk->order, "maab", 4);
    sem_post(&gate);
    sem_post(&gate);
    settle(desk);
    assert_int_equal(desk->n_order, 6);
    sem_destroy(&gate);
    share_release(a);
    share_release(b);
    share_release(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shares_take_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(beginnings_go_first, setup, teardown),
        cmocka_unit_test_setup_teardown(the_urgent_goes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newcomer_does_not_wait, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
