#include "session/side.h"

#include "image_file.h"

#include <string.h>

static int check_reference(const struct side *side, const char *path, const struct pixels *pixels,
                           struct message *message)
{
    const struct uqd_info *info = &side->file.info;
    if (pixels->width == info->width && pixels->height == info->height &&
        pixels->channels == info->channels)
        return 0;
    return message_set(message, "%s: %u x %u pixels with %u channels, but %s has %u x %u with %u",
                       path, pixels->width, pixels->height, pixels->channels, side->file.path,
                       info->width, info->height, info->channels);
}

/* Before the channels become as many as the file's: the profile is for those that it has. */
static void set_reference_colours(struct side *side, const struct pixels *pixels)
{
    const struct uqd_metadata *profile = pixels_metadata(pixels, UQD_METADATA_ICC);
    if (profile)
        shown_colours_init(&side->reference_colours, profile->data, profile->size,
                           pixels->channels);
}

static int load_reference(struct side *side, const char *path, struct message *message)
{
    struct pixels pixels;
    int result = image_read(path, NULL, &pixels, message);
    if (result < 0)
        return result;
    set_reference_colours(side, &pixels);
    result = pixels_expand(&pixels, side->file.info.channels) < 0
                 ? message_set(message, "%s: out of memory", path)
                 : check_reference(side, path, &pixels, message);
    if (result == 0) {
        struct picture *reference = picture_new(pixels.width, pixels.height, pixels.channels);
        if (reference)
            memcpy(picture_pixels(reference), pixels.data, picture_size(reference));
        else
            result = message_set(message, "%s: out of memory", path);
        side->state.reference = reference;
        side->state.reference_given = true;
    }
    pixels_free(&pixels);
    return result;
}

int side_open(struct side *side, const char *path, const struct settings *settings,
              struct message *message)
{
    *side =
        (struct side){.frames.limit = settings->files[1] ? settings->cache / 2 : settings->cache};
    const char *slash = strrchr(path, '/');
    side->label = slash ? slash + 1 : path;
    int status = uqd_file_open(&side->file, path, message);
    if (status < 0)
        return status;
    shown_colours_init(&side->colours, side->file.icc, side->file.icc_size,
                       side->file.info.channels);
    if (state_init(&side->state, &side->file, settings))
        return message_set(message, "%s: out of memory", path);
    return settings->reference ? load_reference(side, settings->reference, message) : 0;
}

void side_close(struct side *side)
{
    frames_clear(&side->frames);
    if (side->state.file)
        state_clear(&side->state);
    shown_colours_clear(&side->colours);
    shown_colours_clear(&side->reference_colours);
    uqd_file_close(&side->file);
}
