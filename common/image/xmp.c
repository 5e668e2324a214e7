#include "xmp.h"

#include <string.h>

static const char property[] = "tiff:Orientation";

static size_t skip_space(const uint8_t *data, size_t size, size_t at)
{
    while (at < size && data[at] && strchr(" \t\r\n", data[at]))
        at++;
    return at;
}

/* Where the value is that follows the property's name: ="6", ='6' or >6<. 0 if none does. */
static size_t find_value(const uint8_t *data, size_t size, size_t at)
{
    uint8_t end = '<';
    at = skip_space(data, size, at);
    if (at >= size || (data[at] != '=' && data[at] != '>'))
        return 0;
    if (data[at] == '=') {
        at = skip_space(data, size, at + 1);
        if (at >= size || (data[at] != '"' && data[at] != '\''))
            return 0;
        end = data[at];
    }
    size_t value = skip_space(data, size, at + 1);
    if (value >= size || data[value] < '1' || data[value] > '8')
        return 0;
    at = skip_space(data, size, value + 1);
    return at < size && data[at] == end ? value : 0;
}

void xmp_set_upright(uint8_t *data, size_t size)
{
    const size_t length = sizeof property - 1;
    uint8_t *at = data;
    for (;;) {
        at = memmem(at, size - (size_t)(at - data), property, length);
        if (!at)
            return;
        at += length;
        size_t value = find_value(data, size, (size_t)(at - data));
        if (value)
            data[value] = '1';
    }
}
