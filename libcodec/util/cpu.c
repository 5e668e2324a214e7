#include "util/cpu.h"

#include <uqd/uqd.h>

unsigned uqd_cpu_flags(void)
{
    unsigned flags = 0;

#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        flags |= UQD_CPU_AVX2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("fma"))
        flags |= UQD_CPU_AVX512;
    if (flags & UQD_CPU_AVX512 && __builtin_cpu_supports("avx512vnni"))
        flags |= UQD_CPU_VNNI;
#elif defined(__aarch64__)
    flags |= UQD_CPU_NEON; /* belongs to the architecture */
#endif
    return flags;
}
