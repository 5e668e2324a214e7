#include "thumbnail_texts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int thumbnail_text_add(struct pixels *pixels, const char *key, const char *text)
{
    const size_t key_size = strlen(key) + 1, text_size = strlen(text);
    char *block = calloc(1, key_size + 2 + text_size); /* neither language nor translated key */
    int result = -1;

    if (block) {
        memcpy(block, key, key_size);
        memcpy(block + key_size + 2, text, text_size);
        result = pixels_add_metadata(pixels, UQD_METADATA_TEXT, block, key_size + 2 + text_size);
    }
    free(block);
    return result;
}

int thumbnail_number_add(struct pixels *pixels, const char *key, int64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64, number);
    return thumbnail_text_add(pixels, key, text);
}

int thumbnail_texts_add(struct pixels *pixels, const struct thumbnail_texts *texts)
{
    const struct stat *status = texts->status;

    if (thumbnail_text_add(pixels, "Thumb::URI", texts->uri) < 0 ||
        thumbnail_number_add(pixels, "Thumb::MTime", status->st_mtim.tv_sec) < 0 ||
        thumbnail_number_add(pixels, "Thumb::Size", status->st_size) < 0 ||
        thumbnail_text_add(pixels, "Thumb::Mimetype", MIME_TYPE) < 0 ||
        thumbnail_number_add(pixels, "Thumb::Image::Width", texts->width) < 0 ||
        thumbnail_number_add(pixels, "Thumb::Image::Height", texts->height) < 0 ||
        thumbnail_text_add(pixels, "Software", texts->software) < 0)
        return -1;
    return 0;
}
