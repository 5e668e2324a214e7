#include "png_metadata.h"

#include "metadata.h"
#include "plural.h"
#include "png_text.h"
#include "profile_make.h"
#include "unpack.h"

#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_SIZE = 8, CHUNK_OVERHEAD = 12, SRGB_GAMMA = 45455 };

/* Of all chunks, those that tell colours together. */
struct colours {
    struct profile_colours values;
    int has_gamma, has_primaries, is_srgb;
};

struct reading {
    const struct image_input *input;
    struct pixels *pixels;
    struct colours colours;
};

static uint32_t read_32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- Blocks -------------------------------------------------------------------------------- */

/* Adds a block of the one size that it can have; another is damaged. */
static int add_fixed(struct reading *reading, enum uqd_metadata_type type, const uint8_t *data,
                     size_t size, size_t wanted)
{
    if (size == wanted)
        return metadata_add(reading->input, reading->pixels, type, data, size);
    metadata_note_damaged(reading->input, type);
    return 0;
}

static int read_cicp(struct reading *reading, const uint8_t *data, size_t size)
{
    return add_fixed(reading, UQD_METADATA_CICP, data, size, 4);
}

/* A resolution of 0 says nothing. */
static int read_resolution(struct reading *reading, const uint8_t *data, size_t size)
{
    if (size == 9 && (read_32(data) == 0 || read_32(data + 4) == 0))
        return 0;
    return add_fixed(reading, UQD_METADATA_RESOLUTION, data, size, 9);
}

static int read_exif(struct reading *reading, const uint8_t *data, size_t size)
{
    return metadata_add(reading->input, reading->pixels, UQD_METADATA_EXIF, data, size);
}

/* A name, how the profile is packed, and the packed profile. */
static int read_profile(struct reading *reading, const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, 0, size);
    uint8_t *icc;
    size_t icc_size;
    if (!end || (size_t)(end - data) + 2 > size || end[1] != 0) {
        metadata_note_damaged(reading->input, UQD_METADATA_ICC);
        return 0;
    }
    if (!metadata_may_add(reading->input, reading->pixels, UQD_METADATA_ICC))
        return 0;
    int result = unpack(reading->input, UQD_METADATA_ICC, end + 2, size - (size_t)(end + 2 - data),
                        &icc, &icc_size);
    if (result != 0)
        return result < 0 ? -1 : 0;
    result = metadata_add(reading->input, reading->pixels, UQD_METADATA_ICC, icc, icc_size);
    free(icc);
    return result;
}

static int read_text(struct reading *reading, const uint8_t *data, size_t size)
{
    return png_read_text(reading->input, reading->pixels, data, size);
}

static int read_packed_text(struct reading *reading, const uint8_t *data, size_t size)
{
    return png_read_packed_text(reading->input, reading->pixels, data, size);
}

static int read_international_text(struct reading *reading, const uint8_t *data, size_t size)
{
    return png_read_international_text(reading->input, reading->pixels, data, size);
}

static int read_animation(struct reading *reading, const uint8_t *data, size_t size)
{
    if (size == 8)
        image_note(reading->input, "is an animation of %u picture%s, of which the first is kept",
                   read_32(data), plural(read_32(data)));
    return 0;
}

/* ---- Colours without a profile ------------------------------------------------------------- */

static int read_gamma(struct reading *reading, const uint8_t *data, size_t size)
{
    if (size != 4 || read_32(data) == 0) {
        image_note(reading->input, "its gamma is damaged and left out");
        return 0;
    }
    reading->colours.values.gamma = read_32(data);
    reading->colours.has_gamma = 1;
    return 0;
}

static int read_primaries(struct reading *reading, const uint8_t *data, size_t size)
{
    struct profile_colours *values = &reading->colours.values;
    uint32_t *const points[] = {values->white, values->red, values->green, values->blue};
    if (size != 32) {
        image_note(reading->input, "its primary colours are damaged and left out");
        return 0;
    }
    for (unsigned i = 0; i < 8; i++)
        points[i / 2][i % 2] = read_32(data + 4 * i);
    reading->colours.has_primaries = 1;
    return 0;
}

static int read_srgb(struct reading *reading, const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    reading->colours.is_srgb = 1;
    return 0;
}

/* The gamma that files of sRGB have stands for its curve, which is no power. */
static int is_srgb_gamma(uint32_t gamma)
{
    return gamma >= SRGB_GAMMA - SRGB_GAMMA / 100 && gamma <= SRGB_GAMMA + SRGB_GAMMA / 100;
}

/* Files round the primaries differently, to three digits at worst. */
static int are_srgb_primaries(const struct profile_colours *values)
{
    const struct profile_colours *srgb = &profile_srgb_colours;
    const uint32_t *const have[] = {values->white, values->red, values->green, values->blue};
    const uint32_t *const want[] = {srgb->white, srgb->red, srgb->green, srgb->blue};
    for (unsigned i = 0; i < 8; i++) {
        int64_t difference = (int64_t)have[i / 2][i % 2] - want[i / 2][i % 2];
        if (difference < -100 || difference > 100)
            return 0;
    }
    return 1;
}

/* Makes a profile of gamma and primaries that are not sRGB's. */
static int make_profile(struct reading *reading, int is_grey)
{
    struct profile_colours *values = &reading->colours.values;
    uint8_t *icc;
    size_t size;
    if (is_srgb_gamma(values->gamma))
        values->gamma = 0;
    if (values->gamma == 0 && (is_grey || are_srgb_primaries(values)))
        return 0;
    int result = profile_from_colours(values, is_grey, &icc, &size);
    if (result > 0) {
        image_note(reading->input, "its primary colours are impossible and left out");
        return 0;
    }
    if (result < 0)
        return image_no_memory(reading->input);
    result = metadata_add(reading->input, reading->pixels, UQD_METADATA_ICC, icc, size);
    free(icc);
    return result;
}

static int needs_profile(const struct reading *reading)
{
    const struct colours *colours = &reading->colours;
    return (colours->has_gamma || colours->has_primaries) && !colours->is_srgb &&
           !pixels_metadata(reading->pixels, UQD_METADATA_ICC) &&
           !pixels_metadata(reading->pixels, UQD_METADATA_CICP);
}

/* ---- Chunks -------------------------------------------------------------------------------- */

static int read_chunk(struct reading *reading, const char name[4], const uint8_t *data, size_t size)
{
    static const struct {
        const char *name;
        int (*read)(struct reading *reading, const uint8_t *data, size_t size);
    } readers[] = {
        {"iCCP", read_profile},
        {"cICP", read_cicp},
        {"sRGB", read_srgb},
        {"gAMA", read_gamma},
        {"cHRM", read_primaries},
        {"pHYs", read_resolution},
        {"eXIf", read_exif},
        {"tEXt", read_text},
        {"zTXt", read_packed_text},
        {"acTL", read_animation},
        {"iTXt", read_international_text},
    };
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (memcmp(name, readers[i].name, 4) == 0)
            return readers[i].read(reading, data, size);
    return 0;
}

/* Chunk after chunk: 4 bytes of size, 4 of name, the data, 4 of checksum. */
static int read_chunks(struct reading *reading)
{
    const struct image_input *input = reading->input;
    size_t at = SIGNATURE_SIZE;
    while (input->size - at >= CHUNK_OVERHEAD) {
        const uint8_t *chunk = input->data + at;
        size_t size = read_32(chunk);
        if (size > input->size - at - CHUNK_OVERHEAD || memcmp(chunk + 4, "IEND", 4) == 0)
            return 0;
        if (read_chunk(reading, (const char *)chunk + 4, chunk + 8, size) < 0)
            return -1;
        at += CHUNK_OVERHEAD + size;
    }
    return 0;
}

int png_read_metadata(const struct image_input *input, struct pixels *pixels)
{
    struct reading reading = {.input = input, .pixels = pixels};
    reading.colours.values = profile_srgb_colours;
    if (read_chunks(&reading) < 0)
        return -1;
    return needs_profile(&reading) ? make_profile(&reading, pixels->channels < 3) : 0;
}
