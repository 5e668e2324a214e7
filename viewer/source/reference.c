#include "source/reference.h"

#include "image_file.h"
#include "plural.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct reference {
    struct reference_config config;
    pthread_t thread;
    atomic_bool ended; /* set when the result is complete */
    bool taken;
    struct reference_result result;
};

/* read: channels of the file. */
static int check(const struct reference *reference, const struct pixels *pixels, uint32_t read,
                 struct message *message)
{
    const struct reference_config *config = &reference->config;
    if (pixels->width == config->width && pixels->height == config->height &&
        pixels->channels == config->channels)
        return 0;
    return message_set(message, "%s: %u x %u pixels with %u channel%s, but %s has %u x %u with %u",
                       config->path, pixels->width, pixels->height, read, plural(read),
                       config->file, config->width, config->height, config->channels);
}

/* Before the channels become as many as the file's: the profile is for those that it has. */
static int copy_profile(struct reference *reference, const struct pixels *pixels)
{
    const struct uqd_metadata *profile = pixels_metadata(pixels, UQD_METADATA_ICC);
    struct reference_result *result = &reference->result;
    if (!profile)
        return 0;
    result->icc = malloc(profile->size);
    if (!result->icc)
        return message_set(&result->message, "%s: out of memory", reference->config.path);
    memcpy(result->icc, profile->data, profile->size);
    result->icc_size = profile->size;
    result->icc_channels = pixels->channels;
    return 0;
}

static int take_pixels(struct reference *reference, struct pixels *pixels)
{
    struct message *message = &reference->result.message;
    uint32_t read = pixels->channels;
    if (copy_profile(reference, pixels))
        return -1;
    if (pixels_expand(pixels, reference->config.channels) < 0)
        return message_set(message, "%s: out of memory", reference->config.path);
    if (check(reference, pixels, read, message))
        return -1;
    struct picture *picture = picture_new(pixels->width, pixels->height, pixels->channels);
    if (!picture)
        return message_set(message, "%s: out of memory", reference->config.path);
    memcpy(picture_pixels(picture), pixels->data, picture_size(picture));
    reference->result.picture = picture;
    return 0;
}

static void *run(void *cookie)
{
    struct reference *reference = cookie;
    struct pixels pixels;
    if (image_read(reference->config.path, NULL, &pixels, &reference->result.message) == 0) {
        take_pixels(reference, &pixels);
        pixels_free(&pixels);
    }
    atomic_store(&reference->ended, true);
    reference->config.notify(reference->config.cookie);
    return NULL;
}

struct reference *reference_new(const struct reference_config *config)
{
    struct reference *reference = calloc(1, sizeof *reference);
    if (!reference)
        return NULL;
    reference->config = *config;
    if (pthread_create(&reference->thread, NULL, run, reference)) {
        free(reference);
        return NULL;
    }
    return reference;
}

bool reference_take(struct reference *reference, struct reference_result *result)
{
    if (reference->taken || !atomic_load(&reference->ended))
        return false;
    reference->taken = true;
    *result = reference->result;
    return true;
}

void reference_free(struct reference *reference)
{
    if (!reference)
        return;
    pthread_join(reference->thread, NULL);
    if (!reference->taken) {
        picture_unref(reference->result.picture);
        free(reference->result.icc);
    }
    free(reference);
}
