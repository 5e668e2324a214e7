/* Arbitrary bytes as the steps behind a valid header, each step behind its right checksum. */
#include "container/header.h"
#include "fuzz.h"
#include "util/bytes.h"

#include <string.h>
#include <zlib.h>

enum { MAX_SIDE = 40, MAX_SPREAD = 64, PREFIX = 8, CRC_SIZE = 4 };

/* Shares the bytes out to the steps of the header and writes the checksum that begins each. */
static void seal_steps(struct uqd_header *header, uint8_t *steps, size_t size, unsigned share)
{
    for (uint32_t s = 0; s < header->n_steps; s++) {
        const size_t step = s + 1 < header->n_steps ? size * share / MAX_SPREAD : size;
        header->step_size[s] = step;
        if (step > CRC_SIZE)
            uqd_put_u32(steps, (uint32_t)crc32_z(0, steps + CRC_SIZE, step - CRC_SIZE));
        steps += step;
        size -= step;
    }
}

/* Bytes: choice, width, height, bits (colour, dither), size of the tiles, low-pass, share of the
 * bytes that each step takes, share that is there; then the steps. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < PREFIX)
        return 0;
    struct uqd_model_info model;
    uqd_model_get_info(fuzz_model(NULL, NULL), &model);
    struct uqd_header header = {
        .width = 1 + data[1] % MAX_SIDE,
        .height = 1 + data[2] % MAX_SIDE,
        .channels = data[3] & 1 ? 3 : 1,
        .model_id = model.id,
        .dithered = data[3] >> 1 & 1,
        .seed = data[3] & 2 ? 7 : 0,
        .tile_log2 = data[4] % 17,
        .low = {data[5] - 128, data[5] % 7, 3},
        .n_steps = model.n_steps,
    };
    const size_t steps_size = size - PREFIX;
    uint8_t *const steps = fuzz_copy(data + PREFIX, steps_size);
    seal_steps(&header, steps, steps_size, data[6] % MAX_SPREAD);
    uint8_t *begin;
    size_t begin_size;
    FUZZ_CHECK(uqd_header_write(&header, NULL, 0, &begin, &begin_size) == UQD_OK);
    const size_t present = steps_size * (data[7] + 1u) / 256;
    uint8_t *const file = malloc(begin_size + present);
    FUZZ_CHECK(file != NULL);
    memcpy(file, begin, begin_size);
    memcpy(file + begin_size, steps, present);
    fuzz_check_decoding(file, begin_size + present, data[0]);
    free(steps);
    free(file);
    free(begin);
    return 0;
}

/* The steps of a real file, shared out anew. */
size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const uint8_t prefixes[][PREFIX] = {
        {0, 16, 8, 1, 16, 128, 20, 255},
        {1, 39, 23, 0, 1, 100, 40, 255},
        {2, 7, 30, 3, 0, 90, 10, 200},
        {37, 31, 31, 1, 1, 160, 50, 120},
    };
    if (index >= sizeof prefixes / sizeof prefixes[0])
        return 0;
    uint8_t *file;
    const size_t size = fuzz_encode(30, 20, 3, UQD_DITHER_NONE, &file);
    struct uqd_header header;
    FUZZ_CHECK(uqd_header_parse(&header, file, size) == UQD_OK);
    *data = malloc(PREFIX + size - header.size);
    FUZZ_CHECK(*data != NULL);
    memcpy(*data, prefixes[index], PREFIX);
    memcpy(*data + PREFIX, file + header.size, size - header.size);
    free(file);
    return PREFIX + size - header.size;
}
