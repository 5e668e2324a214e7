/* Pictures that callers hand in. */
#ifndef UQD_API_IMAGE_H
#define UQD_API_IMAGE_H

#include <uqd/uqd.h>

/* Errors: UQD_ERR_ARG if there is no picture or its shape is out of the documented range. */
int uqd_image_check(const struct uqd_image *image);

/* Whether a region has pixels, all of them of a picture of that size. */
static inline int uqd_region_is_in(const struct uqd_region *region, uint32_t width, uint32_t height)
{
    return region->width > 0 && region->x < width && region->width <= width - region->x &&
           region->height > 0 && region->y < height && region->height <= height - region->y;
}

#endif
