#include "codecs/jp2_common.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t SOD[2] = {0xff, 0x93};             /* packets begin */
static const uint8_t SOP[4] = {0xff, 0x91, 0x00, 0x04}; /* one packet begins */
static const uint8_t EOC[2] = {0xff, 0xd9};             /* the codestream ends */

/* ---- Where a file is cut ------------------------------------------------------------------- */

static const uint8_t *last_packet(const uint8_t *begin, const uint8_t *end)
{
    for (const uint8_t *at = end - sizeof SOP; at >= begin; at--)
        if (memcmp(at, SOP, sizeof SOP) == 0)
            return at;
    return NULL;
}

/* So many bytes of the file are whole packets: of one that is cut the library would leave out what
 * earlier ones told of the same block. 0 if there is none. */
static size_t usable_size(const uint8_t *data, size_t size)
{
    const uint8_t *begin = memmem(data, size, SOD, sizeof SOD);
    if (!begin)
        return 0;
    if (memcmp(data + size - sizeof EOC, EOC, sizeof EOC) == 0)
        return size;
    begin += sizeof SOD;
    const uint8_t *last = last_packet(begin, data + size);
    if (last)
        return last == begin ? 0 : (size_t)(last - data);
    return size;
}

/* ---- The picture --------------------------------------------------------------------------- */

static int check(const struct decode_job *job, const opj_image_t *image)
{
    if (image->numcomps < 1 || image->numcomps > 4)
        return message_set(job->message, "JPEG 2000: the file is damaged: it has %u channels",
                           image->numcomps);
    for (uint32_t c = 0; c < image->numcomps; c++) {
        const opj_image_comp_t *plane = &image->comps[c];
        if (decode_job_check_size(job, "JPEG 2000", plane->w, plane->h) < 0)
            return -1;
        if (plane->prec != 8 || plane->sgnd)
            return message_set(job->message,
                               "JPEG 2000: the file is damaged: it has other samples");
    }
    return 0;
}

static uint8_t clamp(OPJ_INT32 sample)
{
    return sample < 0 ? 0 : sample > 255 ? 255 : (uint8_t)sample;
}

static int give_pixels(const struct decode_job *job, const opj_image_t *image)
{
    uint32_t channels = image->numcomps, width = job->shape->width;
    uint8_t *row = malloc((size_t)width * channels);
    if (!row)
        return message_set(job->message, "JPEG 2000: out of memory");
    for (uint32_t y = 0; y < job->shape->height; y++) {
        for (uint32_t c = 0; c < channels; c++)
            for (uint32_t x = 0; x < width; x++)
                row[(size_t)x * channels + c] = clamp(image->comps[c].data[(size_t)y * width + x]);
        decode_job_put_row(job, y, row, channels);
    }
    free(row);
    return 0;
}

static bool has_samples(const opj_image_t *image)
{
    for (uint32_t c = 0; c < image->numcomps; c++)
        if (!image->comps[c].data)
            return false;
    return true;
}

static int read_picture(const struct decode_job *job, opj_codec_t *codec, opj_stream_t *stream,
                        opj_image_t **image)
{
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec, &parameters) || !opj_decoder_set_strict_mode(codec, OPJ_FALSE) ||
        (job->threads > 1 && !opj_codec_set_threads(codec, (int)job->threads)))
        return message_set(job->message, "JPEG 2000: the decoder failed");
    if (!opj_read_header(stream, codec, image))
        return message_set(job->message, "JPEG 2000: the file is damaged");
    if (check(job, *image) < 0)
        return -1;
    if (!opj_decode(codec, stream, *image) || !has_samples(*image))
        return message_set(job->message, "JPEG 2000: the file is damaged, or memory is short");
    return check(job, *image) < 0 ? -1 : give_pixels(job, *image);
}

int jp2_decode(const struct decode_job *job)
{
    struct jp2_memory memory = {.data = job->data, .size = usable_size(job->data, job->size)};
    if (memory.size == 0)
        return CODEC_NO_PICTURE_YET;
    opj_image_t *image = NULL;
    opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_JP2);
    opj_stream_t *stream = jp2_stream_reading(&memory);
    int status = codec && stream ? read_picture(job, codec, stream, &image)
                                 : message_set(job->message, "JPEG 2000: out of memory");
    if (image)
        opj_image_destroy(image);
    if (stream)
        opj_stream_destroy(stream);
    if (codec)
        opj_destroy_codec(codec);
    return status;
}
