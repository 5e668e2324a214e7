#include "thumbnail_retell.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A chunk: length, type, data, checksum (PNG specification, 5.3). */
enum { SIGNATURE_SIZE = 8, HEAD_SIZE = 8, AROUND_SIZE = HEAD_SIZE + 4, HEADER_SIZE = 13 };

static const uint8_t signature[SIGNATURE_SIZE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint8_t *put_u32(uint8_t *at, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(number >> shift);
    return at;
}

static int has_type(const uint8_t *chunk, const char *type)
{
    return memcmp(chunk + 4, type, 4) == 0;
}

/* Whether the chunk is a text of that key, of whatever kind. */
static int is_text(const uint8_t *chunk, size_t length, const char *key)
{
    const size_t key_size = strlen(key) + 1;

    return (has_type(chunk, "tEXt") || has_type(chunk, "zTXt") || has_type(chunk, "iTXt")) &&
           length >= key_size && memcmp(chunk + HEAD_SIZE, key, key_size) == 0;
}

static uint8_t *put_text(uint8_t *at, const char *key, const char *text)
{
    const size_t key_size = strlen(key) + 1, text_size = strlen(text);
    uint8_t *chunk = at;

    at = put_u32(at, (uint32_t)(key_size + text_size));
    memcpy(at, "tEXt", 4);
    memcpy(at + 4, key, key_size);
    memcpy(at + 4 + key_size, text, text_size);
    at += 4 + key_size + text_size;
    return put_u32(at, (uint32_t)crc32(0, chunk + 4, (uInt)(at - chunk - 4)));
}

/* Copies what is behind the signature; the texts come after the header. The end, or NULL if the
 * chunks are not what they should be. */
static uint8_t *copy_chunks(const uint8_t *data, size_t size, const char *uri, const char *mtime,
                            uint8_t *out)
{
    int n = 0;

    for (; size >= AROUND_SIZE; n++) {
        const size_t length = get_u32(data);

        if (length > size - AROUND_SIZE || (n == 0) != has_type(data, "IHDR") ||
            (n == 0 && length != HEADER_SIZE))
            return NULL;
        if (!is_text(data, length, "Thumb::URI") && !is_text(data, length, "Thumb::MTime")) {
            memcpy(out, data, length + AROUND_SIZE);
            out += length + AROUND_SIZE;
        }
        if (n == 0)
            out = put_text(put_text(out, "Thumb::URI", uri), "Thumb::MTime", mtime);
        if (has_type(data, "IEND"))
            return out;
        data += length + AROUND_SIZE;
        size -= length + AROUND_SIZE;
    }
    return NULL;
}

int thumbnail_retell(const uint8_t *data, size_t size, const char *uri, int64_t mtime,
                     uint8_t **out, size_t *out_size)
{
    const size_t more = strlen(uri) + 128; /* the texts with all that is around them */
    uint8_t *end;
    char number[32];

    *out = NULL;
    if (size < SIGNATURE_SIZE || memcmp(data, signature, SIGNATURE_SIZE) != 0)
        return -1;
    *out = size <= SIZE_MAX - more ? malloc(size + more) : NULL;
    if (!*out)
        return -1;
    snprintf(number, sizeof number, "%" PRId64, mtime);
    memcpy(*out, signature, SIGNATURE_SIZE);
    end = copy_chunks(data + SIGNATURE_SIZE, size - SIGNATURE_SIZE, uri, number,
                      *out + SIGNATURE_SIZE);
    if (!end) {
        free(*out);
        *out = NULL;
        return -1;
    }
    *out_size = (size_t)(end - *out);
    return 0;
}
