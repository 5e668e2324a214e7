#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TRANSPARENT_ENTRY = 1, HEADER_SIZE = 132 };

/* Smooth areas with some texture, so that coding them is neither trivial nor hopeless. */
static unsigned pattern(uint32_t x, uint32_t y, uint32_t channel)
{
    unsigned texture = ((x * 73u) ^ (y * 151u) ^ (channel * 29u)) & 15u;
    return (x * 5 + y * 3 + channel * 40 + texture) & 255u;
}

static unsigned n_levels(const struct sample *sample)
{
    return 1u << (sample->bit_depth < 8 ? sample->bit_depth : 8);
}

static unsigned palette_index(const struct sample *sample, uint32_t x, uint32_t y)
{
    return pattern(x, y, 0) * n_levels(sample) / 256;
}

static png_color palette_colour(unsigned index)
{
    return (png_color){(png_byte)(index * 7), (png_byte)(255 - index * 5), (png_byte)(index * 13)};
}

uint32_t sample_channels(const struct sample *sample)
{
    return sample->colour_type & PNG_COLOR_MASK_COLOR ? 3 : 1;
}

uint8_t sample_value(const struct sample *sample, uint32_t x, uint32_t y, uint32_t channel)
{
    if (sample->colour_type == PNG_COLOR_TYPE_PALETTE) {
        png_color colour = palette_colour(palette_index(sample, x, y));
        return channel == 0 ? colour.red : channel == 1 ? colour.green : colour.blue;
    }
    unsigned level = pattern(x, y, channel) * n_levels(sample) / 256;
    return (uint8_t)(level * 255 / (n_levels(sample) - 1));
}

uint8_t sample_opacity(const struct sample *sample, uint32_t x, uint32_t y)
{
    if (sample->colour_type & PNG_COLOR_MASK_ALPHA)
        return (uint8_t)pattern(y, x, 3);
    if (!sample->has_transparent_colour)
        return 255;
    if (sample->colour_type == PNG_COLOR_TYPE_PALETTE)
        return palette_index(sample, x, y) == TRANSPARENT_ENTRY ? 0 : 255;
    for (uint32_t c = 0; c < sample_channels(sample); c++)
        if (sample_value(sample, x, y, c) != 0)
            return 255;
    return 0;
}

void sample_profile(uint8_t profile[SAMPLE_PROFILE_SIZE])
{
    static const uint8_t d50[12] = {0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d};
    memset(profile, 0, HEADER_SIZE);
    for (unsigned i = HEADER_SIZE; i < SAMPLE_PROFILE_SIZE; i++)
        profile[i] = (uint8_t)(i * i / 7);
    memset(profile + HEADER_SIZE - 4, 0, 4); /* no tags */
    profile[2] = SAMPLE_PROFILE_SIZE >> 8;
    profile[3] = SAMPLE_PROFILE_SIZE & 255;
    profile[8] = 2;
    memcpy(profile + 12, "mntrRGB XYZ ", 12);
    memcpy(profile + 36, "acsp", 4);
    memcpy(profile + 68, d50, sizeof d50);
}

/* One row as the file stores it, one byte or two per sample: libpng packs smaller depths. */
static void fill_row(const struct sample *sample, uint32_t y, uint8_t *row)
{
    unsigned sample_size = sample->bit_depth == 16 ? 2 : 1;
    for (uint32_t x = 0; x < sample->width; x++) {
        if (sample->colour_type == PNG_COLOR_TYPE_PALETTE) {
            *row++ = (uint8_t)palette_index(sample, x, y);
            continue;
        }
        for (uint32_t c = 0; c < sample_channels(sample); c++, row += sample_size) {
            row[0] = (uint8_t)(pattern(x, y, c) * n_levels(sample) / 256);
            if (sample_size == 2) {
                row[0] = sample_value(sample, x, y, c);
                row[1] = row[0] ^ 1; /* not what 8 bits hold, but next to it */
            }
        }
        if (sample->colour_type & PNG_COLOR_MASK_ALPHA) {
            memset(row, sample_opacity(sample, x, y), sample_size);
            row += sample_size;
        }
    }
}

static void write_header(const struct sample *sample, png_structp png, png_infop info)
{
    png_set_IHDR(png, info, sample->width, sample->height, sample->bit_depth, sample->colour_type,
                 sample->is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (sample->colour_type == PNG_COLOR_TYPE_PALETTE) {
        png_color palette[256];
        for (unsigned i = 0; i < n_levels(sample); i++)
            palette[i] = palette_colour(i);
        png_set_PLTE(png, info, palette, (int)n_levels(sample));
    }
    if (sample->has_transparent_colour) {
        png_byte entries[TRANSPARENT_ENTRY + 1] = {255, 0};
        png_color_16 colour = {0};
        png_set_tRNS(png, info, entries, TRANSPARENT_ENTRY + 1, &colour);
    }
    if (sample->has_profile) {
        uint8_t profile[SAMPLE_PROFILE_SIZE];
        sample_profile(profile);
        png_set_iCCP(png, info, "test", PNG_COMPRESSION_TYPE_BASE, profile, sizeof profile);
    }
    png_write_info(png, info);
    png_set_packing(png);
}

void sample_write_png(const struct sample *sample, const char *path)
{
    FILE *file = fopen(path, "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    uint8_t *row = calloc(sample->width, 8);
    if (!file || !info || !row || setjmp(png_jmpbuf(png)))
        fail_msg("%s cannot be written", path);
    png_init_io(png, file);
    write_header(sample, png, info);
    int n_passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < n_passes; pass++)
        for (uint32_t y = 0; y < sample->height; y++) {
            fill_row(sample, y, row);
            png_write_row(png, row);
        }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(row);
    fclose(file);
}

void sample_write_ppm(const struct sample *sample, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_msg("%s cannot be written", path);
    fprintf(file, "P%d # a comment\n%u\t%u\n# and one more\n255\n",
            sample_channels(sample) == 3 ? 6 : 5, sample->width, sample->height);
    for (uint32_t y = 0; y < sample->height; y++)
        for (uint32_t x = 0; x < sample->width; x++)
            for (uint32_t c = 0; c < sample_channels(sample); c++)
                putc(sample_value(sample, x, y, c), file);
    fclose(file);
}
