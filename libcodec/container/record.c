#include "container/record.h"

#include "container/crc.h"
#include "container/varint.h"
#include "uqd/uqd.h"
#include "util/bytes.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    CRC_SIZE = 4,
    LEVEL = 9,
    RAW_WINDOW = -15, /* the largest window, without zlib's header and checksum */
    MEMORY = 9,
    OUTPUT_PIECE = 4096,      /* bytes that are packed, or unpacked, between two looks. All input */
    UNPACKED_PIECE = 1 << 18, /* is given at once, so that what is packed is always the same */
    LOOK_SAMPLES = 1 << 14,
    MOST_OF_A_BYTE = 1032, /* that deflate makes: 258 bytes of every two bits */
};

/* zlib counts in 32 bits; nothing that is packed comes near it. */
static int fits_zlib(size_t size)
{
    return size <= UINT_MAX / 2;
}

static int deflate_into(const void *unpacked, size_t unpacked_size, uint8_t *out, size_t capacity,
                        size_t *size, struct uqd_work *work)
{
    int status = UQD_OK, result = Z_OK;
    z_stream stream = {0};
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, RAW_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return UQD_ERR_NOMEM;
    stream.next_in = (Bytef *)(uintptr_t)unpacked;
    stream.avail_in = (uInt)unpacked_size;
    stream.next_out = out;
    for (*size = 0; result == Z_OK && *size < capacity && status == UQD_OK;) {
        const size_t room = capacity - *size < OUTPUT_PIECE ? capacity - *size : OUTPUT_PIECE;
        stream.avail_out = (uInt)room;
        result = deflate(&stream, Z_FINISH);
        *size += room - stream.avail_out;
        status = uqd_work_look(work, LOOK_SAMPLES);
    }
    deflateEnd(&stream);
    if (status < 0)
        return status;
    return result == Z_STREAM_END ? UQD_OK : UQD_ERR_NOMEM;
}

int uqd_record_pack(const void *unpacked, size_t unpacked_size, uint8_t **data, size_t *size,
                    struct uqd_work *work)
{
    if (!fits_zlib(unpacked_size))
        return UQD_ERR_NOMEM;
    const size_t bound = compressBound((uLong)unpacked_size) + 64;
    uint8_t *record = malloc(CRC_SIZE + UQD_VARINT_MAX + bound);
    if (record == NULL)
        return UQD_ERR_NOMEM;
    size_t packed;
    const size_t before = CRC_SIZE + uqd_varint_write(record + CRC_SIZE, unpacked_size);
    uint32_t crc;
    int status = deflate_into(unpacked, unpacked_size, record + before, bound, &packed, work);
    if (status == UQD_OK)
        status = uqd_crc32(record + CRC_SIZE, before + packed - CRC_SIZE, &crc, work);
    if (status < 0) {
        free(record);
        return status;
    }
    *size = before + packed;
    uqd_put_u32(record, crc);
    *data = record;
    return UQD_OK;
}

uint64_t uqd_record_most(size_t available)
{
    return available > CRC_SIZE ? (uint64_t)(available - CRC_SIZE) * MOST_OF_A_BYTE : 0;
}

int uqd_record_check(const uint8_t *data, size_t size, uint64_t most, uint64_t *unpacked_size,
                     struct uqd_work *work)
{
    size_t position = CRC_SIZE;
    uint32_t crc;
    if (size <= CRC_SIZE)
        return UQD_ERR_CORRUPT;
    const int status = uqd_crc32(data + CRC_SIZE, size - CRC_SIZE, &crc, work);
    if (status < 0)
        return status;
    if (uqd_get_u32(data) != crc)
        return UQD_ERR_CORRUPT;
    if (uqd_varint_read(data, size, &position, unpacked_size) != UQD_OK || *unpacked_size > most ||
        *unpacked_size > uqd_record_most(size))
        return UQD_ERR_CORRUPT;
    return UQD_OK;
}

/* Inflates as far as input and room go; *n: bytes made, *is_whole: the stream has ended, in just
 * these bytes. */
static int inflate_into(const uint8_t *data, size_t size, void *unpacked, size_t unpacked_size,
                        size_t *n, int *is_whole, struct uqd_work *work)
{
    int status = UQD_OK, result = Z_OK;
    z_stream stream = {0};
    uint8_t nothing;
    *n = 0;
    *is_whole = 0;
    if (!fits_zlib(unpacked_size))
        return UQD_ERR_CORRUPT;
    if (inflateInit2(&stream, RAW_WINDOW) != Z_OK)
        return UQD_ERR_NOMEM;
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)(fits_zlib(size) ? size : UINT_MAX / 2);
    stream.next_out = unpacked_size > 0 ? unpacked : &nothing;
    do {
        const size_t left = unpacked_size - *n;
        stream.avail_out = (uInt)(left < UNPACKED_PIECE ? left : UNPACKED_PIECE);
        result = inflate(&stream, Z_SYNC_FLUSH);
        *n = (size_t)(stream.next_out - (unpacked_size > 0 ? (uint8_t *)unpacked : &nothing));
        status = uqd_work_look(work, LOOK_SAMPLES);
    } while (result == Z_OK && stream.avail_out == 0 && *n < unpacked_size && status == UQD_OK);
    *is_whole = result == Z_STREAM_END && stream.avail_in == 0 && *n == unpacked_size;
    inflateEnd(&stream);
    return result == Z_MEM_ERROR ? UQD_ERR_NOMEM : status;
}

/* Where the deflate stream begins, 0 if that is not at hand. */
static size_t find_stream(const uint8_t *data, size_t available)
{
    size_t position = CRC_SIZE;
    uint64_t size;
    if (available <= CRC_SIZE || uqd_varint_read(data, available, &position, &size) != UQD_OK)
        return 0;
    return position;
}

int uqd_record_unpack(const uint8_t *data, size_t size, void *unpacked, size_t unpacked_size,
                      struct uqd_work *work)
{
    const size_t begin = find_stream(data, size);
    size_t n;
    int is_whole;
    if (begin == 0)
        return UQD_ERR_CORRUPT;
    const int status =
        inflate_into(data + begin, size - begin, unpacked, unpacked_size, &n, &is_whole, work);
    if (status < 0)
        return status;
    return is_whole ? UQD_OK : UQD_ERR_CORRUPT;
}

int uqd_record_unpack_part(const uint8_t *data, size_t available, void *unpacked,
                           size_t unpacked_size, size_t *n, struct uqd_work *work)
{
    const size_t begin = find_stream(data, available);
    int is_whole;
    *n = 0;
    if (begin == 0)
        return UQD_OK;
    const int status =
        inflate_into(data + begin, available - begin, unpacked, unpacked_size, n, &is_whole, work);
    return status == UQD_ERR_CORRUPT ? UQD_OK : status;
}
