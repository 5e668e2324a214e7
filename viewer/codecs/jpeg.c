/* JPEG by libjpeg: the coder, and what its two sides share. */
#include "codecs/coder.h"
#include "codecs/jpeg_common.h"

static void fail(j_common_ptr jpeg)
{
    struct jpeg_failure *failure = jpeg->client_data;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    failure->status = message_set(failure->message, "JPEG: %s", text);
    longjmp(failure->jump, 1);
}

static void ignore(j_common_ptr jpeg, int level)
{
    (void)jpeg;
    (void)level;
}

void jpeg_failure_catch(struct jpeg_failure *failure, j_common_ptr jpeg, struct message *message)
{
    jpeg->err = jpeg_std_error(&failure->errors);
    jpeg->client_data = failure;
    failure->errors.error_exit = fail;
    failure->errors.emit_message = ignore;
    failure->message = message;
}

const struct coder jpeg_coder = {
    .max_side = JPEG_MAX_DIMENSION,
    .make = jpeg_make,
    .make_progressive = jpeg_make_progressive,
    .decode = jpeg_decode,
};
