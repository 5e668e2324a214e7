/* What the two kinds of sources share: mailboxes between the user interface and their thread. */
#ifndef UQD_VIEWER_SOURCE_PRIVATE_H
#define UQD_VIEWER_SOURCE_PRIVATE_H

#include "source/source.h"

#include <pthread.h>

struct source_request {
    bool waiting;
    struct frame_key key;
};

struct source_bits_request {
    bool waiting;
    uint32_t step;
};

struct source_node;

struct source {
    struct source_config config;
    void (*run)(struct source *source);  /* body of the thread; returns after quit */
    void (*wake)(struct source *source); /* requests or quit changed; called with the lock held */
    void (*destroy)(struct source *source); /* frees all that the kind allocated */

    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    struct picture *reference;
    bool ms_ssim; /* is measured, too */
    struct source_request requests[SOURCE_N_PURPOSES];
    struct source_bits_request bits;
    bool quit;
    unsigned generation;              /* how often all was forgotten */
    struct source_node *first, *last; /* events not yet taken */
};

/* Completes a source whose functions are set, and starts its thread. On failure destroys it and
 * returns NULL. */
struct source *source_start(struct source *source, const struct source_config *config);

/* For the source's thread: posts an event and passes on the ownership of its picture
 * and its bits. */
void source_post(struct source *source, const struct source_event *event);
void source_post_text(struct source *source, enum source_event_type type, const char *text);
void source_post_step(struct source *source, enum source_event_type type, uint32_t step,
                      const char *text);

/* Posts how far a step has come, or with a key a picture. */
#define SOURCE_PROGRESS_MS 100 /* from one to the next at least */
void source_post_progress(struct source *source, const struct frame_key *key, double done);

/* Posts a picture with its distortion. */
void source_post_picture(struct source *source, enum source_purpose purpose,
                         const struct frame_key *key, struct picture *picture);
void source_post_measured(struct source *source, struct source_event *event);
void source_post_refused(struct source *source, enum source_purpose purpose,
                         const struct frame_key *key, const char *text);

/* Posts a map of bits, or with NULL why there is none. */
void source_post_bits(struct source *source, uint32_t step, struct bits_map *bits,
                      const char *text);

#endif
