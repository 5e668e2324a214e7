#include "image_input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void image_note(const struct image_input *input, const char *format, ...)
{
    struct message text, sentence;
    va_list arguments;
    if (!input->options->note)
        return;
    va_start(arguments, format);
    vsnprintf(text.text, sizeof text.text, format, arguments);
    va_end(arguments);
    message_set(&sentence, "%s: %s", input->name, text.text);
    if (strcmp(sentence.text, input->last_note->text) == 0)
        return;
    *input->last_note = sentence;
    input->options->note(input->options->cookie, sentence.text);
}

int image_look(const struct image_input *input)
{
    const struct image_read_options *options = input->options;
    if (!options->is_cancelled || !options->is_cancelled(options->cookie))
        return 0;
    return message_set(input->message, "%s: reading it was cancelled", input->name);
}

int image_no_memory(const struct image_input *input)
{
    return message_set(input->message, "%s: there is not enough memory for the picture",
                       input->name);
}

int image_check_size(const struct image_input *input, uint64_t width, uint64_t height)
{
    if (width == 0 || height == 0)
        return message_set(input->message, "%s: the picture has no pixels", input->name);
    if (input->options->exceeds)
        *input->options->exceeds = width > UQD_MAX_SIDE || height > UQD_MAX_SIDE ||
                                   width * height > input->options->max_pixels;
    if (width > UQD_MAX_SIDE || height > UQD_MAX_SIDE)
        return message_set(input->message,
                           "%s: %llu x %llu pixels are too many, a side may have %d", input->name,
                           (unsigned long long)width, (unsigned long long)height, UQD_MAX_SIDE);
    if (width * height > input->options->max_pixels)
        return message_set(input->message, "%s: %llu x %llu pixels are more than the limit of %llu",
                           input->name, (unsigned long long)width, (unsigned long long)height,
                           (unsigned long long)input->options->max_pixels);
    return 0;
}

int image_allocate(const struct image_input *input, struct pixels *pixels, size_t pixel_size)
{
    size_t size;
    if (__builtin_mul_overflow((size_t)pixels->width, pixels->height, &size) ||
        __builtin_mul_overflow(size, pixel_size, &size))
        return image_no_memory(input);
    pixels->data = malloc(size);
    return pixels->data ? 0 : image_no_memory(input);
}
