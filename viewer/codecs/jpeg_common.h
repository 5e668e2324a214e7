/* What encoding and decoding of JPEG share: libjpeg reports failures by a jump, and says nothing.
 */
#ifndef UQD_VIEWER_CODECS_JPEG_COMMON_H
#define UQD_VIEWER_CODECS_JPEG_COMMON_H

#include "message.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

struct jpeg_failure {
    struct jpeg_error_mgr errors;
    jmp_buf jump;
    int status; /* what the function that jumped to returns */
    struct message *message;
};

/* Errors of the library jump to failure->jump with status -1 and a message; warnings are ignored.
 * Called before the library's structure is created, which then points to the failure. */
void jpeg_failure_catch(struct jpeg_failure *failure, j_common_ptr jpeg, struct message *message);

/* Encodes and decodes as struct coder says. */
struct encode_job;
struct decode_job;
struct codec_file;
int jpeg_make(const struct encode_job *job, uint64_t bytes, struct codec_file *file);
int jpeg_make_progressive(const struct encode_job *job, struct codec_file *file);
int jpeg_decode(const struct decode_job *job);

#endif
