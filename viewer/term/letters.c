#include "term/letters.h"

#include "utf8.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xfffd

struct range {
    uint32_t first, last;
};

/* What has no cell of its own: marks that join a letter, and what sets directions and variants. */
static const struct range joining[] = {
    {0x300, 0x36f},       {0x483, 0x489},   {0x591, 0x5bd},     {0x610, 0x61a},
    {0x64b, 0x65f},       {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},   {0x200b, 0x200f},
    {0x202a, 0x202e},     {0x2060, 0x206f}, {0x20d0, 0x20ff},   {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},     {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0000, 0xe0fff},
    {0x10eeee, 0x10eeee},
};

static const struct range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

#define IS_IN(ranges, letter) is_in(ranges, sizeof(ranges) / sizeof *(ranges), letter)

static int is_in(const struct range *ranges, size_t n, uint32_t letter)
{
    for (size_t i = 0; i < n; i++)
        if (letter >= ranges[i].first && letter <= ranges[i].last)
            return 1;
    return 0;
}

/* One character, whatever it is; bytes that are none are taken one by one. */
static uint32_t decode(const char **text)
{
    static const uint8_t marks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *bytes = (const unsigned char *)*text;
    size_t size = utf8_character_size(*text, strnlen(*text, 4));
    *text += size > 0 ? size : 1;
    if (size == 0 || size > 4)
        return REPLACEMENT;
    uint32_t letter = bytes[0] & marks[size];
    for (size_t i = 1; i < size; i++)
        letter = letter << 6 | (bytes[i] & 0x3f);
    return letter;
}

uint32_t letter_next(const char **text, int *width)
{
    while (**text) {
        uint32_t letter = decode(text);
        if (IS_IN(joining, letter))
            continue;
        *width = IS_IN(wide, letter) ? 2 : 1;
        return letter < 0x20 || (letter >= 0x7f && letter < 0xa0) ? REPLACEMENT : letter;
    }
    *width = 0;
    return 0;
}

int letters_width(const char *text)
{
    int sum = 0;
    for (int width; letter_next(&text, &width) != 0;)
        sum += width;
    return sum;
}

const char *letters_spell(const char *text, char *copy, size_t size)
{
    static const char infinity[] = "\xe2\x88\x9e", spelled[] = "inf";
    const char *at = strstr(text, infinity);
    size_t n = 0;
    if (!at)
        return text;
    for (; at; at = strstr(text, infinity)) {
        n += (size_t)snprintf(copy + n, size - n, "%.*s%s", (int)(at - text), text, spelled);
        text = at + sizeof infinity - 1;
        if (n >= size)
            return copy;
    }
    snprintf(copy + n, size - n, "%s", text);
    return copy;
}

char letter_ascii(uint32_t letter)
{
    static const struct {
        uint32_t letter;
        char ascii;
    } alike[] = {{0xd7, 'x'},   {0xb7, '-'}, {0x2026, '~'}, {0x2013, '-'}, {0x394, 'D'},
                 {0x2192, '>'}, {0xb1, '~'}, {0x2212, '-'}, {0xa0, ' '}};
    if (letter >= 0x20 && letter < 0x7f)
        return (char)letter;
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (alike[i].letter == letter)
            return alike[i].ascii;
    return '?';
}

int letter_utf8(uint32_t letter, char bytes[4])
{
    int n = letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = n - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (letter & 0x3f));
        letter >>= 6;
    }
    bytes[0] = (char)(leads[n] | letter);
    return n;
}
