#include "picture_profile.h"

#include "colour_profile.h"
#include "pixels.h"
#include "profile_make.h"
#include "samples.h"

#include <stdlib.h>

/* Replaces the RGB profile by one for grey, or by none if sRGB's greys are the same. 0, 1 if there
 * is none that shows the same, or -1 with a message. */
static int replace_by_grey(const struct image_input *input, struct pixels *pixels)
{
    const struct uqd_metadata *profile = pixels_metadata(pixels, UQD_METADATA_ICC);
    uint8_t *icc;
    size_t size;
    int result = profile_from_rgb(profile->data, profile->size, &icc, &size);
    if (result == 0) {
        pixels_remove_metadata(pixels, UQD_METADATA_ICC);
        if (icc)
            result = pixels_add_metadata(pixels, UQD_METADATA_ICC, icc, size);
        free(icc);
    }
    return result < 0 ? image_no_memory(input) : result;
}

static void leave_out(const struct image_input *input, struct pixels *pixels, const char *why)
{
    image_note(input, "its colour profile %s and left out", why);
    pixels_remove_metadata(pixels, UQD_METADATA_ICC);
}

/* Leaves out what cannot stay. Returns the kind of what stays, sRGB without a profile. A grey
 * picture may still have an RGB profile. */
static enum colour_profile_kind check_profile(const struct image_input *input,
                                              struct pixels *pixels)
{
    const struct uqd_metadata *profile = pixels_metadata(pixels, UQD_METADATA_ICC);
    if (!profile)
        return COLOUR_PROFILE_SRGB;
    enum colour_profile_kind kind = colour_profile_examine(profile->data, profile->size);
    if (kind == COLOUR_PROFILE_DAMAGED)
        leave_out(input, pixels, "is damaged");
    else if (kind == COLOUR_PROFILE_OTHER)
        leave_out(input, pixels, "is neither for grey nor for RGB pixels");
    else if (kind == COLOUR_PROFILE_GREY && pixels->channels >= 3)
        leave_out(input, pixels, "is for grey pixels");
    else if (kind == COLOUR_PROFILE_SRGB)
        pixels_remove_metadata(pixels, UQD_METADATA_ICC);
    else
        return kind;
    return COLOUR_PROFILE_SRGB;
}

int picture_profile_settle(const struct image_input *input, struct pixels *pixels)
{
    if (pixels_metadata(pixels, UQD_METADATA_ICC) && !colour_profile_has_memory())
        return image_no_memory(input);
    enum colour_profile_kind kind = check_profile(input, pixels);
    int result = 0;
    int is_grey = samples_are_grey(input, pixels);
    if (is_grey <= 0)
        return is_grey;
    if (kind == COLOUR_PROFILE_RGB)
        result = replace_by_grey(input, pixels);
    if (result < 0)
        return -1;
    if (result == 0 && pixels->channels >= 3)
        return samples_make_grey(input, pixels);
    if (result > 0 && pixels->channels < 3)
        leave_out(input, pixels, "is for RGB pixels");
    return 0;
}
