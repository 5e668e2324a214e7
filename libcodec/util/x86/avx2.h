/* For files that are compiled for UQD_CPU_AVX2 (util/isa.h), or for what extends it. */
#ifndef UQD_UTIL_AVX2_H
#define UQD_UTIL_AVX2_H

#if !defined(__AVX2__) || !defined(__FMA__)
#error "compile with the arguments of avx2 in libcodec/meson.build"
#endif

#include <immintrin.h>

#endif
