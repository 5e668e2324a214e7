#include "codecs/coder.h"

#include <assert.h>
#include <stdlib.h>

/* The one place that says which libraries there are: meson defines the coders, as NULL where one is
 * missing. */
static const struct {
    const char *name, *title, *extension;
    const struct coder *coder;
} codecs[N_CODECS] = {
    [CODEC_UQD] = {"uqd", "UQD", "uqd", NULL},
    [CODEC_JPEG] = {"jpeg", "JPEG", "jpg", &jpeg_coder},
    [CODEC_WEBP] = {"webp", "WebP", "webp", WEBP_CODER},
    [CODEC_JXL] = {"jxl", "JPEG XL", "jxl", JXL_CODER},
    [CODEC_AVIF] = {"avif", "AVIF", "avif", AVIF_CODER},
    [CODEC_JP2] = {"jp2", "JPEG 2000", "jp2", JP2_CODER},
};

const char *codec_name(enum codec codec)
{
    assert(codec < N_CODECS);
    return codecs[codec].name;
}

const char *codec_title(enum codec codec)
{
    assert(codec < N_CODECS);
    return codecs[codec].title;
}

const char *codec_extension(enum codec codec)
{
    assert(codec < N_CODECS);
    return codecs[codec].extension;
}

bool codec_is_there(enum codec codec)
{
    assert(codec < N_CODECS);
    return codec == CODEC_UQD || codecs[codec].coder;
}

bool codec_can_be_cut(enum codec codec)
{
    assert(codec < N_CODECS);
    const struct coder *coder = codecs[codec].coder;
    return codec == CODEC_UQD || (coder && coder->make_progressive);
}

void codec_file_free(struct codec_file *file)
{
    free(file->data);
    *file = (struct codec_file){0};
}

static int check_image(enum codec codec, const struct encode_job *job)
{
    const struct uqd_image *image = job->image;
    uint32_t max_side = codecs[codec].coder->max_side;
    assert(job->threads >= 1);
    assert(image->width >= 1 && image->height >= 1);
    assert(image->channels >= 1 && image->channels <= 4);
    if (image->width <= max_side && image->height <= max_side)
        return 0;
    return message_set(job->message,
                       "%s: the picture has %u x %u pixels, and a side can have %u at most",
                       codecs[codec].title, image->width, image->height, max_side);
}

/* What every making of a file ends with. */
static int give(int status, struct codec_file *made, struct codec_file *file)
{
    if (status == 0)
        *file = *made;
    else
        codec_file_free(made);
    return status;
}

int codec_make(enum codec codec, const struct uqd_image *image, uint64_t bytes, uint32_t threads,
               codec_cancelled *cancelled, void *cookie, struct codec_file *file,
               struct message *message)
{
    assert(codec < N_CODECS && codecs[codec].coder);
    struct encode_job job = {image, threads, cancelled, cookie, message};
    struct codec_file made = {0};
    if (check_image(codec, &job) < 0)
        return -1;
    if (encode_job_is_cancelled(&job))
        return CODEC_CANCELLED;
    return give(codecs[codec].coder->make(&job, bytes, &made), &made, file);
}

int codec_make_progressive(enum codec codec, const struct uqd_image *image, uint32_t threads,
                           codec_cancelled *cancelled, void *cookie, struct codec_file *file,
                           struct message *message)
{
    assert(codec < N_CODECS && codecs[codec].coder && codecs[codec].coder->make_progressive);
    struct encode_job job = {image, threads, cancelled, cookie, message};
    struct codec_file made = {0};
    if (check_image(codec, &job) < 0)
        return -1;
    if (encode_job_is_cancelled(&job))
        return CODEC_CANCELLED;
    return give(codecs[codec].coder->make_progressive(&job, &made), &made, file);
}

int codec_decode(enum codec codec, const uint8_t *data, size_t size, uint32_t threads,
                 const struct uqd_image *shape, uint8_t *pixels, struct message *message)
{
    assert(codec < N_CODECS && codecs[codec].coder);
    assert(threads >= 1);
    assert(shape->channels >= 1 && shape->channels <= 4);
    assert(shape->stride >= (size_t)shape->width * shape->channels);
    struct decode_job job = {data, size, threads, shape, pixels, message};
    return size == 0 ? CODEC_NO_PICTURE_YET : codecs[codec].coder->decode(&job);
}
