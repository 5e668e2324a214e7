/* Other image codecs, for pictures beside those of a UQD file: the best that a codec makes of a
 * picture in so many bytes, and files that are cut as a UQD file is.
 *
 * Samples are numbers: what goes in comes back, more or less, and nothing is converted by a colour
 * profile. Colours below transparent alpha count like any others. JPEG has no alpha: it is left
 * out, and comes back opaque.
 *
 * All functions may be called from any thread, several at a time. The libraries neither print nor
 * end the program; only those of JPEG XL and AVIF may say on standard error what is wrong with a
 * damaged file, which cannot be turned off. Messages begin with the codec's title. */
#ifndef UQD_VIEWER_CODECS_CODECS_H
#define UQD_VIEWER_CODECS_CODECS_H

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

enum codec {
    CODEC_UQD, /* none of the others: it has names, and nothing else here is for it */
    CODEC_JPEG,
    CODEC_WEBP,
    CODEC_JXL,
    CODEC_AVIF,
    CODEC_JP2,
    N_CODECS
};

/* Conditions that are no failures; then there are no outputs and no message. */
enum codec_condition {
    CODEC_TOO_FEW_BYTES = 1, /* even the codec's smallest file is larger */
    CODEC_CANCELLED = 2,
    CODEC_NO_PICTURE_YET = 3, /* so few bytes give none */
};

/* As in commands ("jxl"), as on the screen ("JPEG XL"), and of files ("jxl", without dot). */
const char *codec_name(enum codec codec);
const char *codec_title(enum codec codec);
const char *codec_extension(enum codec codec);

/* Whether the codec can be used: its library was there at build time. True of CODEC_UQD. */
bool codec_is_there(enum codec codec);

/* Whether a file can be cut anywhere and gives a coarser picture of everything. True of
 * CODEC_UQD, false where the codec is not there. */
bool codec_can_be_cut(enum codec codec);

struct codec_file {
    uint8_t *data; /* malloc'ed */
    size_t size;
    char setting[32]; /* what was asked of the encoder, like "quality 71" */
};

/* Frees what it holds; all zero is allowed, and is what it leaves. */
void codec_file_free(struct codec_file *file);

/* Asked between pieces of work, as short as the library allows, and at least once; also on threads
 * of the library. True ends the call with CODEC_CANCELLED. */
typedef bool codec_cancelled(void *cookie);

/* Encodes the picture into the largest file of at most so many bytes, or within 2 % of the largest,
 * that a setting of the codec gives. The same arguments give the same file; with another number of
 * threads that of AVIF may differ. The codec is there, and not CODEC_UQD. threads is 1 at least.
 * cancelled may be NULL. On success the caller frees *file. 0, CODEC_TOO_FEW_BYTES,
 * CODEC_CANCELLED, or -1 with a message. */
int codec_make(enum codec codec, const struct uqd_image *image, uint64_t bytes, uint32_t threads,
               codec_cancelled *cancelled, void *cookie, struct codec_file *file,
               struct message *message);

/* Encodes the picture into one progressive file of high quality that can be cut anywhere. The codec
 * can be cut, and is not CODEC_UQD; otherwise as codec_make. 0, CODEC_CANCELLED, or -1 with a
 * message. */
int codec_make_progressive(enum codec codec, const struct uqd_image *image, uint32_t threads,
                           codec_cancelled *cancelled, void *cookie, struct codec_file *file,
                           struct message *message);

/* Decodes a file, or the first bytes of one that can be cut, into a picture of that shape, whose
 * member `pixels` is not looked at: rows of width * channels bytes, stride bytes apart. The file
 * has the same width and height; if it has fewer channels, grey is repeated and alpha opaque, if it
 * has more, alpha is left out and of the colours green is taken. Other and damaged files are
 * refused, or give any picture. The codec is there, and not CODEC_UQD. After anything but success
 * the pixels may hold anything. 0, CODEC_NO_PICTURE_YET, or -1 with a message. */
int codec_decode(enum codec codec, const uint8_t *data, size_t size, uint32_t threads,
                 const struct uqd_image *shape, uint8_t *pixels, struct message *message);

#endif
