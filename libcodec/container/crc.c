#include "container/crc.h"

#include <zlib.h>

enum {
    PIECE = 1 << 20,       /* bytes between two looks */
    BYTES_PER_SAMPLE = 16, /* in the time of one sample elsewhere */
};

int uqd_crc32(const uint8_t *data, size_t size, uint32_t *crc, struct uqd_work *work)
{
    int status = UQD_OK;
    uLong sum = 0;
    for (size_t done = 0; done < size && status == UQD_OK; done += PIECE) {
        const size_t n = size - done < PIECE ? size - done : PIECE;
        sum = crc32_z(sum, data + done, n);
        status = uqd_work_look(work, n / BYTES_PER_SAMPLE);
    }
    *crc = (uint32_t)sum;
    return status;
}
