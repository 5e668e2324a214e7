/* The lattice's cells: nested, without gaps, with and without dither. */
#include "codec/lattice/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LARGEST = (1 << UQD_TOP_LEVEL) - 1 };

static int same(struct uqd_cell a, struct uqd_cell b)
{
    return a.low == b.low && a.high == b.high;
}

static int holds(struct uqd_cell cell, int32_t x)
{
    return cell.low <= x && x <= cell.high;
}

/* The cell and the one inside it around the same x, a level below: every child is in its place, and
 * x in the one that is named. */
static void check_children(struct uqd_cell cell, uint32_t level, struct uqd_cell finer, int32_t x)
{
    const struct uqd_cuts cuts = uqd_cell_cuts(cell, level);
    const int n = cuts.second <= cell.high ? 3 : 2;
    const int32_t width = 1 << (level - 1);
    int32_t begin = cell.low;
    for (int i = 0; i < n; i++) {
        const struct uqd_cell child = uqd_cell_child(cell, cuts, i);
        const int middle = n == 3 && i == 1;
        if (child.low != begin || child.high - child.low + 1 != (middle ? 2 * width - 1 : width))
            fail_msg("level %u, cell %d .. %d: child %d is %d .. %d", level, cell.low, cell.high, i,
                     child.low, child.high);
        if (holds(child, x) != same(child, finer) ||
            holds(child, x) != (i == (x >= cuts.first) + (x >= cuts.second)))
            fail_msg("level %u, cell %d .. %d: %d is not in child %d", level, cell.low, cell.high,
                     x, i);
        begin = child.high + 1;
    }
    assert_int_equal(begin, cell.high + 1);
}

static void check_cell(struct uqd_cell cell, uint32_t level, int32_t x)
{
    const int32_t twice_centre = cell.low + cell.high;
    if (!holds(cell, x))
        fail_msg("level %u: %d is not in %d .. %d", level, x, cell.low, cell.high);
    if (!same(uqd_cell_at(twice_centre, level), cell))
        fail_msg("level %u: %d .. %d is not found again", level, cell.low, cell.high);
    if (!holds(cell, uqd_cell_member(twice_centre)))
        fail_msg("level %u: %d is not in %d .. %d", level, uqd_cell_member(twice_centre), cell.low,
                 cell.high);
    assert_in_range(twice_centre - INT16_MIN, 0, UINT16_MAX);
}

static void test_without_dither(void **state)
{
    (void)state;
    for (int32_t x = -LARGEST; x <= LARGEST; x++) {
        assert_true(same(uqd_cell_of(x, 0), (struct uqd_cell){x, x}));
        assert_true(same(uqd_cell_of(x, UQD_TOP_LEVEL), (struct uqd_cell){-LARGEST, LARGEST}));
        for (uint32_t level = 0; level <= UQD_TOP_LEVEL; level++) {
            const struct uqd_cell cell = uqd_cell_of(x, level);
            check_cell(cell, level, x);
            if (level > 0)
                check_children(cell, level, uqd_cell_of(x, level - 1), x);
        }
    }
}

/* The magnitude's cell, with the sign. */
static void test_sign_symmetry(void **state)
{
    (void)state;
    for (uint32_t level = 0; level <= UQD_TOP_LEVEL; level++)
        for (int32_t x = 0; x <= LARGEST; x++) {
            const struct uqd_cell up = uqd_cell_of(x, level), down = uqd_cell_of(-x, level);
            assert_int_equal(down.low, -up.high);
            assert_int_equal(down.high, -up.low);
            assert_int_equal(up.low + up.high == 0, x >> level == 0);
        }
}

/* Going back: the member of a finer cell lies in all coarser ones. */
static void test_coarsening(void **state)
{
    (void)state;
    for (int32_t x = -LARGEST; x <= LARGEST; x += 3)
        for (uint32_t fine = 0; fine < UQD_TOP_LEVEL; fine++) {
            const struct uqd_cell cell = uqd_cell_of(x, fine);
            const int32_t member = uqd_cell_member(cell.low + cell.high);
            for (uint32_t level = fine; level <= UQD_TOP_LEVEL; level++)
                assert_true(same(uqd_cell_of(member, level), uqd_cell_of(x, level)));
        }
}

static void test_with_dither(void **state)
{
    (void)state;
    static const int32_t offsets[] = {6144, 6145, 7000, 8191, 8192, 8193, 9777, 10238, 10239};
    for (size_t o = 0; o < sizeof offsets / sizeof *offsets; o++) {
        const int32_t offset = offsets[o];
        const struct uqd_cell whole = {-offset, (1 << UQD_DITHER_LEVEL) - 1 - offset};
        for (int32_t x = -LARGEST; x <= LARGEST; x++) {
            assert_true(same(uqd_cell_of_dithered(x, offset, 0), (struct uqd_cell){x, x}));
            assert_true(same(uqd_cell_of_dithered(x, offset, UQD_DITHER_LEVEL), whole));
            for (uint32_t level = 0; level <= UQD_DITHER_LEVEL; level++) {
                const struct uqd_cell cell = uqd_cell_of_dithered(x, offset, level);
                check_cell(cell, level, x);
                assert_int_equal((cell.low + offset) % (1 << level), 0);
                if (level > 0)
                    check_children(cell, level, uqd_cell_of_dithered(x, offset, level - 1), x);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_dither),
        cmocka_unit_test(test_sign_symmetry),
        cmocka_unit_test(test_coarsening),
        cmocka_unit_test(test_with_dither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
