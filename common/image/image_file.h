/* Picture files, read and written as 8-bit pixels. */
#ifndef UQD_COMMON_IMAGE_FILE_H
#define UQD_COMMON_IMAGE_FILE_H

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct pixels {
    uint32_t width, height;
    uint32_t channels; /* 1 .. 4 as in struct uqd_image; rows are packed: stride = width * channels
                        */
    uint8_t *data;
    struct uqd_metadata *metadata; /* n_metadata blocks; these and their data are malloc'ed */
    uint32_t n_metadata;
};

struct image_read_options {
    int reduce_depth;      /* accept samples that 8 bits do not hold, and round them to nearest */
    int flatten;           /* blend transparency over the background */
    uint8_t background[3]; /* red, green, blue */
    int strip;             /* leave metadata out, but for what tells the colours */
    uint64_t max_pixels;   /* 0: 2^28 */
    bool *exceeds;         /* set where it fails for that, or for a longer side; may be NULL */
    /* Told, in one sentence that names the file, what of the file cannot be kept; may be NULL. */
    void (*note)(void *cookie, const char *sentence);
    /* Asked every few milliseconds while the pixels are read: other than 0 ends that; may be NULL.
     */
    int (*is_cancelled)(void *cookie);
    void *cookie; /* of both */
};

/* Reads PNG, JPEG or PNM (P1 to P6 and PAM), told apart by content; path "-" is standard input.
 * Pictures are upright: an orientation is applied to the pixels and set to normal in the metadata.
 * Opaque alpha is left out, and three equal channels become one where no profile needs them.
 * options may be NULL. 0, or -1 with a message, also when it was cancelled. Free with pixels_free.
 */
int image_read(const char *path, const struct image_read_options *options, struct pixels *out,
               struct message *message);

/* The same from the bytes of a file, which messages call by that name. */
int image_read_memory(const void *data, size_t size, const char *name,
                      const struct image_read_options *options, struct pixels *out,
                      struct message *message);

enum image_format { IMAGE_PNG, IMAGE_PPM, IMAGE_PGM, IMAGE_PNM, IMAGE_PAM };

/* Writes the format; "-" is standard output. Written to a temporary file beside it and renamed: on
 * failure nothing is left and an older file stays. Metadata goes into PNG only. PPM and PAM hold
 * grey pictures too, as RGB and as they are; PGM refuses colours, and PPM, PGM and PNM, which is
 * one of these two, refuse transparency. 0, or -1 with a message. */
int image_write(const char *path, enum image_format format, const struct pixels *pixels,
                struct message *message);

struct image_write_options {
    /* Asked after each row that is made: other than 0 ends that, and nothing is written. */
    int (*is_cancelled)(void *cookie);
    void *cookie;
};

/* The same, which can be cancelled; options may be NULL. -1 with a message also when it was. */
int image_write_with(const char *path, enum image_format format, const struct pixels *pixels,
                     const struct image_write_options *options, struct message *message);

/* Writes an animated PNG file of n pictures, of one size and with as many channels each, that are
 * shown for so many milliseconds each, at most 65535, and over again. What reads still pictures
 * only shows the first one. Metadata is that of the first one. The file is written as by
 * image_write. 0, or -1 with a message. */
int image_write_animation(const char *path, const struct pixels *frames, uint32_t n,
                          uint32_t milliseconds, struct message *message);

/* Whether image_write loses metadata of the picture. 1 with a sentence that names the file and what
 * is lost, or 0. */
int image_write_loses(const char *path, enum image_format format, const struct pixels *pixels,
                      struct message *sentence);

/* The block of that type, the first of several; NULL if there is none. */
const struct uqd_metadata *pixels_metadata(const struct pixels *pixels,
                                           enum uqd_metadata_type type);

/* Appends a copy of the block. 0, or -1 where there is no memory. */
int pixels_add_metadata(struct pixels *pixels, enum uqd_metadata_type type, const void *data,
                        size_t size);

/* Gives the picture more channels that show the same: grey becomes RGB, and the new alpha is
 * opaque. What was read has as few channels as its pixels need, which another picture of the same
 * size may exceed. 0, 1 if a channel would be lost (nothing has changed then), or -1 where there is
 * no memory. */
int pixels_expand(struct pixels *pixels, uint32_t channels);

/* Gives two pictures the same channels by that. 0, or -1 where there is no memory. */
int pixels_match(struct pixels *a, struct pixels *b);

void pixels_free(struct pixels *pixels);

#endif
