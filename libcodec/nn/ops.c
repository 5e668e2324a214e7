#include "nn/ops.h"

#include "nn/kernels.h"

#include <uqd/uqd.h>

static const struct uqd_kernel_version versions[] = {
#if UQD_ARCH_X86_64
    {UQD_CPU_AMX, &uqd_nn_ops_amx},
    {UQD_CPU_VNNI, &uqd_nn_ops_vnni},
    {UQD_CPU_AVX512, &uqd_nn_ops_avx512},
    {UQD_CPU_AVX_VNNI, &uqd_nn_ops_avxvnni},
    {UQD_CPU_AVX2, &uqd_nn_ops_avx2},
#endif
#if UQD_ARCH_AARCH64
    {UQD_CPU_NEON, &uqd_nn_ops_neon},
#endif
    {0, &uqd_nn_ops_c},
};
const struct uqd_kernel_table uqd_nn_kernels = UQD_KERNEL_TABLE("nn", versions, struct uqd_nn_ops);

const struct uqd_nn_ops *uqd_nn_ops_for(unsigned cpu_flags)
{
    return uqd_kernels_for(&uqd_nn_kernels, cpu_flags);
}
