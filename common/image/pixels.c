#include "pixels.h"

#include <stdlib.h>
#include <string.h>

/* ---- Metadata ------------------------------------------------------------------------------ */

static const struct uqd_metadata *find(const struct pixels *pixels, enum uqd_metadata_type type)
{
    for (uint32_t i = 0; i < pixels->n_metadata; i++)
        if (pixels->metadata[i].type == type)
            return &pixels->metadata[i];
    return NULL;
}

const struct uqd_metadata *pixels_metadata(const struct pixels *pixels, enum uqd_metadata_type type)
{
    return find(pixels, type);
}

uint8_t *pixels_metadata_bytes(struct pixels *pixels, enum uqd_metadata_type type, size_t *size)
{
    const struct uqd_metadata *block = find(pixels, type);
    if (!block)
        return NULL;
    *size = block->size;
    return (uint8_t *)block->data;
}

int pixels_add_metadata(struct pixels *pixels, enum uqd_metadata_type type, const void *data,
                        size_t size)
{
    void *copy = malloc(size);
    struct uqd_metadata *grown =
        realloc(pixels->metadata, (pixels->n_metadata + (size_t)1) * sizeof *grown);
    if (grown)
        pixels->metadata = grown;
    if (!copy || !grown) {
        free(copy);
        return -1;
    }
    memcpy(copy, data, size);
    grown[pixels->n_metadata++] = (struct uqd_metadata){type, copy, size};
    return 0;
}

void pixels_remove_metadata(struct pixels *pixels, enum uqd_metadata_type type)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < pixels->n_metadata; i++)
        if (pixels->metadata[i].type == type)
            free((void *)pixels->metadata[i].data);
        else
            pixels->metadata[n++] = pixels->metadata[i];
    pixels->n_metadata = n;
}

/* ---- Pixels -------------------------------------------------------------------------------- */

/* One pixel with more channels. */
static void expand_pixel(const uint8_t *from, uint32_t channels, uint8_t *to, uint32_t wanted)
{
    uint32_t colours = channels < 3 ? 1 : 3, wanted_colours = wanted < 3 ? 1 : 3;
    for (uint32_t c = 0; c < wanted_colours; c++)
        to[c] = from[colours == 3 ? c : 0];
    if (wanted % 2 == 0)
        to[wanted_colours] = channels % 2 == 0 ? from[colours] : 255;
}

int pixels_expand(struct pixels *pixels, uint32_t channels)
{
    size_t n_pixels = (size_t)pixels->width * pixels->height, size;
    if (channels == pixels->channels)
        return 0;
    if (channels < pixels->channels || (pixels->channels == 2 && channels == 3))
        return 1;
    if (__builtin_mul_overflow(n_pixels, channels, &size))
        return -1;
    uint8_t *data = malloc(size);
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

int pixels_match(struct pixels *a, struct pixels *b)
{
    uint32_t colours = a->channels < 3 && b->channels < 3 ? 1 : 3;
    uint32_t alpha = a->channels % 2 == 0 || b->channels % 2 == 0;
    return pixels_expand(a, colours + alpha) < 0 || pixels_expand(b, colours + alpha) < 0 ? -1 : 0;
}

void pixels_free(struct pixels *pixels)
{
    for (uint32_t i = 0; i < pixels->n_metadata; i++)
        free((void *)pixels->metadata[i].data);
    free(pixels->metadata);
    free(pixels->data);
    *pixels = (struct pixels){0};
}
