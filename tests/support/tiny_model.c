#include "tiny_model.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
    WIDTH = 16,
    BLOCKS = 1,
    MAX_GROUPS = 11,
    DETAILS = 189,
    BLOCK = 192,
    FEATURES = 3 * BLOCK,
    TOP_LEVEL = 12,
    STEP_NAME = 16,
    DENOISE_BLOCKS = 1,
    CAPACITY = 1 << 20,
    MOST_WEIGHT = 65535, /* sum of the magnitudes of an output's weights */
    TRUNK_BITS = 10,     /* behind the point of numbers that are about 10 at most .. */
    INNER_BITS = 11,     /* .. and, or up to 2 more, of activations */
};

/* In the last byte of a tensor's name. */
enum { TYPE_FLOAT = 0, TYPE_INT16 = 1, NAME_FIELD = 32 };

struct stage_type {
    uint8_t coarse, from, to;
};

struct stage {
    uint8_t units, type, step;
};

/* What tells the models apart. */
struct plan {
    const char *name;
    unsigned n_groups, n_phases, n_networks;
    unsigned n_stage_types, n_stages, n_steps;
    const struct stage_type *stage_types;
    const struct stage *stages;
    const char (*steps)[STEP_NAME];
    /* Of the channel of that place in its unit. */
    unsigned (*group_of)(unsigned colour, unsigned level, unsigned band, unsigned dy, unsigned dx);
};

/* Tensors are collected apart, since their directory comes before them. */
struct writer {
    uint8_t *tables, *directory, *values;
    size_t n_tables, n_directory, n_values;
    uint64_t random;
    const struct plan *plan;
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

/* To binary16, ties away from 0; magnitudes below 65504. */
static void put_half(uint8_t *bytes, size_t *n, float value)
{
    const float magnitude = value < 0 ? -value : value;
    uint32_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    if (magnitude < 0x1p-14f)
        bits = (uint32_t)(magnitude * 0x1p24f + 0.5f);
    else
        bits = (bits - ((127u - 15) << 23) + (1u << 12)) >> 13;
    if (value < 0)
        bits |= 0x8000;
    const uint8_t p[2] = {(uint8_t)bits, (uint8_t)(bits >> 8)};
    put(bytes, n, p, sizeof p);
}

/* Uniform on middle -+ spread. */
static float next_value(struct writer *writer, float middle, float spread)
{
    writer->random = writer->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return middle + spread * ((float)(writer->random >> 40) / 8388608.0f - 1);
}

static void put_u16(uint8_t *bytes, size_t *n, unsigned value)
{
    const uint8_t p[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    put(bytes, n, p, sizeof p);
}

/* The directory's entry of a tensor whose values are put next. Returns how many they are. */
static size_t begin_tensor(struct writer *writer, const char *name, int type,
                           const uint32_t shape[4])
{
    char field[NAME_FIELD] = {0};
    snprintf(field, sizeof field - 1, "%s", name);
    field[NAME_FIELD - 1] = (char)type;
    put(writer->directory, &writer->n_directory, field, sizeof field);
    size_t n = 1;
    for (int i = 0; i < 4; i++) {
        put_u32(writer->directory, &writer->n_directory, shape[i]);
        n *= shape[i];
    }
    put_u64(writer->directory, &writer->n_directory, writer->n_values);
    return n;
}

/* Behind the last of n values. */
static void end_tensor(struct writer *writer, size_t n)
{
    put_u64(writer->directory, &writer->n_directory,
            XXH3_64bits(writer->values + writer->n_values - 2 * n, 2 * n));
}

static void put_tensor(struct writer *writer, const uint32_t shape[4], float middle, float spread,
                       const char *format, ...)
{
    char name[NAME_FIELD];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    const size_t n = begin_tensor(writer, name, TYPE_FLOAT, shape);
    for (size_t i = 0; i < n; i++)
        put_half(writer->values, &writer->n_values, next_value(writer, middle, spread));
    end_tensor(writer, n);
}

/* Weights on -spread .. spread as whole numbers, and what these count, not quite the same for every
 * output. */
static void put_layer(struct writer *writer, const uint32_t shape[4], float spread,
                      const char *format, ...)
{
    char name[NAME_FIELD - sizeof "_scale"];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    const float most = (float)(MOST_WEIGHT / (shape[1] * shape[2] * shape[3]));
    const size_t n = begin_tensor(writer, name, TYPE_INT16, shape);
    for (size_t i = 0; i < n; i++)
        put_u16(writer->values, &writer->n_values, (unsigned)(int)next_value(writer, 0, most));
    end_tensor(writer, n);
    const float scale = spread / most;
    put_tensor(writer, (uint32_t[4]){shape[0], 1, 1, 1}, scale, 0.2f * scale, "%s_scale", name);
}

static void put_bits(struct writer *writer, unsigned network)
{
    const uint32_t shape[4] = {2 + BLOCKS + writer->plan->n_groups + DENOISE_BLOCKS, 1, 1, 1};
    char name[NAME_FIELD];
    snprintf(name, sizeof name, "net%u.bits", network);
    const size_t n = begin_tensor(writer, name, TYPE_INT16, shape);
    put_u16(writer->values, &writer->n_values, TRUNK_BITS + network % 2);
    for (size_t i = 1; i < n; i++)
        put_u16(writer->values, &writer->n_values, INNER_BITS + (unsigned)i % 3);
    end_tensor(writer, n);
}

static void put_affine(struct writer *writer, const char *prefix)
{
    const uint32_t shape[4] = {2 * writer->plan->n_stage_types, WIDTH, 1, 1};
    put_tensor(writer, shape, 1, 0.2f, "%s.gain", prefix);
    put_tensor(writer, shape, 0, 0.2f, "%s.bias", prefix);
}

static void put_groups(struct writer *writer, uint32_t sizes[MAX_GROUPS])
{
    uint8_t groups[BLOCK] = {0};
    unsigned c = 0;
    for (unsigned colour = 0; colour < 3; colour++)
        for (unsigned level = 3; level > 0; level--)
            for (unsigned band = 0; band < 3; band++)
                for (unsigned dy = 0; dy < 8u >> level; dy++)
                    for (unsigned dx = 0; dx < 8u >> level; dx++) {
                        groups[c] = (uint8_t)writer->plan->group_of(colour, level, band, dy, dx);
                        sizes[groups[c++]]++;
                    }
    put(writer->tables, &writer->n_tables, groups, sizeof groups);
}

/* Between the top and 0, the larger a coefficient's part in the picture, the lower its level. */
static unsigned level_of(unsigned nominal, unsigned level, unsigned band)
{
    const unsigned weight = band == 2 ? level - 1 : level;
    if (nominal == TOP_LEVEL || nominal == 0)
        return nominal;
    return nominal + 1 > weight ? nominal + 1 - weight : 0;
}

static void put_levels(struct writer *writer, unsigned nominal)
{
    uint8_t levels[BLOCK] = {0};
    unsigned c = 0;
    for (unsigned colour = 0; colour < 3; colour++)
        for (unsigned level = 3; level > 0; level--)
            for (unsigned band = 0; band < 3; band++)
                for (unsigned i = 0; i < 64u >> 2 * level; i++)
                    levels[c++] = (uint8_t)level_of(nominal, level, band);
    put(writer->tables, &writer->n_tables, levels, sizeof levels);
}

/* Something of everything: thresholds fall from phase to phase, some are never reached. */
static void put_phases(struct writer *writer)
{
    uint8_t others[BLOCK] = {0};
    for (unsigned c = 0; c < DETAILS; c++)
        others[c] = (uint8_t)(c % writer->plan->n_phases);
    put(writer->tables, &writer->n_tables, others, sizeof others);
    for (unsigned p = 0; p + 1 < writer->plan->n_phases; p++) {
        uint8_t thresholds[2 * BLOCK] = {0};
        for (unsigned c = 0; c < DETAILS; c++) {
            const unsigned threshold = c % 16 == 0 ? 65535 : (40000 >> 2 * p) + 100 * c;
            thresholds[2 * c] = (uint8_t)threshold;
            thresholds[2 * c + 1] = (uint8_t)(threshold >> 8);
        }
        put(writer->tables, &writer->n_tables, thresholds, sizeof thresholds);
    }
}

static void put_tables(struct writer *writer, uint32_t sizes[MAX_GROUPS])
{
    const struct plan *const plan = writer->plan;
    char name[32] = {0};
    snprintf(name, sizeof name, "%s", plan->name);
    put(writer->tables, &writer->n_tables, name, sizeof name);
    put_groups(writer, sizes);
    put_phases(writer);
    for (unsigned k = 0; k < plan->n_stage_types; k++) {
        const struct stage_type *const type = &plan->stage_types[k];
        const uint8_t head[8] = {
            type->coarse, type->from, type->to, !type->coarse, (uint8_t)(k % plan->n_networks), 0};
        put(writer->tables, &writer->n_tables, head, sizeof head);
        put_levels(writer, type->from);
        put_levels(writer, type->to);
    }
    for (unsigned s = 0; s < plan->n_stages; s++) {
        const uint8_t stage[4] = {plan->stages[s].units, plan->stages[s].type, plan->stages[s].step,
                                  0};
        put(writer->tables, &writer->n_tables, stage, sizeof stage);
    }
    put(writer->tables, &writer->n_tables, plan->steps, (size_t)plan->n_steps * STEP_NAME);
}

static void put_blocks(struct writer *writer, const char *prefix, unsigned n)
{
    for (unsigned b = 0; b < n; b++) {
        put_layer(writer, (uint32_t[4]){WIDTH, WIDTH, 3, 3}, 0.1f, "%s%u.in", prefix, b);
        put_layer(writer, (uint32_t[4]){WIDTH, WIDTH, 3, 3}, 0.1f, "%s%u.out", prefix, b);
    }
}

static void put_group(struct writer *writer, unsigned network, unsigned g, uint32_t size)
{
    char prefix[NAME_FIELD];
    snprintf(prefix, sizeof prefix, "net%u.group%u", network, g);
    put_layer(writer, (uint32_t[4]){WIDTH, WIDTH, 1, 1}, 0.3f, "%s.mix", prefix);
    put_layer(writer, (uint32_t[4]){3 * size, WIDTH, 1, 1}, 0.2f, "%s.out", prefix);
    put_tensor(writer, (uint32_t[4]){3 * size, 1, 1, 1}, 0, 0.5f, "%s.out_bias", prefix);
    if (g + 1 < writer->plan->n_groups)
        put_layer(writer, (uint32_t[4]){WIDTH, 2 * size, 3, 3}, 0.1f, "%s.context", prefix);
}

static void put_network(struct writer *writer, unsigned network, const uint32_t sizes[MAX_GROUPS])
{
    char prefix[NAME_FIELD];
    put_bits(writer, network);
    snprintf(prefix, sizeof prefix, "net%u", network);
    put_layer(writer, (uint32_t[4]){WIDTH, FEATURES, 1, 1}, 0.08f, "%s.input.weight", prefix);
    snprintf(prefix, sizeof prefix, "net%u.block", network);
    put_blocks(writer, prefix, BLOCKS);
    for (unsigned g = 0; g < writer->plan->n_groups; g++)
        put_group(writer, network, g, sizes[g]);
    snprintf(prefix, sizeof prefix, "net%u.denoise.block", network);
    put_blocks(writer, prefix, DENOISE_BLOCKS);
    snprintf(prefix, sizeof prefix, "net%u.denoise", network);
    put_layer(writer, (uint32_t[4]){WIDTH, WIDTH, 1, 1}, 0.3f, "%s.mix", prefix);
    put_layer(writer, (uint32_t[4]){2 * DETAILS, WIDTH, 1, 1}, 0.2f, "%s.out", prefix);
    put_tensor(writer, (uint32_t[4]){2 * DETAILS, 1, 1, 1}, 1, 0.5f, "%s.out_bias", prefix);
}

static void put_affines(struct writer *writer, const char *prefix, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char name[NAME_FIELD];
        snprintf(name, sizeof name, "%s%u", prefix, i);
        put_affine(writer, name);
    }
}

static void put_weights(struct writer *writer, const uint32_t sizes[MAX_GROUPS])
{
    put_affine(writer, "input");
    put_affines(writer, "block", BLOCKS);
    put_affines(writer, "group", writer->plan->n_groups);
    put_affines(writer, "denoise.block", DENOISE_BLOCKS);
    put_affine(writer, "denoise");
    for (unsigned i = 0; i < writer->plan->n_networks; i++)
        put_network(writer, i, sizes);
}

/* Offsets in the directory count from the values' begin until the header's size is known. */
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

/* The bytes of the model of a plan; malloc'ed. */
static uint8_t *make_model(const struct plan *plan, uint64_t seed, size_t *size)
{
    struct writer writer = {.tables = malloc(CAPACITY),
                            .directory = malloc(CAPACITY),
                            .values = malloc(CAPACITY),
                            .random = seed,
                            .plan = plan};
    uint8_t *file = malloc(CAPACITY);
    assert(writer.tables != NULL && writer.directory != NULL && writer.values != NULL && file);
    uint32_t sizes[MAX_GROUPS] = {0};
    put_tables(&writer, sizes);
    put_weights(&writer, sizes);
    const size_t begin = 80 + writer.n_tables + writer.n_directory;
    move_offsets(&writer, begin);
    const size_t total = begin + writer.n_values;
    size_t n = 0;
    put(file, &n, "\x8eUQM\r\n\x1a\n", 8);
    put_u32(file, &n, 5);
    put_u32(file, &n, 0);
    put_u64(file, &n, total);
    put_u64(file, &n, 0);
    const uint32_t n_tensors = (uint32_t)(writer.n_directory / 64);
    const uint32_t header[] = {1,
                               WIDTH,
                               BLOCKS,
                               plan->n_groups,
                               plan->n_stage_types,
                               plan->n_stages,
                               plan->n_steps,
                               plan->n_phases,
                               n_tensors,
                               plan->n_networks,
                               DENOISE_BLOCKS,
                               0};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        put_u32(file, &n, header[i]);
    put(file, &n, writer.tables, writer.n_tables);
    put(file, &n, writer.directory, writer.n_directory);
    put(file, &n, writer.values, writer.n_values);
    size_t id_at = 24;
    put_u64(file, &id_at, XXH3_64bits(file + 32, begin - 32));
    free(writer.tables);
    free(writer.directory);
    free(writer.values);
    *size = total;
    return file;
}

/* ---- The models ---- */

static unsigned tiny_group_of(unsigned colour, unsigned level, unsigned band, unsigned dy,
                              unsigned dx)
{
    static const unsigned by_place[2][2] = {{4, 7}, {6, 5}};
    if (colour > 0)
        return level > 1 ? 3 : 8 + colour;
    if (level > 1)
        return level == 3 ? 0 : 1 + (dy + dx) % 2;
    return band == 2 ? 8 : by_place[dy % 2][dx % 2];
}

static const struct stage_type tiny_stage_types[] = {
    {0, 12, 6}, {0, 6, 4},  {0, 4, 3}, {0, 3, 2}, {0, 2, 1},
    {0, 1, 0},  {1, 12, 4}, {1, 4, 2}, {1, 2, 0}, {1, 4, 0},
};

static const struct stage tiny_stages[] = {
    {2, 6, 0}, {2, 9, 0}, {1, 6, 0}, {0, 0, 1}, {1, 7, 2}, {0, 1, 2},
    {1, 8, 3}, {0, 2, 3}, {0, 3, 4}, {0, 4, 5}, {0, 5, 6},
};

static const char tiny_steps[][STEP_NAME] = {"coarse", "64", "16", "8", "4", "2", "lossless"};

static const struct plan tiny = {
    .name = "tiny",
    .n_groups = MAX_GROUPS,
    .n_phases = 3,
    .n_networks = 2,
    .n_stage_types = sizeof tiny_stage_types / sizeof *tiny_stage_types,
    .n_stages = sizeof tiny_stages / sizeof *tiny_stages,
    .n_steps = sizeof tiny_steps / sizeof *tiny_steps,
    .stage_types = tiny_stage_types,
    .stages = tiny_stages,
    .steps = tiny_steps,
    .group_of = tiny_group_of,
};

uint8_t *tiny_model_bytes(uint64_t seed, size_t *size)
{
    return make_model(&tiny, seed, size);
}

static unsigned quick_group_of(unsigned colour, unsigned level, unsigned band, unsigned dy,
                               unsigned dx)
{
    (void)level;
    (void)band;
    (void)dy;
    (void)dx;
    return colour;
}

static const struct stage_type quick_stage_types[] = {{0, 12, 2}, {0, 2, 0}, {1, 12, 2}, {1, 2, 0}};

static const struct stage quick_stages[] = {{2, 2, 0}, {2, 3, 0}, {1, 2, 0},
                                            {0, 0, 1}, {1, 3, 2}, {0, 1, 2}};

static const char quick_steps[][STEP_NAME] = {"coarse", "fine", "lossless"};

static const struct plan quick = {
    .name = "quick",
    .n_groups = 3,
    .n_phases = 2,
    .n_networks = 1,
    .n_stage_types = sizeof quick_stage_types / sizeof *quick_stage_types,
    .n_stages = sizeof quick_stages / sizeof *quick_stages,
    .n_steps = sizeof quick_steps / sizeof *quick_steps,
    .stage_types = quick_stage_types,
    .stages = quick_stages,
    .steps = quick_steps,
    .group_of = quick_group_of,
};

uint8_t *quick_model_bytes(uint64_t seed, size_t *size)
{
    return make_model(&quick, seed, size);
}

static const struct stage late_stages[] = {{2, 2, 0}, {2, 3, 0}, {1, 2, 0},
                                           {0, 0, 1}, {0, 1, 2}, {1, 3, 2}};

uint8_t *late_model_bytes(uint64_t seed, size_t *size)
{
    struct plan late = quick;
    late.name = "late";
    late.stages = late_stages;
    return make_model(&late, seed, size);
}
