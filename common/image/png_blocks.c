#include "png_blocks.h"

#include "metadata.h"
#include "png_text.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Texts from this size on are packed. */
enum { LONG_TEXT = 1024 };

static int append_packed(struct buffer *data, const void *bytes, size_t size)
{
    uLong packed_size = compressBound(size);
    if (buffer_reserve(data, packed_size) < 0)
        return -1;
    if (compress2(data->data + data->size, &packed_size, bytes, size, Z_BEST_COMPRESSION) != Z_OK)
        return -1;
    data->size += packed_size;
    return 0;
}

static int append_string(struct buffer *data, const char *string)
{
    return buffer_append(data, string, strlen(string) + 1);
}

/* The profile's name, how it is packed, and the packed profile. */
static int make_profile(const struct uqd_metadata *block, struct buffer *data)
{
    if (buffer_append(data, "icc\0", 5) < 0)
        return -1;
    return append_packed(data, block->data, block->size);
}

/* ---- Texts --------------------------------------------------------------------------------- */

static int append_text(struct buffer *data, const char *text)
{
    size_t size = strlen(text);
    return size >= LONG_TEXT ? append_packed(data, text, size) : buffer_append(data, text, size);
}

/* All of it is Latin-1. */
static int make_plain_text(const char *keyword, const char *text, char name[5], struct buffer *data)
{
    int is_packed = strlen(text) >= LONG_TEXT;
    strcpy(name, is_packed ? "zTXt" : "tEXt");
    if (append_string(data, keyword) < 0 || (is_packed && buffer_append(data, "", 1) < 0))
        return -1;
    return append_text(data, text);
}

/* All of it is UTF-8, but for the keyword. */
static int make_international_text(const char *keyword, const struct metadata_text *text,
                                   char name[5], struct buffer *data)
{
    const char flags[2] = {strlen(text->text) >= LONG_TEXT, 0};
    strcpy(name, "iTXt");
    if (append_string(data, keyword) < 0 || buffer_append(data, flags, 2) < 0 ||
        append_string(data, text->language) < 0 || append_string(data, text->translated) < 0)
        return -1;
    return append_text(data, text->text);
}

static int is_plain(const struct metadata_text *text)
{
    return !text->language[0] && !text->translated[0] && utf8_fits_latin1(text->text);
}

static int make_text_of(const struct metadata_text *text, char name[5], struct buffer *data)
{
    if (!utf8_fits_latin1(text->keyword))
        return 1;
    char *keyword = utf8_to_latin1(text->keyword);
    char *plain = is_plain(text) ? utf8_to_latin1(text->text) : NULL;
    int result = 1;
    if (!keyword || (is_plain(text) && !plain))
        result = -1;
    else if (keyword[0] && strlen(keyword) <= PNG_MAX_KEYWORD)
        result = plain ? make_plain_text(keyword, plain, name, data)
                       : make_international_text(keyword, text, name, data);
    free(keyword);
    free(plain);
    return result;
}

static int make_text(const struct uqd_metadata *block, char name[5], struct buffer *data)
{
    struct metadata_text text;
    char *copy;
    int result = metadata_split_text(block, &text, &copy);
    if (result == 0)
        result = make_text_of(&text, name, data);
    free(copy);
    return result;
}

/* Not packed, so that programs which know nothing of PNG find the packet. */
static int make_xmp(const struct uqd_metadata *block, struct buffer *data)
{
    static const char head[] = PNG_XMP_KEYWORD "\0\0\0\0"; /* and one more zero byte */
    if (buffer_append(data, head, sizeof head) < 0)
        return -1;
    return buffer_append(data, block->data, block->size);
}

/* ---- Blocks -------------------------------------------------------------------------------- */

/* A chunk that has the block's bytes, which are of one size only if that is not 0. */
static int make_copy(const struct uqd_metadata *block, size_t wanted, struct buffer *data)
{
    if (wanted > 0 && block->size != wanted)
        return 1;
    return buffer_append(data, block->data, block->size);
}

int png_block(const struct uqd_metadata *block, char name[5], struct buffer *data)
{
    static const char names[][5] = {
        [UQD_METADATA_ICC] = "iCCP",        [UQD_METADATA_CICP] = "cICP",
        [UQD_METADATA_RESOLUTION] = "pHYs", [UQD_METADATA_EXIF] = "eXIf",
        [UQD_METADATA_XMP] = "iTXt",        [UQD_METADATA_TEXT] = "tEXt",
    };
    if ((size_t)block->type >= sizeof names / sizeof *names)
        return 1;
    strcpy(name, names[block->type]);
    switch (block->type) {
    case UQD_METADATA_ICC:
        return make_profile(block, data);
    case UQD_METADATA_CICP:
        return make_copy(block, 4, data);
    case UQD_METADATA_RESOLUTION:
        return make_copy(block, 9, data);
    case UQD_METADATA_EXIF:
        return make_copy(block, 0, data);
    case UQD_METADATA_XMP:
        return make_xmp(block, data);
    case UQD_METADATA_TEXT:
        return make_text(block, name, data);
    }
    return 1;
}
