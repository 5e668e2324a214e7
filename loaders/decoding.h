/* A .uqd file that comes in pieces, as other people's programs hand it to a loader. Nothing here
 * prints or ends the process. One thread at a time; any thread.
 *
 * Functions that return int give 0, or a negative enum uqd_status with a message that names no
 * file: loaders are not told the name. */
#ifndef UQD_LOADERS_DECODING_H
#define UQD_LOADERS_DECODING_H

#include "message.h"
#include "uqd_start.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct decoding {
    struct uqd_decoder *decoder;
    struct uqd_model *model; /* NULL until the header names it */
    struct uqd_info info;    /* valid once there is a model */
    int status;              /* what the last try to decode a step gave: UQD_OK before the first */
    uint8_t start[UQD_START_SIZE];
    size_t n_start; /* bytes of start that are known */
};

/* progress is that of the library's settings, and may be NULL. decoding_end is needed in both
 * cases. */
int decoding_begin(struct decoding *decoding, uqd_progress progress, void *cookie,
                   struct message *message);
void decoding_end(struct decoding *decoding);

/* Takes the next bytes of the file and decodes nothing; behind damage it ignores them. Once the
 * header is there, so is the model, which is looked for where the programs do. */
int decoding_feed(struct decoding *decoding, const void *data, size_t size,
                  struct message *message);

/* Whether the header is known, and with it info. */
bool decoding_has_header(const struct decoding *decoding);

/* Decodes every step whose bytes are there. Damage behind the first step is no failure: the steps
 * before it are what the file shows, and what follows is not looked at any more. */
int decoding_advance(struct decoding *decoding, struct message *message);

/* Whether more bytes can change the picture. */
bool decoding_wants_more(const struct decoding *decoding);

/* To be called at the end of the file: fails if so few bytes are no picture. */
int decoding_check_end(const struct decoding *decoding, struct message *message);

/* Renders the best picture of what has been decoded, and of the bytes of an incomplete step behind
 * it, as uqd_decoder_picture does. */
int decoding_render(struct decoding *decoding, uint32_t reduce, uint8_t *pixels, size_t stride,
                    struct message *message);

/* The block of that type, which belongs to the decoder. False if the picture has none, if it is
 * damaged, or if its bytes are not there. */
bool decoding_metadata(struct decoding *decoding, enum uqd_metadata_type type,
                       struct uqd_metadata *block);

/* The orientation that the picture's EXIF data tells, 1 .. 8, or 0. `uqd encode` turns the pixels,
 * so that it is 1 then; other programs may leave that to whoever shows the picture. */
unsigned decoding_orientation(struct decoding *decoding);

#endif
