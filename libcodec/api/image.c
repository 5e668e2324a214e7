#include "api/image.h"

int uqd_image_check(const struct uqd_image *image)
{
    if (image == NULL || image->pixels == NULL || image->width < 1 || image->height < 1 ||
        image->width > UQD_MAX_SIDE || image->height > UQD_MAX_SIDE)
        return UQD_ERR_ARG;
    if (image->channels < 1 || image->channels > 4 ||
        image->stride < (size_t)image->width * image->channels)
        return UQD_ERR_ARG;
    return UQD_OK;
}
