#include "session/document.h"

#include <stdlib.h>
#include <string.h>

int document_open(struct document *document, const char *path, struct message *message)
{
    *document = (struct document){.path = strdup(path), .file.fd = -1};
    if (!document->path)
        return message_set(message, "%s: out of memory", path);
    const char *slash = strrchr(document->path, '/');
    document->label = slash ? slash + 1 : document->path;
    int status = uqd_file_open(&document->file, document->path, message);
    if (status < 0)
        return status;
    shown_colours_init(&document->colours, document->file.icc, document->file.icc_size,
                       document->file.info.channels);
    if (progress_init(&document->progress, &document->file))
        return message_set(message, "%s: out of memory", path);
    return 0;
}

void document_read_reference(struct document *document, const char *path,
                             void (*notify)(void *cookie), void *cookie)
{
    const struct uqd_info *info = &document->file.info;
    struct reference_config config = {.path = path,
                                      .file = document->file.path,
                                      .width = info->width,
                                      .height = info->height,
                                      .channels = info->channels,
                                      .notify = notify,
                                      .cookie = cookie};
    document->reference = reference_new(&config);
    document->progress.reference_given = document->reference != NULL;
}

bool document_take_reference(struct document *document, struct message *message)
{
    struct progress *progress = &document->progress;
    struct reference_result result;
    if (!document->reference || !reference_take(document->reference, &result))
        return false;
    message->text[0] = '\0';
    progress->reference_given = result.picture != NULL;
    if (result.picture) {
        progress->reference = result.picture;
        source_set_reference(document->source, result.picture);
        if (result.icc)
            shown_colours_init(&document->reference_colours, result.icc, result.icc_size,
                               result.icc_channels);
    } else {
        *message = result.message;
    }
    free(result.icc);
    reference_free(document->reference);
    document->reference = NULL;
    return true;
}

void document_close(struct document *document)
{
    reference_free(document->reference);
    frames_clear(&document->frames);
    if (document->progress.file)
        progress_clear(&document->progress);
    shown_colours_clear(&document->colours);
    shown_colours_clear(&document->reference_colours);
    uqd_file_close(&document->file);
    free(document->path);
    *document = (struct document){.file.fd = -1};
}
