#include "session/shown_colours.h"

#include "colour_profile.h"

#include <stdio.h>

void shown_colours_init(struct shown_colours *colours, const void *icc, size_t size,
                        uint32_t channels)
{
    struct message message;
    *colours = (struct shown_colours){.channels = channels < 3 ? 1 : 3};
    if (!icc || colour_profile_examine(icc, size) == COLOUR_PROFILE_SRGB)
        return;
    colours->converter = colour_converter_new(icc, size, colours->channels, &message);
    if (colours->converter && profile_description(icc, size, colours->profile))
        snprintf(colours->profile, sizeof colours->profile, "Unnamed profile");
}

void shown_colours_clear(struct shown_colours *colours)
{
    colour_converter_free(colours->converter);
    *colours = (struct shown_colours){0};
}

/* The bytes that the converter takes: red, green and blue, or one of them for grey. */
static void pack(const uint32_t *row, int n, uint32_t channels, uint8_t *bytes)
{
    for (int i = 0; i < n; i++)
        for (uint32_t c = 0; c < channels; c++)
            *bytes++ = (uint8_t)(row[i] >> (16 - 8 * c));
}

static void unpack(const uint8_t *bytes, int n, uint32_t *row)
{
    for (int i = 0; i < n; i++, bytes += 3)
        row[i] =
            (row[i] & 0xff000000u) | (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

void shown_colours_convert(const struct shown_colours *colours, uint32_t *row, int n)
{
    enum { MOST = 512 }; /* pixels at a time */
    uint8_t stored[3 * MOST], shown[3 * MOST];
    if (!colours || !colours->converter)
        return;
    for (int at = 0; at < n; at += MOST) {
        int part = n - at < MOST ? n - at : MOST;
        pack(row + at, part, colours->channels, stored);
        colour_converter_run(colours->converter, stored, shown, (uint32_t)part);
        unpack(shown, part, row + at);
    }
}
