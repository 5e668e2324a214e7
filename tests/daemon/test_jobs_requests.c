/* What can be done about requested frames, as far as a file has been decoded. */
#include "jobs/requests.h"

#include "decode/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LATEST UQD_STEP_LATEST

/* Of a file with ten steps, each of 100 bytes. */
#define STEPS 10

static struct extent extent_of(uint32_t complete, uint64_t received, bool finished)
{
    return (struct extent){
        .n_steps = STEPS,
        .max_step = UINT32_MAX,
        .steps_complete = complete,
        .decoded = complete * UINT64_C(100),
        .received = received,
        .finished = finished,
    };
}

/* Adds a request that supersedes none. */
static void add(struct requests *requests, struct frame_key key, enum priority priority,
                const char *purpose, void *cookie)
{
    struct request *older;
    struct failure failure;

    assert_int_equal(requests_add(requests, &key, priority, purpose, cookie, &older, &failure), 0);
    assert_null(older);
}

static void clear(struct requests *requests)
{
    while (requests->first) {
        struct request *request = requests->first;

        requests_take(requests, request);
        free(request);
    }
    assert_int_equal(requests->n_requests, 0);
}

/* ---- Outlooks ---- */

static const struct {
    const char *name;
    uint32_t complete;
    uint64_t received;
    bool finished, failed;
    uint32_t max_step;
    uint32_t step; /* wanted */
    uint64_t bytes;
    enum outlook outlook;
    uint32_t ready_step; /* to be rendered */
} cases[] = {
    {"a decoded step", 3, 300, false, false, UINT32_MAX, 2, 0, FRAME_READY, 2},
    {"a step to come", 3, 300, false, false, UINT32_MAX, 3, 0, FRAME_WAITS, 0},
    {"a step after the end", 3, 350, true, false, UINT32_MAX, 3, 0, FRAME_IMPOSSIBLE, 0},
    {"everything, not yet", 3, 300, false, false, UINT32_MAX, LATEST, 0, FRAME_WAITS, 0},
    {"everything of a cut file", 3, 350, true, false, UINT32_MAX, LATEST, 0, FRAME_READY, LATEST},
    {"everything, all steps", 10, 1000, true, false, UINT32_MAX, LATEST, 0, FRAME_READY, 9},
    {"everything up to a step", 4, 400, true, false, 3, LATEST, 0, FRAME_READY, 3},
    {"everything before damage", 3, 350, true, true, UINT32_MAX, LATEST, 0, FRAME_READY, 2},
    {"everything of nothing", 0, 0, true, true, UINT32_MAX, LATEST, 0, FRAME_IMPOSSIBLE, 0},
    {"bytes that are decoded", 3, 300, false, false, UINT32_MAX, LATEST, 250, FRAME_READY, LATEST},
    {"bytes to come", 3, 300, false, false, UINT32_MAX, LATEST, 301, FRAME_WAITS, 0},
    {"bytes of a cut step", 3, 350, true, false, UINT32_MAX, LATEST, 320, FRAME_READY, LATEST},
    {"bytes after the end", 10, 1000, true, false, UINT32_MAX, LATEST, 2000, FRAME_READY, 9},
};

static void outlooks_follow_from_what_is_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct extent extent = extent_of(cases[i].complete, cases[i].received, cases[i].finished);
        const struct request request = {
            .key = {.step = cases[i].step, .mode = UQD_MODE_DENOISED, .bytes = cases[i].bytes}};
        struct frame_key key;
        enum outlook outlook;

        extent.failed = cases[i].failed;
        extent.max_step = cases[i].max_step;
        outlook = request_outlook(&request, &extent, &key);
        if (outlook != cases[i].outlook)
            fail_msg("%s: outlook %d", cases[i].name, (int)outlook);
        if (outlook == FRAME_READY && key.step != cases[i].ready_step)
            fail_msg("%s: step %u", cases[i].name, key.step);
    }
}

/* Otherwise the same picture would be rendered twice. */
static void bytes_after_the_end_are_everything(void **state)
{
    const struct extent extent = extent_of(STEPS, 1000, true);
    const struct request all = {.key = {.step = LATEST, .mode = UQD_MODE_DENOISED}};
    const struct request more = {.key = {.step = LATEST, .mode = UQD_MODE_DENOISED, .bytes = 5000}};
    struct frame_key all_key, more_key;

    (void)state;
    assert_int_equal(request_outlook(&all, &extent, &all_key), FRAME_READY);
    assert_int_equal(request_outlook(&more, &extent, &more_key), FRAME_READY);
    assert_true(frame_key_equal(&all_key, &more_key));
}

static void what_cannot_be_had_is_explained(void **state)
{
    struct extent extent = extent_of(3, 350, true);
    const struct request request = {.key = {.step = 7}};
    struct failure failure;

    (void)state;
    assert_int_equal(request_explain(&request, &extent, &failure), -1);
    assert_int_equal(failure.kind, FAILURE_GONE);
    assert_string_equal(failure.text, "there is no step 7: the file ends after 3 steps");
    extent.max_step = 2;
    request_explain(&request, &extent, &failure);
    assert_string_equal(failure.text, "there is no step 7: decoding was to stop after 3 steps");
}

/* ---- Purposes ---- */

static void a_newer_request_takes_the_place_of_an_older_one(void **state)
{
    const struct frame_key key = {.step = 1, .mode = UQD_MODE_DENOISED};
    struct requests requests = {0};
    struct request *older;
    struct failure failure;
    int first, second, other;

    (void)state;
    add(&requests, key, PRIORITY_INTERACTIVE, "screen", &first);
    add(&requests, key, PRIORITY_INTERACTIVE, "strip", &other);
    add(&requests, (struct frame_key){.step = 1, .mode = FRAME_OF_BITS}, PRIORITY_INTERACTIVE,
        "screen", &other);
    assert_int_equal(
        requests_add(&requests, &key, PRIORITY_BACKGROUND, "screen", &second, &older, &failure), 0);
    assert_non_null(older);
    assert_ptr_equal(older->cookie, &first);
    free(older);
    assert_int_equal(requests.n_requests, 3);
    clear(&requests);
}

static void there_is_a_limit(void **state)
{
    const struct frame_key key = {.step = 1, .mode = UQD_MODE_DENOISED};
    struct requests requests = {0};
    struct request *older;
    struct failure failure;
    char purpose[2] = "A";

    (void)state;
    for (unsigned i = 0; i < MAX_REQUESTS; i++) {
        add(&requests, key, PRIORITY_INTERACTIVE, purpose, NULL);
        purpose[0]++;
    }
    assert_int_equal(
        requests_add(&requests, &key, PRIORITY_INTERACTIVE, "one more", NULL, &older, &failure),
        -1);
    assert_int_equal(failure.kind, FAILURE_LIMIT);
    assert_int_equal(requests.n_requests, MAX_REQUESTS);
    assert_int_equal(
        requests_add(&requests, &key, PRIORITY_INTERACTIVE, "A", NULL, &older, &failure), 0);
    free(older);
    assert_int_equal(requests.n_requests, MAX_REQUESTS);
    clear(&requests);
}

/* ---- Order ---- */

static void the_most_urgent_request_that_is_ready_comes_next(void **state)
{
    const struct extent extent = extent_of(3, 300, false);
    struct requests requests = {0};
    struct frame_key key;
    int background, first, second, waiting;

    (void)state;
    assert_null(requests_next(&requests, &extent, &key));
    assert_int_equal(requests_waiting(&requests, &extent), 0);
    add(&requests, (struct frame_key){.step = 0}, PRIORITY_BACKGROUND, "a", &background);
    assert_ptr_equal(requests_next(&requests, &extent, &key)->cookie, &background);
    add(&requests, (struct frame_key){.step = 1}, PRIORITY_PREFETCH, "b", &first);
    add(&requests, (struct frame_key){.step = 2}, PRIORITY_PREFETCH, "c", &second);
    add(&requests, (struct frame_key){.step = 5}, PRIORITY_INTERACTIVE, "d", &waiting);
    assert_ptr_equal(requests_next(&requests, &extent, &key)->cookie, &first);
    assert_int_equal(key.step, 1);
    assert_int_equal(requests_waiting(&requests, &extent), PRIORITY_INTERACTIVE);
    clear(&requests);
}

static void a_frame_is_wanted_by_its_content(void **state)
{
    const struct extent extent = extent_of(STEPS, 1000, true);
    struct requests requests = {0};
    struct frame_key last = {.step = STEPS - 1, .mode = UQD_MODE_DENOISED};

    (void)state;
    add(&requests, (struct frame_key){.step = LATEST, .mode = UQD_MODE_DENOISED},
        PRIORITY_INTERACTIVE, "", NULL);
    assert_true(requests_want(&requests, &extent, &last));
    last.reduce = 1;
    assert_false(requests_want(&requests, &extent, &last));
    clear(&requests);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlooks_follow_from_what_is_decoded),
        cmocka_unit_test(bytes_after_the_end_are_everything),
        cmocka_unit_test(what_cannot_be_had_is_explained),
        cmocka_unit_test(a_newer_request_takes_the_place_of_an_older_one),
        cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(the_most_urgent_request_that_is_ready_comes_next),
        cmocka_unit_test(a_frame_is_wanted_by_its_content),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
