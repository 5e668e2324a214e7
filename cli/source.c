#include "source.h"

#include "file.h"
#include "interrupt.h"
#include "plural.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_SIZE = 1 << 16 };

static int feed_failed(const struct source *source, int status, struct message *message)
{
    if (status == UQD_ERR_CORRUPT)
        return message_set(message, "%s: %s", source->name,
                           uqd_start_trouble(source->start, source->n_start));
    return message_set(message, "%s: cannot be decoded: %s", source->name, uqd_status_text(status));
}

/* While nothing is there to be read, the next step's first work can be done; what keeps it from
 * being done, a damaged step say, is found again when the step is decoded. */
static void use_wait(const struct source *source)
{
    struct pollfd pollfd = {.fd = source->fd, .events = POLLIN};
    int status = source->is_decoded ? UQD_END : UQD_OK;
    while (status == UQD_OK && poll(&pollfd, 1, 0) == 0)
        status = uqd_decoder_prepare(source->decoder);
}

/* What a pipe gave cannot be read again. */
static void note_start(struct source *source, const uint8_t *chunk, size_t n)
{
    for (size_t i = 0; i < n && source->n_start < sizeof source->start; i++)
        source->start[source->n_start++] = chunk[i];
}

/* Reads and feeds up to limit bytes. */
static int feed_chunk(struct source *source, uint64_t limit, struct message *message)
{
    uint8_t chunk[CHUNK_SIZE];
    use_wait(source);
    if (interrupt_wait(source->fd, POLLIN))
        return message_set(message, "%s: reading was interrupted", source->name);
    ssize_t n = read(source->fd, chunk, limit < CHUNK_SIZE ? (size_t)limit : CHUNK_SIZE);
    if (n < 0 && errno == EINTR)
        return 0;
    if (n < 0)
        return message_set(message, "%s: cannot be read: %s", source->name, strerror(errno));
    if (n == 0) {
        source->has_ended = 1;
        return 0;
    }
    note_start(source, chunk, (size_t)n);
    int status = uqd_decoder_feed(source->decoder, chunk, (size_t)n);
    return status < 0 ? feed_failed(source, status, message) : 0;
}

int source_feed(struct source *source, uint64_t n_bytes, struct message *message)
{
    uint64_t end = n_bytes < source->max_bytes ? n_bytes : source->max_bytes;
    while (!source->has_ended) {
        uint64_t fed = uqd_decoder_bytes_fed(source->decoder);
        if (fed >= end)
            return 0;
        if (feed_chunk(source, end - fed, message) < 0)
            return -1;
    }
    return 0;
}

static int read_header(struct source *source, struct message *message)
{
    int status;
    while ((status = uqd_decoder_info(source->decoder, &source->info)) == UQD_NEED_DATA) {
        uint64_t fed = uqd_decoder_bytes_fed(source->decoder);
        if (source->has_ended || fed >= source->max_bytes) {
            if (fed == 0 && source->has_ended)
                return message_set(message, "%s: is empty", source->name);
            return message_set(message, "%s: is cut off inside its header, after %llu byte%s",
                               source->name, (unsigned long long)fed, plural(fed));
        }
        /* As much as is there: the rest of a chunk may be long in coming. */
        if (feed_chunk(source, source->max_bytes - fed, message) < 0)
            return -1;
    }
    return status < 0 ? feed_failed(source, status, message) : 0;
}

int source_open(struct source *source, const char *path, uint64_t max_bytes,
                const struct uqd_decoder_settings *settings, struct message *message)
{
    *source = (struct source){.name = file_input_name(path), .max_bytes = max_bytes};
    source->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0)
        return message_set(message, "%s: cannot be opened: %s", source->name, strerror(errno));
    int status = uqd_decoder_new(&source->decoder, NULL, settings);
    if (status < 0)
        return feed_failed(source, status, message);
    return read_header(source, message);
}

void source_close(struct source *source)
{
    uqd_decoder_free(source->decoder);
    if (source->fd > STDIN_FILENO)
        close(source->fd);
}
