#include "image_formats.h"

#include "buffer.h"
#include "file.h"
#include "image_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A chunk is its length, its name, its data and a check sum. */
enum { SIGNATURE = 8, CHUNK_HEAD = 8, CHUNK_TAIL = 4, MAX_DELAY = 65535 };

/* The file as it grows. What is appended after memory ran out is left out. */
struct animation {
    struct buffer file;
    uint32_t sequence; /* number of the next chunk of those that are counted */
    int no_memory;
};

static void put_32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint32_t get_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void append(struct animation *animation, const void *data, size_t size)
{
    if (!animation->no_memory && buffer_append(&animation->file, data, size))
        animation->no_memory = 1;
}

/* The data are the head and what comes behind it. */
static void append_chunk(struct animation *animation, const char *name, const uint8_t *head,
                         uint32_t head_size, const uint8_t *data, uint32_t size)
{
    uint8_t begin[CHUNK_HEAD], end[CHUNK_TAIL];
    put_32(begin, head_size + size);
    memcpy(begin + 4, name, 4);
    uLong sum = crc32(crc32(0, NULL, 0), begin + 4, 4);
    sum = crc32(sum, head, head_size);
    if (size > 0)
        sum = crc32(sum, data, size);
    put_32(end, (uint32_t)sum);
    append(animation, begin, sizeof begin);
    append(animation, head, head_size);
    append(animation, data, size);
    append(animation, end, sizeof end);
}

/* How many frames there are, and that they are repeated for ever. */
static void append_control(struct animation *animation, uint32_t n_frames)
{
    uint8_t control[8] = {0};
    put_32(control, n_frames);
    append_chunk(animation, "acTL", control, sizeof control, NULL, 0);
}

/* A frame fills the whole picture and replaces the one before. */
static void append_frame_control(struct animation *animation, const struct pixels *frame,
                                 uint32_t milliseconds)
{
    uint8_t control[26] = {0};
    put_32(control, animation->sequence++);
    put_32(control + 4, frame->width);
    put_32(control + 8, frame->height);
    put_16(control + 20, milliseconds);
    put_16(control + 22, 1000);
    append_chunk(animation, "fcTL", control, sizeof control, NULL, 0);
}

/* Takes over the chunks of a frame written as a PNG file of its own: of the first all but the end,
 * of the others their pixels. */
static void append_frame(struct animation *animation, const struct pixels *frame,
                         const uint8_t *png, size_t size, uint32_t n_frames, uint32_t milliseconds)
{
    bool first = animation->sequence == 0, controlled = false;
    if (first)
        append(animation, png, SIGNATURE);
    for (size_t at = SIGNATURE; at + CHUNK_HEAD + CHUNK_TAIL <= size;) {
        uint32_t length = get_32(png + at);
        const uint8_t *data = png + at + CHUNK_HEAD;
        bool pixels = !memcmp(png + at + 4, "IDAT", 4), end = !memcmp(png + at + 4, "IEND", 4);
        if (pixels && !controlled) {
            if (first)
                append_control(animation, n_frames);
            append_frame_control(animation, frame, milliseconds);
            controlled = true;
        }
        if (first && !end) {
            append(animation, png + at, CHUNK_HEAD + (size_t)length + CHUNK_TAIL);
        } else if (pixels) {
            uint8_t number[4];
            put_32(number, animation->sequence++);
            append_chunk(animation, "fdAT", number, sizeof number, data, length);
        }
        at += CHUNK_HEAD + (size_t)length + CHUNK_TAIL;
    }
}

static int write_frames(struct animation *animation, const char *name, const struct pixels *frames,
                        uint32_t n, uint32_t milliseconds, struct message *message)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *png;
        size_t size;
        if (png_write(name, &frames[i], &png, &size, message))
            return -1;
        append_frame(animation, &frames[i], png, size, n, milliseconds);
        free(png);
    }
    append_chunk(animation, "IEND", (const uint8_t *)"", 0, NULL, 0);
    if (animation->no_memory)
        return message_set(message, "%s: there is not enough memory for the pictures", name);
    return 0;
}

int image_write_animation(const char *path, const struct pixels *frames, uint32_t n,
                          uint32_t milliseconds, struct message *message)
{
    struct animation animation = {.sequence = 0};
    const char *name = file_output_name(path);
    for (uint32_t i = 1; i < n; i++)
        if (frames[i].width != frames[0].width || frames[i].height != frames[0].height ||
            frames[i].channels != frames[0].channels)
            return message_set(message, "%s: the pictures of an animation have one size", name);
    if (n == 0 || milliseconds > MAX_DELAY)
        return message_set(message,
                           "%s: an animation has pictures, each for at most %d "
                           "milliseconds",
                           name, MAX_DELAY);
    int result = write_frames(&animation, name, frames, n, milliseconds, message);
    if (result == 0)
        result = file_write(path, animation.file.data, animation.file.size, message);
    free(animation.file.data);
    return result;
}
