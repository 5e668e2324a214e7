#include "container/header.h"

#include "container/record.h"
#include "container/varint.h"
#include "util/bytes.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAX_STEP_SIZE (UINT64_C(1) << 40)

static const uint8_t magic[4] = {0x8d, 'U', 'Q', 'D'};

enum {
    OLDEST_VERSION = 3,
    VERSION = 4,
    VERSION_OF_SECOND_FLAGS = 5,
    FLAG_DITHER = 1 << 0,
    FLAG_GREY = 1 << 1,
    FLAG_DISTORTION = 1 << 2,
    FLAG_RECORDS = 1 << 3, /* in version 3: ICC */
    FLAG_TILE = 1 << 4,
    FLAG_SOLID = 1 << 5,
    FLAG_PAPER = 1 << 6,
    FLAG_PHASED = 1 << 7,
    SECOND_FLAG_COPY = 1 << 0, /* of version 5, which has a second byte of flags */
    SECOND_FLAG_SEPARATE = 1 << 1,
    SECOND_FLAG_FIRST = 1 << 2,
    SECOND_FLAG_JOINT = 1 << 3,
    SECOND_FLAG_SIGNS = 1 << 4,
    SECOND_FLAGS = SECOND_FLAG_COPY | SECOND_FLAG_SEPARATE | SECOND_FLAG_FIRST | SECOND_FLAG_JOINT |
                   SECOND_FLAG_SIGNS,
    MIN_TILE_LOG2 = 4,
    MAX_TILE_LOG2 = UQD_HEADER_TILE_LOG2, /* what a single tile costs has an end */
    MAX_LOW = 1 << 12,
    ALPHA_RECORDS = 2, /* or none */
    CRC_SIZE = 2,
    WRITTEN_SIZE = 1024, /* more than any header without records */
};

/* ---- Reading ---- */

/* The first failure or lack of data sticks; reads after it give 0. */
struct reader {
    const uint8_t *data;
    size_t size, position;
    int status;
};

static uint64_t read_varint(struct reader *reader, uint64_t minimum, uint64_t maximum)
{
    uint64_t value = 0;
    if (reader->status != UQD_OK)
        return minimum;
    reader->status = uqd_varint_read(reader->data, reader->size, &reader->position, &value);
    if (reader->status == UQD_OK && (value < minimum || value > maximum))
        reader->status = UQD_ERR_CORRUPT;
    return reader->status == UQD_OK ? value : minimum;
}

static const uint8_t *read_bytes(struct reader *reader, size_t n)
{
    static const uint8_t nothing[8];
    if (reader->status == UQD_OK && reader->size - reader->position < n)
        reader->status = UQD_NEED_DATA;
    if (reader->status != UQD_OK)
        return nothing;
    const uint8_t *p = reader->data + reader->position;
    reader->position += n;
    return p;
}

static void read_low(struct reader *reader, struct uqd_header *header)
{
    for (uint32_t c = 0; c < header->colours; c++)
        header->low[c] = (int32_t)uqd_unzigzag(read_varint(reader, 0, 2 * MAX_LOW));
}

static void read_steps(struct reader *reader, struct uqd_header *header)
{
    header->n_steps = read_bytes(reader, 1)[0];
    if (reader->status == UQD_OK &&
        (header->n_steps < 1 || header->n_steps > UQD_HEADER_MAX_STEPS)) {
        reader->status = UQD_ERR_CORRUPT;
        return;
    }
    if (header->solid) {
        header->body_size = read_varint(reader, 0, MAX_STEP_SIZE);
        return;
    }
    for (uint32_t s = 0; s < header->n_steps && reader->status == UQD_OK; s++) {
        header->step_size[s] = read_varint(reader, 0, MAX_STEP_SIZE);
        header->body_size += header->step_size[s];
        if (header->has_distortion)
            header->centibel[s] = (uint16_t)uqd_get_u16(read_bytes(reader, 2));
    }
}

static void read_tile(struct reader *reader, struct uqd_header *header)
{
    header->tile_log2 = read_bytes(reader, 1)[0];
    if (reader->status == UQD_OK &&
        (header->tile_log2 < MIN_TILE_LOG2 || header->tile_log2 > MAX_TILE_LOG2))
        reader->status = UQD_ERR_CORRUPT;
}

/* Tiles of a picture along a side. */
static uint32_t n_tiles(uint32_t side, uint32_t tile_log2)
{
    const uint32_t blocks = (side + 7) / 8;
    return (blocks + (1u << tile_log2) - 1) >> tile_log2;
}

static void read_side(struct reader *reader, uint32_t n, uint32_t *begin, uint32_t *end)
{
    *begin = (uint32_t)read_varint(reader, 0, n - 1);
    *end = *begin + (uint32_t)read_varint(reader, 1, n - *begin);
}

static void read_first(struct reader *reader, struct uqd_header *header)
{
    read_side(reader, n_tiles(header->width, header->tile_log2), &header->first.x_begin,
              &header->first.x_end);
    read_side(reader, n_tiles(header->height, header->tile_log2), &header->first.y_begin,
              &header->first.y_end);
}

static void read_icc(struct reader *reader, struct uqd_header *header)
{
    header->icc_size = read_varint(reader, 1, UQD_MAX_ICC_SIZE);
    if (reader->status != UQD_OK)
        return;
    header->icc_offset = reader->position;
    read_bytes(reader, header->icc_size);
}

/* Whether a decoder can do with a record of this type, `same` others of it being in the table. */
static int check_type(uint8_t type, uint32_t same)
{
    if (type == UQD_RECORD_ALPHA)
        return same < ALPHA_RECORDS ? UQD_OK : UQD_ERR_CORRUPT;
    if (type & UQD_RECORD_NEEDED)
        return UQD_ERR_UNSUPPORTED;
    return type < UQD_METADATA_TEXT && same > 0 ? UQD_ERR_CORRUPT : UQD_OK;
}

static void read_record(struct reader *reader, struct uqd_header *header)
{
    struct uqd_record *record = &header->records[header->n_records];
    const uint32_t before = header->n_records > 0 ? record[-1].position : 0;
    uint32_t same = 0;
    record->type = read_bytes(reader, 1)[0];
    record->position = read_bytes(reader, 1)[0];
    record->size = read_varint(reader, 1, MAX_STEP_SIZE);
    for (uint32_t i = 0; i < header->n_records; i++)
        same += header->records[i].type == record->type;
    if (reader->status == UQD_OK)
        reader->status = check_type(record->type, same);
    if (reader->status == UQD_OK &&
        (record->position < before || record->position > uqd_header_bodies(header)))
        reader->status = UQD_ERR_CORRUPT;
    header->has_alpha |= record->type == UQD_RECORD_ALPHA;
    header->n_records++;
}

/* What holds for the table as a whole: alpha is complete and lies before the last body ends, so
 * that a file whose steps are all there has all of it. */
static int check_table(const struct uqd_header *header)
{
    uint32_t n_metadata = 0, n_alpha = 0;
    for (uint32_t i = 0; i < header->n_records; i++) {
        const struct uqd_record *record = &header->records[i];
        const int is_alpha = record->type == UQD_RECORD_ALPHA;
        n_metadata += record->type <= UQD_METADATA_TEXT;
        n_alpha += is_alpha;
        if (is_alpha && record->position == uqd_header_bodies(header))
            return UQD_ERR_CORRUPT;
    }
    if (n_metadata > UQD_MAX_METADATA || (n_alpha != 0 && n_alpha != ALPHA_RECORDS))
        return UQD_ERR_CORRUPT;
    return UQD_OK;
}

static void read_records(struct reader *reader, struct uqd_header *header)
{
    const uint32_t n = read_bytes(reader, 1)[0];
    if (reader->status == UQD_OK && n == 0)
        reader->status = UQD_ERR_CORRUPT;
    while (reader->status == UQD_OK && header->n_records < n)
        read_record(reader, header);
    if (reader->status == UQD_OK)
        reader->status = check_table(header);
}

static uint32_t checksum(const uint8_t *data, size_t size)
{
    return (uint32_t)crc32_z(0, data, size) & 0xffff;
}

static void read_crc(struct reader *reader)
{
    const size_t end = reader->position;
    const uint32_t stored = uqd_get_u16(read_bytes(reader, CRC_SIZE));
    if (reader->status == UQD_OK && checksum(reader->data, end) != stored)
        reader->status = UQD_ERR_CORRUPT;
}

static void read_second_flags(struct reader *reader, struct uqd_header *header)
{
    const uint8_t flags = read_bytes(reader, 1)[0];
    if (reader->status == UQD_OK && (flags & ~SECOND_FLAGS) != 0)
        reader->status = UQD_ERR_UNSUPPORTED;
    header->first.x_end = (flags & SECOND_FLAG_FIRST) != 0;
    header->has_copy = (flags & SECOND_FLAG_COPY) != 0;
    header->separate = (flags & SECOND_FLAG_SEPARATE) != 0;
    header->joint = (flags & SECOND_FLAG_JOINT) != 0;
    header->sign_curves = (flags & SECOND_FLAG_SIGNS) != 0;
}

int uqd_header_parse(struct uqd_header *out, const uint8_t *data, size_t size)
{
    struct reader reader = {.data = data, .size = size, .status = UQD_OK};
    struct uqd_header header = {0};
    const size_t at_hand = size < sizeof magic ? size : sizeof magic;
    if (memcmp(data, magic, at_hand) != 0)
        return UQD_ERR_CORRUPT;
    read_bytes(&reader, sizeof magic);
    const uint8_t version = read_bytes(&reader, 1)[0];
    if (reader.status == UQD_OK && (version < OLDEST_VERSION || version > VERSION_OF_SECOND_FLAGS))
        return UQD_ERR_UNSUPPORTED;
    const uint8_t flags = read_bytes(&reader, 1)[0];
    if (version == VERSION_OF_SECOND_FLAGS)
        read_second_flags(&reader, &header);
    header.colours = flags & FLAG_GREY ? 1 : 3;
    header.dithered = (flags & FLAG_DITHER) != 0;
    header.has_distortion = (flags & FLAG_DISTORTION) != 0;
    header.solid = (flags & FLAG_SOLID) != 0;
    header.paper = (flags & FLAG_PAPER) != 0;
    header.phased = (flags & FLAG_PHASED) != 0;
    if ((header.solid && (header.has_distortion || header.has_copy)) ||
        (header.dithered && (header.phased || header.joint || header.sign_curves)) ||
        (header.paper && (!header.dithered || (flags & FLAG_TILE) || header.separate)) ||
        (header.first.x_end > 0 && !header.separate))
        return UQD_ERR_CORRUPT;
    header.width = (uint32_t)read_varint(&reader, 1, UQD_MAX_SIDE);
    header.height = (uint32_t)read_varint(&reader, 1, UQD_MAX_SIDE);
    header.model_id = uqd_get_u32(read_bytes(&reader, 4));
    if (header.dithered)
        header.seed = uqd_get_u64(read_bytes(&reader, 8));
    header.tile_log2 = UQD_HEADER_TILE_LOG2;
    if (flags & FLAG_TILE)
        read_tile(&reader, &header);
    if (reader.status == UQD_OK && header.first.x_end > 0) /* or else the tiles have no size */
        read_first(&reader, &header);
    if (!header.paper)
        read_low(&reader, &header);
    read_steps(&reader, &header);
    if ((flags & FLAG_RECORDS) && version == 3)
        read_icc(&reader, &header);
    else if (flags & FLAG_RECORDS)
        read_records(&reader, &header);
    read_crc(&reader);
    if (reader.status != UQD_OK)
        return reader.status;
    header.size = reader.position;
    *out = header;
    return UQD_OK;
}

/* ---- Writing ---- */

static uint8_t *put_varint(uint8_t *p, uint64_t value)
{
    return p + uqd_varint_write(p, value);
}

static uint8_t flags_of(const struct uqd_header *header)
{
    return (uint8_t)((header->dithered ? FLAG_DITHER : 0) | (header->colours == 1 ? FLAG_GREY : 0) |
                     (header->has_distortion ? FLAG_DISTORTION : 0) |
                     (header->n_records > 0 ? FLAG_RECORDS : 0) |
                     (header->tile_log2 != UQD_HEADER_TILE_LOG2 ? FLAG_TILE : 0) |
                     (header->solid ? FLAG_SOLID : 0) | (header->paper ? FLAG_PAPER : 0) |
                     (header->phased ? FLAG_PHASED : 0));
}

static uint8_t second_flags_of(const struct uqd_header *header)
{
    return (uint8_t)((header->has_copy ? SECOND_FLAG_COPY : 0) |
                     (header->separate ? SECOND_FLAG_SEPARATE : 0) |
                     (header->first.x_end > 0 ? SECOND_FLAG_FIRST : 0) |
                     (header->joint ? SECOND_FLAG_JOINT : 0) |
                     (header->sign_curves ? SECOND_FLAG_SIGNS : 0));
}

static uint8_t *put_fixed_part(uint8_t *p, const struct uqd_header *header)
{
    memcpy(p, magic, sizeof magic);
    p += sizeof magic;
    const uint8_t second = second_flags_of(header);
    *p++ = second != 0 ? VERSION_OF_SECOND_FLAGS : VERSION;
    *p++ = flags_of(header);
    if (second != 0)
        *p++ = second;
    p = put_varint(p, header->width);
    p = put_varint(p, header->height);
    uqd_put_u32(p, header->model_id);
    p += 4;
    if (header->dithered) {
        uqd_put_u64(p, header->seed);
        p += 8;
    }
    if (header->tile_log2 != UQD_HEADER_TILE_LOG2)
        *p++ = (uint8_t)header->tile_log2;
    if (header->first.x_end > 0) {
        p = put_varint(p, header->first.x_begin);
        p = put_varint(p, header->first.x_end - header->first.x_begin);
        p = put_varint(p, header->first.y_begin);
        p = put_varint(p, header->first.y_end - header->first.y_begin);
    }
    return p;
}

static uint8_t *put_steps(uint8_t *p, const struct uqd_header *header)
{
    *p++ = (uint8_t)header->n_steps;
    if (header->solid)
        return put_varint(p, header->body_size);
    for (uint32_t s = 0; s < header->n_steps; s++) {
        p = put_varint(p, header->step_size[s]);
        if (header->has_distortion) {
            uqd_put_u16(p, header->centibel[s]);
            p += 2;
        }
    }
    return p;
}

static uint8_t *put_records(uint8_t *p, const struct uqd_header *header)
{
    *p++ = (uint8_t)header->n_records;
    for (uint32_t i = 0; i < header->n_records; i++) {
        *p++ = header->records[i].type;
        *p++ = header->records[i].position;
        p = put_varint(p, header->records[i].size);
    }
    return p;
}

int uqd_header_write(const struct uqd_header *header, uint8_t **data, size_t *size)
{
    uint8_t *begin = malloc(WRITTEN_SIZE + header->n_records * (2 + UQD_VARINT_MAX));
    if (begin == NULL)
        return UQD_ERR_NOMEM;
    uint8_t *p = put_fixed_part(begin, header);
    for (uint32_t c = 0; c < header->colours && !header->paper; c++)
        p = put_varint(p, uqd_zigzag(header->low[c]));
    p = put_steps(p, header);
    if (header->n_records > 0)
        p = put_records(p, header);
    uqd_put_u16(p, (uint16_t)checksum(begin, (size_t)(p - begin)));
    *data = begin;
    *size = (size_t)(p - begin) + CRC_SIZE;
    return UQD_OK;
}
