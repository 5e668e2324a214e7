#include "image_formats.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct header {
    unsigned channels;
    uint64_t width, height, maxval;
};

int ppm_recognize(const struct image_bytes *file)
{
    return file->size >= 3 && file->data[0] == 'P' &&
           (file->data[1] == '5' || file->data[1] == '6') &&
           (isspace(file->data[2]) || file->data[2] == '#');
}

static size_t skip_space(const struct image_bytes *file, size_t at)
{
    while (at < file->size && (isspace(file->data[at]) || file->data[at] == '#')) {
        if (file->data[at] == '#')
            while (at < file->size && file->data[at] != '\n' && file->data[at] != '\r')
                at++;
        else
            at++;
    }
    return at;
}

/* Reads a decimal number behind space and comments. Returns the position behind it, 0 if there is
 * none or it has more than nine digits. */
static size_t read_number(const struct image_bytes *file, size_t at, uint64_t *number)
{
    size_t begin = at = skip_space(file, at);
    *number = 0;
    while (at < file->size && isdigit(file->data[at]) && at - begin < 10)
        *number = *number * 10 + (file->data[at++] - '0');
    return at - begin < 1 || at - begin > 9 ? 0 : at;
}

/* Returns where the samples begin, 0 if the header is damaged. */
static size_t read_header(const struct image_bytes *file, struct header *header)
{
    uint64_t *numbers[] = {&header->width, &header->height, &header->maxval};
    size_t at = 2;
    header->channels = file->data[1] == '6' ? 3 : 1;
    for (unsigned i = 0; i < 3; i++)
        if ((at = read_number(file, at, numbers[i])) == 0)
            return 0;
    return at < file->size && isspace(file->data[at]) ? at + 1 : 0;
}

static int check_header(const char *name, const struct header *header,
                        const struct image_read_options *options, struct message *message)
{
    if (header->maxval == 65535 && image_check_depth(name, options, message) < 0)
        return -1;
    if (header->maxval != 255 && header->maxval != 65535)
        return message_set(message, "%s: has the largest value %llu and only 255 is supported",
                           name, (unsigned long long)header->maxval);
    return image_check_size(name, header->width, header->height, options, message);
}

int ppm_decode(const struct image_bytes *file, const struct image_read_options *options,
               struct pixels *out, struct message *message)
{
    struct header header;
    size_t begin = read_header(file, &header);
    if (begin == 0)
        return message_set(message, "%s: the header of the picture is damaged", file->name);
    if (check_header(file->name, &header, options, message) < 0)
        return -1;
    size_t n_samples = (size_t)(header.width * header.height * header.channels);
    size_t sample_size = header.maxval == 255 ? 1 : 2;
    if ((file->size - begin) / sample_size < n_samples)
        return message_set(message, "%s: the picture is cut off", file->name);
    uint8_t *data = malloc(n_samples);
    if (!data)
        return message_set(message, "%s: there is not enough memory for the picture", file->name);
    for (size_t i = 0; i < n_samples; i++)
        data[i] = file->data[begin + i * sample_size];
    *out = (struct pixels){.width = (uint32_t)header.width,
                           .height = (uint32_t)header.height,
                           .channels = header.channels,
                           .data = data};
    return 0;
}

static int write_header(char *text, size_t size, enum image_format format,
                        const struct pixels *pixels, uint32_t channels)
{
    static const char *const tuples[] = {"GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"};
    if (format != IMAGE_PAM)
        return snprintf(text, size, "P%c\n%u %u\n255\n", channels == 3 ? '6' : '5', pixels->width,
                        pixels->height);
    return snprintf(text, size,
                    "P7\nWIDTH %u\nHEIGHT %u\nDEPTH %u\nMAXVAL 255\nTUPLTYPE %s\nENDHDR\n",
                    pixels->width, pixels->height, channels, tuples[channels - 1]);
}

int ppm_encode(const char *name, enum image_format format, const struct pixels *pixels,
               uint8_t **data, size_t *size, struct message *message)
{
    char header[128];
    uint32_t channels = format == IMAGE_PPM ? 3 : pixels->channels;
    size_t length = (size_t)write_header(header, sizeof header, format, pixels, channels);
    size_t n_samples = (size_t)pixels->width * pixels->height * channels;
    uint8_t *buffer = malloc(length + n_samples);
    if (!buffer)
        return message_set(message, "%s: there is not enough memory for the picture", name);
    memcpy(buffer, header, length);
    for (size_t i = 0; i < n_samples; i++) /* a grey sample counts for all channels of PPM */
        buffer[length + i] = pixels->data[channels == pixels->channels ? i : i / channels];
    *data = buffer;
    *size = length + n_samples;
    return 0;
}
