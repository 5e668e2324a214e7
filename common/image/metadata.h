/* Collecting what a file carries besides pixels, within the limits of uqd.h. */
#ifndef UQD_COMMON_METADATA_H
#define UQD_COMMON_METADATA_H

#include "image_input.h"

/* What sentences call a block of that type: "colour profile". */
const char *metadata_name(enum uqd_metadata_type type);

/* Whether blocks of that type tell what colours the samples are. */
int metadata_tells_colours(enum uqd_metadata_type type);

/* The limit of uqd.h for a block of that type, in bytes. */
size_t metadata_max_size(enum uqd_metadata_type type);

/* Whether a block of that type would be added if it is not too large: to be asked before it is
 * unpacked. Notes why not. */
int metadata_may_add(const struct image_input *input, const struct pixels *pixels,
                     enum uqd_metadata_type type);

/* Appends a copy of the block. With a note, or none where the options strip it anyway, it is left
 * out if it is too large, if there are too many, or if it is the second of a type that a picture
 * has once. 0, or -1 with a message that there is no memory. */
int metadata_add(const struct image_input *input, struct pixels *pixels,
                 enum uqd_metadata_type type, const void *data, size_t size);

/* The parts of a TEXT block, none of which contains a zero byte. */
struct metadata_text {
    const char *keyword, *language, *translated, *text;
};

/* Appends them as a TEXT block, as metadata_add does. */
int metadata_add_text(const struct image_input *input, struct pixels *pixels,
                      const struct metadata_text *text);

/* Splits a TEXT block; *copy is malloc'ed, holds all parts and is freed by the caller. 0, 1 if the
 * block is damaged, or -1 where there is no memory; *copy is NULL then. */
int metadata_split_text(const struct uqd_metadata *block, struct metadata_text *text, char **copy);

/* Notes that a block is damaged, or larger than its limit, and left out; none if it is stripped. */
void metadata_note_damaged(const struct image_input *input, enum uqd_metadata_type type);
void metadata_note_large(const struct image_input *input, enum uqd_metadata_type type);

/* Whether the options want blocks of that type, or nothing that does not tell the colours. */
int metadata_is_wanted(const struct image_input *input, enum uqd_metadata_type type);

/* Removes all that does not tell the colours. */
void metadata_strip(struct pixels *pixels);

/* The names of all types that the picture has, "colour profile, text and EXIF data". Returns their
 * number. */
unsigned metadata_list(const struct pixels *pixels, struct message *list);

#endif
