#include "finish.h"

#include "colour_profile.h"

#include <stdlib.h>

static int no_memory(const struct input *input, struct message *message)
{
    return message_set(message, "%s: there is not enough memory for the picture", input->name);
}

/* The file's profile, for which more of it may have to be read; its data is NULL if there is none
 * that can be had. Encoders let a large one wait until it is a quarter of what comes before. */
static int take_profile(struct input *input, struct uqd_metadata *profile, struct message *message)
{
    for (uint32_t i = 0; i < input->info.n_metadata; i++) {
        int status = uqd_decoder_metadata(input->decoder, i, profile);
        if (profile->type != UQD_METADATA_ICC)
            continue;
        if (status == UQD_NEED_DATA) {
            const uint64_t end = uqd_decoder_metadata_end(input->decoder, i);
            if (input_feed(input, end, message) < 0)
                return -1;
            status = uqd_decoder_metadata(input->decoder, i, profile);
        }
        return status == UQD_ERR_NOMEM ? no_memory(input, message) : 0;
    }
    *profile = (struct uqd_metadata){.data = NULL};
    return 0;
}

/* Converts the pixels by the profile, which is none that they fit to if this returns 1. */
static int convert(struct pixels *pixels, const struct uqd_metadata *profile)
{
    struct message message;
    const uint32_t channels = pixels->channels % 2 == 0 ? 4 : 3;
    const uint32_t n_pixels = pixels->width * pixels->height;
    struct colour_converter *converter =
        colour_converter_new(profile->data, profile->size, pixels->channels, &message);
    uint8_t *data = converter ? malloc((size_t)n_pixels * channels) : NULL;
    if (data) {
        colour_converter_run(converter, pixels->data, data, n_pixels);
        free(pixels->data);
        pixels->data = data;
        pixels->channels = channels;
    }
    colour_converter_free(converter);
    return !converter ? 1 : data ? 0 : -1;
}

/* A picture whose profile is damaged is shown as one without. */
int thumbnail_finish(struct input *input, struct pixels *pixels, struct message *message)
{
    struct uqd_metadata profile;
    if (take_profile(input, &profile, message) < 0)
        return -1;
    if ((profile.data && convert(pixels, &profile) < 0) || pixels_expand(pixels, 4) != 0)
        return no_memory(input, message);
    return 0;
}
