/* For files that are compiled for UQD_CPU_NEON (util/isa.h): 64-bit ARM only, since the NEON of 32
 * bits flushes denormals to zero. */
#ifndef UQD_UTIL_NEON_H
#define UQD_UTIL_NEON_H

#if !defined(__aarch64__)
#error "64-bit ARM only"
#endif

#include <arm_neon.h>

#endif
