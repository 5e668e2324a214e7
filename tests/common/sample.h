/* Small pictures of every kind, and the 8-bit samples that a reader must find in them. */
#ifndef UQD_TESTS_SAMPLE_H
#define UQD_TESTS_SAMPLE_H

#include <png.h>
#include <stdint.h>

enum { SAMPLE_PROFILE_SIZE = 400 };

struct sample {
    const char *name;
    uint32_t width, height;
    int colour_type; /* as libpng counts them */
    int bit_depth;
    int is_interlaced;
    int has_transparent_colour; /* a tRNS chunk; entry 1 of a palette, colour 0 otherwise */
    int has_profile;
};

/* Channels without the transparency: 1 or 3. */
uint32_t sample_channels(const struct sample *sample);

/* The sample at (x, y) as 8 bits, before it is laid on anything. */
uint8_t sample_value(const struct sample *sample, uint32_t x, uint32_t y, uint32_t channel);

/* Opacity of the pixel; 255 where the picture has no transparency. */
uint8_t sample_opacity(const struct sample *sample, uint32_t x, uint32_t y);

/* A colour profile that libpng accepts. */
void sample_profile(uint8_t profile[SAMPLE_PROFILE_SIZE]);

/* Writes the picture as a PNG file. Fails the test if it cannot. */
void sample_write_png(const struct sample *sample, const char *path);

/* Writes an 8-bit picture as PPM or PGM with a comment in the header. */
void sample_write_ppm(const struct sample *sample, const char *path);

#endif
