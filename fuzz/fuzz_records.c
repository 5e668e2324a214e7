/* Arbitrary bytes as the content of a record, its checksum made right: as a piece of alpha, whole
 * and cut, and as metadata. */
#include "fuzz.h"

#include "codec/alpha.h"
#include "container/record.h"
#include "util/bytes.h"

#include <string.h>
#include <zlib.h>

enum { CHOICE, WIDTH, HEIGHT, PRESENT, CONTENT };
enum { MAX_SIDE = 48, CRC_SIZE = 4, MAX_UNPACKED = 1 << 16 };

static void check_alpha(uint32_t width, uint32_t height, enum uqd_alpha_piece piece,
                        const uint8_t *record, size_t available, size_t size, uint32_t reduce)
{
    struct uqd_alpha alpha = {.width = width, .height = height};
    const uint32_t colours = 1 + 2 * (piece == UQD_ALPHA_EXACT);
    const size_t stride = (size_t)((width >> reduce) + 1) * (colours + 1);
    uint8_t *const bytes = fuzz_copy(record, available);
    uint8_t *const pixels = calloc((height >> reduce) + 1, stride);
    FUZZ_CHECK(pixels != NULL);
    const int status = uqd_alpha_decode(&alpha, piece, bytes, available, size, NULL);
    FUZZ_CHECK(status == UQD_OK || alpha.n_known[piece] == 0);
    struct uqd_alpha_scratch scratch;
    FUZZ_CHECK(uqd_alpha_scratch_init(&scratch, &alpha, reduce) == UQD_OK);
    const struct uqd_region all = {0, 0, uqd_reduced_side(width, reduce),
                                   uqd_reduced_side(height, reduce)};
    FUZZ_CHECK(uqd_alpha_show(&alpha, &scratch, reduce, all, colours, pixels, stride, NULL) ==
               UQD_OK);
    uqd_alpha_scratch_free(&scratch);
    free(pixels);
    free(bytes);
    uqd_alpha_free(&alpha);
}

static void check_metadata(const uint8_t *record, size_t size)
{
    uint64_t unpacked_size;
    if (uqd_record_check(record, size, MAX_UNPACKED, &unpacked_size, NULL) < 0)
        return;
    FUZZ_CHECK(unpacked_size <= MAX_UNPACKED);
    uint8_t *const unpacked = malloc((size_t)unpacked_size + 1);
    FUZZ_CHECK(unpacked != NULL);
    const int status = uqd_record_unpack(record, size, unpacked, (size_t)unpacked_size, NULL);
    FUZZ_CHECK(status == UQD_OK || status == UQD_ERR_CORRUPT);
    free(unpacked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CONTENT)
        return 0;
    const size_t record_size = CRC_SIZE + size - CONTENT;
    uint8_t *const record = malloc(record_size);
    FUZZ_CHECK(record != NULL);
    memcpy(record + CRC_SIZE, data + CONTENT, size - CONTENT);
    uqd_put_u32(record, (uint32_t)crc32_z(0, record + CRC_SIZE, record_size - CRC_SIZE));
    const uint32_t width = 1 + data[WIDTH] % MAX_SIDE, height = 1 + data[HEIGHT] % MAX_SIDE;
    const size_t available = record_size * (data[PRESENT] + 1U) / 256;
    check_alpha(width, height, (enum uqd_alpha_piece)(data[CHOICE] & 1), record, available,
                record_size, data[CHOICE] / 2 % (UQD_MAX_REDUCE + 1));
    check_metadata(record, record_size);
    free(record);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const struct {
        uint8_t choice, width, height, present;
    } seeds[] = {{0, 39, 30, 255}, {1, 39, 30, 255}, {1, 47, 9, 130}, {9, 20, 47, 200}};
    if (index >= sizeof seeds / sizeof seeds[0])
        return 0;
    const uint32_t width = 1U + seeds[index].width, height = 1U + seeds[index].height;
    uint8_t *const pixels = fuzz_picture(width, height, 2, 3), *record;
    const struct uqd_image image = {width, height, 2, (size_t)width * 2, pixels};
    size_t size;
    FUZZ_CHECK(uqd_alpha_encode(&image, (enum uqd_alpha_piece)(seeds[index].choice & 1), &record,
                                &size, NULL) == UQD_OK);
    *data = malloc(CONTENT + size - CRC_SIZE);
    FUZZ_CHECK(*data != NULL);
    const uint8_t head[CONTENT] = {seeds[index].choice, seeds[index].width, seeds[index].height,
                                   seeds[index].present};
    memcpy(*data, head, CONTENT);
    memcpy(*data + CONTENT, record + CRC_SIZE, size - CRC_SIZE);
    free(record);
    free(pixels);
    return CONTENT + size - CRC_SIZE;
}
