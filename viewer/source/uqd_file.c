#include "source/uqd_file.h"

#include "file.h"
#include "uqd_start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_regular(struct uqd_file *file, const char *path, struct message *message)
{
    struct stat status;
    file->fd = file_open_regular(path, file->name, message);
    if (file->fd < 0)
        return -1;
    if (fstat(file->fd, &status))
        return message_set(message, "%s: %s", file->name, strerror(errno));
    file->size = (uint64_t)status.st_size;
    return 0;
}

/* Feeds the next bytes of the file. Returns the decoder's status; *n is their number, 0 at the end
 * of the file, and -1 with errno if it cannot be read. */
static int feed(const struct uqd_file *file, struct uqd_decoder *decoder, ssize_t *n)
{
    uint8_t chunk[16384];
    *n = pread(file->fd, chunk, sizeof chunk, (off_t)uqd_decoder_bytes_fed(decoder));
    return *n > 0 ? uqd_decoder_feed(decoder, chunk, (size_t)*n) : UQD_NEED_DATA;
}

/* What is wrong with a file whose header is no good. */
static int refuse(const struct uqd_file *file, struct message *message)
{
    uint8_t start[UQD_START_SIZE];
    ssize_t n = pread(file->fd, start, sizeof start, 0);
    return message_set(message, "%s: %s", file->name,
                       uqd_start_trouble(start, n > 0 ? (size_t)n : 0));
}

static int feed_header(struct uqd_file *file, struct uqd_decoder *decoder, struct message *message)
{
    int status = UQD_NEED_DATA;
    while (status == UQD_NEED_DATA) {
        ssize_t n;
        status = feed(file, decoder, &n);
        if (n < 0)
            return message_set(message, "%s: %s", file->name, strerror(errno));
        if (n == 0) {
            message_set(message,
                        uqd_decoder_bytes_fed(decoder) > 0 ? "%s: the file ends inside its header"
                                                           : "%s: the file is empty",
                        file->name);
            return UQD_FILE_SHORT;
        }
    }
    if (status == UQD_ERR_CORRUPT)
        return refuse(file, message);
    if (status < 0)
        return message_set(message, "%s: %s", file->name, uqd_status_text(status));
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
        return message_set(message, "%s: %s", file->name, uqd_status_text(status));
    return 0;
}

/* The block of metadata that is the colour profile; n_metadata if there is none. */
static uint32_t find_profile(const struct uqd_file *file, struct uqd_decoder *decoder)
{
    uint32_t i = 0;
    for (; i < file->info.n_metadata; i++) {
        struct uqd_metadata block = {.type = UQD_METADATA_TEXT};
        int status = uqd_decoder_metadata(decoder, i, &block);
        if (status != UQD_ERR_NOMEM && block.type == UQD_METADATA_ICC)
            break;
    }
    return i;
}

/* A large profile lies behind the first steps, so that the file has to be read on. */
static void feed_profile(const struct uqd_file *file, struct uqd_decoder *decoder, uint32_t block)
{
    uint64_t end = uqd_decoder_metadata_end(decoder, block);
    ssize_t n = 1;
    int status = UQD_OK;
    while (status == UQD_OK && n > 0 && end <= file->size && uqd_decoder_bytes_fed(decoder) < end)
        status = feed(file, decoder, &n);
}

/* A picture whose profile cannot be had is shown without. */
static int copy_profile(struct uqd_file *file, struct uqd_decoder *decoder, struct message *message)
{
    struct uqd_metadata profile;
    uint32_t block = find_profile(file, decoder);
    feed_profile(file, decoder, block);
    if (uqd_decoder_metadata(decoder, block, &profile) != UQD_OK)
        return 0;
    file->icc = malloc(profile.size);
    if (!file->icc)
        return message_set(message, "%s: out of memory", file->name);
    memcpy(file->icc, profile.data, profile.size);
    file->icc_size = profile.size;
    return 0;
}

int uqd_file_open(struct uqd_file *file, const char *path, const char *name,
                  struct message *message)
{
    *file = (struct uqd_file){.name = name, .fd = -1};
    int result = open_regular(file, path, message);
    if (result < 0)
        return result;
    struct uqd_decoder *decoder;
    int status = uqd_decoder_new(&decoder, NULL, NULL);
    if (status != UQD_OK)
        return message_set(message, "%s: %s", name, uqd_status_text(status));
    result = feed_header(file, decoder, message);
    if (result == 0)
        result = copy_header(file, decoder, message);
    if (result == 0)
        result = copy_profile(file, decoder, message);
    uqd_decoder_free(decoder);
    return result;
}

void uqd_file_close(struct uqd_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->steps);
    free(file->icc);
    *file = (struct uqd_file){.fd = -1};
}
