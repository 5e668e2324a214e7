#include "util/isa.h"

#include <assert.h>
#include <stdatomic.h>
#include <uqd/uqd.h>

#if UQD_ARCH_X86_64
#include <cpuid.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

/* Tiles are a state that the operating system saves only for processes that have asked. */
static int may_use_tiles(void)
{
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}
#else
static int may_use_tiles(void)
{
    return 0;
}
#endif

static int has_amx(void)
{
    enum { AMX_TILE = 1 << 24, AMX_INT8 = 1 << 25 };
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && d & AMX_TILE && d & AMX_INT8 &&
           may_use_tiles();
}

static int has_vnni(void)
{
    return __builtin_cpu_supports("avx512vnni");
}

static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma");
}

static int has_avx_vnni(void)
{
    enum { AVX_VNNI = 1 << 4 };
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && a & AVX_VNNI;
}

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

/* What is asked for here is what files of the set are compiled with (libcodec/meson.build). */
const struct uqd_isa uqd_isas[] = {
#if UQD_ARCH_X86_64
    {UQD_CPU_AMX, UQD_CPU_VNNI | UQD_CPU_AVX512, "amx", "amx vnni avx512 avx2 c", has_amx},
    {UQD_CPU_VNNI, UQD_CPU_AVX512, "vnni", "vnni avx512 avx2 c", has_vnni},
    {UQD_CPU_AVX512, 0, "avx512", "avx512 avx2 c", has_avx512},
    {UQD_CPU_AVX_VNNI, UQD_CPU_AVX2, "avxvnni", "avxvnni avx2 c", has_avx_vnni},
    {UQD_CPU_AVX2, 0, "avx2", "avx2 c", has_avx2},
#endif
#if UQD_ARCH_AARCH64
    {UQD_CPU_NEON, 0, "neon", "neon c", NULL}, /* belongs to the architecture */
#endif
    {0, 0, "c", "c", NULL},
};
const size_t uqd_n_isas = sizeof uqd_isas / sizeof *uqd_isas;

static int has_all(unsigned flags, unsigned wanted)
{
    return (flags & wanted) == wanted;
}

/* What a set needs stands behind it. */
static unsigned find_flags(void)
{
    unsigned flags = 0;

#if UQD_ARCH_X86_64
    __builtin_cpu_init();
#endif
    for (size_t i = uqd_n_isas; i-- > 0;) {
        const struct uqd_isa *isa = &uqd_isas[i];

        if (has_all(flags, isa->needs) && (isa->is_there == NULL || isa->is_there()))
            flags |= isa->flag;
    }
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

static int is_usable(const struct uqd_isa *isa, unsigned cpu_flags)
{
    return has_all(cpu_flags, isa->flag | isa->needs);
}

const struct uqd_isa *uqd_fastest_isa(unsigned cpu_flags)
{
    const struct uqd_isa *isa = uqd_isas;

    /* Plain C, which is the last, needs nothing. */
    while (!is_usable(isa, cpu_flags))
        isa++;
    return isa;
}

const struct uqd_isa *uqd_isa_of(unsigned flag)
{
    for (size_t i = 0; i < uqd_n_isas; i++)
        if (uqd_isas[i].flag == flag)
            return &uqd_isas[i];
    return NULL;
}

const void *uqd_kernels_for(const struct uqd_kernel_table *table, unsigned cpu_flags)
{
    const struct uqd_kernel_version *version = table->versions;

    assert((cpu_flags & ~uqd_cpu_flags()) == 0);
    assert(version[table->n_versions - 1].isa == 0);
    while (!is_usable(uqd_isa_of(version->isa), cpu_flags))
        version++;
    return version->ops;
}
