/* Colour profiles (ICC): what they are, and pixels converted by them to sRGB. Any thread may call
 * these functions; one converter is used by one thread at a time. */
#ifndef UQD_COMMON_COLOUR_PROFILE_H
#define UQD_COMMON_COLOUR_PROFILE_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>

enum colour_profile_kind {
    COLOUR_PROFILE_DAMAGED, /* nothing can read it */
    COLOUR_PROFILE_OTHER,   /* of CMYK, or of no picture's pixels at all */
    COLOUR_PROFILE_GREY,
    COLOUR_PROFILE_RGB,
    COLOUR_PROFILE_SRGB, /* RGB, and shows every colour as sRGB does */
};

/* Whether there is the memory that work with a profile may need. lcms2 does not tell a lack of
 * memory from damage, and crashes at some, so this is asked first. */
int colour_profile_has_memory(void);

enum colour_profile_kind colour_profile_examine(const void *icc, size_t size);

/* The profile's description of itself, UTF-8, cut to fit. 0, or -1 and an empty text if it has
 * none. */
int profile_description(const void *icc, size_t size, char text[128]);

struct colour_converter;

/* Converts pixels of 1 to 4 channels, as in struct uqd_image, to RGB, or RGBA if there is alpha,
 * which is copied. The profile may be freed afterwards. NULL with a message that names no file if
 * the profile is damaged, does not fit the channels, or there is no memory. */
struct colour_converter *colour_converter_new(const void *icc, size_t size, uint32_t channels,
                                              struct message *message);

/* n_pixels packed pixels; the output has 3 or 4 channels and does not overlap the input. */
void colour_converter_run(const struct colour_converter *converter, const uint8_t *in, uint8_t *out,
                          uint32_t n_pixels);

/* NULL is allowed. */
void colour_converter_free(struct colour_converter *converter);

#endif
