/* The instruction sets that kernels are written for. */
#include "util/isa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uqd/uqd.h>

#include <cmocka.h>

/* Flags of the sets from number `begin` on. */
static unsigned flags_from(size_t begin)
{
    unsigned flags = 0;
    for (size_t i = begin; i < uqd_n_isas; i++)
        flags |= uqd_isas[i].flag;
    return flags;
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < uqd_n_isas; i++) {
        const struct uqd_isa *isa = &uqd_isas[i];
        /* One bit, which no other set has. */
        assert_true(isa->flag != 0 && (isa->flag & (isa->flag - 1)) == 0);
        assert_int_equal(flags_from(i + 1) & isa->flag, 0);
        /* What it needs is slower, so that it is known before. */
        assert_int_equal(isa->needs & ~flags_from(i + 1), 0);
    }
}

static void test_plain_c_is_last(void **state)
{
    const struct uqd_isa *last = &uqd_isas[uqd_n_isas - 1];
    (void)state;
    assert_int_equal(last->flag, 0);
    assert_int_equal(last->needs, 0);
    assert_string_equal(last->name, "c");
    assert_null(last->is_there);
}

/* A set also has what those have that it needs: so what it says begins with its name, and goes on
 * with what another one says. */
static void test_features(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < uqd_n_isas; i++) {
        const char *features = uqd_isas[i].features, *rest = strchr(features, ' ');
        size_t next = i + 1;
        assert_non_null(rest);
        assert_int_equal(strlen(uqd_isas[i].name), rest - features);
        assert_memory_equal(features, uqd_isas[i].name, (size_t)(rest - features));
        while (next < uqd_n_isas && strcmp(uqd_isas[next].features, rest + 1) != 0)
            next++;
        assert_true(next < uqd_n_isas);
    }
    assert_string_equal(uqd_isas[uqd_n_isas - 1].features, "c");
    assert_ptr_equal(uqd_cpu_features(), uqd_fastest_isa(uqd_cpu_flags())->features);
}

static void test_machine(void **state)
{
    const unsigned flags = uqd_cpu_flags();
    (void)state;
    assert_int_equal(flags & ~flags_from(0), 0);
    assert_int_equal(uqd_cpu_flags(), flags);
    for (size_t i = 0; i < uqd_n_isas; i++)
        if (flags & uqd_isas[i].flag)
            assert_int_equal(uqd_isas[i].needs & ~flags, 0);
}

/* Whatever else a mask leaves. */
static void test_fastest(void **state)
{
    (void)state;
    assert_string_equal(uqd_fastest_isa(0)->name, "c");
    for (size_t i = 0; i < uqd_n_isas; i++) {
        const struct uqd_isa *isa = &uqd_isas[i];
        assert_ptr_equal(uqd_fastest_isa(isa->flag | isa->needs), isa);
        for (unsigned lost = 1; lost != 0; lost <<= 1)
            if (isa->needs & lost)
                assert_ptr_not_equal(uqd_fastest_isa(isa->flag | (isa->needs & ~lost)), isa);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),    cmocka_unit_test(test_plain_c_is_last),
        cmocka_unit_test(test_features), cmocka_unit_test(test_machine),
        cmocka_unit_test(test_fastest),
    };
    return cmocka_run_group_tests_name("isa", tests, NULL, NULL);
}
