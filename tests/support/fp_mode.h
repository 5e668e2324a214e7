/* The register with the rounding and denormal modes of the calling thread, where a test knows it.
 */
#ifndef UQD_TESTS_FP_MODE_H
#define UQD_TESTS_FP_MODE_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#define FP_MODE_KNOWN   1
#define FP_MODE_DEFAULT 0x1f80u
#define FP_MODE_FLUSH   0x8040u /* FTZ, DAZ */

static inline uint64_t fp_mode(void)
{
    return _mm_getcsr() & ~0x3fu; /* without the exception flags */
}

static inline void fp_mode_set(uint64_t mode)
{
    _mm_setcsr((unsigned)mode);
}

#elif defined(__aarch64__)
#define FP_MODE_KNOWN   1
#define FP_MODE_DEFAULT 0u
#define FP_MODE_FLUSH   0x3080000u /* FZ, FZ16, and DN: results that are NaN lose their payload */

static inline uint64_t fp_mode(void)
{
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}

static inline void fp_mode_set(uint64_t mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(mode) : "memory");
}

#else
#define FP_MODE_KNOWN   0
#define FP_MODE_DEFAULT 0u
#define FP_MODE_FLUSH   0u

static inline uint64_t fp_mode(void)
{
    return 0;
}

static inline void fp_mode_set(uint64_t mode)
{
    (void)mode;
}
#endif

#endif
