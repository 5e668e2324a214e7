/* For files that are compiled for UQD_CPU_AVX512 (util/isa.h), or for what extends it. */
#ifndef UQD_UTIL_AVX512_H
#define UQD_UTIL_AVX512_H

#if !defined(__AVX512F__) || !defined(__AVX512DQ__) || !defined(__AVX512BW__) ||                   \
    !defined(__AVX512VL__) || !defined(__AVX512CD__) || !defined(__FMA__)
#error "compile with the arguments of avx512 in libcodec/meson.build"
#endif

#include <immintrin.h>

#endif
