/* What the readers of picture files share: the file, and what they say of it. */
#ifndef UQD_COMMON_IMAGE_INPUT_H
#define UQD_COMMON_IMAGE_INPUT_H

#include "image_file.h"

/* One encoded image file that is being read. */
struct image_input {
    const char *name; /* what messages call it */
    const uint8_t *data;
    size_t size;
    const struct image_read_options *options; /* with max_pixels */
    struct message *message;
    struct message *last_note;
};

/* Calls the note of the options with a sentence that begins with the file's name; not twice in a
 * row with the same. */
void image_note(const struct image_input *input, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Pixels that may be worked on between two looks. */
enum { IMAGE_LOOK = 1 << 14 };

/* Asks whether the reading is cancelled. 0, or -1 with a message. */
int image_look(const struct image_input *input);

/* The same in a loop over pixels, where i is their number. */
static inline int image_look_at(const struct image_input *input, size_t i)
{
    return i % IMAGE_LOOK == 0 ? image_look(input) : 0;
}

/* Sets the message that the memory does not suffice. Returns -1. */
int image_no_memory(const struct image_input *input);

/* Checks the sides of a picture against UQD_MAX_SIDE and options->max_pixels, before anything is
 * allocated for it. 0, or -1 with a message. */
int image_check_size(const struct image_input *input, uint64_t width, uint64_t height);

/* Allocates pixels->data for width * height pixels of that many bytes. 0, or -1 with a message. */
int image_allocate(const struct image_input *input, struct pixels *pixels, size_t pixel_size);

#endif
