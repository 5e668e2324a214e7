#include "source/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct source_node {
    struct source_node *next;
    struct source_event event;
};

static void *run_thread(void *cookie)
{
    struct source *source = cookie;
    source->run(source);
    return NULL;
}

struct source *source_start(struct source *source, const struct source_config *config)
{
    source->config = *config;
    if (config->reference)
        source->reference = picture_ref(config->reference);
    pthread_mutex_init(&source->lock, NULL);
    if (pthread_create(&source->thread, NULL, run_thread, source) == 0)
        return source;
    picture_unref(source->reference);
    pthread_mutex_destroy(&source->lock);
    source->destroy(source);
    return NULL;
}

static void free_node(struct source_node *node)
{
    picture_unref(node->event.picture);
    bits_map_unref(node->event.bits);
    free(node);
}

static void drop_events(struct source *source)
{
    while (source->first) {
        struct source_node *node = source->first;
        source->first = node->next;
        free_node(node);
    }
    source->last = NULL;
}

void source_forget(struct source *source)
{
    pthread_mutex_lock(&source->lock);
    source->generation++;
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        source->requests[purpose].waiting = false;
    drop_events(source);
    pthread_mutex_unlock(&source->lock);
}

void source_free(struct source *source)
{
    if (!source)
        return;
    pthread_mutex_lock(&source->lock);
    source->quit = true;
    source->wake(source);
    pthread_mutex_unlock(&source->lock);
    pthread_join(source->thread, NULL);
    drop_events(source);
    picture_unref(source->reference);
    pthread_mutex_destroy(&source->lock);
    source->destroy(source);
}

void source_request(struct source *source, enum source_purpose purpose, const struct frame_key *key)
{
    pthread_mutex_lock(&source->lock);
    source->requests[purpose] = (struct source_request){true, *key};
    source->wake(source);
    pthread_mutex_unlock(&source->lock);
}

void source_request_bits(struct source *source, uint32_t step)
{
    pthread_mutex_lock(&source->lock);
    source->bits = (struct source_bits_request){true, step};
    source->wake(source);
    pthread_mutex_unlock(&source->lock);
}

void source_set_ms_ssim(struct source *source, bool on)
{
    pthread_mutex_lock(&source->lock);
    source->ms_ssim = on;
    pthread_mutex_unlock(&source->lock);
}

void source_set_reference(struct source *source, struct picture *reference)
{
    pthread_mutex_lock(&source->lock);
    picture_unref(source->reference);
    source->reference = reference ? picture_ref(reference) : NULL;
    source->wake(source);
    pthread_mutex_unlock(&source->lock);
}

void source_take(struct source *source, struct source_event *event)
{
    pthread_mutex_lock(&source->lock);
    struct source_node *node = source->first;
    if (node) {
        source->first = node->next;
        if (!node->next)
            source->last = NULL;
    }
    pthread_mutex_unlock(&source->lock);
    *event = node ? node->event : (struct source_event){.type = SOURCE_NOTHING};
    free(node);
}

/* An event that finds no memory is dropped with what it has: the viewer then shows an older one. */
void source_post(struct source *source, const struct source_event *event)
{
    struct source_node *node = malloc(sizeof *node);
    if (!node) {
        picture_unref(event->picture);
        bits_map_unref(event->bits);
        return;
    }
    *node = (struct source_node){.event = *event};
    pthread_mutex_lock(&source->lock);
    bool forgotten = event->generation != source->generation;
    if (forgotten)
        free_node(node);
    else if (source->last)
        source->last->next = node;
    else
        source->first = node;
    if (!forgotten)
        source->last = node;
    pthread_mutex_unlock(&source->lock);
    if (!forgotten)
        source->config.notify(source->config.cookie);
}

void source_post_step(struct source *source, enum source_event_type type, uint32_t step,
                      const char *text)
{
    struct source_event event = {.type = type, .step = step};
    snprintf(event.text, sizeof event.text, "%s", text);
    source_post(source, &event);
}

void source_post_text(struct source *source, enum source_event_type type, const char *text)
{
    source_post_step(source, type, 0, text);
}

void source_post_progress(struct source *source, const struct frame_key *key, double done)
{
    struct source_event event = {.type = SOURCE_STEP_PROGRESS, .done = done};
    if (key) {
        event.type = SOURCE_PICTURE_PROGRESS;
        event.key = *key;
    }
    source_post(source, &event);
}

struct measuring {
    struct source *source;
    unsigned generation; /* of what is measured */
};

/* Whether nobody takes any more what is measured: the file is being closed, which waits for our
 * thread, or all was forgotten. Called by the library. */
static int is_unwanted(void *cookie, double done)
{
    const struct measuring *measuring = cookie;
    struct source *source = measuring->source;
    (void)done;
    pthread_mutex_lock(&source->lock);
    const bool unwanted = source->quit || source->generation != measuring->generation;
    pthread_mutex_unlock(&source->lock);
    return unwanted;
}

static void measure(struct source *source, struct source_event *event,
                    const struct picture *reference, bool ms_ssim)
{
    struct uqd_image picture = picture_image(event->picture), original = picture_image(reference);
    struct measuring measuring = {source, event->generation};
    struct uqd_metrics metrics;
    ms_ssim &= (uint64_t)picture.width * picture.height <= SOURCE_MAX_MS_SSIM_PIXELS;
    if (uqd_compare_with(&picture, &original, ms_ssim, &metrics, is_unwanted, &measuring) != UQD_OK)
        return;
    event->psnr = metrics.psnr;
    event->ms_ssim = ms_ssim ? metrics.ms_ssim : NAN;
}

void source_post_picture(struct source *source, enum source_purpose purpose,
                         const struct frame_key *key, struct picture *picture)
{
    struct source_event event = {
        .type = SOURCE_PICTURE, .purpose = purpose, .key = *key, .picture = picture};
    source_post_measured(source, &event);
}

void source_post_measured(struct source *source, struct source_event *event)
{
    struct picture *reference = NULL;
    event->psnr = event->ms_ssim = NAN;
    pthread_mutex_lock(&source->lock);
    if (source->reference && event->key.reduce == 0)
        reference = picture_ref(source->reference);
    bool ms_ssim = source->ms_ssim;
    pthread_mutex_unlock(&source->lock);
    if (reference)
        measure(source, event, reference, ms_ssim);
    picture_unref(reference);
    source_post(source, event);
}

void source_post_refused(struct source *source, enum source_purpose purpose,
                         const struct frame_key *key, const char *text)
{
    struct source_event event = {.type = SOURCE_REFUSED, .purpose = purpose, .key = *key};
    snprintf(event.text, sizeof event.text, "%s", text);
    source_post(source, &event);
}

void source_post_bits(struct source *source, uint32_t step, struct bits_map *bits, const char *text)
{
    struct source_event event = {.type = SOURCE_BITS, .step = step, .bits = bits};
    snprintf(event.text, sizeof event.text, "%s", text);
    source_post(source, &event);
}
