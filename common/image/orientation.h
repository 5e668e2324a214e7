/* Pictures that their files say are to be turned before they are shown. */
#ifndef UQD_COMMON_ORIENTATION_H
#define UQD_COMMON_ORIENTATION_H

#include "image_input.h"

/* Turns and mirrors the pixels as the EXIF data says, and makes the metadata say that they are
 * upright. EXIF data that is damaged changes nothing. 0, 1 if the EXIF data had a thumbnail, which
 * was taken out, or -1 with a message. */
int orientation_apply(const struct image_input *input, struct pixels *pixels);

#endif
