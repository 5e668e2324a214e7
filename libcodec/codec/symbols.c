#include "codec/symbols.h"

#include "container/varint.h"
#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>

void uqd_stream_init_decode(struct uqd_stream *stream, const uint8_t *data, size_t available,
                            size_t size, int bare)
{
    *stream = (struct uqd_stream){.source = UQD_SYMBOLS_DECODE,
                                  .data = data,
                                  .available = available,
                                  .size = size,
                                  .bare = bare};
}

void uqd_stream_init_encode(struct uqd_stream *stream, int bare)
{
    *stream = (struct uqd_stream){.source = UQD_SYMBOLS_ENCODE, .bare = bare};
}

void uqd_stream_init_unread(struct uqd_stream *stream, enum uqd_symbol_source source, uint64_t seed)
{
    *stream = (struct uqd_stream){.source = source, .seed = seed};
}

void uqd_stream_init_chunks(struct uqd_stream *stream, enum uqd_symbol_source source,
                            struct uqd_chunk *chunks)
{
    *stream = (struct uqd_stream){.source = source, .bare = 1, .chunks = chunks};
}

static void drop_open(struct uqd_stream *stream)
{
    for (uint32_t i = 0; i < stream->n_open; i++)
        uqd_range_encoder_deinit(&stream->open[i].encoder);
    free(stream->open);
    stream->open = NULL;
    stream->n_open = 0;
}

void uqd_stream_free(struct uqd_stream *stream)
{
    drop_open(stream);
    uqd_buffer_free(&stream->output);
}

static int read_length(struct uqd_stream *stream, uint64_t *length)
{
    *length = stream->size - stream->position;
    if (stream->bare)
        return UQD_OK;
    const int status = uqd_varint_read(stream->data, stream->available, &stream->position, length);
    if (status < 0 || (status == UQD_NEED_DATA && stream->available == stream->size))
        return UQD_ERR_CORRUPT;
    if (status == UQD_OK && *length > stream->size - stream->position)
        return UQD_ERR_CORRUPT;
    return status;
}

/* Finds the next chunk, as uqd_stream_pass. */
static int find_chunk(struct uqd_stream *stream, struct uqd_chunk *chunk)
{
    uint64_t length;
    const int status = read_length(stream, &length);
    if (status < 0)
        return status;
    if (status == UQD_NEED_DATA) {
        stream->position = stream->available;
        *chunk = (struct uqd_chunk){stream->data, 0, 1};
        return UQD_NEED_DATA;
    }
    const size_t left = stream->available - stream->position;
    const size_t at_hand = left < length ? left : (size_t)length;
    *chunk = (struct uqd_chunk){stream->data + stream->position, at_hand, (size_t)length};
    stream->position += at_hand;
    return at_hand < length ? UQD_NEED_DATA : UQD_OK;
}

static int open_decoder(struct uqd_stream *stream, struct uqd_range_decoder *decoder)
{
    struct uqd_chunk chunk;
    int status = UQD_OK;
    if (stream->chunks != NULL)
        chunk = stream->chunks[stream->n_taken++];
    else
        status = find_chunk(stream, &chunk);
    if (status < 0)
        return status;
    uqd_range_decoder_init(decoder, chunk.data, chunk.available, chunk.length);
    return UQD_OK;
}

size_t uqd_stream_used(const struct uqd_stream *stream)
{
    if (!stream->shared)
        return stream->position;
    const struct uqd_range_decoder *decoder = &stream->open->decoder;
    const size_t read = decoder->position < decoder->length ? decoder->position : decoder->length;
    return stream->position - decoder->available + read;
}

int uqd_stream_open(struct uqd_stream *stream, uint32_t n)
{
    if ((n == 1 && stream->shared) || (n == stream->n_open && stream->held))
        return UQD_OK;
    int status = uqd_stream_close(stream);
    if (status < 0)
        return status;
    stream->open = uqd_calloc_array(n, sizeof *stream->open);
    if (stream->open == NULL)
        return UQD_ERR_NOMEM;
    stream->n_open = n;
    stream->shared = n == 1 && stream->chunks == NULL;
    for (uint32_t i = 0; i < n && status == UQD_OK; i++) {
        stream->open[i].source = stream->source;
        stream->open[i].key = stream->seed;
        if (stream->source == UQD_SYMBOLS_ENCODE)
            uqd_range_encoder_init(&stream->open[i].encoder);
        if (stream->source == UQD_SYMBOLS_DECODE)
            status = open_decoder(stream, &stream->open[i].decoder);
    }
    return status;
}

int uqd_stream_pass(struct uqd_stream *stream, struct uqd_chunk *chunk)
{
    assert(stream->source == UQD_SYMBOLS_DECODE && !stream->bare && stream->chunks == NULL);
    const int status = uqd_stream_close(stream);
    return status == UQD_OK ? find_chunk(stream, chunk) : status;
}

static int append_chunk(struct uqd_stream *stream, const uint8_t *data, size_t size)
{
    uint8_t length[UQD_VARINT_MAX];
    const int status =
        stream->bare ? UQD_OK
                     : uqd_buffer_append(&stream->output, length, uqd_varint_write(length, size));
    return status == UQD_OK ? uqd_buffer_append(&stream->output, data, size) : status;
}

int uqd_stream_add(struct uqd_stream *stream, const uint8_t *data, size_t size)
{
    assert(stream->source == UQD_SYMBOLS_ENCODE && stream->chunks == NULL);
    const int status = uqd_stream_close(stream);
    return status == UQD_OK ? append_chunk(stream, data, size) : status;
}

static int close_encoder(struct uqd_stream *stream, struct uqd_range_encoder *encoder)
{
    const uint8_t *data;
    size_t size;
    const int status = uqd_range_encoder_finish(encoder, &data, &size);
    if (status == UQD_OK && stream->chunks != NULL)
        stream->chunks[stream->n_taken++].length = size;
    return status == UQD_OK ? append_chunk(stream, data, size) : status;
}

/* A chunk that is cut before any symbol that was asked for lacks nothing: it may have none. */
static int close_decoder(const struct uqd_range_decoder *decoder)
{
    const int status = uqd_range_decoder_finish(decoder);
    return status == UQD_NEED_DATA ? UQD_OK : status;
}

int uqd_stream_close(struct uqd_stream *stream)
{
    int status = UQD_OK;
    for (uint32_t i = 0; i < stream->n_open && status == UQD_OK; i++) {
        if (stream->source == UQD_SYMBOLS_ENCODE)
            status = close_encoder(stream, &stream->open[i].encoder);
        if (stream->source == UQD_SYMBOLS_DECODE)
            status = close_decoder(&stream->open[i].decoder);
    }
    drop_open(stream);
    stream->shared = 0;
    return status;
}
