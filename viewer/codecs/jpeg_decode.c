#include "codecs/coder.h"
#include "codecs/jpeg_common.h"

#include <stdlib.h>

enum { MARKER_SOI = 0xd8, MARKER_EOI = 0xd9, MARKER_SOS = 0xda, MARKER_RST0 = 0xd0 };

/* State of one decoding. It outlives the jump of a failure, which locals would not. */
struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_failure failure;
    const struct decode_job *job;
    uint8_t *row;
};

/* ---- Where a file is cut ------------------------------------------------------------------- */

/* The next marker from there on that is no part of a scan's data; size if there is none. */
static size_t skip_scan(const uint8_t *data, size_t size, size_t at)
{
    for (; at + 1 < size; at++) {
        uint8_t code = data[at + 1];
        bool is_data = code == 0 || code == 0xff || (code >= MARKER_RST0 && code < MARKER_SOI);
        if (data[at] == 0xff && !is_data)
            return at;
    }
    return size;
}

/* So many bytes of the file are whole segments and data of scans: at a segment that is cut, tables
 * or the beginning of a scan, the library would give up. 0 if no data of a scan is among them. */
static size_t usable_size(const uint8_t *data, size_t size)
{
    size_t at = 2;
    bool has_data = false;
    while (at + 4 <= size && data[at] == 0xff && data[at + 1] != MARKER_EOI) {
        size_t end = at + 2 + ((size_t)data[at + 2] << 8 | data[at + 3]);
        if (end > size)
            break;
        bool is_scan = data[at + 1] == MARKER_SOS;
        has_data |= is_scan && end < size;
        at = is_scan ? skip_scan(data, size, end) : end;
    }
    if (at + 2 <= size && data[at] == 0xff && data[at + 1] == MARKER_EOI)
        at += 2;
    return has_data ? at : 0;
}

/* ---- The picture --------------------------------------------------------------------------- */

static int choose_colours(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        jpeg->out_color_space = JCS_GRAYSCALE;
        return 0;
    case JCS_RGB:
    case JCS_YCbCr:
        jpeg->out_color_space = JCS_RGB;
        return 0;
    default:
        return message_set(reader->job->message, "JPEG: the file is damaged: it has other colours");
    }
}

static int read_rows(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    uint32_t channels = (uint32_t)jpeg->output_components;
    reader->row = malloc((size_t)jpeg->output_width * channels);
    if (!reader->row)
        return message_set(reader->job->message, "JPEG: out of memory");
    for (uint32_t y = 0; y < jpeg->output_height; y++) {
        jpeg_read_scanlines(jpeg, &reader->row, 1);
        decode_job_put_row(reader->job, y, reader->row, channels);
    }
    return 0;
}

static int read_picture(struct reader *reader, size_t size)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->failure.jump))
        return reader->failure.status;
    jpeg_create_decompress(jpeg);
    jpeg_mem_src(jpeg, reader->job->data, size);
    jpeg_read_header(jpeg, TRUE);
    if (decode_job_check_size(reader->job, "JPEG", jpeg->image_width, jpeg->image_height) < 0 ||
        choose_colours(reader) < 0)
        return -1;
    jpeg_start_decompress(jpeg);
    return read_rows(reader);
}

int jpeg_decode(const struct decode_job *job)
{
    struct reader reader = {.job = job};
    size_t size = usable_size(job->data, job->size);
    if (size == 0)
        return CODEC_NO_PICTURE_YET;
    jpeg_failure_catch(&reader.failure, (j_common_ptr)&reader.jpeg, job->message);
    int status = read_picture(&reader, size);
    jpeg_destroy_decompress(&reader.jpeg);
    free(reader.row);
    return status;
}
