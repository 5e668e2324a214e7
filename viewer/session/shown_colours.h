/* The colours of a picture as they are shown: converted to sRGB by its colour profile. The display
 * is taken to be sRGB. */
#ifndef UQD_VIEWER_SESSION_SHOWN_COLOURS_H
#define UQD_VIEWER_SESSION_SHOWN_COLOURS_H

#include <stddef.h>
#include <stdint.h>

struct colour_converter;

/* Zeroed: the colours are shown as they are stored. */
struct shown_colours {
    struct colour_converter *converter; /* NULL: they are shown as they are stored */
    uint32_t channels;                  /* that it takes, without alpha: 1 or 3 */
    char profile[128];                  /* what the profile calls itself; empty without converter */
};

/* For a picture of 1 to 4 channels with this profile, which may be NULL and be freed afterwards. A
 * profile of sRGB, and one that cannot be used, changes nothing. */
void shown_colours_init(struct shown_colours *colours, const void *icc, size_t size,
                        uint32_t channels);

void shown_colours_clear(struct shown_colours *colours);

/* Converts n pixels of a row, 0xAARRGGBB; grey pictures have equal colours there. Alpha stays.
 * Colours may be NULL: nothing changes. */
void shown_colours_convert(const struct shown_colours *colours, uint32_t *row, int n);

#endif
