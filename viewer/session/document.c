#include "session/document.h"

#include "image_file.h"

#include <stdlib.h>
#include <string.h>

static int check_reference(const struct document *document, const char *path,
                           const struct pixels *pixels, struct message *message)
{
    const struct uqd_info *info = &document->file.info;
    if (pixels->width == info->width && pixels->height == info->height &&
        pixels->channels == info->channels)
        return 0;
    return message_set(message, "%s: %u x %u pixels with %u channels, but %s has %u x %u with %u",
                       path, pixels->width, pixels->height, pixels->channels, document->file.path,
                       info->width, info->height, info->channels);
}

/* Before the channels become as many as the file's: the profile is for those that it has. */
static void set_reference_colours(struct document *document, const struct pixels *pixels)
{
    const struct uqd_metadata *profile = pixels_metadata(pixels, UQD_METADATA_ICC);
    if (profile)
        shown_colours_init(&document->reference_colours, profile->data, profile->size,
                           pixels->channels);
}

static int load_reference(struct document *document, const char *path, struct message *message)
{
    struct pixels pixels;
    int result = image_read(path, NULL, &pixels, message);
    if (result < 0)
        return result;
    set_reference_colours(document, &pixels);
    result = pixels_expand(&pixels, document->file.info.channels) < 0
                 ? message_set(message, "%s: out of memory", path)
                 : check_reference(document, path, &pixels, message);
    if (result == 0) {
        struct picture *reference = picture_new(pixels.width, pixels.height, pixels.channels);
        if (reference)
            memcpy(picture_pixels(reference), pixels.data, picture_size(reference));
        else
            result = message_set(message, "%s: out of memory", path);
        document->progress.reference = reference;
        document->progress.reference_given = true;
    }
    pixels_free(&pixels);
    return result;
}

int document_open(struct document *document, const char *path, const struct settings *settings,
                  struct message *message)
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
    return settings->reference ? load_reference(document, settings->reference, message) : 0;
}

void document_close(struct document *document)
{
    frames_clear(&document->frames);
    if (document->progress.file)
        progress_clear(&document->progress);
    shown_colours_clear(&document->colours);
    shown_colours_clear(&document->reference_colours);
    uqd_file_close(&document->file);
    free(document->path);
    *document = (struct document){.file.fd = -1};
}
