#include "uqd_start.h"

#include <string.h>

const char *uqd_start_trouble(const void *start, size_t size)
{
    static const unsigned char signature[UQD_START_SIZE] = {0x8d, 'U', 'Q', 'D'};
    const size_t n = size < sizeof signature ? size : sizeof signature;
    return n > 0 && memcmp(start, signature, n) == 0 ? "its header is damaged"
                                                     : "is not a .uqd file";
}
