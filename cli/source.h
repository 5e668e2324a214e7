/* A .uqd file, or a pipe, that is read piece by piece into a decoder. */
#ifndef UQD_CLI_SOURCE_H
#define UQD_CLI_SOURCE_H

#include "message.h"
#include "uqd_start.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct source {
    const char *name; /* for messages */
    int fd;
    int has_ended;
    int is_decoded; /* no further step will be: nothing is done ahead while waiting for bytes */
    uint8_t start[UQD_START_SIZE]; /* the first bytes, of which n_start are known */
    size_t n_start;
    uint64_t max_bytes; /* the file is taken to end here; UINT64_MAX: where it does */
    struct uqd_decoder *decoder;
    struct uqd_info info;
};

/* Opens the file ("-": standard input), creates a decoder without a model and reads the header.
 * settings may be NULL. 0, or -1 with a message; source_close is needed in both cases. */
int source_open(struct source *source, const char *path, uint64_t max_bytes,
                const struct uqd_decoder_settings *settings, struct message *message);

/* Feeds the decoder until it has n_bytes or the file ends. 0, or -1 with a message. */
int source_feed(struct source *source, uint64_t n_bytes, struct message *message);

void source_close(struct source *source);

#endif
