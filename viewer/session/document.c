#include "session/document.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What comes through standard input has a name that nobody should have to read. */
static int name(struct document *document, const char *path, const char *label)
{
    document->path = strdup(path);
    document->name = strdup(label ? label : path);
    if (!document->path || !document->name)
        return -1;
    const char *slash = strrchr(document->name, '/');
    document->label = slash ? slash + 1 : document->name;
    return 0;
}

/* The bytes of an open file's header, malloc'ed; NULL if they cannot be read. */
static uint8_t *read_header(const struct uqd_file *file)
{
    size_t size = (size_t)file->info.header_size;
    uint8_t *header = malloc(size);
    if (header && pread(file->fd, header, size, 0) == (ssize_t)size)
        return header;
    free(header);
    return NULL;
}

int document_open(struct document *document, const char *path, const char *label,
                  struct message *message)
{
    *document = (struct document){.file.fd = -1};
    if (name(document, path, label))
        return message_set(message, "%s: out of memory", path);
    int status = uqd_file_open(&document->file, document->path, document->name, message);
    if (status)
        return status;
    shown_colours_init(&document->colours, document->file.icc, document->file.icc_size,
                       document->file.info.channels);
    document->header = read_header(&document->file);
    if (!document->header || progress_init(&document->progress, &document->file))
        return message_set(message, "%s: out of memory", path);
    return 0;
}

void document_read_reference(struct document *document, const char *path,
                             void (*notify)(void *cookie), void *cookie)
{
    const struct uqd_info *info = &document->file.info;
    struct reference_config config = {.path = path,
                                      .file = document->name,
                                      .width = info->width,
                                      .height = info->height,
                                      .channels = info->channels,
                                      .notify = notify,
                                      .cookie = cookie};
    document->reference = reference_new(&config);
    document->reference_read = true;
    document->progress.reference_given = document->reference != NULL;
}

void document_spread_reference(struct document *document)
{
    if (document->source)
        source_set_reference(document->source, document->progress.reference);
    if (document->peers)
        source_set_reference(document->peers, document->progress.reference);
}

void document_free_sources(struct document *document)
{
    source_free(document->source);
    source_free(document->peers);
    document->source = document->peers = NULL;
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
        document_spread_reference(document);
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

static bool is_same_header(const struct document *document, const struct uqd_file *file,
                           const uint8_t *header)
{
    return file->info.header_size == document->file.info.header_size &&
           memcmp(header, document->header, (size_t)file->info.header_size) == 0;
}

bool document_is_replaced(const struct document *document)
{
    struct uqd_file file;
    struct message unused;
    uint8_t *header = NULL;
    if (uqd_file_open(&file, document->path, document->name, &unused) == 0)
        header = read_header(&file);
    bool replaced = header && !is_same_header(document, &file, header);
    free(header);
    uqd_file_close(&file);
    return replaced;
}

/* The panes go on with the same file. */
static void go_on(struct document *document, const struct schedule *schedule, struct uqd_file *file)
{
    for (unsigned i = 0; i < schedule->n_panes; i++)
        pane_pin(schedule->panes[i]);
    uqd_file_close(&document->file);
    shown_colours_clear(&document->colours);
    document->file = *file;
    shown_colours_init(&document->colours, file->icc, file->icc_size, file->info.channels);
    measurements_forget_refusals(&document->progress.measurements);
    document->progress.ended = document->progress.partial = false;
    document->progress.trouble[0] = '\0';
}

static int begin_anew(struct document *document, const struct schedule *schedule,
                      struct uqd_file *file, uint8_t *header)
{
    struct picture *reference = document->progress.reference;
    bool given = document->progress.reference_given;
    bool fits = given && reference && reference->width == file->info.width &&
                reference->height == file->info.height &&
                reference->channels == file->info.channels;
    if (fits)
        picture_ref(reference);
    reference_free(document->reference);
    document->reference = NULL;
    document->reference_read = fits;
    free(document->header);
    document->header = header;
    progress_clear(&document->progress);
    frames_clear(&document->frames);
    uqd_file_close(&document->file);
    shown_colours_clear(&document->colours);
    document->file = *file;
    shown_colours_init(&document->colours, file->icc, file->icc_size, file->info.channels);
    if (progress_init(&document->progress, &document->file))
        return -1;
    document->progress.reference = fits ? reference : NULL;
    document->progress.reference_given = fits;
    for (unsigned i = 0; i < schedule->n_panes; i++)
        pane_set_progress(schedule->panes[i], &document->progress);
    return 0;
}

int document_reload(struct document *document, const struct schedule *schedule, bool *grown,
                    struct message *message)
{
    struct uqd_file file;
    int status = uqd_file_open(&file, document->path, document->name, message);
    if (status) {
        uqd_file_close(&file);
        return status;
    }
    uint8_t *header = read_header(&file);
    if (!header) {
        uqd_file_close(&file);
        return message_set(message, "%s: cannot be read", document->name);
    }
    source_free(document->source);
    document->source = NULL;
    document->stale = false;
    document_forget_requests(document);
    *grown = file.size >= document->file.size && is_same_header(document, &file, header);
    if (*grown) {
        free(header);
        go_on(document, schedule, &file);
        return 0;
    }
    if (document->peers)
        source_forget(document->peers);
    if (begin_anew(document, schedule, &file, header))
        return message_set(message, "%s: out of memory", document->path);
    document_spread_reference(document);
    return 0;
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
    free(document->header);
    free(document->path);
    free(document->name);
    *document = (struct document){.file.fd = -1};
}
