/* Reversible colour rotation between 8-bit pixels and integer planes.
 *
 * A colour picture has three planes: luma, Co and Cg, made from R, G, B - 128 by two plane
 * rotations, each of three integer shears. A grey picture has one plane, its values - 128. Shears
 * undo exactly, so forward and inverse give back every pixel.
 *
 * Planes are rows of width int32 that begin pitch elements apart. Arithmetic wraps modulo 2^32, so
 * that the result is defined for all plane values. Rows are shared between `threads` threads
 * (0: OpenMP's default); the result does not depend on them. */
#ifndef UQD_TRANSFORM_COLOUR_H
#define UQD_TRANSFORM_COLOUR_H

#include <stddef.h>
#include <stdint.h>

enum { UQD_MAX_COLOURS = 3 };

/* Pixels (rows of width * channels bytes, stride bytes apart; 1 or 3 channels) to `channels`
 * planes. */
void uqd_colour_forward(const uint8_t *pixels, size_t stride, uint32_t channels, uint32_t width,
                        uint32_t height, int32_t *const planes[], size_t pitch, uint32_t threads);

/* Planes of values with `fraction` (0..8) bits behind the point to pixels, rounded to nearest and
 * clamped to 0..255. Exactly undoes forward only with fraction 0: finer shears do not take back
 * the rounding of its own. */
void uqd_colour_inverse(const int32_t *const planes[], size_t pitch, uint32_t channels,
                        uint32_t width, uint32_t height, uint32_t fraction, uint8_t *pixels,
                        size_t stride, uint32_t threads);

#endif
