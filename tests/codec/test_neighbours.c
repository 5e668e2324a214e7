/* The samples around a coefficient, found by their places in the subbands. */
#include "codec_support.h"

#include "codec/lattice/neighbours.h"

#include <stdlib.h>
#include <string.h>

enum { GRID_W = 3, GRID_H = 4, MIDDLE_X = 1, MIDDLE_Y = 2 };

struct place {
    int x, y;
};

/* Where the sample of a channel of a block lies in its subband. */
static struct place place_of(const struct uqd_channel *channel, int block_x, int block_y)
{
    const int side = 1 << (UQD_UNIT_LEVELS - channel->level);
    return (struct place){block_x * side + channel->dx, block_y * side + channel->dy};
}

static int is_same_subband(const struct uqd_channel *a, const struct uqd_channel *b)
{
    return a->colour == b->colour && a->level == b->level && a->subband == b->subband;
}

static void test_table(void **state)
{
    const struct uqd_model *model = *state;
    struct uqd_neighbours neighbours;
    uqd_neighbours_init(&neighbours, model->channels);
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const struct place here = place_of(&model->channels[c], MIDDLE_X, MIDDLE_Y);
        int found[3][3] = {{0}};
        for (int i = 0; i < UQD_NEIGHBOURS; i++) {
            const struct uqd_neighbour *n = &neighbours.of[c][i];
            assert_true(is_same_subband(&model->channels[c], &model->channels[n->channel]));
            const struct place there =
                place_of(&model->channels[n->channel], MIDDLE_X + n->dx, MIDDLE_Y + n->dy);
            const int dx = there.x - here.x, dy = there.y - here.y;
            assert_true(abs(dx) <= 1 && abs(dy) <= 1 && (dx != 0 || dy != 0));
            assert_int_equal(n->weight, dx == 0 || dy == 0 ? 2 : 1);
            found[dy + 1][dx + 1]++;
        }
        for (int i = 0; i < 9; i++)
            assert_int_equal(found[i / 3][i % 3], i != 4);
    }
}

static void test_context_classes(void **state)
{
    const struct uqd_model *model = *state;
    static int16_t cells[GRID_W * GRID_H * UQD_BLOCK_CHANNELS];
    const struct uqd_unit unit = {.grid_w = GRID_W, .grid_h = GRID_H, .cells = cells};
    struct uqd_neighbours neighbours;
    uqd_neighbours_init(&neighbours, model->channels);
    uqd_neighbours_fit(&neighbours, GRID_W);
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        memset(cells, 0, sizeof cells);
        /* The coefficient itself does not count. */
        cells[(MIDDLE_Y * GRID_W + MIDDLE_X) * UQD_BLOCK_CHANNELS + c] = 999;
        assert_int_equal(uqd_context_class(&neighbours, &unit, c, MIDDLE_X, MIDDLE_Y, 0), 0);
        const struct uqd_neighbour *n = &neighbours.of[c][1];
        int16_t *above =
            &cells[((MIDDLE_Y + n->dy) * GRID_W + MIDDLE_X + n->dx) * UQD_BLOCK_CHANNELS +
                   n->channel];
        uint32_t before = 0;
        for (int value = 1; value < 2000; value += 7) {
            *above = (int16_t)(value % 2 ? value : -value);
            const uint32_t fine = uqd_context_class(&neighbours, &unit, c, MIDDLE_X, MIDDLE_Y, 0);
            const uint32_t coarse = uqd_context_class(&neighbours, &unit, c, MIDDLE_X, MIDDLE_Y, 9);
            assert_true(fine >= before && coarse <= fine && coarse >= 1);
            before = fine;
        }
        assert_int_equal(before, UQD_CONTEXT_CLASSES - 1);
    }
}

/* What lies outside of the grid counts as 0. */
static void test_corners(void **state)
{
    const struct uqd_model *model = *state;
    static int16_t cells[UQD_BLOCK_CHANNELS];
    const struct uqd_unit unit = {.grid_w = 1, .grid_h = 1, .cells = cells};
    struct uqd_neighbours neighbours;
    uqd_neighbours_init(&neighbours, model->channels);
    uqd_neighbours_fit(&neighbours, 1);
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        memset(cells, 0, sizeof cells);
        assert_int_equal(uqd_context_class(&neighbours, &unit, c, 0, 0, 0), 0);
        for (uint32_t i = 0; i < UQD_UNIT_CHANNELS; i++)
            cells[i] = 999;
        const uint32_t found = uqd_context_class(&neighbours, &unit, c, 0, 0, 0);
        const int has_neighbours = model->channels[c].level < UQD_UNIT_LEVELS;
        assert_int_equal(found, has_neighbours ? UQD_CONTEXT_CLASSES - 1 : 0);
    }
}

/* Wherever a class is not 0 its subband is busy around the block, and a lone coefficient makes its
 * own busy and no other, in all blocks around its own and in no others. */
static void test_busy(void **state)
{
    const struct uqd_model *model = *state;
    static int16_t cells[GRID_W * GRID_H * UQD_BLOCK_CHANNELS];
    const struct uqd_unit unit = {.grid_w = GRID_W, .grid_h = GRID_H, .cells = cells};
    struct uqd_neighbours neighbours;
    uqd_neighbours_init(&neighbours, model->channels);
    uqd_neighbours_fit(&neighbours, GRID_W);
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        uint32_t busy[GRID_W * GRID_H];
        memset(cells, 0, sizeof cells);
        cells[(size_t)(c % (GRID_W * GRID_H)) * UQD_BLOCK_CHANNELS + c] = c % 2 ? -3 : 1;
        for (uint32_t i = 0; i < GRID_W * GRID_H; i++)
            busy[i] = uqd_busy_subbands(&neighbours, cells + (size_t)i * UQD_BLOCK_CHANNELS, 0,
                                        UQD_UNIT_CHANNELS);
        const int at_x = (int)(c % GRID_W), at_y = (int)(c % (GRID_W * GRID_H) / GRID_W);
        for (uint32_t i = 0; i < GRID_W * GRID_H; i++) {
            const int x = (int)(i % GRID_W), y = (int)(i / GRID_W);
            const int is_around = abs(x - at_x) <= 1 && abs(y - at_y) <= 1;
            const uint32_t around = uqd_busy_around(&unit, busy, (uint32_t)x, (uint32_t)y);
            assert_int_equal(around, is_around ? UINT32_C(1) << neighbours.subband[c] : 0);
            for (uint32_t d = 0; d < UQD_UNIT_CHANNELS; d++)
                if (uqd_context_class(&neighbours, &unit, d, (uint32_t)x, (uint32_t)y, 0) > 0)
                    assert_true(around >> neighbours.subband[d] & 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_context_classes),
        cmocka_unit_test(test_corners),
        cmocka_unit_test(test_busy),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
