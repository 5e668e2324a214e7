#include "unpack.h"

#include "buffer.h"
#include "metadata.h"

#include <stdlib.h>
#include <zlib.h>

enum { PIECE = 65536 };

/* Returns Z_STREAM_END, Z_OK if there would be more than max_size bytes, or an error of zlib. */
static int inflate_all(z_stream *stream, size_t max_size, struct buffer *output)
{
    int status = Z_OK;
    while (status == Z_OK && output->size <= max_size) {
        if (buffer_reserve(output, PIECE) < 0)
            return Z_MEM_ERROR;
        stream->next_out = output->data + output->size;
        stream->avail_out = PIECE;
        status = inflate(stream, Z_NO_FLUSH);
        output->size += PIECE - stream->avail_out;
    }
    return status == Z_STREAM_END && output->size > max_size ? Z_OK : status;
}

int unpack(const struct image_input *input, enum uqd_metadata_type type, const uint8_t *data,
           size_t size, uint8_t **out, size_t *out_size)
{
    struct buffer output = {0};
    z_stream stream = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
    int status = inflateInit(&stream);
    if (status == Z_OK) {
        status = inflate_all(&stream, metadata_max_size(type), &output);
        inflateEnd(&stream);
    }
    if (status == Z_STREAM_END) {
        *out = output.data;
        *out_size = output.size;
        return 0;
    }
    free(output.data);
    if (status == Z_MEM_ERROR)
        return image_no_memory(input);
    if (status == Z_OK)
        metadata_note_large(input, type);
    else
        metadata_note_damaged(input, type);
    return 1;
}
