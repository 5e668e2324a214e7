#include "picture.h"

#include "storm.h"

#include <string.h>

enum content {
    CONTENT_NOISE,
    CONTENT_FLAT,
    CONTENT_GRADIENT,
    CONTENT_PHOTO,
    CONTENT_FEW_COLOURS,
    CONTENT_CHECKERBOARD,
    CONTENT_EXTREMES,
    CONTENT_ONE_OFF, /* one sample of a flat picture differs */
    N_CONTENTS,
};

enum { MAX_CHANNELS = 4, MAX_COLOURS = 5, OCTAVES = 4, MAX_SIDE = 70, MAX_LONG_SIDE = 300 };

/* What the samples of a picture are made from. */
struct recipe {
    enum content content;
    uint64_t salt;
    uint8_t colours[MAX_COLOURS][MAX_CHANNELS];
    int32_t slope_x, slope_y; /* in 1/16 for each pixel */
    uint32_t square, odd_x, odd_y;
};

static uint8_t hash(uint64_t salt, uint32_t x, uint32_t y, uint32_t c)
{
    struct random random = {salt + ((uint64_t)x << 40 | (uint64_t)y << 16 | c)};
    return (uint8_t)random_bits(&random);
}

/* Noise of octaves, each interpolated between points that lie twice as close as those before: most
 * of the energy is in low frequencies, and colours are alike. */
static uint8_t photo(const struct recipe *recipe, uint32_t x, uint32_t y, uint32_t c)
{
    uint32_t sum = 0;
    for (uint32_t octave = 0; octave < OCTAVES; octave++) {
        const uint32_t period = 16u >> octave, u = x % period, v = y % period;
        const uint32_t i = x / period, j = y / period;
        const uint64_t salt = recipe->salt + octave;
        const uint32_t above = hash(salt, i, j, 0) * (period - u) + hash(salt, i + 1, j, 0) * u;
        const uint32_t below =
            hash(salt, i, j + 1, 0) * (period - u) + hash(salt, i + 1, j + 1, 0) * u;
        sum += (above * (period - v) + below * v) / (period * period) >> (octave + 1);
    }
    return (uint8_t)(sum / 2 + recipe->colours[0][c] / 2);
}

static uint8_t sample(const struct recipe *recipe, uint32_t x, uint32_t y, uint32_t c)
{
    const uint8_t *const first = recipe->colours[0];
    switch (recipe->content) {
    case CONTENT_NOISE:
        return hash(recipe->salt, x, y, c);
    case CONTENT_GRADIENT:
        return (uint8_t)(first[c] +
                         (recipe->slope_x * (int32_t)x + recipe->slope_y * (int32_t)y) / 16);
    case CONTENT_PHOTO:
        return photo(recipe, x, y, c);
    case CONTENT_FEW_COLOURS:
        return recipe->colours[hash(recipe->salt, x / recipe->square, y / recipe->square, 0) %
                               MAX_COLOURS][c];
    case CONTENT_CHECKERBOARD:
        return recipe->colours[(x / recipe->square + y / recipe->square) % 2][c];
    case CONTENT_EXTREMES:
        return hash(recipe->salt, x, y, c) % 2 ? 255 : 0;
    case CONTENT_ONE_OFF:
        return x == recipe->odd_x && y == recipe->odd_y ? (uint8_t)~first[c] : first[c];
    default:
        return first[c];
    }
}

static struct recipe random_recipe(struct random *random, uint32_t width, uint32_t height)
{
    struct recipe recipe = {
        .content = (enum content)random_below(random, N_CONTENTS),
        .salt = random_bits(random),
        .slope_x = (int32_t)random_below(random, 129) - 64,
        .slope_y = (int32_t)random_below(random, 129) - 64,
        .square = 1u << random_below(random, 5),
        .odd_x = random_below(random, width),
        .odd_y = random_below(random, height),
    };
    for (unsigned i = 0; i < MAX_COLOURS; i++)
        for (unsigned c = 0; c < MAX_CHANNELS; c++)
            recipe.colours[i][c] =
                (uint8_t)(random_chance(random, 25) ? random_below(random, 2) * 255
                                                    : random_bits(random));
    return recipe;
}

static uint32_t random_side(struct random *random)
{
    static const uint32_t edges[] = {1, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65};
    switch (random_below(random, 4)) {
    case 0:
        return edges[random_below(random, sizeof edges / sizeof edges[0])];
    case 1:
        return random_between(random, 1, MAX_SIDE);
    default:
        return random_between(random, 1, 24);
    }
}

static void draw_size(struct random *random, uint32_t max_pixels, struct uqd_image *image)
{
    image->width = random_side(random);
    image->height = random_side(random);
    if (random_chance(random, 10)) {
        image->width = random_between(random, 1, MAX_LONG_SIDE);
        image->height = random_between(random, 1, 3);
    }
    if (random_chance(random, 50)) {
        const uint32_t width = image->width;
        image->width = image->height;
        image->height = width;
    }
    while ((uint64_t)image->width * image->height > max_pixels) {
        uint32_t *const longer = image->width > image->height ? &image->width : &image->height;
        *longer -= *longer / 3 + (*longer < 3);
    }
}

/* Alpha that is a mask or opaque is at least as common as one of any values. */
static void draw_alpha(struct random *random, const struct uqd_image *image, uint8_t *pixels)
{
    const uint32_t sort = random_below(random, 4);
    const uint64_t salt = random_bits(random);
    for (uint32_t y = 0; y < image->height && sort < 2; y++)
        for (uint32_t x = 0; x < image->width; x++)
            pixels[y * image->stride + (size_t)(x + 1) * image->channels - 1] =
                sort == 0 || hash(salt, x / 8, y / 8, 0) % 2 ? 255 : 0;
}

struct uqd_image picture_random(struct random *random, uint32_t max_pixels)
{
    struct uqd_image image = {.channels = random_between(random, 1, MAX_CHANNELS)};
    draw_size(random, max_pixels, &image);
    image.stride = (size_t)image.width * image.channels + random_below(random, 3) * 5;
    uint8_t *const pixels = storm_alloc(image.stride * image.height);
    const struct recipe recipe = random_recipe(random, image.width, image.height);
    for (uint32_t y = 0; y < image.height; y++)
        for (uint32_t x = 0; x < image.width; x++)
            for (uint32_t c = 0; c < image.channels; c++)
                pixels[y * image.stride + (size_t)x * image.channels + c] =
                    sample(&recipe, x, y, c);
    if (image.channels % 2 == 0)
        draw_alpha(random, &image, pixels);
    image.pixels = pixels;
    return image;
}
