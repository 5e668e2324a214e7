#include "codecs/coder.h"

#include <stdlib.h>
#include <string.h>

bool encode_job_is_cancelled(const struct encode_job *job)
{
    return job->cancelled && job->cancelled(job->cookie);
}

int decode_job_check_size(const struct decode_job *job, const char *title, uint64_t width,
                          uint64_t height)
{
    if (width == job->shape->width && height == job->shape->height)
        return 0;
    return message_set(job->message,
                       "%s: the file is damaged: it has %llu x %llu pixels instead of %u x %u",
                       title, (unsigned long long)width, (unsigned long long)height,
                       job->shape->width, job->shape->height);
}

static void convert_pixel(uint8_t *out, uint32_t out_channels, const uint8_t *in,
                          uint32_t in_channels)
{
    bool in_is_grey = in_channels <= 2;
    if (out_channels <= 2) {
        out[0] = in_is_grey ? in[0] : in[1];
    } else {
        out[0] = in[0];
        out[1] = in_is_grey ? in[0] : in[1];
        out[2] = in_is_grey ? in[0] : in[2];
    }
    if (out_channels % 2 == 0)
        out[out_channels - 1] = in_channels % 2 == 0 ? in[in_channels - 1] : 255;
}

static void convert_row(uint8_t *out, uint32_t out_channels, const uint8_t *in,
                        uint32_t in_channels, uint32_t width)
{
    if (out_channels == in_channels) {
        memcpy(out, in, (size_t)width * in_channels);
        return;
    }
    for (uint32_t x = 0; x < width; x++, out += out_channels, in += in_channels)
        convert_pixel(out, out_channels, in, in_channels);
}

void decode_job_put_row(const struct decode_job *job, uint32_t y, const uint8_t *row,
                        uint32_t channels)
{
    const struct uqd_image *shape = job->shape;
    convert_row(job->pixels + y * shape->stride, shape->channels, row, channels, shape->width);
}

void decode_job_put(const struct decode_job *job, const uint8_t *pixels, size_t stride,
                    uint32_t channels)
{
    for (uint32_t y = 0; y < job->shape->height; y++)
        decode_job_put_row(job, y, pixels + y * stride, channels);
}

uint8_t *packed_pixels(const struct uqd_image *image, uint32_t channels)
{
    size_t stride = (size_t)image->width * channels;
    uint8_t *packed = malloc(stride * image->height);
    for (uint32_t y = 0; packed && y < image->height; y++)
        convert_row(packed + y * stride, channels, image->pixels + y * image->stride,
                    image->channels, image->width);
    return packed;
}
