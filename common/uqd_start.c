#include "uqd_start.h"

#include <string.h>

/* As the usual programs write them. */
static int is_picture(const unsigned char *start, size_t size)
{
    static const unsigned char png[] = {0x89, 'P', 'N', 'G'}, jpeg[] = {0xff, 0xd8, 0xff};
    int is_pnm = size >= 3 && start[0] == 'P' && start[1] >= '1' && start[1] <= '7' &&
                 (start[2] == '\n' || start[2] == ' ');
    return (size >= sizeof png && memcmp(start, png, sizeof png) == 0) ||
           (size >= sizeof jpeg && memcmp(start, jpeg, sizeof jpeg) == 0) || is_pnm;
}

const char *uqd_start_trouble(const void *start, size_t size)
{
    static const unsigned char signature[UQD_START_SIZE] = {0x8d, 'U', 'Q', 'D'};
    const size_t n = size < sizeof signature ? size : sizeof signature;
    if (n > 0 && memcmp(start, signature, n) == 0)
        return "its header is damaged";
    return is_picture(start, n)
               ? "is not a .uqd file but a picture: encode it first, with `uqd encode`"
               : "is not a .uqd file";
}
