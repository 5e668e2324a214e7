/* Arbitrary bytes as the steps behind a valid header, each step behind its right checksum. */
#include "container/header.h"
#include "fuzz.h"
#include "model/class.h"
#include "util/bytes.h"

#include <string.h>
#include <zlib.h>

enum { MAX_SIDE = 40, CRC_SIZE = 4, SOLID_CRC_SIZE = 2 };

/* Bytes of the input: choice, width, height, flags, size of the tiles, share that is there, number
 * of steps; low-pass, 3 * 16 bits; then the size of every step, 16 bits; then the steps. */
enum {
    CHOICE,
    WIDTH,
    HEIGHT,
    FLAGS,
    TILE,
    PRESENT,
    N_STEPS,
    LOW,
    SIZES = LOW + 6,
};
enum { FLAG_COLOUR = 1, FLAG_DITHER = 2, FLAG_SOLID = 4 };

static struct uqd_header read_header(const uint8_t *data)
{
    struct uqd_model_info model;
    uqd_model_get_info(fuzz_model(NULL, NULL), &model);
    struct uqd_header header = {
        .width = 1 + data[WIDTH] % MAX_SIDE,
        .height = 1 + data[HEIGHT] % MAX_SIDE,
        .colours = data[FLAGS] & FLAG_COLOUR ? 3 : 1,
        .model_id = model.id,
        .dithered = (data[FLAGS] & FLAG_DITHER) != 0,
        .tile_log2 = data[TILE] % 17,
        .n_steps = 1 + data[N_STEPS] % model.n_steps,
        .solid = (data[FLAGS] & FLAG_SOLID) != 0,
    };
    header.paper = fuzz_model(NULL, NULL)->class->is_paper;
    if (header.paper) {
        header.dithered = 1;
        header.tile_log2 = UQD_HEADER_TILE_LOG2;
    }
    for (uint32_t c = 0; c < header.colours; c++)
        header.low[c] = (int16_t)uqd_get_u16(data + LOW + 2 * (size_t)c) / 8;
    return header;
}

/* Shares the bytes out to the steps of the header and writes the checksum that begins each. */
static void seal_steps(struct uqd_header *header, const uint8_t *sizes, uint8_t *steps, size_t left)
{
    for (uint32_t s = 0; s < header->n_steps; s++) {
        const size_t wanted = uqd_get_u16(sizes + 2 * (size_t)s);
        const size_t step = wanted < left ? wanted : left;
        header->step_size[s] = step;
        if (step > CRC_SIZE)
            uqd_put_u32(steps, (uint32_t)crc32_z(0, steps + CRC_SIZE, step - CRC_SIZE));
        steps += step;
        left -= step;
    }
}

static void seal_body(struct uqd_header *header, uint8_t *body, size_t size)
{
    header->body_size = size;
    if (size > SOLID_CRC_SIZE)
        uqd_put_u16(body,
                    (uint32_t)crc32_z(0, body + SOLID_CRC_SIZE, size - SOLID_CRC_SIZE) & 0xffff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < SIZES)
        return 0;
    struct uqd_header header = read_header(data);
    const size_t prefix = SIZES + 2 * (size_t)header.n_steps;
    if (size < prefix)
        return 0;
    const size_t steps_size = size - prefix;
    uint8_t *const steps = fuzz_copy(data + prefix, steps_size);
    if (header.solid)
        seal_body(&header, steps, steps_size);
    else
        seal_steps(&header, data + SIZES, steps, steps_size);

    uint8_t *begin;
    size_t begin_size;
    FUZZ_CHECK(uqd_header_write(&header, &begin, &begin_size) == UQD_OK);
    const size_t present = steps_size * (data[PRESENT] + 1u) / 256;
    uint8_t *const file = malloc(begin_size + present);
    FUZZ_CHECK(file != NULL);
    memcpy(file, begin, begin_size);
    memcpy(file + begin_size, steps, present);
    fuzz_check_decoding(file, begin_size + present, data[CHOICE]);
    free(steps);
    free(file);
    free(begin);
    return 0;
}

/* Real files, taken apart into the input that makes them again. */
size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const struct {
        uint8_t choice, width, height, flags, present;
    } seeds[] = {
        {0, 17, 9, FLAG_COLOUR, 255},
        {1, 39, 23, 0, 255},
        {2, 8, 31, FLAG_COLOUR | FLAG_DITHER, 255},
        {37, 32, 32, FLAG_COLOUR, 120},
        {3, 12, 11, FLAG_COLOUR | FLAG_SOLID, 255},
        {4, 30, 9, FLAG_SOLID, 200},
    };
    if (index >= sizeof seeds / sizeof seeds[0])
        return 0;
    const int dithered = seeds[index].flags & FLAG_DITHER;
    uint8_t *file;
    const size_t size = fuzz_encode(
        seeds[index].width, seeds[index].height, seeds[index].flags & FLAG_COLOUR ? 3 : 1,
        dithered ? UQD_DITHER_UNIVERSAL : UQD_DITHER_NONE, seeds[index].flags & FLAG_SOLID, &file);
    struct uqd_header header;
    FUZZ_CHECK(uqd_header_parse(&header, file, size) == UQD_OK);
    const size_t prefix = SIZES + 2 * (size_t)header.n_steps;
    uint8_t *const out = malloc(prefix + size - header.size);
    FUZZ_CHECK(out != NULL);
    out[CHOICE] = seeds[index].choice;
    out[WIDTH] = seeds[index].width - 1;
    out[HEIGHT] = seeds[index].height - 1;
    out[FLAGS] = seeds[index].flags;
    out[TILE] = (uint8_t)header.tile_log2;
    out[PRESENT] = seeds[index].present;
    out[N_STEPS] = (uint8_t)(header.n_steps - 1);
    for (size_t c = 0; c < 3; c++)
        uqd_put_u16(out + LOW + 2 * c, (uint16_t)(header.low[c] * 8));
    for (size_t s = 0; s < header.n_steps; s++)
        uqd_put_u16(out + SIZES + 2 * s, (uint16_t)header.step_size[s]);
    memcpy(out + prefix, file + header.size, size - header.size);
    free(file);
    *data = out;
    return prefix + size - header.size;
}
