/* A .uqd file that is read no further than what is asked for. */
#ifndef UQD_COMMON_THUMBNAIL_INPUT_H
#define UQD_COMMON_THUMBNAIL_INPUT_H

#include "input_fault.h"
#include "message.h"
#include "uqd_start.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <uqd/uqd.h>

/* Where models come from. */
struct input_models {
    /* The model with that id, which stays until the input is closed. 0, or -1 with a message. */
    int (*find)(void *cookie, uint64_t id, const struct uqd_model **model, struct message *message);
    void *cookie;
};

struct input {
    const char *name; /* the path, as it was given */
    int fd;           /* its offset is the number of bytes that were read */
    enum input_fault fault;
    struct stat status;
    bool has_ended;
    uint8_t start[UQD_START_SIZE]; /* the first bytes, of which n_start are known */
    size_t n_start;
    struct uqd_decoder *decoder; /* with its model */
    struct uqd_info info;
};

/* Opens the file and reads nothing. 0, or -1 with a message and the fault; input_close is needed in
 * both cases. */
int input_open_file(struct input *input, const char *path, struct message *message);

/* The same of a file that another process has opened and looked at: the descriptor is taken over,
 * and the name, which stays the caller's, is for messages only. The status is not known. */
void input_take(struct input *input, int fd, const char *name);

/* Reads the header of a file that is open and finds the model. settings may be NULL. 0, or -1 with
 * a message and the fault. */
int input_start(struct input *input, const struct uqd_decoder_settings *settings,
                const struct input_models *models, struct message *message);

/* Both. input_close is needed whatever the result. */
int input_open(struct input *input, const char *path, const struct uqd_decoder_settings *settings,
               const struct input_models *models, struct message *message);

/* Feeds the decoder until it has so many bytes, or the file ends. 0, or -1 with a message and the
 * fault. */
int input_feed(struct input *input, uint64_t n_bytes, struct message *message);

/* Notes the fault of a negative status of the decoder, and says what is wrong. Returns -1. */
int input_failed(struct input *input, int status, struct message *message);

/* Whether the file has been written, or there is another one of its name or none, since it was
 * opened. */
bool input_has_changed(const struct input *input);

void input_close(struct input *input);

#endif
