/* The setting of an encoder that gives a file of a wanted size. */
#ifndef UQD_VIEWER_CODECS_SEARCH_H
#define UQD_VIEWER_CODECS_SEARCH_H

#include "codecs/coder.h"

/* The settings of an encoder, 0 to n - 1, from small files to large ones. */
struct search_settings {
    int n;
    /* Of a photograph, roughly; the nearer, the fewer files are made. */
    double one_bit;  /* the setting that takes one bit per pixel */
    double doubling; /* so many settings further a file is twice as large */
    /* 0, CODEC_CANCELLED, or -1 with a message; also writes file->setting. The caller frees what is
     * left in *file in any case. */
    int (*encode)(const struct encode_job *job, int setting, struct codec_file *file);
};

/* Encodes with several settings and gives the largest file of at most so many bytes; one within 2 %
 * of the limit is large enough. Asks whether it is cancelled before each. Returns as codec_make
 * does. */
int search_make(const struct encode_job *job, const struct search_settings *settings,
                uint64_t bytes, struct codec_file *file);

#endif
