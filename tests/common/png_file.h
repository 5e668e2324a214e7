/* PNG files made chunk by chunk. */
#ifndef UQD_TESTS_PNG_FILE_H
#define UQD_TESTS_PNG_FILE_H

#include <stddef.h>
#include <stdint.h>

struct png_file {
    uint8_t *data;
    size_t size;
};

/* Begins the file with a header: depth and colour type as in the format. */
void png_file_begin(struct png_file *file, uint32_t width, uint32_t height, unsigned depth,
                    unsigned colour_type);

void png_file_chunk(struct png_file *file, const char *name, const void *data, size_t size);

/* A chunk that begins with a head and goes on with what zlib packs. */
void png_file_packed(struct png_file *file, const char *name, const void *head, size_t head_size,
                     const void *data, size_t size);

/* The pixels: rows as the format has them, each with its filter byte. */
void png_file_rows(struct png_file *file, const void *rows, size_t size);

/* Ends the file, writes it and frees it. */
void png_file_write(struct png_file *file, const char *path);

/* Finds the n-th chunk of that name in a written file: its data, or NULL. */
const uint8_t *png_file_find(const uint8_t *file, size_t file_size, const char *name, unsigned n,
                             size_t *size);

#endif
