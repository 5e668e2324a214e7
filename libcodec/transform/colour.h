/* Between 8-bit pixels and planes of luma, Co and Cg, which are R, G, B - 128 rotated.
 *
 * The rotation and the finest wavelet level are reversible together: each sample is rotated, lifted
 * and rounded to a whole number at once, in four steps of which each changes one of three numbers
 * by the other two (docs/format.md, "Transform"). A picture with more than one wavelet level goes
 * on with transform/wavelet.h on the low-pass. A grey picture has one plane, its values - 128.
 *
 * Planes are rows of width int32 that begin pitch elements apart, pixels rows of width * channels
 * bytes, stride bytes apart. Arithmetic wraps modulo 2^32, so that the result is defined for all
 * plane values. Rows are shared between the threads of the work, which the result does not depend
 * on. All return UQD_OK, or UQD_ERR_CANCELLED with what they make undefined. */
#ifndef UQD_TRANSFORM_COLOUR_H
#define UQD_TRANSFORM_COLOUR_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

enum { UQD_MAX_COLOURS = 3 };

/* RGB to the four subbands of one level in the Mallat layout. Errors: also UQD_ERR_NOMEM. */
int uqd_colour_split(const uint8_t *pixels, size_t stride, uint32_t width, uint32_t height,
                     int32_t *const planes[3], size_t pitch, struct uqd_work *work);

/* Exactly undoes uqd_colour_split; leaves the planes undefined. Errors: also
 * UQD_ERR_NOMEM. */
int uqd_colour_merge(int32_t *const planes[3], size_t pitch, uint32_t width, uint32_t height,
                     uint8_t *pixels, size_t stride, struct uqd_work *work);

/* Planes of a picture, with `fraction` (0..8) bits behind the point, to the nearest RGB. */
int uqd_colour_show(int32_t *const planes[3], size_t pitch, uint32_t width, uint32_t height,
                    uint32_t fraction, uint8_t *pixels, size_t stride, struct uqd_work *work);

/* Grey pixels to their plane, exactly, and the nearest ones of a plane with `fraction` (0..8)
 * bits behind the point. */
int uqd_grey_load(const uint8_t *pixels, size_t stride, uint32_t width, uint32_t height,
                  int32_t *plane, size_t pitch, struct uqd_work *work);
int uqd_grey_show(const int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                  uint32_t fraction, uint8_t *pixels, size_t stride, struct uqd_work *work);

#endif
