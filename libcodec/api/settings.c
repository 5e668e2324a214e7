#include "api/settings.h"

#include <string.h>
#include <uqd/uqd.h>

int uqd_settings_take(void *defaults, size_t size, const void *given)
{
    size_t given_size;
    memcpy(&given_size, given, sizeof given_size);
    /* A structure that no default function has seen has 0 here, or anything. */
    if (given_size < 2 * sizeof given_size || given_size > 65536)
        return UQD_ERR_ARG;
    const size_t common = given_size < size ? given_size : size;
    memcpy((char *)defaults + sizeof size, (const char *)given + sizeof size, common - sizeof size);
    return UQD_OK;
}

void uqd_settings_give(const void *defaults, size_t size, void *given, size_t given_size)
{
    memset(given, 0, given_size);
    memcpy(given, defaults, given_size < size ? given_size : size);
    memcpy(given, &given_size, sizeof given_size);
}
