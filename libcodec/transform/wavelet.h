/* Reversible (13,7) integer wavelet, in place on one int32 plane: by lifting in two dimensions at
 * once, with one rounding per sample and level.
 *
 * The plane is rows of width samples that begin pitch elements apart. One level replaces a
 * picture of w x h by four subbands in the Mallat layout: the low-pass of ceil(w/2) x ceil(h/2) in
 * the top-left corner, HL (high in x) right of it, LH (high in y) below it, HH at the bottom
 * right. The next level does the same with the low-pass. A side of 1 stays as it is.
 *
 * The low-pass has gain 1: it is itself a smaller picture of the same range. The arithmetic wraps
 * modulo 2^32, so that the result is defined for all values. Bands of rows and strips of columns
 * are shared between the threads of the work, which the result does not depend on. Each takes
 * scratch for three rows or 32 columns, whichever is more. */
#ifndef UQD_TRANSFORM_WAVELET_H
#define UQD_TRANSFORM_WAVELET_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* Length of a side after `levels` (0..31) halvings that round up. */
static inline uint32_t uqd_wavelet_side(uint32_t side, uint32_t levels)
{
    return (uint32_t)(((uint64_t)side + (UINT64_C(1) << levels) - 1) >> levels);
}

/* Splits `levels` (0..31) times. Sides at least 1. Returns UQD_OK, or UQD_ERR_NOMEM or
 * UQD_ERR_CANCELLED with the plane undefined. */
int uqd_wavelet_forward(int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                        uint32_t levels, struct uqd_work *work);

/* Undoes the levels levels_from .. levels_to + 1 of a plane whose full size is width x height:
 * what is left in the top-left corner is the low-pass of level levels_to, sides
 * uqd_wavelet_side(.., levels_to); with levels_to = 0, the full-size picture. Returns UQD_OK, or
 * UQD_ERR_NOMEM or UQD_ERR_CANCELLED with the plane undefined. */
int uqd_wavelet_inverse(int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                        uint32_t levels_from, uint32_t levels_to, struct uqd_work *work);

#endif
