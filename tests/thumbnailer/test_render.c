/* Small pictures: from which step, from how many bytes, and what becomes of them when the time
 * ends. */
#include "made_file.h"
#include "scale.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A clock that tells another time after so many looks at it. */
struct clock {
    unsigned n_looks;
    int64_t then;
};

static int64_t count_down(void *cookie)
{
    struct clock *clock = cookie;
    if (clock->n_looks == 0)
        return clock->then;
    clock->n_looks--;
    return 1000;
}

/* ---- Plans --------------------------------------------------------------------------------- */

static struct render_plan plan_of(uint32_t width, uint32_t height, uint32_t edge)
{
    const struct uqd_info info = {.width = width, .height = height};
    return render_plan(&info, edge);
}

/* Never fewer pixels than wanted, but for an eighth of the sides, which is cheap. */
static void test_reductions(void **state)
{
    static const uint32_t cases[][5] = {
        /* width, height, edge; reduced so often, and the plan's width */
        {4000, 3000, 256, 3, 256},   {4000, 3000, 128, 4, 128}, {4000, 3000, 512, 3, 512},
        {4000, 3000, 533, 3, 533},   {4000, 3000, 534, 2, 534}, {4000, 3000, 1024, 1, 1024},
        {4000, 3000, 2001, 0, 2001}, {768, 512, 256, 1, 256},   {768, 512, 96, 3, 96},
        {100, 50, 128, 0, 100},      {1, 1, 128, 6, 1},         {3, 2000, 128, 3, 1},
        {3000, 4000, 512, 3, 384},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct render_plan plan = plan_of(cases[i][0], cases[i][1], cases[i][2]);
        if (plan.reduce != cases[i][3] || plan.width != cases[i][4])
            fail_msg("%ux%u in %u: reduced %u times, width %u", cases[i][0], cases[i][1],
                     cases[i][2], plan.reduce, plan.width);
    }
}

/* ---- Bytes --------------------------------------------------------------------------------- */

/* The step that is enough, as the header tells. */
static uint32_t step_for(const struct input *input, uint32_t edge)
{
    const struct render_plan plan = render_plan(&input->info, edge);
    uint32_t step = 0;
    while (!render_is_enough(input, &plan, step))
        step++;
    return step;
}

static void check_bytes(uint32_t edge, uint32_t *step)
{
    struct render_request request = {.edge = edge, .milliseconds_left = made_file_no_deadline};
    struct uqd_step_info info;
    struct input input;
    struct pixels pixels;
    struct message message;
    made_file_open(&input, &request);
    const uint64_t head = (uint64_t)lseek(input.fd, 0, SEEK_CUR);
    *step = step_for(&input, edge);
    assert_int_equal(uqd_decoder_step_info(input.decoder, *step, &info), UQD_OK);
    assert_int_equal(render(&input, &request, &pixels, &message), 0);
    assert_int_equal(lseek(input.fd, 0, SEEK_CUR), info.bytes > head ? info.bytes : head);
    assert_int_equal(uqd_decoder_steps_complete(input.decoder), *step + 1);
    pixels_free(&pixels);
    input_close(&input);
}

static void test_bytes_that_are_read(void **state)
{
    uint32_t small, medium, large;
    (void)state;
    made_file_write(400, 300, 3, 0);
    check_bytes(16, &small);
    check_bytes(52, &medium);
    check_bytes(400, &large);
    assert_int_equal(small, 0);
    assert_int_equal(medium, 0); /* by an eighth: what comes next is for larger pictures only */
    assert_true(large > 0);
}

static void test_picture_of_a_step(void **state)
{
    static const uint32_t edges[] = {400, 200, 170, 88, 64, 30, 1};
    (void)state;
    made_file_write(400, 300, 3, 0);
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct render_request request = {.edge = edges[i],
                                         .milliseconds_left = made_file_no_deadline};
        struct input input;
        struct pixels pixels;
        struct message message;
        made_file_open(&input, &request);
        const struct render_plan plan = render_plan(&input.info, edges[i]);
        struct pixels wanted = made_file_picture(step_for(&input, edges[i]), plan.reduce);
        assert_int_equal(scale_pixels(&wanted, plan.width, plan.height), 0);
        assert_int_equal(render(&input, &request, &pixels, &message), 0);
        assert_same_pixels(&pixels, &wanted);
        pixels_free(&pixels);
        pixels_free(&wanted);
        input_close(&input);
    }
}

/* The steps of a solid file are known when they are decoded. */
static void test_solid_file(void **state)
{
    struct render_request request = {.edge = 30, .milliseconds_left = made_file_no_deadline};
    struct input input;
    struct pixels pixels;
    struct message message;
    (void)state;
    made_file_write(70, 50, 4, 1);
    made_file_open(&input, &request);
    assert_true(input.info.solid);
    assert_int_equal(render(&input, &request, &pixels, &message), 0);
    assert_in_range(uqd_decoder_steps_complete(input.decoder), 1, input.info.n_steps - 1);
    assert_int_equal(pixels.width, 30);
    assert_int_equal(pixels.channels, 4);
    pixels_free(&pixels);
    input_close(&input);
}

/* ---- Time ---------------------------------------------------------------------------------- */

enum outcome { NOTHING, COARSE, WHOLE };

static enum outcome render_within(unsigned n_looks, const struct pixels *coarse,
                                  const struct pixels *whole)
{
    struct clock clock = {n_looks, 0};
    struct render_request request = {.edge = 72, .milliseconds_left = count_down, .cookie = &clock};
    struct input input;
    struct pixels pixels;
    struct message message;
    enum outcome outcome = NOTHING;
    made_file_open(&input, &request);
    if (render(&input, &request, &pixels, &message) == 0) {
        const size_t size = (size_t)pixels.width * pixels.channels * pixels.height;
        assert_int_equal(pixels.width, whole->width);
        assert_int_equal(pixels.height, whole->height);
        outcome = memcmp(pixels.data, whole->data, size) == 0 ? WHOLE : COARSE;
        if (outcome == COARSE)
            assert_same_pixels(&pixels, coarse);
        pixels_free(&pixels);
    } else if (!strstr(message.text, "a.uqd: no picture was ready within the time")) {
        fail_msg("%s", message.text);
    }
    input_close(&input);
    return outcome;
}

/* Whenever the time ends, there is nothing, then the picture of the first step, then the one that
 * was wanted. */
static void test_deadlines(void **state)
{
    struct input input;
    unsigned n[3] = {0};
    enum outcome last = NOTHING;
    (void)state;
    made_file_write(72, 40, 3, 0);
    made_file_open(&input, NULL);
    const uint32_t step = step_for(&input, 72);
    input_close(&input);
    assert_true(step > 0);
    struct pixels whole = made_file_picture(step, 0), coarse = made_file_picture(0, 3);
    assert_int_equal(scale_pixels(&coarse, 72, 40), 0);
    for (unsigned n_looks = 0; last != WHOLE; n_looks += 1 + n_looks / 16) {
        const enum outcome outcome = render_within(n_looks, &coarse, &whole);
        assert_true(outcome >= last);
        last = outcome;
        n[outcome]++;
    }
    assert_true(n[NOTHING] > 1 && n[COARSE] > 1);
    pixels_free(&whole);
    pixels_free(&coarse);
}

/* When most of the time is over, no more steps are decoded, and the picture is that of the last
 * one. */
static void test_last_step_in_time(void **state)
{
    uint32_t least = UINT32_MAX, most = 0;
    (void)state;
    made_file_write(72, 40, 3, 0);
    for (unsigned n_looks = 0; n_looks < 1000; n_looks += 1 + n_looks / 8) {
        struct clock clock = {n_looks, 100};
        struct render_request request = {
            .edge = 72, .milliseconds_left = count_down, .cookie = &clock};
        struct input input;
        struct pixels pixels;
        struct message message;
        made_file_open(&input, &request);
        assert_int_equal(render(&input, &request, &pixels, &message), 0);
        const uint32_t n_complete = uqd_decoder_steps_complete(input.decoder);
        struct pixels wanted = made_file_picture(n_complete - 1, 0);
        assert_same_pixels(&pixels, &wanted);
        least = n_complete < least ? n_complete : least;
        most = n_complete > most ? n_complete : most;
        pixels_free(&pixels);
        pixels_free(&wanted);
        input_close(&input);
    }
    assert_true(least < most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reductions),        cmocka_unit_test(test_bytes_that_are_read),
        cmocka_unit_test(test_picture_of_a_step), cmocka_unit_test(test_solid_file),
        cmocka_unit_test(test_deadlines),         cmocka_unit_test(test_last_step_in_time),
    };
    return cmocka_run_group_tests_name("render", tests, made_file_setup, scratch_teardown);
}
