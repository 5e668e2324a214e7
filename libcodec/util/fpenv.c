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
