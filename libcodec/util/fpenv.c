#include "util/fpenv.h"

#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>

/* All exceptions masked, round to nearest, neither FTZ nor DAZ: the state after reset. */
#define MXCSR_DEFAULT 0x1f80u

void uqd_fpenv_enter(struct uqd_fpenv *saved)
{
    saved->mxcsr = _mm_getcsr();
    _mm_setcsr(MXCSR_DEFAULT);
}

void uqd_fpenv_leave(const struct uqd_fpenv *saved)
{
    _mm_setcsr(saved->mxcsr);
}

#elif defined(__aarch64__)

/* Round to nearest, no flushing of denormals (FZ, FZ16), NaNs kept (DN), exceptions masked: the
 * state of a new process. fesetenv(FE_DFL_ENV) would leave DN and FZ16 as they are. */
#define FPCR_DEFAULT 0

static void set_control(uint64_t fpcr)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr));
}

void uqd_fpenv_enter(struct uqd_fpenv *saved)
{
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved->fpcr));
    __asm__ volatile("mrs %0, fpsr" : "=r"(saved->fpsr));
    set_control(FPCR_DEFAULT);
}

void uqd_fpenv_leave(const struct uqd_fpenv *saved)
{
    set_control(saved->fpcr);
    __asm__ volatile("msr fpsr, %0" : : "r"(saved->fpsr));
}

#else

void uqd_fpenv_enter(struct uqd_fpenv *saved)
{
    fegetenv(&saved->environment);
    fesetenv(FE_DFL_ENV);
}

void uqd_fpenv_leave(const struct uqd_fpenv *saved)
{
    fesetenv(&saved->environment);
}

#endif
