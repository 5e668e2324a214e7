#include "util/isa.h"

#include <stdatomic.h>
#include <uqd/uqd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

/* Its tiles are a state that the operating system saves only for processes that have asked. */
static int may_use_amx(void)
{
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18, AMX_TILE = 1 << 24, AMX_INT8 = 1 << 25 };
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && d & AMX_TILE && d & AMX_INT8 &&
           syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}
#elif defined(__x86_64__)
static int may_use_amx(void)
{
    return 0;
}
#endif

#if defined(__x86_64__)
static int has_avx_vnni(void)
{
    enum { AVX_VNNI = 1 << 4 };
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && a & AVX_VNNI;
}
#endif

static unsigned find_flags(void)
{
    unsigned flags = 0;

#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        flags |= UQD_CPU_AVX2;
    if (flags & UQD_CPU_AVX2 && has_avx_vnni())
        flags |= UQD_CPU_AVX_VNNI;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma"))
        flags |= UQD_CPU_AVX512;
    if (flags & UQD_CPU_AVX512 && __builtin_cpu_supports("avx512vnni"))
        flags |= UQD_CPU_VNNI;
    if (flags & UQD_CPU_VNNI && may_use_amx())
        flags |= UQD_CPU_AMX;
#elif defined(__aarch64__)
    flags |= UQD_CPU_NEON; /* belongs to the architecture */
#endif
    return flags;
}

unsigned uqd_cpu_flags(void)
{
    static const unsigned known = 1u << 31;
    static atomic_uint found;
    unsigned flags = atomic_load_explicit(&found, memory_order_relaxed);

    if (!flags) {
        flags = find_flags() | known;
        atomic_store_explicit(&found, flags, memory_order_relaxed);
    }
    return flags & ~known;
}
