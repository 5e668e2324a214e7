/* JPEG 2000 by OpenJPEG: the coder, and the streams of its two sides. */
#include "codecs/jp2_common.h"

#include <string.h>

static const OPJ_SIZE_T END_OF_STREAM = (OPJ_SIZE_T)-1;

static OPJ_SIZE_T read_bytes(void *out, OPJ_SIZE_T size, void *cookie)
{
    struct jp2_memory *memory = cookie;
    size_t left = memory->size - memory->at;
    size_t n = size < left ? size : left;
    if (n == 0)
        return END_OF_STREAM;
    memcpy(out, memory->data + memory->at, n);
    memory->at += n;
    return n;
}

static OPJ_BOOL seek_reading(OPJ_OFF_T at, void *cookie)
{
    struct jp2_memory *memory = cookie;
    if (at < 0 || (uint64_t)at > memory->size)
        return OPJ_FALSE;
    memory->at = (size_t)at;
    return OPJ_TRUE;
}

/* Past the end it is at the end, where nothing more is read. */
static OPJ_OFF_T skip_reading(OPJ_OFF_T n, void *cookie)
{
    struct jp2_memory *memory = cookie;
    size_t left = memory->size - memory->at;
    if (n < 0)
        return -1;
    memory->at += (uint64_t)n < left ? (size_t)n : left;
    return n;
}

/* Bytes up to there are there; new ones are 0. */
static bool extend(struct buffer *buffer, size_t size)
{
    if (size <= buffer->size)
        return true;
    if (buffer_reserve(buffer, size - buffer->size) < 0)
        return false;
    memset(buffer->data + buffer->size, 0, size - buffer->size);
    buffer->size = size;
    return true;
}

static OPJ_SIZE_T write_bytes(void *in, OPJ_SIZE_T size, void *cookie)
{
    struct jp2_memory *memory = cookie;
    size_t end;
    if (__builtin_add_overflow(memory->at, size, &end) || !extend(memory->buffer, end))
        return END_OF_STREAM;
    if (size > 0)
        memcpy(memory->buffer->data + memory->at, in, size);
    memory->at = end;
    return size;
}

static OPJ_BOOL seek_writing(OPJ_OFF_T at, void *cookie)
{
    struct jp2_memory *memory = cookie;
    if (at < 0 || !extend(memory->buffer, (size_t)at))
        return OPJ_FALSE;
    memory->at = (size_t)at;
    return OPJ_TRUE;
}

static OPJ_OFF_T skip_writing(OPJ_OFF_T n, void *cookie)
{
    struct jp2_memory *memory = cookie;
    return seek_writing((OPJ_OFF_T)memory->at + n, cookie) ? n : -1;
}

static opj_stream_t *new_stream(struct jp2_memory *memory, bool is_input)
{
    opj_stream_t *stream = opj_stream_default_create(is_input);
    if (!stream)
        return NULL;
    opj_stream_set_user_data(stream, memory, NULL);
    opj_stream_set_user_data_length(stream, memory->size);
    return stream;
}

opj_stream_t *jp2_stream_reading(struct jp2_memory *memory)
{
    opj_stream_t *stream = new_stream(memory, true);
    if (!stream)
        return NULL;
    opj_stream_set_read_function(stream, read_bytes);
    opj_stream_set_skip_function(stream, skip_reading);
    opj_stream_set_seek_function(stream, seek_reading);
    return stream;
}

opj_stream_t *jp2_stream_writing(struct jp2_memory *memory)
{
    opj_stream_t *stream = new_stream(memory, false);
    if (!stream)
        return NULL;
    opj_stream_set_write_function(stream, write_bytes);
    opj_stream_set_skip_function(stream, skip_writing);
    opj_stream_set_seek_function(stream, seek_writing);
    return stream;
}

const struct coder jp2_coder = {
    .max_side = UQD_MAX_SIDE,
    .make = jp2_make,
    .make_progressive = jp2_make_progressive,
    .decode = jp2_decode,
};
