#include "orientation.h"

#include "exif.h"
#include "pixels.h"
#include "xmp.h"

#include <stdlib.h>
#include <string.h>

/* Where the pixels of the upright picture are in the stored one, counted in pixels. */
struct walk {
    size_t first;
    ptrdiff_t across, down; /* to the next pixel of a row, to the next row */
};

/* The numbers are those of EXIF. From 5 on rows are columns, which happens before the mirrors. */
static int sides_are_swapped(unsigned orientation)
{
    return orientation >= 5;
}

static struct walk find_walk(const struct pixels *pixels, unsigned orientation)
{
    static const uint8_t mirrored_columns[9] = {0, 0, 1, 1, 0, 0, 0, 1, 1};
    static const uint8_t mirrored_rows[9] = {0, 0, 0, 1, 1, 0, 1, 1, 0};
    ptrdiff_t column = 1, row = pixels->width;
    struct walk walk = {0};
    if (mirrored_columns[orientation]) {
        walk.first += pixels->width - 1;
        column = -column;
    }
    if (mirrored_rows[orientation]) {
        walk.first += (size_t)pixels->width * (pixels->height - 1);
        row = -row;
    }
    walk.across = sides_are_swapped(orientation) ? row : column;
    walk.down = sides_are_swapped(orientation) ? column : row;
    return walk;
}

static int turn(const struct image_input *input, struct pixels *pixels, unsigned orientation)
{
    size_t channels = pixels->channels;
    struct walk walk = find_walk(pixels, orientation);
    int swapped = sides_are_swapped(orientation);
    uint32_t width = swapped ? pixels->height : pixels->width;
    uint32_t height = swapped ? pixels->width : pixels->height;
    uint8_t *data = malloc((size_t)width * height * channels), *to = data;
    if (!data)
        return image_no_memory(input);
    for (uint32_t y = 0; y < height; y++) {
        if (image_look(input) < 0) {
            free(data);
            return -1;
        }
        ptrdiff_t from = (ptrdiff_t)walk.first + (ptrdiff_t)y * walk.down;
        for (uint32_t x = 0; x < width; x++, from += walk.across, to += channels)
            memcpy(to, pixels->data + (size_t)from * channels, channels);
    }
    free(pixels->data);
    pixels->data = data;
    pixels->width = width;
    pixels->height = height;
    return 0;
}

/* The numbers of pixels per unit across and down, 4 bytes each. */
static void swap_resolution(struct pixels *pixels)
{
    size_t size;
    uint8_t across[4], *data = pixels_metadata_bytes(pixels, UQD_METADATA_RESOLUTION, &size);
    if (!data || size < 8)
        return;
    memcpy(across, data, 4);
    memcpy(data, data + 4, 4);
    memcpy(data + 4, across, 4);
}

int orientation_apply(const struct image_input *input, struct pixels *pixels)
{
    size_t size, xmp_size;
    uint8_t *exif = pixels_metadata_bytes(pixels, UQD_METADATA_EXIF, &size);
    unsigned orientation = exif ? exif_orientation(exif, size) : 0;
    if (orientation < 2)
        return 0;
    if (turn(input, pixels, orientation) < 0)
        return -1;
    int had_thumbnail = exif_set_upright(exif, size, sides_are_swapped(orientation));
    uint8_t *xmp = pixels_metadata_bytes(pixels, UQD_METADATA_XMP, &xmp_size);
    if (xmp)
        xmp_set_upright(xmp, xmp_size);
    if (sides_are_swapped(orientation))
        swap_resolution(pixels);
    return had_thumbnail;
}
