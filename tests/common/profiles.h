/* Colour profiles made by lcms2. Free what the functions return; they fail the test if they cannot.
 */
#ifndef UQD_TESTS_PROFILES_H
#define UQD_TESTS_PROFILES_H

#include <stddef.h>
#include <stdint.h>

struct profile {
    uint8_t *data;
    size_t size;
};

enum profile_kind {
    PROFILE_SRGB,
    PROFILE_WIDE,    /* Adobe RGB: other primaries, gamma 2.2 */
    PROFILE_P3,      /* other primaries, the curve of sRGB */
    PROFILE_SWAPPED, /* red shows as green, green as blue, blue as red */
    PROFILE_UNEQUAL, /* a gamma of its own for each colour */
    PROFILE_GREY,    /* gamma 1.8 */
    PROFILE_LAB,     /* for no pixels of a picture file */
};

struct profile profile_new(enum profile_kind kind);

#endif
