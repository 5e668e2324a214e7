#include "tiny_paper.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
    WIDTH = 16,
    BLOCKS = 1,
    GROUPS = 4,
    STEPS = 3,
    FEATURES = 15,
    OUTPUTS = 6,
    HEAD_BEGIN = 32,
    CAPACITY = 1 << 20,
    ALIGNMENT = 64,
};

/* Gamma from 6 over -0.1 and -6.2 to -12.3, and what follows from it. */
static const float steps[STEPS][12] = {
    {0x1.8p+2f, -0x1.99999ap-4f, 0x1p+0f, 0x1.41c442p+4f, 0x1.415e5cp+4f, 0x1.0bb916p-5f,
     0x1.7223cep-1f, 0x1.fecaf6p-1f, 0x1.314276p+1f, 0x1.615104p-1f, 0x1.61673p-1f, 0},
    {-0x1.99999ap-4f, -0x1.8cccccp+2f, 0x1.555556p-1f, 0x1.61521p+0f, 0x1.e7078cp-1f, 0x1.9552fp-9f,
     0x1.fe5586p-1f, 0x1.607bc2p-1f, 0x1.3eeb2ap-3f, 0x1.0b7472p-4f, 0x1.e7421p-1f, 0},
    {-0x1.8cccccp+2f, -0x1.89999ap+3f, 0x1.555556p-2f, 0x1.004278p+0f, 0x1.710b06p-5f,
     0x1.26464ep-9f, 0x1.fed9bap-1f, 0x1.704168p-5f, 0x1.e3ce3ep-8f, 0x1.845b5ep-5f, 0x1.e7c04ap-1f,
     0},
};

/* 1 / alpha and exp(-gamma) at the end. */
static const float ends[2] = {0x1.000026p+0f, 0x1.ad17fep+17f};

static const char names[STEPS + 1][16] = {"120", "5.7", "0.27", "lossless"};

struct writer {
    uint8_t *head, *directory, *values;
    size_t n_head, n_directory, n_values;
    uint64_t random;
};

static void put(uint8_t *bytes, size_t *n, const void *data, size_t size)
{
    assert(*n + size <= CAPACITY);
    memcpy(bytes + *n, data, size);
    *n += size;
}

static void put_u32(uint8_t *bytes, size_t *n, uint32_t value)
{
    const uint8_t p[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                          (uint8_t)(value >> 24)};
    put(bytes, n, p, sizeof p);
}

static void put_u64(uint8_t *bytes, size_t *n, uint64_t value)
{
    put_u32(bytes, n, (uint32_t)value);
    put_u32(bytes, n, (uint32_t)(value >> 32));
}

static void put_float(uint8_t *bytes, size_t *n, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(bytes, n, bits);
}

/* Uniform on middle -+ spread. */
static float next_value(struct writer *writer, float middle, float spread)
{
    writer->random = writer->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return middle + spread * ((float)(writer->random >> 40) / 8388608.0f - 1);
}

/* Aligned; offsets count from the values' begin until the head's size is known. */
static void put_tensor(struct writer *writer, const char *prefix, const char *part,
                       const uint32_t shape[4], float middle, float spread)
{
    char name[32] = {0};
    snprintf(name, sizeof name, "%s.%s", prefix, part);
    put(writer->directory, &writer->n_directory, name, sizeof name);
    size_t n = 1;
    for (int i = 0; i < 4; i++) {
        put_u32(writer->directory, &writer->n_directory, shape[i]);
        n *= shape[i];
    }
    writer->n_values = (writer->n_values + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    const size_t begin = writer->n_values;
    for (size_t i = 0; i < n; i++)
        put_float(writer->values, &writer->n_values, next_value(writer, middle, spread));
    put_u64(writer->directory, &writer->n_directory, begin);
    put_u64(writer->directory, &writer->n_directory,
            XXH3_64bits(writer->values + begin, writer->n_values - begin));
}

static void put_vector(struct writer *writer, const char *prefix, const char *part, uint32_t n,
                       float middle, float spread)
{
    put_tensor(writer, prefix, part, (uint32_t[4]){n, 1, 1, 1}, middle, spread);
}

/* A layer whose outputs have a standard deviation of about `gain` for inputs of 1. */
static void put_layer(struct writer *writer, const char *prefix, const char *part, uint32_t n_out,
                      uint32_t n_in, uint32_t size, float gain)
{
    /* The root of 3 / n without a library's: of a few numbers that need not be accurate. */
    const float n = (float)(n_in * size * size);
    float root = 1;
    for (int i = 0; i < 20; i++)
        root = 0.5f * (root + 3 / n / root);
    put_tensor(writer, prefix, part, (uint32_t[4]){n_out, n_in, size, size}, 0, gain * root);
}

static void put_norm(struct writer *writer, const char *prefix, const char *part, uint32_t n)
{
    char name[32];
    snprintf(name, sizeof name, "%s.weight", part);
    put_vector(writer, prefix, name, n, 1, 0.2f);
    snprintf(name, sizeof name, "%s.bias", part);
    put_vector(writer, prefix, name, n, 0, 0.2f);
}

static void put_block(struct writer *writer, const char *list, unsigned i, uint32_t n_in)
{
    char prefix[16];
    snprintf(prefix, sizeof prefix, "%s%u", list, i);
    put_norm(writer, prefix, "norm1", n_in);
    put_layer(writer, prefix, "conv1.weight", WIDTH, n_in, 3, 1.5f);
    put_vector(writer, prefix, "conv1.bias", WIDTH, 0, 0.2f);
    put_layer(writer, prefix, "cond", WIDTH, 4 * WIDTH, 1, 1);
    put_norm(writer, prefix, "norm2", WIDTH);
    put_layer(writer, prefix, "conv2.weight", WIDTH, WIDTH, 3, 0.7f);
    put_vector(writer, prefix, "conv2.bias", WIDTH, 0, 0.2f);
    if (n_in != WIDTH) {
        put_layer(writer, prefix, "skip.weight", WIDTH, n_in, 1, 1);
        put_vector(writer, prefix, "skip.bias", WIDTH, 0, 0.2f);
    }
}

static void put_tensors(struct writer *writer)
{
    put_vector(writer, "embed", "timescales", WIDTH / 2, 0.1f, 0.09f);
    put_layer(writer, "embed0", "weight", 4 * WIDTH, WIDTH, 1, 1);
    put_vector(writer, "embed0", "bias", 4 * WIDTH, 0, 0.2f);
    put_layer(writer, "embed1", "weight", 4 * WIDTH, 4 * WIDTH, 1, 1);
    put_vector(writer, "embed1", "bias", 4 * WIDTH, 0, 0.2f);
    put_layer(writer, "in", "weight", WIDTH, FEATURES, 3, 1);
    put_vector(writer, "in", "bias", WIDTH, 0, 0.2f);
    for (unsigned i = 0; i < BLOCKS; i++)
        put_block(writer, "down", i, WIDTH);
    put_block(writer, "mid", 0, WIDTH);
    put_norm(writer, "attn", "norm", WIDTH);
    put_layer(writer, "attn", "qkv.weight", 3 * WIDTH, WIDTH, 1, 2);
    put_vector(writer, "attn", "qkv.bias", 3 * WIDTH, 0, 0.5f);
    put_layer(writer, "attn", "out.weight", WIDTH, WIDTH, 1, 1);
    put_vector(writer, "attn", "out.bias", WIDTH, 0, 0.2f);
    put_block(writer, "mid", 1, WIDTH);
    for (unsigned i = 0; i <= BLOCKS; i++)
        put_block(writer, "up", i, 2 * WIDTH);
    put_norm(writer, "out", "norm", WIDTH);
    put_layer(writer, "out", "conv.weight", OUTPUTS, WIDTH, 3, 0.2f);
    put_vector(writer, "out", "conv.bias", OUTPUTS, 0, 0.1f);
}

/* The fixed header and the tables. */
static void put_head(struct writer *writer, size_t size)
{
    static const char name[32] = "tiny-paper";
    uint8_t *head = writer->head;
    size_t *n = &writer->n_head;
    put(head, n, "\x8eUQM\r\n\x1a\n", 8);
    put_u32(head, n, 4);
    put_u32(head, n, 0);
    put_u64(head, n, size);
    put_u64(head, n, 0);
    const uint32_t header[12] = {2,      WIDTH, BLOCKS,
                                 GROUPS, STEPS, (uint32_t)(writer->n_directory / 64)};
    for (int i = 0; i < 12; i++)
        put_u32(head, n, header[i]);
    put(head, n, name, sizeof name);
    for (int i = 0; i < 12 * STEPS; i++)
        put_float(head, n, steps[i / 12][i % 12]);
    for (int i = 0; i < 2; i++)
        put_float(head, n, ends[i]);
    put(head, n, names, sizeof names);
}

static void move_offsets(struct writer *writer, uint64_t begin)
{
    for (size_t entry = 48; entry < writer->n_directory; entry += 64) {
        uint64_t offset = begin;
        for (int i = 0; i < 8; i++)
            offset += (uint64_t)writer->directory[entry + i] << (8 * i);
        size_t at = entry;
        put_u64(writer->directory, &at, offset);
    }
}

uint8_t *tiny_paper_model(size_t *size)
{
    enum { HEAD = 112 + 48 * STEPS + 8 + 16 * (STEPS + 1) };
    struct writer writer = {.head = malloc(CAPACITY),
                            .directory = malloc(CAPACITY),
                            .values = calloc(CAPACITY, 1),
                            .random = 1};
    uint8_t *file = calloc(CAPACITY, 1);
    assert(writer.head != NULL && writer.directory != NULL && writer.values != NULL);
    assert(file != NULL);
    put_tensors(&writer);
    size_t n = HEAD + writer.n_directory;
    const size_t begin = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    move_offsets(&writer, begin);
    *size = begin + writer.n_values;
    put_head(&writer, *size);
    memcpy(file, writer.head, writer.n_head);
    memcpy(file + HEAD, writer.directory, writer.n_directory);
    size_t at = begin, id_at = 24;
    put(file, &at, writer.values, writer.n_values);
    put_u64(file, &id_at, XXH3_64bits(file + HEAD_BEGIN, n - HEAD_BEGIN));
    free(writer.head);
    free(writer.directory);
    free(writer.values);
    return file;
}
