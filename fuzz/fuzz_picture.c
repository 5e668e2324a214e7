/* Arbitrary bytes as a file that is read as PNG, whose checksums are made right, JPEG or PNM, and
 * as a thumbnail, of which texts are read. The first byte chooses the options. What was read is
 * written as PNG and read again: the same pixels. */
#include "fuzz.h"
#include "image_formats.h"
#include "memory_file.h"
#include "thumbnail_info.h"

#include <string.h>
#include <zlib.h>

enum { MAX_PIXELS = 1 << 12 };
enum { PNG_BEGIN = 8, PNG_NAME = 4, PNG_AROUND = 12 }; /* bytes of a chunk beside its data */

static void note(void *cookie, const char *sentence)
{
    FUZZ_CHECK(cookie == NULL && sentence[0] != '\0');
}

static uint32_t get_32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void seal_png(uint8_t *file, size_t size)
{
    if (size < PNG_BEGIN || memcmp(file, "\x89PNG", 4) != 0)
        return;
    for (size_t at = PNG_BEGIN; size - at >= PNG_AROUND;) {
        uint8_t *const chunk = file + at;
        const size_t data_size = get_32(chunk);
        if (data_size > size - at - PNG_AROUND)
            return;
        const uint32_t crc = (uint32_t)crc32_z(0, chunk + 4, PNG_NAME + data_size);
        for (unsigned i = 0; i < 4; i++)
            chunk[8 + data_size + i] = (uint8_t)(crc >> (24 - 8 * i));
        at += PNG_AROUND + data_size;
    }
}

static void check_again(const struct pixels *pixels, const struct image_read_options *options)
{
    struct message message;
    struct pixels again;
    uint8_t *png;
    size_t size;
    FUZZ_CHECK(png_write("fuzz", pixels, &png, &size, &message) == 0);
    FUZZ_CHECK(image_read(fuzz_memory_file(png, size), options, &again, &message) == 0);
    const size_t n = (size_t)pixels->width * pixels->height * pixels->channels;
    FUZZ_CHECK(again.width == pixels->width && again.height == pixels->height &&
               again.channels == pixels->channels);
    FUZZ_CHECK(memcmp(again.data, pixels->data, n) == 0);
    pixels_free(&again);
    free(png);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct image_read_options options = {
        .reduce_depth = data[0] & 1,
        .flatten = data[0] >> 1 & 1,
        .background = {data[0], 100, 255},
        .strip = data[0] >> 2 & 1,
        .max_pixels = MAX_PIXELS,
        .note = note,
    };
    uint8_t *const file = fuzz_copy(data + 1, size - 1);
    struct thumbnail_info info;
    struct message message;
    struct pixels pixels;
    seal_png(file, size - 1);
    const char *const path = fuzz_memory_file(file, size - 1);
    free(file);
    if (thumbnail_info_read(&info, path) == 0)
        thumbnail_info_free(&info);
    if (image_read(path, &options, &pixels, &message) == 0) {
        check_again(&pixels, &options);
        pixels_free(&pixels);
    }
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const char *const files[] = {
        "\001P1\n# two\n3 2\n1 0 1\n010\n",
        "\001P3 2 1 300\n0 1 2 300 4 5\n",
        "\006P7\nWIDTH 2\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\nabcd",
        "\002P6 1 2 255\nabcdef",
    };
    if (index >= sizeof files / sizeof files[0])
        return 0;
    const size_t size = strlen(files[index]);
    *data = fuzz_copy((const uint8_t *)files[index], size);
    return size;
}
