#include "png_file.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static void append(struct png_file *file, const void *data, size_t size)
{
    file->data = realloc(file->data, file->size + size + 1);
    assert_non_null(file->data);
    if (size > 0)
        memcpy(file->data + file->size, data, size);
    file->size += size;
}

static void append_32(struct png_file *file, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    append(file, bytes, 4);
}

void png_file_chunk(struct png_file *file, const char *name, const void *data, size_t size)
{
    append_32(file, (uint32_t)size);
    append(file, name, 4);
    append(file, data, size);
    append_32(file, (uint32_t)crc32(0, file->data + file->size - size - 4, (uInt)size + 4));
}

void png_file_begin(struct png_file *file, uint32_t width, uint32_t height, unsigned depth,
                    unsigned colour_type)
{
    const uint8_t header[13] = {
        (uint8_t)(width >> 24),  (uint8_t)(width >> 16),  (uint8_t)(width >> 8),  (uint8_t)width,
        (uint8_t)(height >> 24), (uint8_t)(height >> 16), (uint8_t)(height >> 8), (uint8_t)height,
        (uint8_t)depth,          (uint8_t)colour_type};
    *file = (struct png_file){0};
    append(file, "\x89PNG\r\n\x1a\n", 8);
    png_file_chunk(file, "IHDR", header, sizeof header);
}

void png_file_packed(struct png_file *file, const char *name, const void *head, size_t head_size,
                     const void *data, size_t size)
{
    uLong packed_size = compressBound(size);
    uint8_t *chunk = malloc(head_size + packed_size);
    assert_non_null(chunk);
    memcpy(chunk, head, head_size);
    assert_int_equal(compress(chunk + head_size, &packed_size, data, size), Z_OK);
    png_file_chunk(file, name, chunk, head_size + packed_size);
    free(chunk);
}

void png_file_rows(struct png_file *file, const void *rows, size_t size)
{
    png_file_packed(file, "IDAT", "", 0, rows, size);
}

void png_file_write(struct png_file *file, const char *path)
{
    png_file_chunk(file, "IEND", "", 0);
    scratch_write(path, file->data, file->size);
    free(file->data);
    *file = (struct png_file){0};
}

const uint8_t *png_file_find(const uint8_t *file, size_t file_size, const char *name, unsigned n,
                             size_t *size)
{
    size_t at = 8;
    while (at + 12 <= file_size) {
        const uint8_t *p = file + at;
        *size = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        if (memcmp(p + 4, name, 4) == 0 && n-- == 0)
            return p + 8;
        at += 12 + *size;
    }
    return NULL;
}
