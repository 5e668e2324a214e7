/* What batchs of coefficients are coded with: every version against the definitions. */
#include "codec/lattice/batch.h"
#include "codec/lattice/cell.h"
#include "entropy/adaptive.h"
#include "entropy/split.h"
#include "util/random.h"
#include "versions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <uqd/uqd.h>

#include <cmocka.h>

enum { BLOCKS = 9, TOP = 12, THRESHOLDS = UQD_MAX_PHASES - 1 };

/* A segment of blocks of one group, and a batch's worth of indices in it. */
struct segment {
    uint32_t n_channels, n;
    uint16_t indices[UQD_BATCH];
    uint8_t level[UQD_MAX_GROUP_CHANNELS], cut[UQD_MAX_GROUP_CHANNELS];
    int16_t twice_centres[BLOCKS * UQD_BLOCK_CHANNELS];
    int32_t mean_q4[BLOCKS * UQD_MAX_GROUP_CHANNELS];
    uint8_t scale_index[BLOCKS * UQD_MAX_GROUP_CHANNELS + UQD_BATCH_SLACK];
    int32_t thresholds[THRESHOLDS][UQD_MAX_GROUP_CHANNELS];
    struct uqd_batch_levels levels;
};

static uint64_t next_random(void)
{
    static uint64_t counter;
    return uqd_random(7, counter++) >> 8;
}

/* Twice the centre of some cell of the level; every other one is around 0. */
static int16_t centre_of(uint32_t level)
{
    const int32_t x = (int32_t)(next_random() % 8192) - 4096;
    const struct uqd_cell cell = uqd_cell_of(next_random() % 2 ? x : 0, level);
    return (int16_t)(cell.low + cell.high);
}

static void fill_channels(struct segment *segment)
{
    for (uint32_t c = 0; c < segment->n_channels; c++) {
        const uint32_t level = 1 + (uint32_t)(next_random() % TOP);
        segment->level[c] = (uint8_t)level;
        segment->cut[c] = (uint8_t)(next_random() % level);
        segment->levels.far[c] = (1 << level) - 1;
        segment->levels.half[c] = 1 << segment->cut[c];
        for (uint32_t p = 0; p < THRESHOLDS; p++)
            segment->thresholds[p][c] = (int32_t)(next_random() >> (next_random() % 16) & 0xffff);
    }
}

static void fill(struct segment *segment, uint32_t n_channels, uint32_t n)
{
    memset(segment, 0, sizeof *segment);
    segment->n_channels = n_channels;
    segment->n = n;
    fill_channels(segment);
    for (uint32_t i = 0; i < BLOCKS * n_channels; i++) {
        const uint32_t x = i / n_channels, c = i % n_channels;
        segment->twice_centres[x * UQD_BLOCK_CHANNELS + c] = centre_of(segment->level[c]);
        segment->mean_q4[i] = (int32_t)(next_random() % 200000) - 100000;
        segment->scale_index[i] = (uint8_t)(next_random() % 241);
    }
    for (uint32_t i = 0; i < n; i++)
        segment->indices[i] =
            (uint16_t)(next_random() % BLOCKS << UQD_INDEX_BITS | next_random() % n_channels);
}

static void check_cell(const struct segment *segment, const struct uqd_batch *batch, uint32_t i)
{
    const uint32_t c = segment->indices[i] & ((1 << UQD_INDEX_BITS) - 1);
    const uint32_t x = segment->indices[i] >> UQD_INDEX_BITS;
    const int32_t twice_centre = segment->twice_centres[x * UQD_BLOCK_CHANNELS + c];
    const struct uqd_cell cell = uqd_cell_at(twice_centre, segment->level[c]);
    const int32_t half = 1 << segment->cut[c];
    assert_int_equal(batch->channel[i], c);
    assert_int_equal(batch->offset[i], x * segment->n_channels + c);
    assert_int_equal(batch->twice_centre[i], twice_centre);
    assert_int_equal(batch->low[i], cell.low);
    assert_int_equal(batch->end[i], cell.high + 1);
    assert_int_equal(batch->first[i], twice_centre == 0 ? 1 - half : cell.low + half);
    assert_int_equal(batch->second[i], twice_centre == 0 ? half : cell.high + 1);
}

static void check_distribution(const struct segment *segment, const struct uqd_batch *batch,
                               uint32_t i, int is_known)
{
    const int32_t offset = batch->offset[i];
    assert_int_equal(batch->mean_q4[i], is_known ? segment->mean_q4[offset] : 0);
    assert_int_equal(batch->scale_index[i],
                     is_known ? segment->scale_index[offset] : UQD_TOP_SCALE_INDEX);
}

static void check_gather(const struct uqd_batch_ops *ops, const struct segment *segment,
                         struct uqd_batch *batch, int is_known)
{
    const struct uqd_batch_source source = {
        .twice_centres = segment->twice_centres,
        .mean_q4 = is_known ? segment->mean_q4 : NULL,
        .scale_index = is_known ? segment->scale_index : NULL,
        .n_channels = segment->n_channels,
    };
    memset(batch, 0xcd, sizeof *batch);
    ops->gather(batch, &source, &segment->levels, segment->indices, segment->n);
    assert_int_equal(batch->n, segment->n);
    for (uint32_t i = 0; i < segment->n; i++) {
        check_cell(segment, batch, i);
        check_distribution(segment, batch, i, is_known);
    }
}

static void split(struct uqd_batch *batch)
{
    for (uint32_t i = 0; i < batch->n; i++) {
        const struct uqd_split split =
            uqd_split_of(batch->mean_q4[i], batch->scale_index[i], batch->low[i], batch->first[i],
                         batch->second[i], batch->end[i] - 1);
        batch->cum1[i] = split.cum1;
        batch->cum2[i] = split.cum2;
        batch->total[i] = split.total;
    }
}

static void check_phases(const struct uqd_batch_ops *ops, const struct segment *segment,
                         struct uqd_batch *batch, uint32_t n_thresholds)
{
    ops->phases(batch, segment->thresholds[0], n_thresholds);
    for (uint32_t i = 0; i < batch->n; i++) {
        const uint32_t total = batch->total[i], leaves = total - (batch->cum2[i] - batch->cum1[i]);
        uint32_t phase = 0;
        while (phase < n_thresholds &&
               (uint64_t)leaves << 16 <
                   (uint64_t)segment->thresholds[phase][batch->channel[i]] * total)
            phase++;
        assert_int_equal(batch->answer[i], phase);
    }
}

static void check_positions(const struct uqd_batch_ops *ops, struct uqd_batch *batch)
{
    ops->positions(batch);
    for (uint32_t i = 0; i < batch->n; i++) {
        const uint32_t stays = batch->cum2[i] - batch->cum1[i];
        /* Of two children the second has all; no curve is asked there. */
        if (batch->twice_centre[i] == 0)
            assert_int_equal(batch->answer[i],
                             uqd_adaptive_position(batch->total[i] - stays, stays));
    }
}

/* The whole table of logarithms, by odds. */
static void check_all_logarithms(const struct uqd_batch_ops *ops)
{
    struct uqd_batch batch;
    memset(&batch, 0, sizeof batch);
    batch.n = UQD_BATCH;
    for (uint32_t begin = 256; begin < 512; begin += UQD_BATCH) {
        for (uint32_t i = 0; i < UQD_BATCH; i++) {
            batch.cum2[i] = begin + i;
            batch.total[i] = 2 * (begin + i) + 1;
        }
        check_positions(ops, &batch);
    }
}

_Static_assert(sizeof(struct uqd_batch_ops) == 3 * sizeof(void (*)(void)),
               "each operation is called here");

static void check(const struct uqd_batch_ops *ops)
{
    static const uint32_t channels[] = {1, 3, 8, 48, UQD_MAX_GROUP_CHANNELS};
    struct segment segment;
    struct uqd_batch batch;
    for (uint32_t n = 0; n <= UQD_BATCH; n++)
        for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
            fill(&segment, channels[i], n);
            check_gather(ops, &segment, &batch, 0);
            check_gather(ops, &segment, &batch, 1);
            split(&batch);
            for (uint32_t t = 0; t <= THRESHOLDS; t++)
                check_phases(ops, &segment, &batch, t);
            check_positions(ops, &batch);
        }
    check_all_logarithms(ops);
}

static void test_versions(void **state)
{
    struct version versions[MAX_VERSIONS];
    const size_t n = runnable_versions(&uqd_batch_kernels, versions);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        print_message("# batch: %s\n", versions[i].name);
        check(versions[i].ops);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
