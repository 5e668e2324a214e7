#include "codec/lattice/select.h"

#include <uqd/uqd.h>

/* Each index is written, and stays if it is picked: no jump that cannot be foreseen. */

static size_t of_phase(uint16_t *out, const uint16_t *indices, const uint8_t *phases, size_t n,
                       uint8_t phase)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        out[count] = indices[i];
        count += phases[i] == phase;
    }
    return count;
}

static size_t zeros(uint16_t *out, const uint16_t *indices, const int16_t *values,
                    const uint8_t *phases, size_t n, uint8_t end)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        out[count] = indices[i];
        count += (values[i] == 0) & (phases[i] < end);
    }
    return count;
}

const struct uqd_select uqd_select_c = {of_phase, zeros};

static const struct uqd_kernel_version versions[] = {
#if UQD_ARCH_X86_64
    {UQD_CPU_AVX512, &uqd_select_avx512},
#endif
    {0, &uqd_select_c},
};
const struct uqd_kernel_table uqd_select_kernels =
    UQD_KERNEL_TABLE("select", versions, struct uqd_select);

const struct uqd_select *uqd_select_for(unsigned cpu_flags)
{
    return uqd_kernels_for(&uqd_select_kernels, cpu_flags);
}
