#include "utf8.h"

#include <stdint.h>

static int is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t utf8_letter(const char *text)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    if (bytes[0] < 0x80)
        return bytes[0] != 0;
    size_t length = bytes[0] < 0xc0 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    if (length == 0 || bytes[0] > 0xf4)
        return 0;
    uint32_t letter = bytes[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(bytes[i])) /* which the NUL at the end is not either */
            return 0;
        letter = letter << 6 | (bytes[i] & 0x3fu);
    }
    int is_surrogate = letter >= 0xd800 && letter <= 0xdfff;
    return letter >= smallest[length] && letter <= 0x10ffff && !is_surrogate ? length : 0;
}
