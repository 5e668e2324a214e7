/* The floating-point environment in which the network's results are defined. */
#ifndef UQD_UTIL_FPENV_H
#define UQD_UTIL_FPENV_H

#if defined(__x86_64__) || defined(__i386__)
struct uqd_fpenv {
    unsigned mxcsr;
};
#elif defined(__aarch64__)
#include <stdint.h>
struct uqd_fpenv {
    uint64_t fpcr, fpsr;
};
#else
#include <fenv.h>
struct uqd_fpenv {
    fenv_t environment;
};
#endif

/* Saves the calling thread's environment and sets the defined one: round to nearest, denormals
 * kept, exceptions masked. Every thread that runs kernels does so between enter and leave, and
 * calls the kernels as functions, so that no arithmetic is moved across either. */
void uqd_fpenv_enter(struct uqd_fpenv *saved);

/* Restores what uqd_fpenv_enter saved on the same thread, exception flags included. */
void uqd_fpenv_leave(const struct uqd_fpenv *saved);

#endif
