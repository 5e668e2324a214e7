#include "samples.h"

#include "pixels.h"

#include <stdlib.h>
#include <string.h>

/* ---- Depth --------------------------------------------------------------------------------- */

static int too_deep(const struct image_input *input, unsigned maxval)
{
    if (maxval == 65535)
        return message_set(input->message,
                           "%s: has 16 bits per sample, which 8 do not hold "
                           "(uqd encode --depth 8 rounds them)",
                           input->name);
    return message_set(input->message,
                       "%s: has samples of 0 to %u, which 8 bits do not hold exactly "
                       "(uqd encode --depth 8 rounds them)",
                       input->name, maxval);
}

int samples_to_8_bits(const struct image_input *input, uint8_t *samples, size_t n, unsigned maxval)
{
    size_t size = maxval > 255 ? 2 : 1;
    if (maxval == 255)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (image_look_at(input, i) < 0)
            return -1;
        const uint8_t *from = samples + i * size;
        unsigned value = size == 2 ? from[0] * 256u + from[1] : from[0];
        if (value > maxval)
            return message_set(input->message, "%s: the sample %u is above the largest value %u",
                               input->name, value, maxval);
        if (value * 255 % maxval != 0 && !input->options->reduce_depth)
            return too_deep(input, maxval);
        samples[i] = (uint8_t)((value * 255 + maxval / 2) / maxval);
    }
    return 0;
}

/* ---- Channels ------------------------------------------------------------------------------ */

static size_t count_pixels(const struct pixels *pixels)
{
    return (size_t)pixels->width * pixels->height;
}

/* Returns the memory that fewer channels leave over; it is no error if that fails. */
static void set_channels(struct pixels *pixels, uint32_t channels)
{
    uint8_t *shrunk = realloc(pixels->data, count_pixels(pixels) * channels);
    if (shrunk)
        pixels->data = shrunk;
    pixels->channels = channels;
}

/* Keeps the first colours and, where keep_alpha is set, the last channel of every pixel. */
static int keep_channels(const struct image_input *input, struct pixels *pixels, uint32_t colours,
                         int keep_alpha)
{
    const uint8_t *from = pixels->data;
    uint8_t *to = pixels->data;
    for (size_t i = 0; i < count_pixels(pixels); i++, from += pixels->channels) {
        if (image_look_at(input, i) < 0)
            return -1;
        uint8_t alpha = from[pixels->channels - 1];
        memmove(to, from, colours);
        to += colours;
        if (keep_alpha)
            *to++ = alpha;
    }
    set_channels(pixels, colours + (keep_alpha ? 1 : 0));
    return 0;
}

int samples_drop_opaque(const struct image_input *input, struct pixels *pixels)
{
    if (pixels->channels % 2 != 0)
        return 0;
    for (size_t i = 1; i <= count_pixels(pixels); i++) {
        if (image_look_at(input, i) < 0)
            return -1;
        if (pixels->data[i * pixels->channels - 1] != 255)
            return 0;
    }
    return keep_channels(input, pixels, pixels->channels - 1, 0);
}

int samples_are_grey(const struct image_input *input, const struct pixels *pixels)
{
    if (pixels->channels < 3)
        return 1;
    const uint8_t *pixel = pixels->data;
    for (size_t i = 0; i < count_pixels(pixels); i++, pixel += pixels->channels) {
        if (image_look_at(input, i) < 0)
            return -1;
        if (pixel[0] != pixel[1] || pixel[1] != pixel[2])
            return 0;
    }
    return 1;
}

int samples_make_grey(const struct image_input *input, struct pixels *pixels)
{
    return keep_channels(input, pixels, 1, pixels->channels == 4);
}

/* ---- Flattening ---------------------------------------------------------------------------- */

static uint8_t blend(unsigned value, unsigned background, unsigned alpha)
{
    return (uint8_t)((value * alpha + background * (255 - alpha) + 127) / 255);
}

int samples_flatten(const struct image_input *input, struct pixels *pixels)
{
    const uint8_t *background = input->options->background;
    int is_grey = background[0] == background[1] && background[1] == background[2];
    if (pixels->channels % 2 != 0)
        return 0;
    if (pixels->channels == 2 && !is_grey && pixels_expand(pixels, 4) < 0)
        return image_no_memory(input);
    uint32_t colours = pixels->channels - 1;
    const uint8_t *from = pixels->data;
    uint8_t *to = pixels->data;
    for (size_t i = 0; i < count_pixels(pixels); i++, from += pixels->channels) {
        if (image_look_at(input, i) < 0)
            return -1;
        uint8_t alpha = from[colours];
        for (uint32_t c = 0; c < colours; c++)
            *to++ = blend(from[c], background[c], alpha);
    }
    set_channels(pixels, colours);
    return 0;
}
