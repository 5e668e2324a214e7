/* AVIF by libavif, 4:4:4 or without chroma, with lossless alpha. */
#include "codecs/coder.h"
#include "codecs/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <avif/avif.h>

/* Pictures of more pixels are encoded faster. */
enum { MAX_SIDE = 65535, MAX_PIXELS = 1 << 28, LARGE_PIXELS = 2 << 20 };
enum { SPEED = 6, SPEED_OF_LARGE = 8 };

/* ---- Encoding ------------------------------------------------------------------------------ */

/* Numbers of RGB are those of sRGB as avifenc says it of a picture without a profile. */
static avifImage *new_image(const struct uqd_image *image)
{
    avifPixelFormat format =
        image->channels <= 2 ? AVIF_PIXEL_FORMAT_YUV400 : AVIF_PIXEL_FORMAT_YUV444;
    avifImage *made = avifImageCreate(image->width, image->height, 8, format);
    if (!made)
        return NULL;
    made->yuvRange = AVIF_RANGE_FULL;
    made->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
    made->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
    made->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
    return made;
}

static avifResult fill(avifImage *made, const struct uqd_image *image)
{
    avifRGBImage rgb;
    uint32_t channels = image->channels % 2 == 0 ? 4 : 3;
    uint8_t *pixels = packed_pixels(image, channels);
    if (!pixels)
        return AVIF_RESULT_OUT_OF_MEMORY;
    avifRGBImageSetDefaults(&rgb, made);
    rgb.format = channels == 4 ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
    rgb.pixels = pixels;
    rgb.rowBytes = image->width * channels;
    avifResult result = avifImageRGBToYUV(made, &rgb);
    free(pixels);
    return result;
}

static avifResult encode_with(avifEncoder *encoder, avifImage *made, const struct encode_job *job,
                              int quantizer, avifRWData *output)
{
    uint64_t pixels = (uint64_t)made->width * made->height;
    encoder->maxThreads = (int)job->threads;
    encoder->speed = pixels > LARGE_PIXELS ? SPEED_OF_LARGE : SPEED;
    encoder->minQuantizer = encoder->maxQuantizer = quantizer;
    encoder->autoTiling = AVIF_TRUE;
    avifResult result = fill(made, job->image);
    return result == AVIF_RESULT_OK ? avifEncoderWrite(encoder, made, output) : result;
}

/* The bytes of the file are of the library's memory. */
static int copy(const struct encode_job *job, const avifRWData *output, struct codec_file *file)
{
    file->data = malloc(output->size);
    if (!file->data)
        return message_set(job->message, "AVIF: out of memory");
    memcpy(file->data, output->data, output->size);
    file->size = output->size;
    return 0;
}

/* Settings go from quantizer 63 to 1; 0 would be another, lossless, way of coding. */
static int encode(const struct encode_job *job, int setting, struct codec_file *file)
{
    int quantizer = AVIF_QUANTIZER_WORST_QUALITY - setting;
    avifRWData output = AVIF_DATA_EMPTY;
    avifImage *made = new_image(job->image);
    avifEncoder *encoder = avifEncoderCreate();
    avifResult result = made && encoder ? encode_with(encoder, made, job, quantizer, &output)
                                        : AVIF_RESULT_OUT_OF_MEMORY;
    int status =
        result == AVIF_RESULT_OK
            ? copy(job, &output, file)
            : message_set(job->message, "AVIF: the encoder failed: %s", avifResultToString(result));
    snprintf(file->setting, sizeof file->setting, "quantizer %d", quantizer);
    avifRWDataFree(&output);
    if (encoder)
        avifEncoderDestroy(encoder);
    if (made)
        avifImageDestroy(made);
    return status;
}

static int make(const struct encode_job *job, uint64_t bytes, struct codec_file *file)
{
    static const struct search_settings quantizers = {
        .n = AVIF_QUANTIZER_WORST_QUALITY, .one_bit = 33, .doubling = 10, .encode = encode};
    return search_make(job, &quantizers, bytes, file);
}

/* ---- Decoding ------------------------------------------------------------------------------ */

static int give_pixels(const struct decode_job *job, const avifImage *image)
{
    avifRGBImage rgb;
    if (decode_job_check_size(job, "AVIF", image->width, image->height) < 0)
        return -1;
    avifRGBImageSetDefaults(&rgb, image);
    rgb.depth = 8;
    rgb.rowBytes = image->width * 4;
    rgb.pixels = malloc((size_t)rgb.rowBytes * image->height);
    avifResult result = rgb.pixels ? avifImageYUVToRGB(image, &rgb) : AVIF_RESULT_OUT_OF_MEMORY;
    if (result == AVIF_RESULT_OK)
        decode_job_put(job, rgb.pixels, rgb.rowBytes, 4);
    free(rgb.pixels);
    if (result == AVIF_RESULT_OK)
        return 0;
    return message_set(job->message, "AVIF: no pixels: %s", avifResultToString(result));
}

static int decode_with(avifDecoder *decoder, const struct decode_job *job)
{
    decoder->maxThreads = (int)job->threads;
    decoder->ignoreExif = decoder->ignoreXMP = AVIF_TRUE;
    decoder->imageSizeLimit = MAX_PIXELS;
    decoder->imageDimensionLimit = MAX_SIDE;
    avifResult result = avifDecoderSetIOMemory(decoder, job->data, job->size);
    if (result == AVIF_RESULT_OK)
        result = avifDecoderParse(decoder);
    if (result == AVIF_RESULT_OK)
        result = avifDecoderNextImage(decoder);
    if (result == AVIF_RESULT_TRUNCATED_DATA)
        return CODEC_NO_PICTURE_YET;
    if (result == AVIF_RESULT_OK)
        return give_pixels(job, decoder->image);
    return message_set(job->message, "AVIF: the file is damaged: %s", avifResultToString(result));
}

static int decode(const struct decode_job *job)
{
    avifDecoder *decoder = avifDecoderCreate();
    if (!decoder)
        return message_set(job->message, "AVIF: out of memory");
    int status = decode_with(decoder, job);
    avifDecoderDestroy(decoder);
    return status;
}

const struct coder avif_coder = {
    .max_side = MAX_SIDE,
    .make = make,
    .decode = decode,
};
