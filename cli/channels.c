#include "channels.h"

#include <stdlib.h>

static uint32_t count_colours(uint32_t channels)
{
    return channels >= 3 ? 3 : 1;
}

static uint32_t has_alpha(uint32_t channels)
{
    return channels % 2 == 0;
}

uint32_t channels_for_both(uint32_t a, uint32_t b)
{
    uint32_t colours = count_colours(a) > count_colours(b) ? count_colours(a) : count_colours(b);
    return colours + (has_alpha(a) | has_alpha(b));
}

static void expand_pixel(const uint8_t *from, uint32_t from_channels, uint8_t *to,
                         uint32_t channels)
{
    const uint32_t colours = count_colours(channels);
    for (uint32_t c = 0; c < colours; c++)
        to[c] = from[count_colours(from_channels) == colours ? c : 0];
    if (has_alpha(channels))
        to[colours] = has_alpha(from_channels) ? from[from_channels - 1] : 255;
}

int channels_expand(struct pixels *pixels, uint32_t channels)
{
    const size_t n_pixels = (size_t)pixels->width * pixels->height;
    if (channels == pixels->channels)
        return 0;
    uint8_t *data = n_pixels <= SIZE_MAX / channels ? malloc(n_pixels * channels) : NULL;
    if (!data)
        return -1;
    for (size_t i = 0; i < n_pixels; i++)
        expand_pixel(pixels->data + i * pixels->channels, pixels->channels, data + i * channels,
                     channels);
    free(pixels->data);
    pixels->data = data;
    pixels->channels = channels;
    return 0;
}
