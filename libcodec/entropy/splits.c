#include "entropy/splits.h"

#include "entropy/split.h"

#include <uqd/uqd.h>

void uqd_splits_c(const struct uqd_splits *splits)
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

uqd_splits_function *uqd_splits_select(unsigned cpu_flags)
{
#if defined(__x86_64__)
    if (cpu_flags & UQD_CPU_AVX512)
        return uqd_splits_avx512;
#else
    (void)cpu_flags;
#endif
    return uqd_splits_c;
}
