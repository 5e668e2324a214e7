#include "png_text.h"

#include "metadata.h"
#include "unpack.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

/* A part of a chunk. */
struct part {
    const uint8_t *data;
    size_t size;
};

/* Takes what precedes the next zero byte off the rest. -1 if there is no such byte. */
static int take_string(struct part *rest, struct part *string)
{
    const uint8_t *end = memchr(rest->data, 0, rest->size);
    if (!end)
        return -1;
    *string = (struct part){rest->data, (size_t)(end - rest->data)};
    rest->data += string->size + 1;
    rest->size -= string->size + 1;
    return 0;
}

static int take_byte(struct part *rest, unsigned *byte)
{
    if (rest->size == 0)
        return -1;
    *byte = *rest->data++;
    rest->size--;
    return 0;
}

static int leave_out(const struct image_input *input)
{
    metadata_note_damaged(input, UQD_METADATA_TEXT);
    return 0;
}

/* ---- Adding -------------------------------------------------------------------------------- */

/* The parts of a text as the chunk has them. */
struct raw_text {
    struct part keyword, language, translated, text;
    int is_latin1;
};

static char *decode(struct part part, int is_latin1)
{
    const char *text = part.data ? (const char *)part.data : "";
    return is_latin1 ? utf8_from_latin1(text, part.size) : utf8_from_either(text, part.size);
}

/* A language is a tag of ASCII letters; anything else says nothing. */
static struct part language_of(const struct raw_text *raw)
{
    for (size_t i = 0; i < raw->language.size; i++)
        if (raw->language.data[i] >= 0x80)
            return (struct part){NULL, 0};
    return raw->language;
}

static int add(const struct image_input *input, struct pixels *pixels, const struct raw_text *raw)
{
    if (raw->keyword.size < 1 || raw->keyword.size > PNG_MAX_KEYWORD)
        return leave_out(input);
    char *keyword = decode(raw->keyword, 1), *language = decode(language_of(raw), 1);
    char *translated = decode(raw->translated, 0), *text = decode(raw->text, raw->is_latin1);
    const struct metadata_text parts = {keyword, language, translated, text};
    int result = keyword && language && translated && text
                     ? metadata_add_text(input, pixels, &parts)
                     : image_no_memory(input);
    free(keyword);
    free(language);
    free(translated);
    free(text);
    return result;
}

static int is_xmp(struct part keyword)
{
    return keyword.size == strlen(PNG_XMP_KEYWORD) &&
           memcmp(keyword.data, PNG_XMP_KEYWORD, keyword.size) == 0;
}

/* Unpacks the text and adds it. */
static int add_packed(const struct image_input *input, struct pixels *pixels, struct raw_text *raw,
                      int (*add_it)(const struct image_input *, struct pixels *,
                                    const struct raw_text *))
{
    enum uqd_metadata_type type = is_xmp(raw->keyword) ? UQD_METADATA_XMP : UQD_METADATA_TEXT;
    uint8_t *text;
    size_t size;
    if (!metadata_may_add(input, pixels, type))
        return 0;
    int result = unpack(input, type, raw->text.data, raw->text.size, &text, &size);
    if (result != 0)
        return result < 0 ? -1 : 0;
    raw->text = (struct part){text, size};
    result = add_it(input, pixels, raw);
    free(text);
    return result;
}

/* ---- The chunks ---------------------------------------------------------------------------- */

int png_read_text(const struct image_input *input, struct pixels *pixels, const uint8_t *data,
                  size_t size)
{
    struct raw_text raw = {.text = {data, size}, .is_latin1 = 1};
    if (take_string(&raw.text, &raw.keyword) < 0)
        return leave_out(input);
    return add(input, pixels, &raw);
}

int png_read_packed_text(const struct image_input *input, struct pixels *pixels,
                         const uint8_t *data, size_t size)
{
    struct raw_text raw = {.text = {data, size}, .is_latin1 = 1};
    unsigned method;
    if (take_string(&raw.text, &raw.keyword) < 0 || take_byte(&raw.text, &method) < 0 ||
        method != 0)
        return leave_out(input);
    return add_packed(input, pixels, &raw, add);
}

static int add_international(const struct image_input *input, struct pixels *pixels,
                             const struct raw_text *raw)
{
    if (is_xmp(raw->keyword))
        return metadata_add(input, pixels, UQD_METADATA_XMP, raw->text.data, raw->text.size);
    return add(input, pixels, raw);
}

int png_read_international_text(const struct image_input *input, struct pixels *pixels,
                                const uint8_t *data, size_t size)
{
    struct raw_text raw = {.text = {data, size}};
    unsigned is_packed, method;
    if (take_string(&raw.text, &raw.keyword) < 0 || take_byte(&raw.text, &is_packed) < 0 ||
        take_byte(&raw.text, &method) < 0 || take_string(&raw.text, &raw.language) < 0 ||
        take_string(&raw.text, &raw.translated) < 0 || is_packed > 1 || (is_packed && method != 0))
        return leave_out(input);
    if (is_packed)
        return add_packed(input, pixels, &raw, add_international);
    return add_international(input, pixels, &raw);
}
