#include "exif.h"

#include <string.h>

enum { HEADER_SIZE = 8, ENTRY_SIZE = 12, TAG_ORIENTATION = 0x112, TYPE_SHORT = 3 };

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

/* Offset of the value of the orientation in the first directory, 0 if there is none. */
static size_t find_orientation(const struct tiff *tiff)
{
    size_t directory = read_32(tiff, 4);
    if (!is_inside(tiff, directory, 2))
        return 0;
    uint32_t n_entries = read_16(tiff, directory);
    for (uint32_t i = 0; i < n_entries; i++) {
        size_t entry = directory + 2 + (size_t)i * ENTRY_SIZE;
        if (!is_inside(tiff, entry, ENTRY_SIZE))
            return 0;
        if (read_16(tiff, entry) == TAG_ORIENTATION && read_16(tiff, entry + 2) == TYPE_SHORT &&
            read_32(tiff, entry + 4) == 1)
            return entry + 8;
    }
    return 0;
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

void exif_set_upright(uint8_t *data, size_t size)
{
    struct tiff tiff;
    if (open_tiff(&tiff, data, size) < 0)
        return;
    size_t offset = find_orientation(&tiff);
    if (!offset)
        return;
    data[offset] = tiff.most_significant_first ? 0 : 1;
    data[offset + 1] = tiff.most_significant_first ? 1 : 0;
}
