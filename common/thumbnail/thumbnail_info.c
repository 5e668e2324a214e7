#include "thumbnail_info.h"

#include "file.h"
#include "utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The longest URI of a path, and room for what else programs write. */
enum { MAX_TEXT_CHUNK = 1 << 17, MAX_TEXT_CHUNKS = 64, MAX_HEADER = 1 << 21 };

/* What is left to be read of a file that anybody may have written. */
struct reader {
    FILE *file;
    size_t left;
};

/* Whole seconds, and perhaps a fraction. */
static int read_mtime(const char *text, int64_t *mtime)
{
    char *end;

    errno = 0;
    *mtime = strtoimax(text, &end, 10);
    return errno == 0 && end != text && (*end == '\0' || *end == '.') ? 0 : -1;
}

/* URIs are ASCII; what else a program writes in one may be in either encoding. */
static int take_texts(struct thumbnail_info *info, png_const_structp png, png_infop header)
{
    png_textp texts;
    int n = 0, has_mtime = 0;

    png_get_text(png, header, &texts, &n);
    for (int i = 0; i < n; i++) {
        if (strcmp(texts[i].key, "Thumb::URI") == 0 && !info->uri)
            info->uri = utf8_from_either(texts[i].text, strlen(texts[i].text));
        else if (strcmp(texts[i].key, "Thumb::MTime") == 0)
            has_mtime = read_mtime(texts[i].text, &info->mtime) == 0;
        else if (strcmp(texts[i].key, THUMBNAIL_COARSE) == 0)
            info->is_coarse = 1;
    }
    return info->uri && has_mtime ? 0 : -1;
}

static void fail(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void read_data(png_structp png, png_bytep data, size_t size)
{
    struct reader *reader = png_get_io_ptr(png);

    if (size > reader->left || fread(data, 1, size, reader->file) != size)
        png_error(png, "the file is cut or too long");
    reader->left -= size;
}

/* What may change between setjmp and longjmp lies behind the pointers. */
static int read_header(struct thumbnail_info *info, png_structp png, png_infop header,
                       struct reader *reader)
{
    if (setjmp(png_jmpbuf(png)))
        return -1;
    png_set_read_fn(png, reader, read_data);
    png_set_chunk_malloc_max(png, MAX_TEXT_CHUNK);
    png_set_chunk_cache_max(png, MAX_TEXT_CHUNKS);
    png_read_info(png, header);
    return take_texts(info, png, header);
}

/* The library takes memory for a chunk of the size that the file tells, before it reads any of it;
 * its limits only warn of that. */
static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    (void)png;
    return size <= MAX_HEADER ? malloc(size) : NULL;
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static int read_file(struct thumbnail_info *info, FILE *file)
{
    png_structp png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, NULL, fail, ignore, NULL,
                                               allocate, release);
    png_infop header = png ? png_create_info_struct(png) : NULL;
    struct reader reader = {file, MAX_HEADER};
    int result = header ? read_header(info, png, header, &reader) : -1;

    png_destroy_read_struct(&png, &header, NULL);
    return result;
}

int thumbnail_info_read(struct thumbnail_info *info, const char *path)
{
    struct message message;
    int fd = file_open_regular(path, path, &message);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");
    int result = -1;

    *info = (struct thumbnail_info){0};
    if (file) {
        result = read_file(info, file);
        fclose(file);
    } else if (fd >= 0) {
        close(fd);
    }
    if (result < 0)
        thumbnail_info_free(info);
    return result;
}

void thumbnail_info_free(struct thumbnail_info *info)
{
    free(info->uri);
    info->uri = NULL;
}
