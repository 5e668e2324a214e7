/* From a file that is open to the picture of its thumbnail: what a process does that can reach
 * nothing else. */
#ifndef UQD_COMMON_THUMBNAIL_PICTURE_H
#define UQD_COMMON_THUMBNAIL_PICTURE_H

#include "image_file.h"
#include "input.h"
#include "message.h"
#include "render.h"

#include <stdbool.h>
#include <stdint.h>

struct picture_settings {
    uint32_t threads;
    bool coarse; /* a coarse picture will do, where one can be had in a small part of the time */
    const struct input_models *models;
};

/* Whether it is a coarse one that is made, by the size of the file's picture alone. */
bool picture_is_coarse(const struct picture_settings *settings, const struct render_plan *plan);

/* Makes the picture, of the planned size, with the colours of sRGB and an alpha channel. Nothing of
 * the input has been read. 0, or -1 with a message and the fault; free with pixels_free. */
int picture_make(struct input *input, const struct picture_settings *settings,
                 struct render_request *request, struct pixels *pixels, struct message *message);

#endif
