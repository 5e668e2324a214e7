/* The network of a paper model gives the same bits whatever computes it, and always numbers. */
#include "codec/paper/network.h"
#include "fp_mode.h"
#include "tiny_paper.h"
#include "util/isa.h"

#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include <cmocka.h>

enum { N_VALUES = UQD_PAPER_COLOURS * UQD_PAPER_PIXELS, N_STEPS = 3 };

#define MAX_RESULT 0x1p60f

struct results {
    float eps_hat[N_VALUES], factor[N_VALUES];
};

static struct uqd_model *model;

static int load_model(void **state)
{
    size_t size;
    uint8_t *bytes = tiny_paper_model(&size);
    (void)state;
    const int status = uqd_model_new(&model, bytes, size);
    free(bytes);
    return status;
}

static int free_model(void **state)
{
    (void)state;
    uqd_model_free(model);
    return 0;
}

/* Something like noise: sums of a few uniform values. */
static float *new_z(uint64_t seed)
{
    float *z = malloc(N_VALUES * sizeof *z);
    assert_non_null(z);
    for (size_t i = 0; i < N_VALUES; i++) {
        z[i] = 0;
        for (int k = 0; k < 4; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            z[i] += (float)(seed >> 40) * 0x1p-23f - 1;
        }
    }
    return z;
}

static struct results *new_results(void)
{
    struct results *results = malloc(sizeof *results);
    assert_non_null(results);
    return results;
}

static int run_network(struct uqd_paper_network *network, uint32_t step, const float *z,
                       struct results *results, struct uqd_work *work)
{
    return uqd_paper_network_run(network, step, z, results->eps_hat, results->factor, work);
}

/* With a workspace of its own. The caller frees the results. */
static struct results *run(unsigned cpu_mask, uint32_t threads, uint32_t step, const float *z)
{
    struct results *results = new_results();
    struct uqd_paper_network network;
    struct uqd_work work = {.threads = threads};
    assert_int_equal(uqd_paper_network_init(&network, model, cpu_mask, threads), UQD_OK);
    assert_int_equal(run_network(&network, step, z, results, &work), UQD_OK);
    uqd_paper_network_free(&network);
    return results;
}

/* Frees `got`. */
static void check_same(const struct results *expected, struct results *got)
{
    assert_memory_equal(expected, got, sizeof *got);
    free(got);
}

/* Files depend on these bits: a mismatch means that this compiler or machine decodes them wrongly.
 */
static void test_bits(void **state)
{
    static const uint64_t expected[N_STEPS] = {0x1b10b51a67c11f7a, 0xe92c47db7849899e,
                                               0x91131a4dfe6596bc};
    float *z = new_z(1);
    int failures = 0;
    (void)state;
    for (uint32_t step = 0; step < N_STEPS; step++) {
        struct results *results = run(UQD_CPU_ALL, 1, step, z);
        const uint64_t hash = XXH3_64bits(results, sizeof *results);
        if (hash != expected[step]) {
            print_message("# step %u: hash of the results is 0x%016llx\n", step,
                          (unsigned long long)hash);
            failures++;
        }
        free(results);
    }
    free(z);
    assert_int_equal(failures, 0);
}

static void test_instruction_sets(void **state)
{
    float *z = new_z(2);
    (void)state;
    struct results *expected = run(0, 2, 1, z);
    for (size_t i = 0; i < uqd_n_isas; i++)
        if (uqd_cpu_flags() & uqd_isas[i].flag)
            check_same(expected, run(uqd_isas[i].flag | uqd_isas[i].needs, 1, 1, z));
    free(expected);
    free(z);
}

static void test_threads(void **state)
{
    static const uint32_t threads[] = {2, 3, 8};
    float *z = new_z(3);
    (void)state;
    struct results *expected = run(UQD_CPU_ALL, 1, 2, z);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        check_same(expected, run(UQD_CPU_ALL, threads[i], 2, z));
    free(expected);
    free(z);
}

/* Rounding upwards, denormals flushed: neither changes a bit, and both are left as they were. */
static void test_environment(void **state)
{
    float *z = new_z(4);
    fenv_t environment;
    (void)state;
    struct results *expected = run(UQD_CPU_ALL, 1, 0, z);
    fegetenv(&environment);
    fesetround(FE_UPWARD);
    fp_mode_set(fp_mode() | FP_MODE_FLUSH);
    const uint64_t before = fp_mode();
    struct results *got = run(UQD_CPU_ALL, 1, 0, z);
    const uint64_t after = fp_mode();
    fp_mode_set(FP_MODE_DEFAULT);
    fesetenv(&environment);
    assert_true(before == after);
    check_same(expected, got);
    free(expected);
    free(z);
}

/* One workspace for several steps and pictures holds nothing of those before. */
static void test_repeated(void **state)
{
    float *z = new_z(5), *other = new_z(6);
    struct uqd_paper_network network;
    struct uqd_work work = {.threads = 1};
    struct results *again = new_results();
    (void)state;
    assert_int_equal(uqd_paper_network_init(&network, model, UQD_CPU_ALL, 2), UQD_OK);
    for (uint32_t i = 0; i < 4; i++) {
        const float *input = i % 2 ? other : z;
        const uint32_t step = 2 - i % 3;
        struct results *expected = run(UQD_CPU_ALL, 1, step, input);
        assert_int_equal(run_network(&network, step, input, again, &work), UQD_OK);
        assert_memory_equal(expected, again, sizeof *again);
        free(expected);
    }
    uqd_paper_network_free(&network);
    free(again);
    free(z);
    free(other);
}

/* Infinities, NaNs and the largest numbers, a few of them and nothing else, come out as numbers
 * within bounds, the same for the least instruction set. */
static void test_any_input(void **state)
{
    static const float values[] = {INFINITY, -INFINITY, NAN, 3e38f, -3e38f, 1e-40f, 1e5f, 0};
    static const size_t distances[] = {1000, 1};
    const unsigned least = uqd_cpu_flags() & -uqd_cpu_flags();
    float *z = new_z(7);
    (void)state;
    for (size_t d = 0; d < sizeof distances / sizeof *distances; d++) {
        for (size_t i = 0; i < N_VALUES; i += distances[d])
            z[i] = values[(i / 8 + i) % 8];
        struct results *results = run(UQD_CPU_ALL, 2, 0, z);
        for (size_t i = 0; i < N_VALUES; i++) {
            assert_true(fabsf(results->eps_hat[i]) <= MAX_RESULT);
            assert_true(results->factor[i] > 0 && results->factor[i] <= MAX_RESULT);
        }
        check_same(results, run(least, 1, 0, z));
        free(results);
    }
    free(z);
}

struct progress {
    uint32_t calls, last; /* the last one cancels; 0: none does */
    double share;
};

static int count_calls(void *cookie, double share)
{
    struct progress *progress = cookie;
    assert_true(share >= progress->share);
    progress->share = share;
    return ++progress->calls == progress->last;
}

static void test_progress(void **state)
{
    float *z = new_z(8);
    struct results *results = new_results();
    struct uqd_paper_network network;
    struct progress progress = {0};
    struct uqd_work work = {.threads = 1, .progress = count_calls, .cookie = &progress};
    (void)state;
    const double total = UQD_PAPER_PIXELS * model->paper->macs_per_pixel;
    uqd_work_begin(&work, total);
    assert_int_equal(uqd_paper_network_init(&network, model, UQD_CPU_ALL, 1), UQD_OK);
    assert_int_equal(run_network(&network, 0, z, results, &work), UQD_OK);
    assert_true(work.done == work.total && progress.calls > 10);
    for (uint32_t last = 1; last < 15; last += 4) {
        progress = (struct progress){.last = last};
        uqd_work_begin(&work, total);
        assert_int_equal(run_network(&network, 0, z, results, &work), UQD_ERR_CANCELLED);
        assert_int_equal(progress.calls, last);
    }
    uqd_paper_network_free(&network);
    free(results);
    free(z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),     cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_threads),  cmocka_unit_test(test_environment),
        cmocka_unit_test(test_repeated), cmocka_unit_test(test_any_input),
        cmocka_unit_test(test_progress),
    };
    return cmocka_run_group_tests_name("paper_network", tests, load_model, free_model);
}
