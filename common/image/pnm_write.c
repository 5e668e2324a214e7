#include "image_formats.h"

#include "pixels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int write_header(enum image_format format, const struct pixels *pixels, uint32_t channels,
                        char *header, size_t size)
{
    static const char *const tuple_types[] = {"GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"};
    if (format == IMAGE_PAM)
        return snprintf(header, size,
                        "P7\nWIDTH %u\nHEIGHT %u\nDEPTH %u\nMAXVAL 255\nTUPLTYPE %s\nENDHDR\n",
                        pixels->width, pixels->height, channels, tuple_types[channels - 1]);
    return snprintf(header, size, "P%c\n%u %u\n255\n", channels == 3 ? '6' : '5', pixels->width,
                    pixels->height);
}

/* Whether the format can hold the picture. 0, or -1 with a message. */
static int check_channels(const char *name, enum image_format format, uint32_t channels,
                          struct message *message)
{
    if (format != IMAGE_PAM && channels % 2 == 0)
        return message_set(message, "%s: the format cannot hold transparency, PNG and PAM can",
                           name);
    if (format == IMAGE_PGM && channels == 3)
        return message_set(message, "%s: a PGM cannot hold colours, PPM, PNG and PAM can", name);
    return 0;
}

/* Only PPM has other channels than the picture: grey is written as RGB. */
static void write_row(const struct pixels *pixels, uint32_t y, uint32_t channels, uint8_t *to)
{
    const size_t width = pixels->width;
    const uint8_t *row = pixels->data + y * width * pixels->channels;
    if (channels == pixels->channels) {
        memcpy(to, row, width * channels);
        return;
    }
    for (size_t i = 0; i < width; i++, to += channels)
        memset(to, row[i], channels);
}

int pnm_write(const char *name, enum image_format format, const struct pixels *pixels,
              const struct image_write_options *options, uint8_t **data, size_t *size,
              struct message *message)
{
    uint32_t channels = format == IMAGE_PPM && pixels->channels == 1 ? 3 : pixels->channels;
    char header[128];
    if (check_channels(name, format, pixels->channels, message) < 0)
        return -1;
    size_t length = (size_t)write_header(format, pixels, channels, header, sizeof header);
    size_t n_samples = (size_t)pixels->width * pixels->height * channels;
    uint8_t *buffer = malloc(length + n_samples);
    if (!buffer)
        return message_set(message, "%s: there is not enough memory for the picture", name);
    memcpy(buffer, header, length);
    for (uint32_t y = 0; y < pixels->height; y++) {
        write_row(pixels, y, channels, buffer + length + (size_t)y * pixels->width * channels);
        if (image_write_look(name, options, message) < 0) {
            free(buffer);
            return -1;
        }
    }
    *data = buffer;
    *size = length + n_samples;
    return 0;
}
