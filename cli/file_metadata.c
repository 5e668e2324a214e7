#include "file_metadata.h"

#include "colour_profile.h"
#include "escape.h"
#include "json.h"
#include "metadata.h"
#include "plural.h"
#include "program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* In JSON. */
static const char *const keys[] = {
    [UQD_METADATA_ICC] = "icc",
    [UQD_METADATA_CICP] = "cicp",
    [UQD_METADATA_RESOLUTION] = "resolution",
    [UQD_METADATA_EXIF] = "exif",
    [UQD_METADATA_XMP] = "xmp",
    [UQD_METADATA_TEXT] = "text",
};

/* ---- Decoding ------------------------------------------------------------------------------ */

static void note(const struct source *source, struct progress *progress,
                 const struct uqd_metadata *block, const char *what)
{
    struct message message;
    message_set(&message, "%s: its %s %s", source->name, metadata_name(block->type), what);
    progress_hide(progress);
    message_print(stderr, uqd_program.name, &message);
}

/* The resolution is that of the full size. */
static int fits(const struct source *source, const struct pixels *pixels,
                const struct uqd_metadata *block)
{
    return block->type != UQD_METADATA_RESOLUTION ||
           (pixels->width == source->info.width && pixels->height == source->info.height);
}

static int take_block(struct source *source, uint32_t index, struct pixels *pixels,
                      struct progress *progress, struct message *message)
{
    struct uqd_metadata block;
    int status = uqd_decoder_metadata(source->decoder, index, &block);
    if (status == UQD_NEED_DATA && metadata_tells_colours(block.type)) {
        uint64_t end = uqd_decoder_metadata_end(source->decoder, index);
        if (source_feed(source, end, message) < 0)
            return -1;
        status = uqd_decoder_metadata(source->decoder, index, &block);
    }
    if (status == UQD_ERR_CORRUPT)
        note(source, progress, &block, "is damaged and left out");
    else if (status == UQD_NEED_DATA && metadata_tells_colours(block.type))
        note(source, progress, &block, "lies behind the cut: the colours may be others");
    if (status == UQD_ERR_NOMEM ||
        (status == UQD_OK && fits(source, pixels, &block) &&
         pixels_add_metadata(pixels, block.type, block.data, block.size) < 0))
        return message_set(message, "%s: there is not enough memory for its metadata",
                           source->name);
    return 0;
}

int file_metadata_take(struct source *source, struct pixels *pixels, struct progress *progress,
                       struct message *message)
{
    int result = 0;
    for (uint32_t i = 0; i < source->info.n_metadata && result == 0; i++)
        result = take_block(source, i, pixels, progress, message);
    return result;
}

/* ---- Info ---------------------------------------------------------------------------------- */

static uint32_t get_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* What a block says in one line, malloc'ed; NULL if that is nothing. */
static char *describe(const struct uqd_metadata *block)
{
    const uint8_t *bytes = block->data;
    char *text = NULL, profile[128];
    int length = -1;
    if (block->type == UQD_METADATA_ICC && profile_description(bytes, block->size, profile) == 0) {
        length = asprintf(&text, "%s", profile);
    } else if (block->type == UQD_METADATA_CICP && block->size == 4) {
        length = asprintf(&text, "primaries %d, transfer %d, matrix %d, %s range", bytes[0],
                          bytes[1], bytes[2], bytes[3] ? "full" : "narrow");
    } else if (block->type == UQD_METADATA_RESOLUTION && block->size == 9) {
        uint32_t across = get_big_endian(bytes), down = get_big_endian(bytes + 4);
        length = bytes[8] == 1 ? asprintf(&text, "%.0f x %.0f dpi", across * 0.0254, down * 0.0254)
                               : asprintf(&text, "%" PRIu32 " : %" PRIu32, across, down);
    } else if (block->type == UQD_METADATA_TEXT) {
        int keyword = (int)strnlen((const char *)bytes, block->size);
        length = asprintf(&text, "%.*s", keyword, (const char *)bytes);
    }
    return length < 0 ? NULL : text;
}

static const char *state_of(int status)
{
    return status == UQD_OK            ? ""
           : status == UQD_NEED_DATA   ? "not there"
           : status == UQD_ERR_CORRUPT ? "damaged"
                                       : "not readable";
}

void file_metadata_print(struct source *source)
{
    for (uint32_t i = 0; i < source->info.n_metadata; i++) {
        struct uqd_metadata block;
        int status = uqd_decoder_metadata(source->decoder, i, &block);
        char *text = status == UQD_OK ? describe(&block) : NULL;
        printf("%-8s ", i == 0 ? "with" : "");
        printf("%s, ", metadata_name(block.type));
        if (status == UQD_OK)
            printf("%zu byte%s", block.size, plural(block.size));
        printf("%s%s", state_of(status), text ? ": " : "");
        if (text)
            escape_print(stdout, text);
        putchar('\n');
        free(text);
    }
}

void file_metadata_print_json(struct source *source)
{
    printf("\"metadata\": [");
    for (uint32_t i = 0; i < source->info.n_metadata; i++) {
        struct uqd_metadata block;
        int status = uqd_decoder_metadata(source->decoder, i, &block);
        char *text = status == UQD_OK ? describe(&block) : NULL;
        printf("%s\n  {\"type\": \"%s\", ", i > 0 ? "," : "", keys[block.type]);
        if (status == UQD_OK)
            printf("\"bytes\": %zu", block.size);
        else
            printf("\"bytes\": null, \"missing\": \"%s\"", state_of(status));
        if (text) {
            printf(", \"description\": ");
            json_string(stdout, text);
        }
        putchar('}');
        free(text);
    }
    printf("]");
}
