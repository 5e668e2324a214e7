#include "codec/copy/webp.h"

#include "util/buffer.h"
#include "util/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/encode.h>

enum {
    CHANNELS = 3,
    /* A file without alpha: RIFF, its size, WEBP, VP8L, the size of the chunk, the chunk. */
    CHUNK_SIZE_OFFSET = 16,
    CHUNK_OFFSET = 20,
    MAX_SIZE = 0x7fffffff - CHUNK_OFFSET - 1, /* more is never written */
    LEAST_PIECE = 1 << 16,                    /* bytes decoded between two looks */
    SAMPLES_OF_A_PIECE = 1 << 20,             /* for a look: more than any between two questions */
    FIXED_MEMORY = 1 << 20,                   /* tables of codes */
    MEMORY_PER_PIXEL = 4,                     /* libwebp decodes to a picture of its own */
    CACHED_ROWS = 32,
};

int uqd_webp_can(uint32_t width, uint32_t height)
{
    return width <= WEBP_MAX_DIMENSION && height <= WEBP_MAX_DIMENSION;
}

uint64_t uqd_webp_memory(uint32_t width, uint32_t height)
{
    return (uint64_t)width * (height + CACHED_ROWS) * MEMORY_PER_PIXEL + FIXED_MEMORY;
}

/* ---- Encoding ---- */

static int append(const uint8_t *data, size_t size, const WebPPicture *picture)
{
    return uqd_buffer_append(picture->custom_ptr, data, size) == UQD_OK;
}

static int report_progress(int percent, const WebPPicture *picture)
{
    (void)percent;
    return uqd_work_look(picture->user_data, (size_t)picture->width * (size_t)picture->height) ==
           UQD_OK;
}

static int import(const struct uqd_image *image, WebPPicture *picture, struct uqd_work *work)
{
    if (!WebPPictureAlloc(picture))
        return UQD_ERR_NOMEM;
    for (uint32_t y = 0; y < image->height; y++) {
        const uint8_t *pixel = image->pixels + y * image->stride;
        uint32_t *row = picture->argb + (size_t)y * (size_t)picture->argb_stride;
        for (uint32_t x = 0; x < image->width; x++, pixel += image->channels) {
            const uint8_t *blue = pixel + image->channels - 1, *green = pixel + image->channels / 2;
            row[x] = 0xff000000 | (uint32_t)*pixel << 16 | (uint32_t)*green << 8 | *blue;
        }
        if (uqd_work_look(work, image->width) < 0)
            return UQD_ERR_CANCELLED;
    }
    return UQD_OK;
}

static int encoded(const WebPConfig *config, WebPPicture *picture)
{
    if (WebPEncode(config, picture))
        return UQD_OK;
    return picture->error_code == VP8_ENC_ERROR_USER_ABORT ? UQD_ERR_CANCELLED : UQD_ERR_NOMEM;
}

/* Leaves the chunk's content of a file. */
static void strip(struct uqd_buffer *file)
{
    assert(file->size > CHUNK_OFFSET && memcmp(file->data + 12, "VP8L", 4) == 0);
    file->size = uqd_get_u32(file->data + CHUNK_SIZE_OFFSET);
    memmove(file->data, file->data + CHUNK_OFFSET, file->size);
}

int uqd_webp_encode(const struct uqd_image *image, enum uqd_webp_effort effort, uint8_t **data,
                    size_t *size, struct uqd_work *work)
{
    static const int levels[] = {[UQD_WEBP_FAST] = 0, [UQD_WEBP_SMALL] = 7};
    struct uqd_buffer file = {0};
    WebPConfig config;
    WebPPicture picture;
    assert(image->channels == 1 || image->channels == CHANNELS);
    if (!WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, levels[effort]) ||
        !WebPPictureInit(&picture))
        return UQD_ERR_BUILD;
    picture.use_argb = 1;
    picture.width = (int)image->width;
    picture.height = (int)image->height;
    picture.writer = append;
    picture.custom_ptr = &file;
    picture.progress_hook = report_progress;
    picture.user_data = work;
    int status = import(image, &picture, work);
    if (status == UQD_OK)
        status = encoded(&config, &picture);
    WebPPictureFree(&picture);
    if (status < 0) {
        uqd_buffer_free(&file);
        return status;
    }
    strip(&file);
    *data = file.data;
    *size = file.size;
    return UQD_OK;
}

/* ---- Decoding ---- */

static int status_of(VP8StatusCode status)
{
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        return UQD_ERR_NOMEM;
    return status == VP8_STATUS_OK || status == VP8_STATUS_SUSPENDED ? UQD_OK : UQD_ERR_CORRUPT;
}

/* Whether the bytes begin a lossless picture of that size: UQD_OK, or UQD_NEED_DATA. */
static int check(const uint8_t *data, size_t size, uint32_t width, uint32_t height)
{
    enum { LOSSLESS = 2 };
    WebPBitstreamFeatures features;
    const VP8StatusCode status = WebPGetFeatures(data, size, &features);
    if (status == VP8_STATUS_NOT_ENOUGH_DATA)
        return UQD_NEED_DATA;
    const int fits = status == VP8_STATUS_OK && features.format == LOSSLESS &&
                     features.width == (int)width && features.height == (int)height;
    return fits ? UQD_OK : UQD_ERR_CORRUPT;
}

/* A container for the chunk: from it libwebp knows how many bytes are to come. */
static void write_container(uint8_t container[CHUNK_OFFSET], size_t size)
{
    const uint32_t padded = (uint32_t)(size + (size & 1));
    memcpy(container, "RIFF....WEBPVP8L", CHUNK_SIZE_OFFSET);
    uqd_put_u32(container + 4, padded + CHUNK_OFFSET - 8);
    uqd_put_u32(container + CHUNK_SIZE_OFFSET, (uint32_t)size);
}

/* In few pieces, each as large as all before it: libwebp moves what it has for each of them, and
 * reads the codes from the beginning until it has them all. */
static int decode_pieces(WebPIDecoder *decoder, const uint8_t *data, size_t available, size_t size,
                         struct uqd_work *work)
{
    uint8_t container[CHUNK_OFFSET];
    write_container(container, size);
    VP8StatusCode status = WebPIAppend(decoder, container, sizeof container);
    size_t piece = available / 4 > LEAST_PIECE ? available / 4 : LEAST_PIECE;
    for (size_t done = 0; done < available && status == VP8_STATUS_SUSPENDED;) {
        const size_t n = available - done < piece ? available - done : piece;
        status = WebPIAppend(decoder, data + done, n);
        done += n;
        piece = done;
        if (uqd_work_look(work, SAMPLES_OF_A_PIECE) < 0)
            return UQD_ERR_CANCELLED;
    }
    return status_of(status);
}

int uqd_webp_decode(const uint8_t *data, size_t available, size_t size, uint32_t width,
                    uint32_t height, uint8_t *pixels, uint32_t *n_rows, struct uqd_work *work)
{
    int status = check(data, available, width, height), rows = 0;
    *n_rows = 0;
    if (status != UQD_OK)
        return status == UQD_NEED_DATA ? UQD_OK : status;
    if (size > MAX_SIZE)
        return UQD_ERR_CORRUPT;
    const size_t stride = (size_t)width * CHANNELS;
    WebPIDecoder *decoder = WebPINewRGB(MODE_RGB, pixels, stride * height, (int)stride);
    if (decoder == NULL)
        return UQD_ERR_NOMEM;
    status = decode_pieces(decoder, data, available, size, work);
    if (status == UQD_OK && WebPIDecGetRGB(decoder, &rows, NULL, NULL, NULL) != NULL)
        *n_rows = (uint32_t)rows;
    WebPIDelete(decoder);
    return status;
}
