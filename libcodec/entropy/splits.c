#include "entropy/splits.h"

#include "entropy/split.h"

#include <uqd/uqd.h>

static void compute(const struct uqd_splits *splits)
{
    for (size_t i = 0; i < splits->n; i++) {
        const struct uqd_split split =
            uqd_split_of(splits->mean_q4[i], splits->scale_index[i], splits->low[i],
                         splits->first[i], splits->second[i], splits->end[i] - 1);
        splits->cum1[i] = split.cum1;
        splits->cum2[i] = split.cum2;
        splits->total[i] = split.total;
    }
}

const struct uqd_splits_ops uqd_splits_ops_c = {compute};

static const struct uqd_kernel_version versions[] = {
#if UQD_ARCH_X86_64
    {UQD_CPU_AVX512, &uqd_splits_ops_avx512},
#endif
    {0, &uqd_splits_ops_c},
};
const struct uqd_kernel_table uqd_splits_kernels =
    UQD_KERNEL_TABLE("splits", versions, struct uqd_splits_ops);

const struct uqd_splits_ops *uqd_splits_ops_for(unsigned cpu_flags)
{
    return uqd_kernels_for(&uqd_splits_kernels, cpu_flags);
}
