/* Which format a picture is written in, as its name and the user want it. */
#ifndef UQD_COMMON_IMAGE_FORMAT_H
#define UQD_COMMON_IMAGE_FORMAT_H

#include "image_file.h"

/* The words of --format, in the order of enum image_format; | separates them. */
#define IMAGE_FORMATS "png|ppm|pgm|pnm|pam"

/* The format that the extension of path says. wanted is an enum image_format, or -1 if the user did
 * not say: then the path needs an extension, except that "-" is PNG. Names that say another format
 * than the one that is wanted, or none that can be written, are refused. 0, or -1 with a
 * message. */
int image_format_of(const char *path, int wanted, enum image_format *format,
                    struct message *message);

/* ".png" and so on. */
const char *image_format_extension(enum image_format format);

/* Whether the name ends like that of a picture, also of formats that cannot be written. */
int image_format_is_picture(const char *path);

/* Whether the format holds pictures of that many channels, 1 to 4; 2 and 4 are with transparency.
 * 0, or -1 with a message that begins with name. */
int image_format_check(enum image_format format, uint32_t channels, const char *name,
                       struct message *message);

#endif
