#include "metadata.h"

#include "pixels.h"

#include <stdlib.h>
#include <string.h>

enum { N_TYPES = UQD_METADATA_TEXT + 1 };

/* Every other type can be there once, so this many texts leave room for all of them. */
enum { MAX_TEXTS = UQD_MAX_METADATA - (N_TYPES - 1) };

static const char *const names[N_TYPES] = {
    [UQD_METADATA_ICC] = "colour profile",    [UQD_METADATA_CICP] = "colour description (cICP)",
    [UQD_METADATA_RESOLUTION] = "resolution", [UQD_METADATA_EXIF] = "EXIF data",
    [UQD_METADATA_XMP] = "XMP data",          [UQD_METADATA_TEXT] = "text",
};

const char *metadata_name(enum uqd_metadata_type type)
{
    return names[type];
}

int metadata_tells_colours(enum uqd_metadata_type type)
{
    return type == UQD_METADATA_ICC || type == UQD_METADATA_CICP;
}

int metadata_is_wanted(const struct image_input *input, enum uqd_metadata_type type)
{
    return !input->options->strip || metadata_tells_colours(type);
}

void metadata_note_damaged(const struct image_input *input, enum uqd_metadata_type type)
{
    if (metadata_is_wanted(input, type))
        image_note(input, "its %s is damaged and left out", names[type]);
}

void metadata_note_large(const struct image_input *input, enum uqd_metadata_type type)
{
    if (metadata_is_wanted(input, type))
        image_note(input, "its %s of more than %zu bytes is too large and left out", names[type],
                   metadata_max_size(type));
}

/* What any picture may have of the types that there is little of; texts and XMP leave room for
 * them, wherever they are in the file. */
enum { SMALL_SIZE = 1 << 20, LARGE_SIZE = UQD_MAX_METADATA_SIZE - 4 * SMALL_SIZE };

size_t metadata_max_size(enum uqd_metadata_type type)
{
    return type == UQD_METADATA_ICC   ? UQD_MAX_ICC_SIZE
           : type == UQD_METADATA_XMP ? LARGE_SIZE
                                      : SMALL_SIZE;
}

/* ---- Adding -------------------------------------------------------------------------------- */

static uint32_t count(const struct pixels *pixels, enum uqd_metadata_type type)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < pixels->n_metadata; i++)
        n += pixels->metadata[i].type == type;
    return n;
}

static size_t total_size(const struct pixels *pixels)
{
    size_t size = 0;
    for (uint32_t i = 0; i < pixels->n_metadata; i++)
        size += pixels->metadata[i].size;
    return size;
}

/* Whether one more block of that type and size may be added; notes why not. */
static int has_room(const struct image_input *input, const struct pixels *pixels,
                    enum uqd_metadata_type type, size_t size)
{
    uint32_t max_count = type == UQD_METADATA_TEXT ? MAX_TEXTS : 1;
    if (size > metadata_max_size(type)) {
        metadata_note_large(input, type);
        return 0;
    }
    size_t limit =
        type == UQD_METADATA_XMP || type == UQD_METADATA_TEXT ? LARGE_SIZE : UQD_MAX_METADATA_SIZE;
    size_t total = total_size(pixels);
    if (total > limit || size > limit - total) {
        if (metadata_is_wanted(input, type))
            image_note(input, "has more metadata than %zu bytes, and its %s is left out", limit,
                       names[type]);
        return 0;
    }
    if (count(pixels, type) < max_count)
        return 1;
    if (metadata_is_wanted(input, type))
        image_note(input,
                   max_count == 1 ? "has its %s twice, and the second is left out"
                                  : "has more blocks of %s than fit, and some are left out",
                   names[type]);
    return 0;
}

/* EXIF data that is to be stripped still says how the picture lies. */
static int is_needed(const struct image_input *input, enum uqd_metadata_type type)
{
    return metadata_is_wanted(input, type) || type == UQD_METADATA_EXIF;
}

int metadata_may_add(const struct image_input *input, const struct pixels *pixels,
                     enum uqd_metadata_type type)
{
    return is_needed(input, type) && has_room(input, pixels, type, 1);
}

/* Some programs store EXIF data with the prefix that it has in JPEG files, also where it has
 * another one: it would be read one prefix further in the file that is made of this one. */
static void skip_prefixes(const uint8_t **data, size_t *size)
{
    static const uint8_t prefix[6] = "Exif";
    while (*size >= sizeof prefix && memcmp(*data, prefix, sizeof prefix) == 0) {
        *data += sizeof prefix;
        *size -= sizeof prefix;
    }
}

int metadata_add(const struct image_input *input, struct pixels *pixels,
                 enum uqd_metadata_type type, const void *bytes, size_t size)
{
    const uint8_t *data = bytes;
    if (type == UQD_METADATA_EXIF)
        skip_prefixes(&data, &size);
    if (size == 0 || !is_needed(input, type) || !has_room(input, pixels, type, size))
        return 0;
    if (pixels_add_metadata(pixels, type, data, size) == 0)
        return 0;
    return message_set(input->message, "%s: there is not enough memory for its %s", input->name,
                       names[type]);
}

/* ---- Texts --------------------------------------------------------------------------------- */

int metadata_add_text(const struct image_input *input, struct pixels *pixels,
                      const struct metadata_text *text)
{
    const char *const parts[] = {text->keyword, text->language, text->translated};
    size_t text_size = strlen(text->text), size = text_size;
    if (!metadata_is_wanted(input, UQD_METADATA_TEXT))
        return 0;
    for (unsigned i = 0; i < 3; i++)
        size += strlen(parts[i]) + 1;
    char *block = malloc(size), *at = block;
    if (!block)
        return image_no_memory(input);
    for (unsigned i = 0; i < 3; i++)
        at = stpcpy(at, parts[i]) + 1;
    memcpy(at, text->text, text_size);
    int result = metadata_add(input, pixels, UQD_METADATA_TEXT, block, size);
    free(block);
    return result;
}

int metadata_split_text(const struct uqd_metadata *block, struct metadata_text *text, char **copy)
{
    const char **parts[] = {&text->keyword, &text->language, &text->translated};
    *copy = malloc(block->size + 1);
    if (!*copy)
        return -1;
    memcpy(*copy, block->data, block->size);
    const char *at = *copy, *end = *copy + block->size;
    (*copy)[block->size] = 0;
    for (unsigned i = 0; i < 3; i++) {
        *parts[i] = at;
        at += strlen(at) + 1;
        if (at > end) {
            free(*copy);
            *copy = NULL;
            return 1;
        }
    }
    text->text = at;
    return 0;
}

/* ---- All blocks ---------------------------------------------------------------------------- */

void metadata_strip(struct pixels *pixels)
{
    for (int type = 0; type < N_TYPES; type++)
        if (!metadata_tells_colours((enum uqd_metadata_type)type))
            pixels_remove_metadata(pixels, (enum uqd_metadata_type)type);
}

unsigned metadata_list(const struct pixels *pixels, struct message *list)
{
    unsigned n = 0, n_present = 0;
    for (int type = 0; type < N_TYPES; type++)
        n_present += count(pixels, (enum uqd_metadata_type)type) > 0;
    list->text[0] = 0;
    for (int type = 0; type < N_TYPES; type++) {
        if (count(pixels, (enum uqd_metadata_type)type) == 0)
            continue;
        n++;
        if (n > 1)
            strcat(list->text, n == n_present ? " and " : ", ");
        strcat(list->text, names[type]);
    }
    return n;
}
