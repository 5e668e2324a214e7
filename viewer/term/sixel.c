#include "term/images.h"

#include "term/colour_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAND    6 /* rows that one line of sixels has */
#define COLOURS 256

struct sixels {
    struct buffer *out;
    int width, height;
    struct colour_tree palette;
    uint8_t *indices; /* width x height */
    int status;       /* -1: no memory */
};

static void put(struct sixels *sixels, const char *text, size_t size)
{
    if (buffer_append(sixels->out, text, size))
        sixels->status = -1;
}

/* Colours are told in percent. */
static void put_palette(struct sixels *sixels)
{
    char text[48];
    for (unsigned i = 0; i < sixels->palette.n_colours; i++) {
        unsigned percent[3];
        for (int c = 0; c < 3; c++)
            percent[c] = ((sixels->palette.colours[i] >> (16 - 8 * c) & 255) * 100 + 127) / 255;
        put(sixels, text,
            (size_t)snprintf(text, sizeof text, "#%u;2;%u;%u;%u", i, percent[0], percent[1],
                             percent[2]));
    }
}

/* The same sixel several times. */
static void put_run(struct sixels *sixels, int bits, int n)
{
    char text[24], sixel = (char)('?' + bits);
    if (n > 3) {
        put(sixels, text, (size_t)snprintf(text, sizeof text, "!%d%c", n, sixel));
        return;
    }
    memset(text, sixel, sizeof text);
    put(sixels, text, (size_t)n);
}

/* The pixels of one colour in a band; blank sixels at the end are left out. */
static void put_colour(struct sixels *sixels, int top, unsigned colour)
{
    char text[16];
    int run = 0, last = 0;
    put(sixels, text, (size_t)snprintf(text, sizeof text, "#%u", colour));
    for (int x = 0; x < sixels->width; x++) {
        int bits = 0;
        for (int y = 0; y < BAND && top + y < sixels->height; y++)
            bits |= (sixels->indices[(top + y) * sixels->width + x] == colour) << y;
        if (bits != last && run > 0) {
            put_run(sixels, last, run);
            run = 0;
        }
        last = bits;
        run++;
    }
    if (last)
        put_run(sixels, last, run);
    put(sixels, "$", 1);
}

static void put_band(struct sixels *sixels, int top)
{
    bool used[COLOUR_TREE_MAX] = {false};
    int bottom = top + BAND < sixels->height ? top + BAND : sixels->height;
    for (int i = top * sixels->width; i < bottom * sixels->width; i++)
        used[sixels->indices[i]] = true;
    for (unsigned colour = 0; colour < sixels->palette.n_colours; colour++)
        if (used[colour])
            put_colour(sixels, top, colour);
    if (bottom < sixels->height)
        put(sixels, "-", 1);
}

static void put_all(struct sixels *sixels)
{
    char head[48];
    /* Pixels that no sixel sets stay as they are; pixels are square. */
    put(sixels, head,
        (size_t)snprintf(head, sizeof head, "\33P0;1;0q\"1;1;%d;%d", sixels->width,
                         sixels->height));
    put_palette(sixels);
    for (int top = 0; top < sixels->height; top += BAND)
        put_band(sixels, top);
    put(sixels, "\33\\", 2);
}

static const uint32_t *row_of(const struct canvas *canvas, const struct rect *part, int y)
{
    return canvas->pixels + (size_t)(part->y + y) * (size_t)canvas->width + part->x;
}

/* The palette of a part, and the entries of its pixels. 0, or -1 if there is no memory. */
static int choose_colours(struct sixels *sixels, const struct canvas *canvas,
                          const struct rect *part)
{
    size_t width = (size_t)part->w, n = width * (size_t)part->h;
    uint32_t *pixels = malloc(n * sizeof *pixels);
    uint8_t *to = sixels->indices;
    if (!pixels)
        return -1;
    for (int y = 0; y < part->h; y++)
        memcpy(pixels + (size_t)y * width, row_of(canvas, part, y), width * sizeof *pixels);
    colour_tree_make(&sixels->palette, pixels, n, COLOURS);
    free(pixels);
    for (int y = 0; y < part->h; y++)
        for (int x = 0; x < part->w; x++)
            *to++ = (uint8_t)colour_tree_dither(&sixels->palette, row_of(canvas, part, y)[x],
                                                part->x + x, part->y + y);
    return 0;
}

int sixel_append(struct buffer *out, const struct canvas *canvas, const struct rect *part)
{
    struct sixels sixels = {.out = out, .width = part->w, .height = part->h};
    sixels.indices = malloc((size_t)part->w * (size_t)part->h);
    if (sixels.indices && choose_colours(&sixels, canvas, part) == 0)
        put_all(&sixels);
    else
        sixels.status = -1;
    free(sixels.indices);
    return sixels.status;
}
