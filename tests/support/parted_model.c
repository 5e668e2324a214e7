#include "parted_model.h"

#include "tiny_model.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* docs/format.md, "Model file" */
enum {
    VERSION_AT = 8,
    REVISION_AT = 12,
    SIZE_AT = 16,
    ID_AT = 24,
    HASHED_FROM = 32,
    BLOCKS_AT = 40,
    GROUPS_AT = 44,
    STAGE_TYPES_AT = 48,
    STAGES_AT = 52,
    STEPS_AT = 56,
    PHASES_AT = 60,
    TENSORS_AT = 64,
    NETWORKS_AT = 68,
    DENOISE_BLOCKS_AT = 72, /* of version 5 */
    DENOISER_AT = 72,       /* of version 6 */
    HEADER = 80,
    DENOISER_HEADER = 32,
    ENTRY = 64,
    SHAPE_AT = 32, /* of an entry */
    OFFSET_AT = 48,
    HASH_AT = 56,
    ALIGNMENT = 64,
};

static uint64_t get(const uint8_t *p, int n_bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < n_bytes; i++)
        value |= (uint64_t)p[i] << 8 * i;
    return value;
}

static void put(uint8_t *p, uint64_t value, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t count(const uint8_t *model, size_t at)
{
    return (uint32_t)get(model + at, 4);
}

/* Header and tables. */
static size_t tables_end(const uint8_t *model)
{
    return HEADER + 32 + 192 * 2 * (size_t)count(model, PHASES_AT) +
           392 * (size_t)count(model, STAGE_TYPES_AT) + 4 * (size_t)count(model, STAGES_AT) +
           16 * (size_t)count(model, STEPS_AT);
}

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t bytes_of(const uint8_t *entry)
{
    size_t bytes = 2;
    for (int i = 0; i < 4; i++)
        bytes *= (size_t)get(entry + SHAPE_AT + 4 * i, 4);
    return bytes;
}

/* A part that is being written, its directory and values besides. Tensors are counted first. */
struct part {
    uint8_t *bytes;
    size_t entries, n, size; /* where the directory is, entries and bytes so far */
    int counts_only;
};

static void add_tensor(struct part *part, const uint8_t *entry, const uint8_t *values)
{
    const size_t bytes = bytes_of(entry), index = part->n++;
    if (part->counts_only)
        return;
    uint8_t *own = part->bytes + part->entries + ENTRY * index;
    part->size = aligned(part->size);
    memcpy(own, entry, ENTRY);
    put(own + OFFSET_AT, part->size, 8);
    put(own + HASH_AT, XXH3_64bits(values, bytes), 8);
    memcpy(part->bytes + part->size, values, bytes);
    part->size += bytes;
}

static void add_some_bits(struct part *part, const uint8_t *entry, const uint8_t *values,
                          unsigned network, const char *name, uint32_t n)
{
    uint8_t own[ENTRY];
    char field[32] = {0};
    snprintf(field, sizeof field, "net%u.%s", network, name);
    memcpy(own, entry, ENTRY);
    memcpy(own, field, sizeof field - 1);
    put(own + SHAPE_AT, n, 4);
    add_tensor(part, own, values);
}

/* The number behind `prefix` in a name, or -1 where there is another beginning. */
static int number_behind(const char *name, const char *prefix)
{
    const char *found = strstr(name, prefix);
    return found != NULL ? atoi(found + strlen(prefix)) : -1;
}

static void add_bits(struct part *part, const uint8_t *model, const uint8_t *entry,
                     const struct parted_denoiser *denoiser)
{
    const uint32_t n = 1 + count(model, BLOCKS_AT) + count(model, GROUPS_AT);
    const unsigned network = (unsigned)number_behind((const char *)entry, "net");
    const uint8_t *values = model + get(entry + OFFSET_AT, 8);
    if (denoiser == NULL) {
        add_some_bits(part, entry, values, network, "bits", n);
        return;
    }
    uint8_t own[2 * 17];
    const uint32_t n_blocks = denoiser->n_blocks;
    memcpy(own, values + 2 * (size_t)n, 2 * (size_t)n_blocks);
    memcpy(own + 2 * (size_t)n_blocks, values + 2 * (size_t)(n + count(model, DENOISE_BLOCKS_AT)),
           2);
    add_some_bits(part, entry, own, network, "denoise.bits", n_blocks + 1);
}

/* Those of the denoiser, or, without one, all others. */
static void add_tensors(struct part *part, const uint8_t *model,
                        const struct parted_denoiser *denoiser)
{
    for (uint32_t i = 0; i < count(model, TENSORS_AT); i++) {
        const uint8_t *entry = model + tables_end(model) + ENTRY * (size_t)i;
        const char *name = (const char *)entry;
        const int is_of_denoiser = strstr(name, "denoise") != NULL;
        const int block = number_behind(name, "denoise.block");
        if (strstr(name, ".bits") != NULL)
            add_bits(part, model, entry, denoiser);
        else if (is_of_denoiser == (denoiser != NULL) &&
                 (block < 0 || (uint32_t)block < denoiser->n_blocks))
            add_tensor(part, entry, model + get(entry + OFFSET_AT, 8));
    }
}

/* With room in front of the directory for head_size bytes. */
static struct part make_part(const uint8_t *model, const struct parted_denoiser *denoiser,
                             size_t head_size)
{
    struct part counted = {.counts_only = 1};
    add_tensors(&counted, model, denoiser);
    struct part part = {.entries = head_size, .size = head_size + ENTRY * counted.n};
    /* Larger than what is taken from the file, with what aligns each tensor. */
    part.bytes = calloc(1, part.size + (size_t)get(model + SIZE_AT, 8) + ALIGNMENT * counted.n);
    assert(part.bytes != NULL);
    add_tensors(&part, model, denoiser);
    return part;
}

uint8_t *parted_model_bytes(const uint8_t *model, struct parted_denoiser denoiser, size_t *size)
{
    assert(get(model + VERSION_AT, 4) == 5 && get(denoiser.model + VERSION_AT, 4) == 5 &&
           denoiser.n_blocks <= count(denoiser.model, DENOISE_BLOCKS_AT));
    const struct part bits = make_part(model, NULL, tables_end(model));
    const struct part pictures = make_part(denoiser.model, &denoiser, DENOISER_HEADER);
    const size_t begin = aligned(bits.size);
    *size = begin + pictures.size;
    uint8_t *file = calloc(1, *size);
    assert(file != NULL);
    memcpy(file, bits.bytes, bits.size);
    memcpy(file, model, tables_end(model));
    memcpy(file + begin, pictures.bytes, pictures.size);
    put(file + VERSION_AT, 6, 4);
    put(file + REVISION_AT, denoiser.revision, 4);
    put(file + SIZE_AT, *size, 8);
    put(file + TENSORS_AT, bits.n, 4);
    put(file + DENOISER_AT, begin, 8);
    put(file + begin + 16, denoiser.revision, 4);
    put(file + begin + 20, denoiser.n_blocks, 4);
    put(file + begin + 24, pictures.n, 4);
    parted_model_seal(file, *size);
    free(bits.bytes);
    free(pictures.bytes);
    return file;
}

uint8_t *tiny_parted_model_bytes(uint64_t seed, uint64_t denoiser_seed, uint32_t revision,
                                 size_t *size)
{
    size_t unused;
    uint8_t *model = tiny_model_bytes(seed, &unused);
    uint8_t *other = tiny_model_bytes(denoiser_seed, &unused);
    const struct parted_denoiser denoiser = {other, count(other, DENOISE_BLOCKS_AT), revision};
    uint8_t *file = parted_model_bytes(model, denoiser, size);
    free(model);
    free(other);
    return file;
}

void parted_model_seal(uint8_t *data, size_t size)
{
    const size_t end = tables_end(data) + ENTRY * (size_t)count(data, TENSORS_AT);
    const uint64_t begin = get(data + DENOISER_AT, 8);
    if (end <= size)
        put(data + ID_AT, XXH3_64bits(data + HASHED_FROM, end - HASHED_FROM), 8);
    if (size < DENOISER_HEADER || begin < end || begin > size - DENOISER_HEADER)
        return;
    uint8_t *part = data + begin;
    memcpy(part + 8, data + ID_AT, 8);
    const size_t head = DENOISER_HEADER + ENTRY * (size_t)get(part + 24, 4);
    if (head <= size - begin)
        put(part, XXH3_64bits(part + 8, head - 8), 8);
}
