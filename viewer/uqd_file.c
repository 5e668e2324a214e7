#include "uqd_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_regular(struct uqd_file *file, struct message *message)
{
    struct stat status;
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0 || fstat(file->fd, &status))
        return message_set(message, "%s: %s", file->path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return message_set(message, "%s: not a regular file", file->path);
    file->size = (uint64_t)status.st_size;
    return 0;
}

static int feed_header(struct uqd_file *file, struct uqd_decoder *decoder, struct message *message)
{
    uint8_t chunk[16384];
    int status = UQD_NEED_DATA;
    for (off_t offset = 0; status == UQD_NEED_DATA;) {
        ssize_t n = pread(file->fd, chunk, sizeof chunk, offset);
        if (n < 0)
            return message_set(message, "%s: %s", file->path, strerror(errno));
        if (n == 0)
            return message_set(
                message, offset ? "%s: the file ends inside its header" : "%s: the file is empty",
                file->path);
        status = uqd_decoder_feed(decoder, chunk, (size_t)n);
        offset += n;
    }
    if (status < 0)
        return message_set(message, "%s: %s", file->path, uqd_status_text(status));
    return 0;
}

static int copy_header(struct uqd_file *file, struct uqd_decoder *decoder, struct message *message)
{
    int status = uqd_decoder_info(decoder, &file->info);
    if (status == UQD_OK) {
        file->steps = calloc(file->info.n_steps, sizeof *file->steps);
        status = file->steps ? UQD_OK : UQD_ERR_NOMEM;
    }
    for (uint32_t step = 0; status == UQD_OK && step < file->info.n_steps; step++) {
        struct uqd_step_info info;
        status = uqd_decoder_step_info(decoder, step, &info);
        if (status == UQD_OK)
            file->steps[step] = (struct uqd_file_step){info.bytes, info.psnr};
    }
    if (status != UQD_OK)
        return message_set(message, "%s: %s", file->path, uqd_status_text(status));
    return 0;
}

int uqd_file_open(struct uqd_file *file, const char *path, struct message *message)
{
    *file = (struct uqd_file){.path = path, .fd = -1};
    int result = open_regular(file, message);
    if (result < 0)
        return result;
    struct uqd_decoder *decoder;
    int status = uqd_decoder_new(&decoder, NULL, NULL);
    if (status != UQD_OK)
        return message_set(message, "%s: %s", path, uqd_status_text(status));
    result = feed_header(file, decoder, message);
    if (result == 0)
        result = copy_header(file, decoder, message);
    uqd_decoder_free(decoder);
    return result;
}

void uqd_file_close(struct uqd_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->steps);
    *file = (struct uqd_file){.fd = -1};
}
