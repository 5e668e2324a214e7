#include "nn/ops.h"

#include "nn/kernels.h"

#include <assert.h>
#include <uqd/uqd.h>

#define FILL(ops, isa)                                                                             \
    (*(ops) = (struct uqd_nn_ops){.conv = uqd_nn_conv_##isa,                                       \
                                  .qconv = uqd_nn_qconv_##isa,                                     \
                                  .asinh = uqd_nn_asinh_##isa,                                     \
                                  .head = uqd_nn_head_##isa,                                       \
                                  .sincos = uqd_nn_sincos_##isa,                                   \
                                  .softplus = uqd_nn_softplus_##isa,                               \
                                  .sums = uqd_nn_sums_##isa,                                       \
                                  .totals = uqd_nn_totals_##isa,                                   \
                                  .norm = uqd_nn_norm_##isa,                                       \
                                  .affine = uqd_nn_affine_##isa,                                   \
                                  .softmax = uqd_nn_softmax_##isa,                                 \
                                  .rescale = uqd_nn_rescale_##isa})

void uqd_nn_ops_init(struct uqd_nn_ops *ops, unsigned cpu_flags)
{
    FILL(ops, c);
#if defined(__x86_64__)
    if (cpu_flags & UQD_CPU_AVX2)
        FILL(ops, avx2);
    if (cpu_flags & UQD_CPU_AVX2 && cpu_flags & UQD_CPU_AVX_VNNI)
        ops->qconv = uqd_nn_qconv_avxvnni;
    if (cpu_flags & UQD_CPU_AVX512)
        FILL(ops, avx512);
    if (cpu_flags & UQD_CPU_AVX512 && cpu_flags & UQD_CPU_VNNI)
        ops->qconv = cpu_flags & UQD_CPU_AMX ? uqd_nn_qconv_amx : uqd_nn_qconv_vnni;
#elif defined(__aarch64__)
    if (cpu_flags & UQD_CPU_NEON)
        FILL(ops, neon);
#else
    (void)cpu_flags;
#endif
    assert(ops->conv && ops->asinh && ops->head);
}
