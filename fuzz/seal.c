#include "seal.h"

#include "container/header.h"
#include "container/layout.h"
#include "fuzz.h"
#include "model/class.h"
#include "util/bytes.h"

#include <zlib.h>

/* docs/format.md, "Header" */
enum { VERSION_AT = 4, FLAGS_AT = 5, WIDTH_AT = 6, HEIGHT_AT = 7, MODEL_AT = 8, MODEL_END = 13 };
enum { VERSION_OF_COPIES = 5 }; /* has another byte of flags before the width */
enum { FLAG_PAPER = 1 << 6, LONG_VARINT = 0x80 };
enum { HEADER_CRC = 2, SOLID_CRC = 2, STEP_CRC = 4 };

/* The least size that is not too little of a header: behind its checksum, or behind what makes it
 * none. 0 if all of it is too little. */
static size_t header_end(const uint8_t *file, size_t size)
{
    struct uqd_header header;
    size_t too_little = 0, enough = size;
    if (uqd_header_parse(&header, file, size) == UQD_NEED_DATA)
        return 0;
    while (enough - too_little > 1) {
        const size_t middle = too_little + (enough - too_little) / 2;
        if (uqd_header_parse(&header, file, middle) == UQD_NEED_DATA)
            too_little = middle;
        else
            enough = middle;
    }
    return enough;
}

int fuzz_seal_header(uint8_t *file, size_t size)
{
    struct uqd_header header;
    const size_t end = size > 0 ? header_end(file, size) : 0;
    if (end <= HEADER_CRC)
        return 0;
    const size_t begin = end - HEADER_CRC;
    const unsigned before = uqd_get_u16(file + begin);
    uqd_put_u16(file + begin, (uint32_t)crc32_z(0, file, begin) & 0xffff);
    if (uqd_header_parse(&header, file, size) == UQD_OK)
        return 1;
    uqd_put_u16(file + begin, before);
    return 0;
}

/* Of a picture whose sides take a byte each; others keep what they have. */
static void seal_begin(uint8_t *file)
{
    uint8_t *const sides = file + (file[VERSION_AT] == VERSION_OF_COPIES);
    const struct uqd_model *const model = fuzz_model(NULL, NULL);
    struct uqd_model_info info;
    if ((sides[WIDTH_AT] | sides[HEIGHT_AT]) & LONG_VARINT || sides[WIDTH_AT] == 0)
        return;
    sides[HEIGHT_AT] =
        (uint8_t)(1 + (sides[HEIGHT_AT] + 255U) % 256 % (FUZZ_MAX_PIXELS / sides[WIDTH_AT]));
    uqd_model_get_info(model, &info);
    uqd_put_u32(sides + MODEL_AT, (uint32_t)info.id);
    file[FLAGS_AT] = (uint8_t)(model->class->is_paper ? file[FLAGS_AT] | FLAG_PAPER
                                                      : file[FLAGS_AT] & ~FLAG_PAPER);
}

/* Of `of` bytes from `at` on, if they are all there. */
static void seal_part(uint8_t *file, size_t size, uint64_t at, uint64_t of, size_t crc_size)
{
    if (of <= crc_size || at > size || of > size - at)
        return;
    const uint32_t crc = (uint32_t)crc32_z(0, file + at + crc_size, (size_t)of - crc_size);
    if (crc_size == SOLID_CRC)
        uqd_put_u16(file + at, crc & 0xffff);
    else
        uqd_put_u32(file + at, crc);
}

int fuzz_seal_file(uint8_t *file, size_t size)
{
    struct uqd_header header;
    struct uqd_layout layout;
    if (size < MODEL_END)
        return 0;
    seal_begin(file);
    if (!fuzz_seal_header(file, size) || uqd_header_parse(&header, file, size) != UQD_OK)
        return 0;
    uqd_layout_make(&layout, &header);
    if (header.solid)
        seal_part(file, size, layout.body[0], header.body_size, SOLID_CRC);
    for (uint32_t s = 0; s < header.n_steps && !header.solid; s++)
        seal_part(file, size, layout.body[s], header.step_size[s], STEP_CRC);
    for (uint32_t r = 0; r < header.n_records; r++)
        seal_part(file, size, layout.record[r], header.records[r].size, STEP_CRC);
    return 1;
}
