/* The instruction sets that kernels are written for, and which of them this machine has. */
#ifndef UQD_UTIL_ISA_H
#define UQD_UTIL_ISA_H

#include <stddef.h>

/* What belongs to one architecture stands between #if UQD_ARCH_... and #endif. */
#if defined(__x86_64__)
#define UQD_ARCH_X86_64 1
#else
#define UQD_ARCH_X86_64 0
#endif
#if defined(__aarch64__)
#define UQD_ARCH_AARCH64 1
#else
#define UQD_ARCH_AARCH64 0
#endif

struct uqd_isa {
    unsigned flag;    /* a UQD_CPU_* bit (uqd/uqd.h), or 0: plain C */
    unsigned needs;   /* flags of the sets that it extends: it is not used without any of them */
    const char *name; /* as uqd_cpu_features calls it */
    const char *features;  /* what uqd_cpu_features says where it is the fastest: its name first */
    int (*is_there)(void); /* asks the processor and the operating system; NULL: always */
};

/* Those of this architecture, the fastest first, plain C last; one behind another that it needs is
 * slower than that. */
extern const struct uqd_isa uqd_isas[];
extern const size_t uqd_n_isas;

/* The flags of those that both the processor and the operating system support. For AMX the process
 * asks the operating system. May be called from any thread. */
unsigned uqd_cpu_flags(void);

/* The fastest of those whose flag is among cpu_flags, with all that it needs. */
const struct uqd_isa *uqd_fastest_isa(unsigned cpu_flags);

/* The one with a flag, or NULL. */
const struct uqd_isa *uqd_isa_of(unsigned flag);

/* Kernels that are written for one instruction set. */
struct uqd_kernel_version {
    unsigned isa; /* its flag */
    const void *ops;
};

/* Kernels of which there are versions for several instruction sets. Their ops are a structure of
 * pointers to functions and nothing else; all versions of a function give the same bits. Each table
 * is declared as
 *     static const struct uqd_kernel_version versions[] = {
 *     #if UQD_ARCH_X86_64
 *         {UQD_CPU_AVX512, &uqd_room_ops_avx512},
 *     #endif
 *         {0, &uqd_room_ops_c},
 *     };
 *     const struct uqd_kernel_table uqd_room_kernels =
 *         UQD_KERNEL_TABLE("room", versions, struct uqd_room_ops);
 * and tests/kernels/test_tables.c goes through all tables. */
struct uqd_kernel_table {
    const char *name;
    const struct uqd_kernel_version *versions; /* the fastest first, plain C last */
    size_t n_versions;
    size_t ops_size;
};

#define UQD_KERNEL_TABLE(name, versions, ops)                                                      \
    {                                                                                              \
        name, versions, sizeof(versions) / sizeof *(versions), sizeof(ops)                         \
    }

/* The ops of the fastest version for cpu_flags, which must be a subset of uqd_cpu_flags(). */
const void *uqd_kernels_for(const struct uqd_kernel_table *table, unsigned cpu_flags);

#endif
