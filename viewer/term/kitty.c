#include "term/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CHUNK 4096 /* characters of base64 in one sequence */

/* ---- Sequences ----------------------------------------------------------------------------- */

/* tmux hands on what its own sequence holds, with every escape doubled. */
static int append_sequence(struct buffer *out, const char *keys, const char *data, size_t size,
                           bool through_tmux)
{
    char head[192];
    const char *open = through_tmux ? "\33Ptmux;\33\33_G" : "\33_G";
    const char *close = through_tmux ? "\33\33\\\33\\" : "\33\\";
    int n = snprintf(head, sizeof head, "%s%s%s", open, keys, size > 0 ? ";" : "");
    return buffer_append(out, head, (size_t)n) || buffer_append(out, data, size) ||
                   buffer_append(out, close, strlen(close))
               ? -1
               : 0;
}

static int append_chunks(struct buffer *out, const char *keys, const char *data, size_t size,
                         bool through_tmux)
{
    for (size_t at = 0; at < size; at += CHUNK) {
        size_t n = size - at < CHUNK ? size - at : CHUNK;
        char all[160];
        snprintf(all, sizeof all, "%s%sm=%d", at == 0 ? keys : "", at == 0 ? "," : "",
                 at + n < size);
        if (append_sequence(out, all, data + at, n, through_tmux))
            return -1;
    }
    return 0;
}

/* ---- Data ---------------------------------------------------------------------------------- */

static char *to_base64(const uint8_t *data, size_t size, size_t *length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = malloc((size + 2) / 3 * 4 + 1);
    if (!text)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t bits = (uint32_t)data[i] << 16 | (i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0) |
                        (i + 2 < size ? data[i + 2] : 0);
        for (int j = 0; j < 4; j++)
            text[n++] = i + (size_t)j > size ? '=' : digits[bits >> (18 - 6 * j) & 63];
    }
    *length = n;
    return text;
}

static uint8_t *take_rgb(const struct canvas *canvas, const struct rect *part)
{
    uint8_t *rgb = malloc((size_t)part->w * (size_t)part->h * 3), *to = rgb;
    for (int y = part->y; rgb && y < part->y + part->h; y++)
        for (int x = part->x; x < part->x + part->w; x++) {
            uint32_t pixel = canvas->pixels[(size_t)y * (size_t)canvas->width + (size_t)x];
            *to++ = (uint8_t)(pixel >> 16);
            *to++ = (uint8_t)(pixel >> 8);
            *to++ = (uint8_t)pixel;
        }
    return rgb;
}

/* Compressed, in base64; malloc'ed, NULL if there is no memory. */
static char *pack(const struct canvas *canvas, const struct rect *part, size_t *length)
{
    uLong size = (uLong)part->w * (uLong)part->h * 3;
    uLongf packed_size = compressBound(size);
    uint8_t *rgb = take_rgb(canvas, part), *packed = malloc(packed_size);
    char *text = NULL;
    if (rgb && packed && compress2(packed, &packed_size, rgb, size, 1) == Z_OK)
        text = to_base64(packed, packed_size, length);
    free(rgb);
    free(packed);
    return text;
}

int kitty_append(struct buffer *out, const struct canvas *canvas, const struct rect *part,
                 unsigned number, int columns, int rows, bool through_tmux)
{
    char keys[128];
    size_t length = 0;
    char *data = pack(canvas, part, &length);
    if (!data)
        return -1;
    snprintf(keys, sizeof keys, "a=T,q=2,f=24,o=z,i=%u,s=%d,v=%d,c=%d,r=%d,%s", number, part->w,
             part->h, columns, rows, through_tmux ? "U=1" : "C=1,z=-1");
    int status = append_chunks(out, keys, data, length, through_tmux);
    free(data);
    return status;
}

int kitty_append_delete(struct buffer *out, unsigned first, unsigned n, bool through_tmux)
{
    for (unsigned i = 0; i < n; i++) {
        char keys[64];
        snprintf(keys, sizeof keys, "a=d,d=I,q=2,i=%u", first + i);
        if (append_sequence(out, keys, "", 0, through_tmux))
            return -1;
    }
    return 0;
}
