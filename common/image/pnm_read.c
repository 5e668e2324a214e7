#include "image_formats.h"

#include "pnm_header.h"
#include "samples.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { COPIED_PIECE = 1 << 20 }; /* bytes between two looks */

static int begins_at(const struct image_input *input, size_t at)
{
    const uint8_t *p = input->data + at;
    return input->size - at >= 3 && p[0] == 'P' && p[1] >= '1' && p[1] <= '7' &&
           (isspace(p[2]) || p[2] == '#');
}

int pnm_recognize(const struct image_input *input)
{
    return begins_at(input, 0);
}

static int is_cut(const struct image_input *input)
{
    return message_set(input->message, "%s: the picture is cut off", input->name);
}

/* ---- Binary samples ------------------------------------------------------------------------ */

static size_t sample_size(const struct pnm_header *header)
{
    return header->maxval > 255 ? 2 : 1;
}

/* Each row begins with a new byte, and the most significant bit is the first. */
static int read_bits(const struct image_input *input, const struct pnm_header *header,
                     uint8_t *samples, size_t *end)
{
    size_t row_size = (size_t)(header->width + 7) / 8;
    if ((input->size - header->end) / row_size < header->height)
        return is_cut(input);
    for (size_t y = 0; y < header->height; y++) {
        if (image_look(input) < 0)
            return -1;
        const uint8_t *row = input->data + header->end + y * row_size;
        for (size_t x = 0; x < header->width; x++)
            *samples++ = row[x / 8] >> (7 - x % 8) & 1;
    }
    *end = header->end + header->height * row_size;
    return 0;
}

static int read_binary(const struct image_input *input, const struct pnm_header *header, size_t n,
                       uint8_t *samples, size_t *end)
{
    if (header->is_bitmap)
        return read_bits(input, header, samples, end);
    if ((input->size - header->end) / sample_size(header) < n)
        return is_cut(input);
    size_t size = n * sample_size(header);
    for (size_t done = 0; done < size; done += COPIED_PIECE) {
        if (image_look(input) < 0)
            return -1;
        memcpy(samples + done, input->data + header->end + done,
               size - done < COPIED_PIECE ? size - done : COPIED_PIECE);
    }
    *end = header->end + n * sample_size(header);
    return 0;
}

/* ---- Plain samples ------------------------------------------------------------------------- */

/* Digits of a bitmap need no space between them. */
static size_t read_plain_sample(const struct image_input *input, const struct pnm_header *header,
                                size_t at, uint64_t *value)
{
    if (!header->is_bitmap)
        return pnm_read_number(input, at, value);
    at = pnm_skip_space(input, at);
    if (at >= input->size || (input->data[at] != '0' && input->data[at] != '1'))
        return 0;
    *value = input->data[at] - '0';
    return at + 1;
}

static int read_plain(const struct image_input *input, const struct pnm_header *header, size_t n,
                      uint8_t *samples, size_t *end)
{
    size_t at = header->end;
    for (size_t i = 0; i < n; i++) {
        uint64_t value;
        if (image_look_at(input, i) < 0)
            return -1;
        size_t next = read_plain_sample(input, header, at, &value);
        if (next == 0 && pnm_skip_space(input, at) >= input->size)
            return is_cut(input);
        if (next == 0)
            return message_set(input->message,
                               "%s: byte %zu is no number, where a sample should be", input->name,
                               pnm_skip_space(input, at));
        if (value > header->maxval)
            return message_set(input->message, "%s: the sample %llu is above the largest value %u",
                               input->name, (unsigned long long)value, header->maxval);
        if (header->maxval > 255)
            *samples++ = (uint8_t)(value >> 8);
        *samples++ = (uint8_t)value;
        at = next;
    }
    *end = pnm_skip_space(input, at);
    return 0;
}

/* ---- The picture --------------------------------------------------------------------------- */

/* A plain sample takes a digit, and a space before the next unless it is a bit. Checked before
 * memory is taken for a picture that a short file only claims to have. */
static int check_length(const struct image_input *input, const struct pnm_header *header, size_t n)
{
    size_t present = input->size - header->end;
    size_t least = !header->is_plain ? 0 : header->is_bitmap ? n : 2 * n - 1;
    return present < least ? is_cut(input) : 0;
}

static int read_samples(const struct image_input *input, const struct pnm_header *header,
                        struct pixels *pixels)
{
    size_t n = (size_t)pixels->width * pixels->height * pixels->channels, end = header->end;
    if (check_length(input, header, n) < 0 ||
        image_allocate(input, pixels, pixels->channels * sample_size(header)) < 0)
        return -1;
    int result = header->is_plain ? read_plain(input, header, n, pixels->data, &end)
                                  : read_binary(input, header, n, pixels->data, &end);
    if (result < 0 || samples_to_8_bits(input, pixels->data, n, header->maxval) < 0)
        return -1;
    for (size_t i = 0; header->is_bitmap && i < n; i++) {
        if (image_look_at(input, i) < 0)
            return -1;
        pixels->data[i] ^= 255; /* 1 is black */
    }
    if (begins_at(input, end))
        image_note(input, "has more than one picture, of which the first is kept");
    return 0;
}

int pnm_read(const struct image_input *input, struct pixels *out)
{
    struct pnm_header header;
    if (pnm_read_header(input, &header) < 0 ||
        image_check_size(input, header.width, header.height) < 0)
        return -1;
    struct pixels pixels = {.width = (uint32_t)header.width,
                            .height = (uint32_t)header.height,
                            .channels = header.channels};
    int result = read_samples(input, &header, &pixels);
    if (result < 0)
        pixels_free(&pixels);
    else
        *out = pixels;
    return result;
}
