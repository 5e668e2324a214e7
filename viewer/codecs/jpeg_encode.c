#include "codecs/coder.h"
#include "codecs/jpeg_common.h"
#include "codecs/search.h"

#include "buffer.h"

#include <stdlib.h>

enum { PROGRESSIVE_QUALITY = 95, MIN_ROOM = 1 << 16 };

/* State of one encoding. It outlives the jump of a failure, which locals would not. */
struct writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_failure failure;
    struct jpeg_progress_mgr progress;
    struct jpeg_destination_mgr destination;
    const struct encode_job *job;
    struct buffer buffer;
    uint8_t *pixels; /* packed; owned */
};

/* ---- Callbacks of the library -------------------------------------------------------------- */

static void ask_whether_cancelled(j_common_ptr jpeg)
{
    struct writer *writer = (struct writer *)jpeg;
    if (!encode_job_is_cancelled(writer->job))
        return;
    writer->failure.status = CODEC_CANCELLED;
    longjmp(writer->failure.jump, 1);
}

static void make_room(struct writer *writer)
{
    struct buffer *buffer = &writer->buffer;
    if (buffer_reserve(buffer, MIN_ROOM) < 0) {
        writer->failure.status = message_set(writer->job->message, "JPEG: out of memory");
        longjmp(writer->failure.jump, 1);
    }
    writer->destination.next_output_byte = buffer->data + buffer->size;
    writer->destination.free_in_buffer = buffer->capacity - buffer->size;
}

static void begin_output(j_compress_ptr jpeg)
{
    make_room((struct writer *)jpeg);
}

static boolean output_is_full(j_compress_ptr jpeg)
{
    struct writer *writer = (struct writer *)jpeg;
    writer->buffer.size = writer->buffer.capacity;
    make_room(writer);
    return TRUE;
}

static void end_output(j_compress_ptr jpeg)
{
    struct writer *writer = (struct writer *)jpeg;
    writer->buffer.size = writer->buffer.capacity - writer->destination.free_in_buffer;
}

/* ---- The picture --------------------------------------------------------------------------- */

static void set_up(struct writer *writer)
{
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    jpeg_create_compress(jpeg);
    writer->progress.progress_monitor = ask_whether_cancelled;
    jpeg->progress = &writer->progress;
    writer->destination.init_destination = begin_output;
    writer->destination.empty_output_buffer = output_is_full;
    writer->destination.term_destination = end_output;
    jpeg->dest = &writer->destination;
}

static void choose_settings(struct writer *writer, int quality)
{
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    bool is_grey = writer->job->image->channels <= 2;
    jpeg->image_width = writer->job->image->width;
    jpeg->image_height = writer->job->image->height;
    jpeg->input_components = is_grey ? 1 : 3;
    jpeg->in_color_space = is_grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, FALSE);
    jpeg->optimize_coding = TRUE;
    jpeg_simple_progression(jpeg);
}

static int write_picture(struct writer *writer, int quality)
{
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    if (setjmp(writer->failure.jump))
        return writer->failure.status;
    set_up(writer);
    choose_settings(writer, quality);
    size_t stride = (size_t)jpeg->image_width * (size_t)jpeg->input_components;
    writer->pixels = packed_pixels(writer->job->image, (uint32_t)jpeg->input_components);
    if (!writer->pixels)
        return message_set(writer->job->message, "JPEG: out of memory");
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = writer->pixels + jpeg->next_scanline * stride;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return 0;
}

static int encode(const struct encode_job *job, int quality, struct codec_file *file)
{
    struct writer writer = {.job = job};
    jpeg_failure_catch(&writer.failure, (j_common_ptr)&writer.jpeg, job->message);
    int status = write_picture(&writer, quality);
    jpeg_destroy_compress(&writer.jpeg);
    free(writer.pixels);
    file->data = writer.buffer.data;
    file->size = writer.buffer.size;
    snprintf(file->setting, sizeof file->setting, "quality %d", quality);
    return status;
}

static int encode_setting(const struct encode_job *job, int setting, struct codec_file *file)
{
    return encode(job, setting + 1, file);
}

int jpeg_make(const struct encode_job *job, uint64_t bytes, struct codec_file *file)
{
    static const struct search_settings qualities = {
        .n = 100, .one_bit = 60, .doubling = 24, .encode = encode_setting};
    return search_make(job, &qualities, bytes, file);
}

int jpeg_make_progressive(const struct encode_job *job, struct codec_file *file)
{
    return encode(job, PROGRESSIVE_QUALITY, file);
}
