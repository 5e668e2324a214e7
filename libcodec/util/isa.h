/* Which instruction sets the kernels may use on this machine. */
#ifndef UQD_UTIL_ISA_H
#define UQD_UTIL_ISA_H

/* The UQD_CPU_* bits (uqd/uqd.h) that both the processor and the operating system support:
 * UQD_CPU_AVX2 stands for AVX2 and FMA, UQD_CPU_AVX_VNNI for both and AVX-VNNI, UQD_CPU_AVX512 for
 * AVX-512 F, DQ, BW, VL, CD and FMA, UQD_CPU_VNNI for that and its VNNI, UQD_CPU_AMX for both and
 * the tiles of bytes of AMX, for which the process asks the operating system, UQD_CPU_NEON for the
 * vectors of 64-bit ARM. 0 on other architectures. May be called from any thread. */
unsigned uqd_cpu_flags(void);

#endif
