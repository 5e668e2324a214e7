/* What the files of this room share: a codec's own side of codecs.h. */
#ifndef UQD_VIEWER_CODECS_CODER_H
#define UQD_VIEWER_CODECS_CODER_H

#include "codecs/codecs.h"

/* One call of the encoder's functions. */
struct encode_job {
    const struct uqd_image *image;
    uint32_t threads;
    codec_cancelled *cancelled;
    void *cookie;
    struct message *message;
};

bool encode_job_is_cancelled(const struct encode_job *job);

/* One call of the decoder's. */
struct decode_job {
    const uint8_t *data; /* size bytes, at least 1 */
    size_t size;
    uint32_t threads;
    const struct uqd_image *shape; /* of the picture that is asked for */
    uint8_t *pixels;
    struct message *message;
};

/* Whether a picture of the file, of this width and height, is the one that is asked for. 0, or -1
 * with a message that begins with the title. */
int decode_job_check_size(const struct decode_job *job, const char *title, uint64_t width,
                          uint64_t height);

/* Row y of the picture that is asked for, from one of that many channels. */
void decode_job_put_row(const struct decode_job *job, uint32_t y, const uint8_t *row,
                        uint32_t channels);

/* All rows; they begin stride bytes apart. */
void decode_job_put(const struct decode_job *job, const uint8_t *pixels, size_t stride,
                    uint32_t channels);

/* The rows of an image, made to have that many channels, without gaps. malloc'ed; NULL if there is
 * no memory. */
uint8_t *packed_pixels(const struct uqd_image *image, uint32_t channels);

/* Functions return as their counterparts in codecs.h do; what they leave in *file after anything
 * but success is freed by the caller. */
struct coder {
    uint32_t max_side; /* of a picture */
    int (*make)(const struct encode_job *job, uint64_t bytes, struct codec_file *file);
    int (*make_progressive)(const struct encode_job *job, struct codec_file *file); /* or NULL */
    int (*decode)(const struct decode_job *job);
};

extern const struct coder avif_coder, jp2_coder, jpeg_coder, jxl_coder, webp_coder;

#endif
