/* A .uqd file that is read no further than what is asked for. */
#ifndef UQD_THUMBNAILER_INPUT_H
#define UQD_THUMBNAILER_INPUT_H

#include "message.h"
#include "uqd_start.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <uqd/uqd.h>

struct input {
    const char *name; /* for messages */
    int fd;           /* its offset is the number of bytes that were read */
    struct stat status;
    bool has_ended;
    uint8_t start[UQD_START_SIZE]; /* the first bytes, of which n_start are known */
    size_t n_start;
    struct uqd_model *model;
    struct uqd_decoder *decoder; /* with that model */
    struct uqd_info info;
};

/* Opens the file, reads its header and finds the model. settings may be NULL. 0, or -1 with a
 * message; input_close is needed in both cases. */
int input_open(struct input *input, const char *path, const struct uqd_decoder_settings *settings,
               struct message *message);

/* Feeds the decoder until it has so many bytes, or the file ends. 0, or -1 with a message. */
int input_feed(struct input *input, uint64_t n_bytes, struct message *message);

/* Whether the file is another one by now than when it was opened. */
bool input_has_changed(const struct input *input);

void input_close(struct input *input);

#endif
