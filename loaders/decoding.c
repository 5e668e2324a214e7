#include "decoding.h"

#include "exif.h"
#include "model_file.h"
#include "plural.h"
#include "threads.h"

#include <string.h>

/* A damaged header, or another kind of file. */
static void tell_start(const struct decoding *decoding, struct message *message)
{
    const char *trouble = uqd_start_trouble(decoding->start, decoding->n_start);
    if (strncmp(trouble, "is ", 3) == 0)
        message_set(message, "The file %s", trouble);
    else
        message_set(message, "The file cannot be decoded: %s", trouble);
}

static int failed(const struct decoding *decoding, int status, struct message *message)
{
    if (status == UQD_ERR_CORRUPT && !decoding->model)
        tell_start(decoding, message);
    else
        message_set(message, "The file cannot be decoded: %s", uqd_status_text(status));
    return status;
}

int decoding_begin(struct decoding *decoding, uqd_progress progress, void *cookie,
                   struct message *message)
{
    struct uqd_decoder_settings settings;
    *decoding = (struct decoding){.status = UQD_OK};
    uqd_decoder_settings_default(&settings);
    settings.threads = threads_of_guest();
    settings.progress = progress;
    settings.cookie = cookie;
    const int status = uqd_decoder_new(&decoding->decoder, NULL, &settings);
    return status < 0 ? failed(decoding, status, message) : 0;
}

void decoding_end(struct decoding *decoding)
{
    uqd_decoder_free(decoding->decoder);
    uqd_model_free(decoding->model);
    *decoding = (struct decoding){.status = UQD_OK};
}

/* ---- Bytes --------------------------------------------------------------------------------- */

static void note_start(struct decoding *decoding, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && decoding->n_start < sizeof decoding->start; i++)
        decoding->start[decoding->n_start++] = data[i];
}

static int find_model(struct decoding *decoding, struct message *message)
{
    struct message cause;
    if (model_load_by_id(decoding->info.model_id, &decoding->model, NULL, &cause) != 0) {
        message_set(message, "The file cannot be decoded: %s", cause.text);
        return UQD_ERR_MODEL;
    }
    const int status = uqd_decoder_set_model(decoding->decoder, decoding->model);
    return status < 0 ? failed(decoding, status, message) : 0;
}

int decoding_feed(struct decoding *decoding, const void *data, size_t size, struct message *message)
{
    if (decoding->status < 0)
        return 0;
    note_start(decoding, data, size);
    const int status = uqd_decoder_feed(decoding->decoder, data, size);
    if (status < 0)
        return failed(decoding, status, message);
    if (!decoding->model && uqd_decoder_info(decoding->decoder, &decoding->info) == UQD_OK)
        return find_model(decoding, message);
    return 0;
}

bool decoding_has_header(const struct decoding *decoding)
{
    return decoding->model != NULL;
}

/* ---- Steps --------------------------------------------------------------------------------- */

bool decoding_wants_more(const struct decoding *decoding)
{
    return decoding->status >= 0 && decoding->status != UQD_END;
}

int decoding_advance(struct decoding *decoding, struct message *message)
{
    if (!decoding->model || !decoding_wants_more(decoding))
        return 0;
    do
        decoding->status = uqd_decoder_advance(decoding->decoder);
    while (decoding->status == UQD_OK);
    const bool has_steps = uqd_decoder_steps_complete(decoding->decoder) > 0;
    if (decoding->status >= 0 || (decoding->status == UQD_ERR_CORRUPT && has_steps))
        return 0;
    if (decoding->status == UQD_ERR_CORRUPT)
        message_set(message, "The first step of the file is damaged, and nothing before it is a "
                             "picture");
    else
        failed(decoding, decoding->status, message);
    return decoding->status;
}

int decoding_check_end(const struct decoding *decoding, struct message *message)
{
    const uint64_t n_bytes = uqd_decoder_bytes_fed(decoding->decoder);
    if (decoding->model)
        return 0;
    if (n_bytes == 0)
        message_set(message, "The file is empty");
    else
        message_set(message, "The file is cut off inside its header, after %llu byte%s",
                    (unsigned long long)n_bytes, plural(n_bytes));
    return UQD_ERR_CORRUPT;
}

int decoding_render(struct decoding *decoding, uint32_t reduce, uint8_t *pixels, size_t stride,
                    struct message *message)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    /* Behind damage lie no bytes that could be part of a step. */
    request.step =
        decoding->status < 0 ? uqd_decoder_steps_complete(decoding->decoder) - 1 : UQD_STEP_LATEST;
    request.reduce = reduce;
    const int status = uqd_decoder_picture(decoding->decoder, &request, pixels, stride);
    return status == UQD_OK ? 0 : failed(decoding, status, message);
}

/* ---- Metadata ------------------------------------------------------------------------------ */

bool decoding_metadata(struct decoding *decoding, enum uqd_metadata_type type,
                       struct uqd_metadata *block)
{
    for (uint32_t i = 0; i < decoding->info.n_metadata; i++) {
        const int status = uqd_decoder_metadata(decoding->decoder, i, block);
        if (status == UQD_OK && block->type == type)
            return true;
    }
    return false;
}

unsigned decoding_orientation(struct decoding *decoding)
{
    struct uqd_metadata block;
    if (!decoding_metadata(decoding, UQD_METADATA_EXIF, &block))
        return 0;
    return exif_orientation(block.data, block.size);
}
