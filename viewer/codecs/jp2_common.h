/* What encoding and decoding of JPEG 2000 share: streams of OpenJPEG in memory. */
#ifndef UQD_VIEWER_CODECS_JP2_COMMON_H
#define UQD_VIEWER_CODECS_JP2_COMMON_H

#include "codecs/coder.h"

#include "buffer.h"

#include <openjpeg.h>

/* Bytes in memory and where the library is in them. */
struct jp2_memory {
    const uint8_t *data; /* of a file that is read: `size` bytes */
    size_t size;
    struct buffer *buffer; /* of one that is written: it grows */
    size_t at;
};

/* NULL if there is no memory. The memory stays the caller's until opj_stream_destroy. */
opj_stream_t *jp2_stream_reading(struct jp2_memory *memory);
opj_stream_t *jp2_stream_writing(struct jp2_memory *memory);

int jp2_make(const struct encode_job *job, uint64_t bytes, struct codec_file *file);
int jp2_make_progressive(const struct encode_job *job, struct codec_file *file);
int jp2_decode(const struct decode_job *job);

#endif
