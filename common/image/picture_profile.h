/* Which colour profile a picture keeps, and whether its three channels become one. */
#ifndef UQD_COMMON_PICTURE_PROFILE_H
#define UQD_COMMON_PICTURE_PROFILE_H

#include "image_input.h"

/* Leaves a profile out that is sRGB's, and with a note one that is damaged or of other channels;
 * makes a picture of equal channels grey, with its profile, if one of a single channel shows the
 * same. 0, or -1 with a message that there is no memory. */
int picture_profile_settle(const struct image_input *input, struct pixels *pixels);

#endif
