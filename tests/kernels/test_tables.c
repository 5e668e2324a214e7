/* The tables of kernels are complete. That the versions give the same bits is what the programs
 * say that go through each table's versions: of nn `kernels`, `qconv` and `unet`, of splits
 * `split`, and those named like the other tables. */
#include "codec/lattice/batch.h"
#include "codec/lattice/select.h"
#include "entropy/splits.h"
#include "nn/ops.h"
#include "util/isa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct uqd_kernel_table *const tables[] = {
    &uqd_nn_kernels,
    &uqd_splits_kernels,
    &uqd_select_kernels,
    &uqd_batch_kernels,
};

typedef void check_table(const struct uqd_kernel_table *table);

static void for_tables(check_table *check)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        assert_true(tables[i]->n_versions > 0);
        check(tables[i]);
    }
}

/* Index of an instruction set: the faster, the less. Fails if there is none with this flag. */
static size_t place_of(unsigned flag)
{
    const struct uqd_isa *isa = uqd_isa_of(flag);
    assert_non_null(isa);
    return (size_t)(isa - uqd_isas);
}

static void check_order(const struct uqd_kernel_table *table)
{
    for (size_t v = 1; v < table->n_versions; v++)
        if (place_of(table->versions[v - 1].isa) >= place_of(table->versions[v].isa))
            fail_msg("%s: version %zu is not slower than the one before", table->name, v);
    assert_int_equal(place_of(table->versions[table->n_versions - 1].isa), uqd_n_isas - 1);
}

static void test_order(void **state)
{
    (void)state;
    for_tables(check_order);
}

/* Nothing but pointers to functions, and none of them is NULL. */
static void check_functions(const struct uqd_kernel_table *table)
{
    typedef void function(void);
    assert_true(table->ops_size > 0 && table->ops_size % sizeof(function *) == 0);
    for (size_t v = 0; v < table->n_versions; v++) {
        assert_non_null(table->versions[v].ops);
        for (size_t at = 0; at < table->ops_size; at += sizeof(function *)) {
            function *f;
            memcpy(&f, (const char *)table->versions[v].ops + at, sizeof f);
            if (f == NULL)
                fail_msg("%s: %s has no function %zu", table->name,
                         uqd_isa_of(table->versions[v].isa)->name, at / sizeof f);
        }
    }
}

static void test_functions(void **state)
{
    (void)state;
    for_tables(check_functions);
}

/* Each version is chosen for its own instruction set. */
static void check_choice(const struct uqd_kernel_table *table)
{
    for (size_t v = 0; v < table->n_versions; v++) {
        const struct uqd_isa *isa = uqd_isa_of(table->versions[v].isa);
        if (uqd_cpu_flags() & isa->flag || isa->flag == 0)
            assert_ptr_equal(uqd_kernels_for(table, isa->flag | isa->needs),
                             table->versions[v].ops);
        else
            print_message("# skip: this machine has no %s: %s for it is not compared\n", isa->name,
                          table->name);
    }
}

static void test_choice(void **state)
{
    (void)state;
    for_tables(check_choice);
}

/* Of all masks of what this machine has, each gets the first version that it allows. */
static void check_masks(const struct uqd_kernel_table *table)
{
    const unsigned all = uqd_cpu_flags();
    for (unsigned mask = all;; mask = (mask - 1) & all) {
        const void *const chosen = uqd_kernels_for(table, mask);
        size_t v = 0;
        for (;; v++) {
            const struct uqd_isa *isa = uqd_isa_of(table->versions[v].isa);
            if ((mask & isa->flag) == isa->flag && (mask & isa->needs) == isa->needs)
                break;
        }
        assert_ptr_equal(chosen, table->versions[v].ops);
        if (mask == 0)
            return;
    }
}

static void test_masks(void **state)
{
    (void)state;
    for_tables(check_masks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_masks),
    };
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
