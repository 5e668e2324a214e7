/* JPEG XL by libjxl. Colours are declared to be sRGB, as the encoder's own space is one of real
 * colours; as the decoder is asked for the same, samples are what they were. */
#include "codecs/coder.h"
#include "codecs/search.h"

#include "buffer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jxl/decode.h>
#include <jxl/encode.h>
#include <jxl/thread_parallel_runner.h>

/* Pictures of more pixels are encoded with less effort, so that a search takes seconds. */
enum { LARGE_PIXELS = 2 << 20, EFFORT = 7, EFFORT_OF_LARGE = 4 };
enum { MAX_SIDE = 1 << 30, N_DISTANCES = 200, MIN_OUTPUT = 1 << 16 };
static const double LARGEST_DISTANCE = 25, SMALLEST_DISTANCE = 0.05;
static const double PROGRESSIVE_DISTANCE = 0.5;

static JxlPixelFormat pixel_format(uint32_t channels)
{
    return (JxlPixelFormat){channels, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
}

/* ---- Encoding ------------------------------------------------------------------------------ */

struct jxl_settings {
    double distance;
    int effort;
    bool is_progressive;
};

static struct jxl_settings settings_of(const struct uqd_image *image, double distance)
{
    bool is_large = (uint64_t)image->width * image->height > LARGE_PIXELS;
    return (struct jxl_settings){distance, is_large ? EFFORT_OF_LARGE : EFFORT, false};
}

static bool describe(JxlEncoder *encoder, const struct uqd_image *image)
{
    JxlBasicInfo info;
    JxlColorEncoding colours;
    bool is_grey = image->channels <= 2, has_alpha = image->channels % 2 == 0;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = image->width;
    info.ysize = image->height;
    info.bits_per_sample = 8;
    info.num_color_channels = is_grey ? 1 : 3;
    info.num_extra_channels = has_alpha;
    info.alpha_bits = has_alpha ? 8 : 0;
    info.uses_original_profile = JXL_FALSE;
    JxlColorEncodingSetToSRGB(&colours, is_grey);
    return JxlEncoderSetBasicInfo(encoder, &info) == JXL_ENC_SUCCESS &&
           JxlEncoderSetColorEncoding(encoder, &colours) == JXL_ENC_SUCCESS;
}

static bool choose(JxlEncoderFrameSettings *frame, const struct jxl_settings *settings)
{
    const struct {
        JxlEncoderFrameSettingId id;
        int64_t value;
    } options[] = {
        {JXL_ENC_FRAME_SETTING_EFFORT, settings->effort},
        {JXL_ENC_FRAME_SETTING_KEEP_INVISIBLE, 1},
        {JXL_ENC_FRAME_SETTING_QPROGRESSIVE_AC, settings->is_progressive},
        {JXL_ENC_FRAME_SETTING_RESPONSIVE, settings->is_progressive},
    };
    size_t n = sizeof options / sizeof *options;
    bool is_done = JxlEncoderSetFrameDistance(frame, (float)settings->distance) == JXL_ENC_SUCCESS;
    for (size_t i = 0; i < n && is_done; i++)
        is_done = JxlEncoderFrameSettingsSetOption(frame, options[i].id, options[i].value) ==
                  JXL_ENC_SUCCESS;
    return is_done;
}

static bool add_pixels(const JxlEncoderFrameSettings *frame, const struct uqd_image *image)
{
    JxlPixelFormat format = pixel_format(image->channels);
    size_t size = (size_t)image->width * image->height * image->channels;
    uint8_t *pixels = packed_pixels(image, image->channels);
    if (!pixels)
        return false;
    bool is_done = JxlEncoderAddImageFrame(frame, &format, pixels, size) == JXL_ENC_SUCCESS;
    free(pixels);
    return is_done;
}

static bool write_all(JxlEncoder *encoder, struct buffer *buffer)
{
    JxlEncoderStatus status = JXL_ENC_NEED_MORE_OUTPUT;
    JxlEncoderCloseInput(encoder);
    while (status == JXL_ENC_NEED_MORE_OUTPUT) {
        if (buffer_reserve(buffer, MIN_OUTPUT) < 0)
            return false;
        uint8_t *next = buffer->data + buffer->size;
        size_t room = buffer->capacity - buffer->size;
        status = JxlEncoderProcessOutput(encoder, &next, &room);
        buffer->size = buffer->capacity - room;
    }
    return status == JXL_ENC_SUCCESS;
}

static bool encode_with(JxlEncoder *encoder, void *runner, const struct encode_job *job,
                        const struct jxl_settings *settings, struct buffer *buffer)
{
    if (JxlEncoderSetParallelRunner(encoder, JxlThreadParallelRunner, runner) != JXL_ENC_SUCCESS ||
        !describe(encoder, job->image))
        return false;
    JxlEncoderFrameSettings *frame = JxlEncoderFrameSettingsCreate(encoder, NULL);
    return frame && choose(frame, settings) && add_pixels(frame, job->image) &&
           write_all(encoder, buffer);
}

static int encode(const struct encode_job *job, const struct jxl_settings *settings,
                  struct codec_file *file)
{
    struct buffer buffer = {0};
    void *runner = JxlThreadParallelRunnerCreate(NULL, job->threads);
    JxlEncoder *encoder = JxlEncoderCreate(NULL);
    bool is_done = runner && encoder && encode_with(encoder, runner, job, settings, &buffer);
    if (encoder)
        JxlEncoderDestroy(encoder);
    if (runner)
        JxlThreadParallelRunnerDestroy(runner);
    file->data = buffer.data;
    file->size = buffer.size;
    snprintf(file->setting, sizeof file->setting, "distance %.3g", settings->distance);
    return is_done ? 0 : message_set(job->message, "JPEG XL: the encoder failed");
}

/* Distances are in a geometric sequence, of three decimals each. */
static int encode_setting(const struct encode_job *job, int setting, struct codec_file *file)
{
    double share = (double)setting / (N_DISTANCES - 1);
    double distance = LARGEST_DISTANCE * pow(SMALLEST_DISTANCE / LARGEST_DISTANCE, share);
    struct jxl_settings settings = settings_of(job->image, round(distance * 1000) / 1000);
    return encode(job, &settings, file);
}

static int make(const struct encode_job *job, uint64_t bytes, struct codec_file *file)
{
    static const struct search_settings distances = {
        .n = N_DISTANCES, .one_bit = 75, .doubling = 30, .encode = encode_setting};
    return search_make(job, &distances, bytes, file);
}

static int make_progressive(const struct encode_job *job, struct codec_file *file)
{
    struct jxl_settings settings = settings_of(job->image, PROGRESSIVE_DISTANCE);
    settings.is_progressive = true;
    return encode(job, &settings, file);
}

/* ---- Decoding ------------------------------------------------------------------------------ */

struct reader {
    const struct decode_job *job;
    JxlDecoder *decoder;
    uint32_t channels;
    uint8_t *pixels;
};

static int read_info(struct reader *reader)
{
    JxlBasicInfo info;
    if (JxlDecoderGetBasicInfo(reader->decoder, &info) != JXL_DEC_SUCCESS)
        return message_set(reader->job->message, "JPEG XL: the file is damaged");
    reader->channels = (info.num_color_channels == 1 ? 1 : 3) + (info.alpha_bits > 0);
    return decode_job_check_size(reader->job, "JPEG XL", info.xsize, info.ysize);
}

static int give_pixels(struct reader *reader)
{
    const struct uqd_image *shape = reader->job->shape;
    JxlPixelFormat format = pixel_format(reader->channels);
    size_t size = (size_t)shape->width * shape->height * reader->channels;
    free(reader->pixels); /* a damaged file may ask twice */
    reader->pixels = malloc(size);
    if (!reader->pixels)
        return message_set(reader->job->message, "JPEG XL: out of memory");
    if (JxlDecoderSetImageOutBuffer(reader->decoder, &format, reader->pixels, size) !=
        JXL_DEC_SUCCESS)
        return message_set(reader->job->message, "JPEG XL: the decoder gives no pixels");
    return 0;
}

/* What the decoder has of a file that is cut. */
static int flush(struct reader *reader)
{
    if (!reader->pixels || JxlDecoderFlushImage(reader->decoder) != JXL_DEC_SUCCESS)
        return CODEC_NO_PICTURE_YET;
    return 0;
}

/* One turn of the decoder; 0 is a whole picture unless it goes on. */
static int advance(struct reader *reader, bool *goes_on)
{
    *goes_on = false;
    switch (JxlDecoderProcessInput(reader->decoder)) {
    case JXL_DEC_BASIC_INFO:
        *goes_on = true;
        return read_info(reader);
    case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
        *goes_on = true;
        return give_pixels(reader);
    case JXL_DEC_NEED_MORE_INPUT:
        return flush(reader);
    case JXL_DEC_FULL_IMAGE:
        if (reader->pixels)
            return 0;
        break;
    default:
        break;
    }
    return message_set(reader->job->message, "JPEG XL: the file is damaged");
}

static int read_picture(struct reader *reader, void *runner)
{
    const struct decode_job *job = reader->job;
    JxlDecoder *decoder = reader->decoder;
    bool goes_on = true;
    int status = 0;
    if (JxlDecoderSetParallelRunner(decoder, JxlThreadParallelRunner, runner) != JXL_DEC_SUCCESS ||
        JxlDecoderSubscribeEvents(decoder, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE) !=
            JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(decoder, job->data, job->size) != JXL_DEC_SUCCESS)
        return message_set(job->message, "JPEG XL: the decoder failed");
    while (status == 0 && goes_on)
        status = advance(reader, &goes_on);
    if (status == 0)
        decode_job_put(job, reader->pixels, (size_t)job->shape->width * reader->channels,
                       reader->channels);
    return status;
}

static int decode(const struct decode_job *job)
{
    struct reader reader = {.job = job, .decoder = JxlDecoderCreate(NULL)};
    void *runner = JxlThreadParallelRunnerCreate(NULL, job->threads);
    int status = reader.decoder && runner ? read_picture(&reader, runner)
                                          : message_set(job->message, "JPEG XL: out of memory");
    if (reader.decoder)
        JxlDecoderDestroy(reader.decoder);
    if (runner)
        JxlThreadParallelRunnerDestroy(runner);
    free(reader.pixels);
    return status;
}

const struct coder jxl_coder = {
    .max_side = MAX_SIDE,
    .make = make,
    .make_progressive = make_progressive,
    .decode = decode,
};
