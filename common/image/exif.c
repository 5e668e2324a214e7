#include "exif.h"

#include <string.h>

enum { HEADER_SIZE = 8, ENTRY_SIZE = 12, TYPE_SHORT = 3 };

enum tag {
    TAG_WIDTH = 0x100,
    TAG_HEIGHT = 0x101,
    TAG_ORIENTATION = 0x112,
    TAG_THUMBNAIL = 0x201,
    TAG_THUMBNAIL_SIZE = 0x202,
    TAG_EXIF_DIRECTORY = 0x8769,
    TAG_EXIF_WIDTH = 0xa002,
    TAG_EXIF_HEIGHT = 0xa003,
};

/* Numbers in the byte order of the data. */
struct tiff {
    const uint8_t *data;
    size_t size;
    int most_significant_first;
};

/* Whether n bytes at the offset are inside the data. */
static int is_inside(const struct tiff *tiff, size_t offset, size_t n)
{
    return offset <= tiff->size && n <= tiff->size - offset;
}

static uint32_t read_16(const struct tiff *tiff, size_t offset)
{
    const uint8_t *p = tiff->data + offset;
    return tiff->most_significant_first ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
}

static uint32_t read_32(const struct tiff *tiff, size_t offset)
{
    uint32_t first = read_16(tiff, offset), second = read_16(tiff, offset + 2);
    return tiff->most_significant_first ? first << 16 | second : second << 16 | first;
}

static int open_tiff(struct tiff *tiff, const uint8_t *data, size_t size)
{
    static const uint8_t orders[2][4] = {{'I', 'I', 42, 0}, {'M', 'M', 0, 42}};
    if (size < HEADER_SIZE)
        return -1;
    *tiff = (struct tiff){data, size, data[0] == 'M'};
    return memcmp(data, orders[tiff->most_significant_first], 4) == 0 ? 0 : -1;
}

/* Where the first directory is. */
static size_t first_directory(const struct tiff *tiff)
{
    return read_32(tiff, 4);
}

/* Offset of the entry with that tag in a directory, 0 if there is none. */
static size_t find_entry(const struct tiff *tiff, size_t directory, enum tag tag)
{
    if (!is_inside(tiff, directory, 2))
        return 0;
    uint32_t n_entries = read_16(tiff, directory);
    for (uint32_t i = 0; i < n_entries; i++) {
        size_t entry = directory + 2 + (size_t)i * ENTRY_SIZE;
        if (!is_inside(tiff, entry, ENTRY_SIZE))
            return 0;
        if (read_16(tiff, entry) == tag)
            return entry;
    }
    return 0;
}

/* The number in a directory's entry of four bytes, 0 if there is none. */
static uint32_t find_number(const struct tiff *tiff, size_t directory, enum tag tag)
{
    size_t entry = find_entry(tiff, directory, tag);
    return entry ? read_32(tiff, entry + 8) : 0;
}

/* Offset of the value of the orientation in the first directory, 0 if there is none. */
static size_t find_orientation(const struct tiff *tiff)
{
    size_t entry = find_entry(tiff, first_directory(tiff), TAG_ORIENTATION);
    int is_one_short =
        entry && read_16(tiff, entry + 2) == TYPE_SHORT && read_32(tiff, entry + 4) == 1;
    return is_one_short ? entry + 8 : 0;
}

unsigned exif_orientation(const uint8_t *data, size_t size)
{
    struct tiff tiff;
    if (open_tiff(&tiff, data, size) < 0)
        return 0;
    size_t offset = find_orientation(&tiff);
    uint32_t value = offset ? read_16(&tiff, offset) : 0;
    return value <= 8 ? value : 0;
}

/* ---- Turning ------------------------------------------------------------------------------- */

/* Swaps what two entries of a directory say. */
static void swap_entries(const struct tiff *tiff, uint8_t *data, size_t directory, enum tag tag,
                         enum tag other_tag)
{
    uint8_t swapped[ENTRY_SIZE - 2];
    size_t entry = find_entry(tiff, directory, tag);
    size_t other = find_entry(tiff, directory, other_tag);
    if (!entry || !other)
        return;
    memcpy(swapped, data + entry + 2, sizeof swapped);
    memcpy(data + entry + 2, data + other + 2, sizeof swapped);
    memcpy(data + other + 2, swapped, sizeof swapped);
}

/* Cuts off the second directory, which tells of the thumbnail, and wipes its bytes. Whether there
 * was one. */
static int drop_thumbnail(const struct tiff *tiff, uint8_t *data)
{
    size_t first = first_directory(tiff);
    size_t link = first + 2 + (size_t)read_16(tiff, first) * ENTRY_SIZE;
    if (!is_inside(tiff, link, 4) || read_32(tiff, link) == 0)
        return 0;
    size_t second = read_32(tiff, link);
    size_t thumbnail = find_number(tiff, second, TAG_THUMBNAIL);
    size_t size = find_number(tiff, second, TAG_THUMBNAIL_SIZE);
    memset(data + link, 0, 4);
    if (thumbnail >= HEADER_SIZE && is_inside(tiff, thumbnail, size))
        memset(data + thumbnail, 0, size);
    return 1;
}

int exif_set_upright(uint8_t *data, size_t size, int swap_sides)
{
    struct tiff tiff;
    if (open_tiff(&tiff, data, size) < 0)
        return 0;
    size_t offset = find_orientation(&tiff);
    if (!offset)
        return 0;
    data[offset] = tiff.most_significant_first ? 0 : 1;
    data[offset + 1] = tiff.most_significant_first ? 1 : 0;
    if (swap_sides) {
        size_t exif = find_number(&tiff, first_directory(&tiff), TAG_EXIF_DIRECTORY);
        swap_entries(&tiff, data, first_directory(&tiff), TAG_WIDTH, TAG_HEIGHT);
        if (exif > 0)
            swap_entries(&tiff, data, exif, TAG_EXIF_WIDTH, TAG_EXIF_HEIGHT);
    }
    return drop_thumbnail(&tiff, data);
}
