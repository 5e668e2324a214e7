#include "codecs/jp2_common.h"

#include <math.h>
#include <stdio.h>

/* Boxes around the codestream, of which the library's rates do not know. */
enum { BOXES_SIZE = 85, MAX_TRIES = 6 };
enum { MAX_RESOLUTIONS = 6, WITH_SOP = 0x02 };
enum { MAX_LAYERS = 12, DECIBELS = 3, LAST_DECIBELS = 53 };

/* ---- One file ------------------------------------------------------------------------------ */

static void fill(opj_image_t *made, const struct uqd_image *image)
{
    for (uint32_t c = 0; c < image->channels; c++) {
        OPJ_INT32 *out = made->comps[c].data;
        for (uint32_t y = 0; y < image->height; y++) {
            const uint8_t *in = image->pixels + y * image->stride + c;
            for (uint32_t x = 0; x < image->width; x++, in += image->channels)
                *out++ = *in;
        }
    }
}

static opj_image_t *new_image(const struct uqd_image *image)
{
    opj_image_cmptparm_t planes[4] = {0};
    for (uint32_t c = 0; c < image->channels; c++) {
        planes[c].dx = planes[c].dy = 1;
        planes[c].w = image->width;
        planes[c].h = image->height;
        planes[c].prec = 8;
    }
    opj_image_t *made = opj_image_create(image->channels, planes,
                                         image->channels <= 2 ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB);
    if (!made)
        return NULL;
    made->x1 = image->width;
    made->y1 = image->height;
    if (image->channels % 2 == 0)
        made->comps[image->channels - 1].alpha = 1;
    fill(made, image);
    return made;
}

/* The encoder refuses more resolutions than halve the shorter side to one pixel. */
static int resolutions(const struct uqd_image *image)
{
    uint32_t side = image->width < image->height ? image->width : image->height;
    int n = MAX_RESOLUTIONS;
    while (n > 1 && side < 1u << (n - 1))
        n--;
    return n;
}

static void choose(opj_cparameters_t *parameters, const struct uqd_image *image)
{
    opj_set_default_encoder_parameters(parameters);
    parameters->irreversible = 1;
    parameters->cp_disto_alloc = 1;
    parameters->prog_order = OPJ_LRCP;
    parameters->numresolution = resolutions(image);
    parameters->tcp_mct = image->channels >= 3;
}

static bool write_file(opj_codec_t *codec, opj_image_t *image, opj_cparameters_t *parameters,
                       const struct encode_job *job, struct buffer *buffer)
{
    struct jp2_memory memory = {.buffer = buffer};
    opj_stream_t *stream = jp2_stream_writing(&memory);
    bool is_done = stream && opj_setup_encoder(codec, parameters, image) &&
                   (job->threads == 1 || opj_codec_set_threads(codec, (int)job->threads)) &&
                   opj_start_compress(codec, image, stream) && opj_encode(codec, stream) &&
                   opj_end_compress(codec, stream);
    if (stream)
        opj_stream_destroy(stream);
    return is_done;
}

static int encode(const struct encode_job *job, opj_cparameters_t *parameters,
                  struct codec_file *file)
{
    struct buffer buffer = {0};
    opj_codec_t *codec = opj_create_compress(OPJ_CODEC_JP2);
    opj_image_t *image = new_image(job->image);
    bool is_done = codec && image && write_file(codec, image, parameters, job, &buffer);
    if (image)
        opj_image_destroy(image);
    if (codec)
        opj_destroy_codec(codec);
    file->data = buffer.data;
    file->size = buffer.size;
    return is_done ? 0 : message_set(job->message, "JPEG 2000: the encoder failed");
}

static double raw_size(const struct uqd_image *image)
{
    return (double)image->width * image->height * image->channels;
}

/* ---- A file of a wanted size --------------------------------------------------------------- */

/* The library is told how many times smaller than the samples the codestream is to be; from 1 on it
 * leaves nothing out. */
static int encode_to(const struct encode_job *job, double size, struct codec_file *file)
{
    opj_cparameters_t parameters;
    double ratio = fmax(raw_size(job->image) / size, 1);
    choose(&parameters, job->image);
    parameters.tcp_numlayers = 1;
    parameters.tcp_rates[0] = (float)ratio;
    int status = encode(job, &parameters, file);
    snprintf(file->setting, sizeof file->setting, "ratio %.4g", ratio);
    return status;
}

/* Keeps the larger file of two that fit. 0, or 1 if it is as large as it can be. */
static int keep(struct codec_file *made, struct codec_file *best, uint64_t bytes, bool is_all)
{
    bool is_no_larger = best->data && made->size <= best->size;
    if (!is_no_larger) {
        struct codec_file smaller = *best;
        *best = *made;
        *made = smaller;
    }
    return is_all || is_no_larger || (double)best->size >= 0.98 * (double)bytes;
}

int jp2_make(const struct encode_job *job, uint64_t bytes, struct codec_file *file)
{
    double size = (double)bytes - BOXES_SIZE;
    for (int i = 0, is_enough = 0; i < MAX_TRIES && !is_enough; i++) {
        struct codec_file made = {0};
        size = i == MAX_TRIES - 1 && !file->data ? 1 : fmax(size, 1);
        int status = encode_job_is_cancelled(job) ? CODEC_CANCELLED : encode_to(job, size, &made);
        double spare = (double)bytes - (double)made.size;
        if (status == 0 && spare >= 0)
            is_enough = keep(&made, file, bytes, size >= raw_size(job->image));
        else if (status == 0)
            is_enough = size == 1;
        codec_file_free(&made);
        if (status != 0)
            return status;
        size += spare;
    }
    return file->data ? 0 : CODEC_TOO_FEW_BYTES;
}

/* ---- A file to be cut ---------------------------------------------------------------------- */

/* Small pictures have fewer layers, tiny ones a single one without markers, which would be larger
 * than the picture: then the encoder fails. */
static int layers(const struct uqd_image *image)
{
    double size = raw_size(image);
    return size >= 1 << 16 ? MAX_LAYERS : size >= 1 << 12 ? MAX_LAYERS / 3 : 1;
}

/* Layers are as many decibels apart, and the last is nearly lossless; a single one, of 0 decibels
 * to the library, leaves nothing out. Markers before the packets let the decoder find where one is
 * cut. */
int jp2_make_progressive(const struct encode_job *job, struct codec_file *file)
{
    int n = layers(job->image);
    opj_cparameters_t parameters;
    choose(&parameters, job->image);
    parameters.csty |= n > 1 ? WITH_SOP : 0;
    parameters.cp_disto_alloc = 0;
    parameters.cp_fixed_quality = 1;
    parameters.tcp_numlayers = n;
    for (int i = 0; i < n && n > 1; i++)
        parameters.tcp_distoratio[i] =
            (float)(LAST_DECIBELS - (n - 1 - i) * DECIBELS * MAX_LAYERS / n);
    snprintf(file->setting, sizeof file->setting, n == 1 ? "1 layer" : "%d layers", n);
    return encode(job, &parameters, file);
}
