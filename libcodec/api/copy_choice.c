#include "api/copy_choice.h"

#include "codec/body.h"
#include "codec/copy/webp.h"

#include <stdlib.h>

enum {
    SQUARE = 128, /* side of the squares that an estimate is made of */
    N_SQUARES = 8,
    /* The steps before a copy have an eighth of its bytes at most, and leave the file no larger
     * than the pixels and one per cent; but for the first, which every file has that is not
     * solid. */
    PREVIEW_SHARE = 8,
    /* A file that sharpens all along is worth a tenth of its bytes. */
    MOST_TENTHS = 9,
};

/* The number-th of the squares along the diagonals of the picture. */
static struct uqd_image square(const struct uqd_image *image, uint32_t number)
{
    struct uqd_image square = *image;
    const uint64_t across = number % 2 == 0 ? number : N_SQUARES - 1 - number;
    square.width = image->width < SQUARE ? image->width : SQUARE;
    square.height = image->height < SQUARE ? image->height : SQUARE;
    const uint64_t x = (image->width - square.width) * across / (N_SQUARES - 1);
    const uint64_t y = (uint64_t)(image->height - square.height) * number / (N_SQUARES - 1);
    square.pixels += y * image->stride + x * image->channels;
    return square;
}

static int is_small(const struct uqd_image *image)
{
    return (uint64_t)image->width * image->height <= N_SQUARES * SQUARE * SQUARE;
}

static int estimate(struct uqd_copy_choice *choice, struct uqd_work *work)
{
    const struct uqd_image *image = choice->image;
    const uint32_t n = is_small(image) ? 1 : N_SQUARES;
    uint64_t bytes = 0, pixels = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct uqd_image part = is_small(image) ? *image : square(image, i);
        uint8_t *data;
        size_t size;
        const int status = uqd_webp_encode(&part, UQD_WEBP_FAST, &data, &size, work);
        if (status < 0)
            return status;
        free(data);
        bytes += size;
        pixels += (uint64_t)part.width * part.height;
    }
    choice->estimate = bytes * ((uint64_t)image->width * image->height) / pixels;
    return UQD_OK;
}

int uqd_copy_choice_init(struct uqd_copy_choice *choice, const struct uqd_image *image,
                         int may_copy, struct uqd_work *work)
{
    *choice = (struct uqd_copy_choice){.image = image};
    choice->is_open = may_copy && uqd_webp_can(image->width, image->height);
    return choice->is_open ? estimate(choice, work) : UQD_OK;
}

void uqd_copy_choice_free(struct uqd_copy_choice *choice)
{
    free(choice->body);
}

static int make_copy(struct uqd_copy_choice *choice, uint32_t step, struct uqd_work *work)
{
    uint8_t *data;
    size_t size;
    int status = uqd_webp_encode(choice->image, UQD_WEBP_SMALL, &data, &size, work);
    if (status < 0)
        return status;
    status = uqd_body_seal(data, size, (struct uqd_body){step, step, 0}, &choice->body,
                           &choice->size, work);
    free(data);
    return status;
}

/* How many steps are worth having before the copy, and their bytes. */
static uint32_t count_before(const struct uqd_copy_choice *choice, const struct uqd_header *header,
                             uint32_t n_done, uint64_t *bytes)
{
    const uint64_t raw = (uint64_t)header->width * header->height * header->colours;
    const uint64_t share = choice->size / PREVIEW_SHARE;
    const uint64_t left = raw + raw / 100 > choice->size ? raw + raw / 100 - choice->size : 0;
    const uint64_t most = share < left ? share : left;
    uint32_t n = 1;
    *bytes = 0;
    if (header->solid)
        return 0;
    *bytes = header->step_size[0];
    while (n < n_done && *bytes + header->step_size[n] <= most)
        *bytes += header->step_size[n++];
    return n;
}

int uqd_copy_choice_look(struct uqd_copy_choice *choice, const struct uqd_header *header,
                         uint32_t n_done, uint32_t *n_before, struct uqd_work *work)
{
    const uint64_t raw = (uint64_t)header->width * header->height * header->colours;
    const int is_last = n_done == header->n_steps, is_large = is_last && header->body_size > raw;
    uint64_t before;
    if (!choice->is_open || (header->body_size <= choice->estimate && !is_large))
        return UQD_OK;
    if (choice->body == NULL) {
        const int status = make_copy(choice, n_done, work);
        if (status < 0)
            return status;
    }
    *n_before = count_before(choice, header, n_done, &before);
    const uint64_t size = before + choice->size;
    const int is_smaller = size * 10 < header->body_size * MOST_TENTHS;
    return is_smaller || (is_large && size < header->body_size) ? UQD_END : UQD_OK;
}
