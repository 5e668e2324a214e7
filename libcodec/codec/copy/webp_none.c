/* What stands for webp.c in a library that is built without libwebp. */
#include "codec/copy/webp.h"

int uqd_webp_can(uint32_t width, uint32_t height)
{
    (void)width, (void)height;
    return 0;
}

uint64_t uqd_webp_memory(uint32_t width, uint32_t height)
{
    (void)width, (void)height;
    return 0;
}

int uqd_webp_encode(const struct uqd_image *image, enum uqd_webp_effort effort, uint8_t **data,
                    size_t *size, struct uqd_work *work)
{
    (void)image, (void)effort, (void)data, (void)size, (void)work;
    return UQD_ERR_BUILD;
}

int uqd_webp_decode(const uint8_t *data, size_t available, size_t size, uint32_t width,
                    uint32_t height, uint8_t *pixels, uint32_t *n_rows, struct uqd_work *work)
{
    (void)data, (void)available, (void)size, (void)width, (void)height, (void)pixels, (void)n_rows,
        (void)work;
    return UQD_ERR_BUILD;
}
