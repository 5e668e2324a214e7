#include "input.h"

#include "plural.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* HEAD_SIZE has the header of nearly every file. */
enum { HEAD_SIZE = 1024, CHUNK_SIZE = 1 << 16 };

int input_failed(struct input *input, int status, struct message *message)
{
    if (status == UQD_ERR_CORRUPT || status == UQD_ERR_UNSUPPORTED || status == UQD_ERR_LIMIT)
        input->fault = INPUT_FAULT_DATA;
    if (status == UQD_ERR_CORRUPT)
        return message_set(message, "%s: %s", input->name,
                           uqd_start_trouble(input->start, input->n_start));
    return message_set(message, "%s: cannot be decoded: %s", input->name, uqd_status_text(status));
}

static int feed_chunk(struct input *input, size_t size, struct message *message)
{
    uint8_t chunk[CHUNK_SIZE];
    const ssize_t n = read(input->fd, chunk, size < sizeof chunk ? size : sizeof chunk);
    if (n < 0 && errno == EINTR)
        return 0;
    if (n < 0) {
        input->fault = INPUT_FAULT_FILE;
        return message_set(message, "%s: cannot be read: %s", input->name, strerror(errno));
    }
    if (n == 0) {
        input->has_ended = true;
        return 0;
    }
    for (ssize_t i = 0; i < n && input->n_start < sizeof input->start; i++)
        input->start[input->n_start++] = chunk[i];
    const int status = uqd_decoder_feed(input->decoder, chunk, (size_t)n);
    return status < 0 ? input_failed(input, status, message) : 0;
}

int input_feed(struct input *input, uint64_t n_bytes, struct message *message)
{
    while (!input->has_ended) {
        const uint64_t fed = uqd_decoder_bytes_fed(input->decoder);
        if (fed >= n_bytes)
            return 0;
        const size_t size = n_bytes - fed < CHUNK_SIZE ? (size_t)(n_bytes - fed) : CHUNK_SIZE;
        if (feed_chunk(input, size, message) < 0)
            return -1;
    }
    return 0;
}

static int header_missing(struct input *input, struct message *message)
{
    input->fault = INPUT_FAULT_DATA;
    const uint64_t n_bytes = uqd_decoder_bytes_fed(input->decoder);
    if (input->n_start == 0)
        return message_set(message, "%s: is empty", input->name);
    return message_set(message, "%s: is cut off inside its header, after %llu byte%s", input->name,
                       (unsigned long long)n_bytes, plural(n_bytes));
}

static int read_header(struct input *input, struct message *message)
{
    int status;
    while ((status = uqd_decoder_info(input->decoder, &input->info)) == UQD_NEED_DATA) {
        if (input->has_ended)
            return header_missing(input, message);
        if (feed_chunk(input, HEAD_SIZE, message) < 0)
            return -1;
    }
    return status < 0 ? input_failed(input, status, message) : 0;
}

/* Nothing but a regular file can be read twice, and a pipe might never end. */
int input_open_file(struct input *input, const char *path, struct message *message)
{
    *input = (struct input){.name = path, .fd = -1, .fault = INPUT_FAULT_FILE};
    input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (input->fd < 0 || fstat(input->fd, &input->status) < 0)
        return message_set(message, "%s: cannot be opened: %s", input->name, strerror(errno));
    if (S_ISDIR(input->status.st_mode))
        return message_set(message, "%s: is a directory", input->name);
    if (!S_ISREG(input->status.st_mode))
        return message_set(message, "%s: is not a regular file", input->name);
    input->fault = INPUT_FAULT_OTHER;
    return 0;
}

void input_take(struct input *input, int fd, const char *name)
{
    *input = (struct input){.name = name, .fd = fd, .fault = INPUT_FAULT_OTHER};
}

static int find_model(struct input *input, const struct input_models *models,
                      struct message *message)
{
    const struct uqd_model *model;
    struct message cause;
    if (models->find(models->cookie, input->info.model_id, &model, &cause) < 0)
        return message_set(message, "%s: cannot be decoded: %s", input->name, cause.text);
    const int status = uqd_decoder_set_model(input->decoder, model);
    return status < 0 ? input_failed(input, status, message) : 0;
}

int input_start(struct input *input, const struct uqd_decoder_settings *settings,
                const struct input_models *models, struct message *message)
{
    const int status = uqd_decoder_new(&input->decoder, NULL, settings);
    if (status < 0)
        return input_failed(input, status, message);
    if (read_header(input, message) < 0)
        return -1;
    return find_model(input, models, message);
}

int input_open(struct input *input, const char *path, const struct uqd_decoder_settings *settings,
               const struct input_models *models, struct message *message)
{
    if (input_open_file(input, path, message) < 0)
        return -1;
    return input_start(input, settings, models, message);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool input_has_changed(const struct input *input)
{
    struct stat opened, named;
    return fstat(input->fd, &opened) < 0 || !is_same(&opened, &input->status) ||
           stat(input->name, &named) < 0 || !is_same(&named, &input->status);
}

void input_close(struct input *input)
{
    uqd_decoder_free(input->decoder);
    if (input->fd >= 0)
        close(input->fd);
    *input = (struct input){.fd = -1};
}
