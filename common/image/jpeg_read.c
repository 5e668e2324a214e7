#include "image_formats.h"

#include "jpeg_metadata.h"
#include "metadata.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

/* No encoder makes nearly as many, and each costs time for the whole picture. */
enum { MAX_SCANS = 500 };

/* State of one reading. It outlives the longjmp of a failure, which locals would not. */
struct reader {
    const struct image_input *input;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    int profile_is_damaged;
    uint8_t *icc; /* malloc'ed by the library */
    struct pixels pixels;
};

int jpeg_recognize(const struct image_input *input)
{
    static const uint8_t signature[3] = {0xff, 0xd8, 0xff};
    return input->size >= sizeof signature && memcmp(input->data, signature, 3) == 0;
}

/* ---- Callbacks of the library -------------------------------------------------------------- */

/* What is right but not supported, or too much, is no damage. */
static const char *cause_of(int code)
{
    switch (code) {
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
        return "this kind of JPEG is not supported";
    default:
        return "the JPEG data is damaged";
    }
}

static void fail(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    const struct image_input *input = reader->input;
    int code = jpeg->err->msg_code;
    char text[JMSG_LENGTH_MAX];
    if (code == JERR_OUT_OF_MEMORY) {
        image_no_memory(input);
    } else if (code == JERR_BAD_PRECISION) {
        message_set(input->message, "%s: has %d bits per sample, and of JPEG only 8 are supported",
                    input->name, reader->jpeg.data_precision);
    } else if (code == JWRN_JPEG_EOF) {
        message_set(input->message, "%s: the JPEG data is damaged: it is cut off", input->name);
    } else {
        jpeg->err->format_message(jpeg, text);
        message_set(input->message, "%s: %s: %s", input->name, cause_of(code), text);
    }
    longjmp(reader->failed, 1);
}

/* The library goes on after what it calls warnings, with pixels that it made up. */
static void hear(j_common_ptr jpeg, int level)
{
    struct reader *reader = jpeg->client_data;
    if (level >= 0)
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
        return;
    case JWRN_BOGUS_ICC:
        reader->profile_is_damaged = 1;
        return;
    default:
        fail(jpeg);
    }
}

/* Called for each row of blocks that is read or made. */
static void progressed(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    if (image_look(reader->input) < 0)
        longjmp(reader->failed, 1);
    if (reader->jpeg.input_scan_number <= MAX_SCANS)
        return;
    message_set(reader->input->message, "%s: the JPEG data is damaged: it has more than %d scans",
                reader->input->name, MAX_SCANS);
    longjmp(reader->failed, 1);
}

/* ---- The picture --------------------------------------------------------------------------- */

static void set_up(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg->err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = fail;
    reader->errors.emit_message = hear;
    jpeg->client_data = reader;
}

static int choose_colours(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    const struct image_input *input = reader->input;
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        jpeg->out_color_space = JCS_GRAYSCALE;
        return 0;
    case JCS_RGB:
    case JCS_YCbCr:
        jpeg->out_color_space = JCS_RGB;
        return 0;
    case JCS_CMYK:
    case JCS_YCCK:
        return message_set(input->message,
                           "%s: has the colours CMYK of print, and only grey and RGB are supported",
                           input->name);
    default:
        return message_set(input->message,
                           "%s: has %d channels of unknown colours, which is not supported",
                           input->name, jpeg->num_components);
    }
}

static int read_rows(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    struct pixels *pixels = &reader->pixels;
    pixels->width = jpeg->output_width;
    pixels->height = jpeg->output_height;
    pixels->channels = (uint32_t)jpeg->output_components;
    if (image_allocate(reader->input, pixels, pixels->channels) < 0)
        return -1;
    size_t stride = (size_t)pixels->width * pixels->channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = pixels->data + jpeg->output_scanline * stride;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    return 0;
}

static int read_profile(struct reader *reader)
{
    JOCTET *icc = NULL;
    unsigned size;
    if (!jpeg_read_icc_profile(&reader->jpeg, &icc, &size)) {
        if (reader->profile_is_damaged)
            metadata_note_damaged(reader->input, UQD_METADATA_ICC);
        return 0;
    }
    reader->icc = icc;
    return metadata_add(reader->input, &reader->pixels, UQD_METADATA_ICC, icc, size);
}

static int read_picture(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->failed))
        return -1;
    jpeg_create_decompress(jpeg);
    reader->progress.progress_monitor = progressed;
    jpeg->progress = &reader->progress;
    jpeg_mem_src(jpeg, reader->input->data, reader->input->size);
    jpeg_save_metadata(jpeg);
    jpeg_read_header(jpeg, TRUE);
    if (image_check_size(reader->input, jpeg->image_width, jpeg->image_height) < 0 ||
        choose_colours(reader) < 0)
        return -1;
    jpeg_start_decompress(jpeg);
    if (read_rows(reader) < 0 || read_profile(reader) < 0 ||
        jpeg_read_metadata(reader->input, jpeg, &reader->pixels) < 0)
        return -1;
    jpeg_finish_decompress(jpeg);
    return 0;
}

int jpeg_read(const struct image_input *input, struct pixels *out)
{
    struct reader reader = {.input = input};
    set_up(&reader);
    int result = read_picture(&reader);
    jpeg_destroy_decompress(&reader.jpeg);
    free(reader.icc);
    if (result < 0)
        pixels_free(&reader.pixels);
    else
        *out = reader.pixels;
    return result;
}
