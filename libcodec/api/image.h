/* Pictures that callers hand in. */
#ifndef UQD_API_IMAGE_H
#define UQD_API_IMAGE_H

#include <uqd/uqd.h>

/* Errors: UQD_ERR_ARG if there is no picture or its shape is out of the documented range. */
int uqd_image_check(const struct uqd_image *image);

#endif
