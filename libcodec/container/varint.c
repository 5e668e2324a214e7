#include "container/varint.h"

#include "uqd/uqd.h"

int uqd_varint_read(const uint8_t *data, size_t size, size_t *position, uint64_t *value)
{
    uint64_t result = 0;
    for (size_t i = 0; i < UQD_VARINT_MAX; i++) {
        if (i >= size - *position)
            return UQD_NEED_DATA;
        const uint8_t byte = data[*position + i];
        result |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            if (byte == 0 && i > 0)
                return UQD_ERR_CORRUPT;
            *value = result;
            *position += i + 1;
            return UQD_OK;
        }
    }
    return UQD_ERR_CORRUPT;
}

size_t uqd_varint_write(uint8_t data[UQD_VARINT_MAX], uint64_t value)
{
    size_t n = 0;
    do {
        const uint64_t rest = value >> 7;
        data[n++] = (uint8_t)((value & 0x7f) | (rest != 0 ? 0x80 : 0));
        value = rest;
    } while (value != 0);
    return n;
}
