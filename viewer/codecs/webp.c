/* WebP by libwebp, lossy with lossless alpha. The format has no grey: it is coded as colours. */
#include "codecs/coder.h"
#include "codecs/search.h"

#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>

#include <webp/decode.h>
#include <webp/encode.h>

enum { N_QUALITIES = 101 }; /* 0 to 100 */

/* ---- Encoding ------------------------------------------------------------------------------ */

static int append(const uint8_t *data, size_t size, const WebPPicture *picture)
{
    return buffer_append(picture->custom_ptr, data, size) == 0;
}

static int report_progress(int percent, const WebPPicture *picture)
{
    (void)percent;
    return !encode_job_is_cancelled(picture->user_data);
}

static int import(const struct encode_job *job, WebPPicture *picture)
{
    uint32_t channels = job->image->channels % 2 == 0 ? 4 : 3;
    uint8_t *pixels = packed_pixels(job->image, channels);
    int stride = (int)(job->image->width * channels);
    if (!pixels)
        return 0;
    int is_done = channels == 4 ? WebPPictureImportRGBA(picture, pixels, stride)
                                : WebPPictureImportRGB(picture, pixels, stride);
    free(pixels);
    return is_done;
}

static int fail(const struct encode_job *job, WebPEncodingError error)
{
    if (error == VP8_ENC_ERROR_USER_ABORT)
        return CODEC_CANCELLED;
    if (error == VP8_ENC_ERROR_PARTITION0_OVERFLOW || error == VP8_ENC_ERROR_PARTITION_OVERFLOW)
        return message_set(job->message, "WebP: the picture is too large for the format's parts");
    return message_set(job->message, "WebP: the encoder failed: error %d of libwebp", (int)error);
}

static int encode(const struct encode_job *job, int quality, struct codec_file *file)
{
    WebPConfig config;
    WebPPicture picture;
    struct buffer buffer = {0};
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
        return message_set(job->message, "WebP: libwebp is of another version");
    config.quality = (float)quality;
    config.thread_level = job->threads > 1;
    config.exact = 1;
    picture.width = (int)job->image->width;
    picture.height = (int)job->image->height;
    picture.writer = append;
    picture.custom_ptr = &buffer;
    picture.progress_hook = report_progress;
    picture.user_data = (void *)job;
    int is_done = import(job, &picture) && WebPEncode(&config, &picture);
    int status = is_done ? 0 : fail(job, picture.error_code);
    WebPPictureFree(&picture);
    file->data = buffer.data;
    file->size = buffer.size;
    snprintf(file->setting, sizeof file->setting, "quality %d", quality);
    return status;
}

static int make(const struct encode_job *job, uint64_t bytes, struct codec_file *file)
{
    static const struct search_settings qualities = {
        .n = N_QUALITIES, .one_bit = 65, .doubling = 25, .encode = encode};
    return search_make(job, &qualities, bytes, file);
}

/* ---- Decoding ------------------------------------------------------------------------------ */

static int decode(const struct decode_job *job)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return message_set(job->message, "WebP: libwebp is of another version");
    VP8StatusCode status = WebPGetFeatures(job->data, job->size, &config.input);
    if (status == VP8_STATUS_NOT_ENOUGH_DATA)
        return CODEC_NO_PICTURE_YET;
    if (status != VP8_STATUS_OK)
        return message_set(job->message, "WebP: the file is damaged");
    if (decode_job_check_size(job, "WebP", (uint64_t)config.input.width,
                              (uint64_t)config.input.height) < 0)
        return -1;
    config.output.colorspace = MODE_RGBA;
    config.options.use_threads = job->threads > 1;
    status = WebPDecode(job->data, job->size, &config);
    if (status == VP8_STATUS_OK)
        decode_job_put(job, config.output.u.RGBA.rgba, (size_t)config.output.u.RGBA.stride, 4);
    WebPFreeDecBuffer(&config.output);
    if (status == VP8_STATUS_OK)
        return 0;
    return message_set(job->message, "WebP: the file is damaged or cut, or memory is short");
}

const struct coder webp_coder = {
    .max_side = WEBP_MAX_DIMENSION,
    .make = make,
    .decode = decode,
};
