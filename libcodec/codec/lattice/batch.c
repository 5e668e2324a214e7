#include "codec/lattice/batch.h"

#include "entropy/adaptive.h"

#include <assert.h>
#include <uqd/uqd.h>

static void set_cell(struct uqd_batch *batch, uint32_t i, int32_t far, int32_t half)
{
    const int32_t twice_centre = batch->twice_centre[i];
    /* Even: the difference of low + high and high - low. */
    const int32_t low = twice_centre == 0 ? -far : (twice_centre - far) / 2;
    const int32_t end = twice_centre == 0 ? far + 1 : low + far + 1;
    batch->low[i] = low;
    batch->end[i] = end;
    batch->first[i] = twice_centre == 0 ? 1 - half : low + half;
    batch->second[i] = twice_centre == 0 ? half : end;
}

static void gather(struct uqd_batch *batch, const struct uqd_batch_source *source,
                   const struct uqd_batch_levels *levels, const uint16_t *indices, uint32_t n)
{
    assert(n <= UQD_BATCH && source->n_channels > 0);
    assert((source->mean_q4 != NULL) == (source->scale_index != NULL));
    batch->n = n;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t c = uqd_index_channel(indices[i]), x = uqd_index_x(indices[i]);
        const uint32_t offset = x * source->n_channels + c;
        batch->channel[i] = (int32_t)c;
        batch->offset[i] = (int32_t)offset;
        batch->twice_centre[i] = source->twice_centres[(size_t)x * UQD_BLOCK_CHANNELS + c];
        batch->mean_q4[i] = source->mean_q4 != NULL ? source->mean_q4[offset] : 0;
        batch->scale_index[i] =
            source->mean_q4 != NULL ? source->scale_index[offset] : UQD_TOP_SCALE_INDEX;
        set_cell(batch, i, levels->far[c], levels->half[c]);
    }
}

static void phases(struct uqd_batch *batch, const int32_t *thresholds, uint32_t n_thresholds)
{
    assert(batch->n <= UQD_BATCH);
    for (uint32_t i = 0; i < batch->n; i++) {
        const uint32_t total = batch->total[i];
        const uint64_t leaves = (uint64_t)(total - (batch->cum2[i] - batch->cum1[i])) << 16;
        int32_t phase = 0;
        /* Without a jump that cannot be foreseen. */
        for (uint32_t p = 0; p < n_thresholds; p++) {
            const uint64_t threshold =
                (uint64_t)thresholds[p * UQD_MAX_GROUP_CHANNELS + batch->channel[i]];
            phase += (phase == (int32_t)p) & (leaves < threshold * total);
        }
        batch->answer[i] = phase;
    }
}

static void positions(struct uqd_batch *batch)
{
    assert(batch->n <= UQD_BATCH);
    for (uint32_t i = 0; i < batch->n; i++) {
        const uint32_t stays = batch->cum2[i] - batch->cum1[i];
        batch->answer[i] = uqd_adaptive_position(batch->total[i] - stays, stays);
    }
}

const struct uqd_batch_ops uqd_batch_ops_c = {gather, phases, positions};

static const struct uqd_kernel_version versions[] = {
#if UQD_ARCH_X86_64
    {UQD_CPU_AVX512, &uqd_batch_ops_avx512},
#endif
    {0, &uqd_batch_ops_c},
};
const struct uqd_kernel_table uqd_batch_kernels =
    UQD_KERNEL_TABLE("batch", versions, struct uqd_batch_ops);

const struct uqd_batch_ops *uqd_batch_ops_for(unsigned cpu_flags)
{
    return uqd_kernels_for(&uqd_batch_kernels, cpu_flags);
}
