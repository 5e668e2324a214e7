#include "codec_pictures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct uqd_image new_picture(uint32_t width, uint32_t height, uint32_t channels)
{
    size_t stride = (size_t)width * channels;
    struct uqd_image image = {width, height, channels, stride, calloc(height, stride)};
    assert_non_null(image.pixels);
    return image;
}

/* Bands, an edge, and threads; each channel is a little behind the one before. */
static double colour(double u, double v, uint32_t x, uint32_t y, uint32_t channel)
{
    double edge = u + v / 3 > 0.7 ? 40 : 0;
    return 100 + 50 * sin(6 * u + 9 * v + channel / 2.0) + edge + 20 * sin(0.7 * x) * cos(0.5 * y);
}

static uint8_t opacity(double x, double y)
{
    double radius = hypot(x - 0.5, y - 0.5);
    return (uint8_t)(255 * fmin(fmax((0.45 - radius) * 8, 0), 1));
}

struct uqd_image codec_paint(uint32_t width, uint32_t height, uint32_t channels)
{
    struct uqd_image image = new_picture(width, height, channels);
    uint8_t *sample = (uint8_t *)image.pixels;
    uint32_t noise = 1;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < channels; c++) {
                double u = (x + 0.5) / width, v = (y + 0.5) / height;
                noise = noise * 1664525 + 1013904223;
                *sample++ = channels % 2 == 0 && c == channels - 1
                                ? opacity(u, v)
                                : (uint8_t)(colour(u, v, x, y, c) + (noise >> 29));
            }
    return image;
}

struct uqd_image codec_without_alpha(const struct uqd_image *image)
{
    struct uqd_image opaque = new_picture(image->width, image->height, image->channels);
    size_t size = image->stride * image->height;
    uint8_t *pixels = (uint8_t *)opaque.pixels;
    memcpy(pixels, image->pixels, size);
    for (size_t i = 1; i <= size && image->channels % 2 == 0; i++)
        if (i % image->channels == 0)
            pixels[i - 1] = 255;
    return opaque;
}

struct codec_file codec_file_of(enum codec codec, const struct uqd_image *image, uint64_t bytes)
{
    struct message message = {""};
    struct codec_file file = {0};
    int status = codec_make(codec, image, bytes, 1, NULL, NULL, &file, &message);
    if (status != 0)
        fail_msg("%s in %llu bytes: %d %s", codec_name(codec), (unsigned long long)bytes, status,
                 message.text);
    return file;
}

struct codec_file codec_progressive_of(enum codec codec, const struct uqd_image *image)
{
    struct message message = {""};
    struct codec_file file = {0};
    int status = codec_make_progressive(codec, image, 1, NULL, NULL, &file, &message);
    if (status != 0)
        fail_msg("%s: %d %s", codec_name(codec), status, message.text);
    return file;
}

int codec_decode_part(enum codec codec, const struct codec_file *file, size_t size,
                      const struct uqd_image *shape, struct uqd_image *out)
{
    struct message message = {""};
    /* A copy of its own, so that reading past its end is seen. */
    uint8_t *part = malloc(size > 0 ? size : 1);
    assert_non_null(part);
    memcpy(part, file->data, size);
    *out = new_picture(shape->width, shape->height, shape->channels);
    int status = codec_decode(codec, part, size, 1, out, (uint8_t *)out->pixels, &message);
    free(part);
    if (status < 0)
        assert_string_not_equal(message.text, "");
    return status;
}

struct uqd_image codec_picture_of(enum codec codec, const struct codec_file *file,
                                  const struct uqd_image *shape)
{
    struct uqd_image picture;
    assert_int_equal(codec_decode_part(codec, file, file->size, shape, &picture), 0);
    return picture;
}

double codec_psnr(const struct uqd_image *a, const struct uqd_image *b)
{
    struct uqd_metrics metrics;
    assert_int_equal(uqd_compare(a, b, 0, &metrics), UQD_OK);
    return metrics.psnr;
}

void codec_free_pixels(struct uqd_image *image)
{
    free((uint8_t *)image->pixels);
    image->pixels = NULL;
}
