#include "codec/body.h"

#include "container/crc.h"
#include "util/bytes.h"

#include <stdlib.h>

enum { CRC_SIZE = 4, SOLID_CRC_SIZE = 2 };

static size_t crc_size(struct uqd_body body)
{
    return body.solid ? SOLID_CRC_SIZE : CRC_SIZE;
}

static int checksum(struct uqd_body body, const uint8_t *data, size_t size, uint32_t *sum,
                    struct uqd_work *work)
{
    const int status = uqd_crc32(data, size, sum, work);
    if (body.solid)
        *sum &= 0xffff;
    return status;
}

static uint32_t stored_checksum(struct uqd_body body, const uint8_t *data)
{
    return body.solid ? uqd_get_u16(data) : uqd_get_u32(data);
}

int uqd_body_seal(const uint8_t *bytes, size_t n_bytes, struct uqd_body body, uint8_t **data,
                  size_t *size, struct uqd_work *work)
{
    const size_t before = crc_size(body);
    *data = NULL;
    *size = 0;
    if (n_bytes == 0)
        return UQD_OK;
    uint8_t *sealed = malloc(before + n_bytes);
    if (sealed == NULL)
        return UQD_ERR_NOMEM;
    uint32_t crc;
    int status = checksum(body, bytes, n_bytes, &crc, work);
    if (status == UQD_OK)
        status = uqd_work_copy(work, sealed + before, bytes, n_bytes);
    if (status < 0) {
        free(sealed);
        return status;
    }
    if (body.solid)
        uqd_put_u16(sealed, crc);
    else
        uqd_put_u32(sealed, crc);
    *data = sealed;
    *size = before + n_bytes;
    return UQD_OK;
}

int uqd_body_open(struct uqd_body body, struct uqd_extent extent, struct uqd_extent *chunks,
                  struct uqd_work *work)
{
    const size_t before = extent.size > 0 ? crc_size(body) : 0;
    *chunks = extent;
    if (extent.size == 0)
        return UQD_OK;
    if (extent.size <= before)
        return UQD_ERR_CORRUPT;
    if (extent.available <= before)
        return UQD_NEED_DATA;
    *chunks =
        (struct uqd_extent){extent.data + before, extent.available - before, extent.size - before};
    uint32_t crc;
    if (extent.available < extent.size)
        return UQD_OK;
    const int status = checksum(body, chunks->data, chunks->size, &crc, work);
    if (status < 0)
        return status;
    return crc == stored_checksum(body, extent.data) ? UQD_OK : UQD_ERR_CORRUPT;
}

size_t uqd_body_used(struct uqd_extent extent, struct uqd_extent chunks,
                     const struct uqd_stream *stream)
{
    const size_t read = uqd_stream_used(stream);
    return (size_t)(chunks.data - extent.data) + (read == 0 && chunks.size > 0 ? 1 : read);
}

int uqd_body_close(struct uqd_stream *stream)
{
    const int status = uqd_stream_close(stream);
    if (status != UQD_OK || stream->position == stream->size)
        return status;
    return stream->available == stream->size ? UQD_ERR_CORRUPT : UQD_NEED_DATA;
}
