/* The colours of a thumbnail. */
#ifndef UQD_COMMON_THUMBNAIL_FINISH_H
#define UQD_COMMON_THUMBNAIL_FINISH_H

#include "image_file.h"
#include "input.h"
#include "message.h"

/* Gives a picture of the file the colours of sRGB and an alpha channel. More of the file may be
 * read for its profile. 0, or -1 with a message and the fault. */
int thumbnail_finish(struct input *input, struct pixels *pixels, struct message *message);

#endif
