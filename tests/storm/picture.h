/* Random pictures of all sorts. */
#ifndef UQD_TESTS_STORM_PICTURE_H
#define UQD_TESTS_STORM_PICTURE_H

#include "random.h"

#include <uqd/uqd.h>

/* A picture of at most so many pixels, with 1 to 4 channels and rows that may have room behind
 * them. Its pixels are to be released with free(). */
struct uqd_image picture_random(struct random *random, uint32_t max_pixels);

#endif
