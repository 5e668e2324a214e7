/* Where pictures come from: the daemon over D-Bus, or the library in a thread of this process. Both
 * behave the same. A source works in its own thread and answers by events; nothing here blocks.
 *
 * Life: SOURCE_LOSSLESS if the file is that, SOURCE_STEP_NAME for every step, then SOURCE_STEP as
 * steps become complete, and SOURCE_END when everything that the file has is decoded. SOURCE_LOST
 * says that the daemon died: what was decoded counts no more, and the next request opens the file
 * anew. SOURCE_FAILED is final; it also says that the daemon hangs.
 *
 * How far the step and the picture for the screen have come is told about ten times a second.
 *
 * Requests: one per purpose at a time. A new request takes the place of an unanswered older one of
 * the same purpose, which then gets no answer; every other request gets exactly one SOURCE_PICTURE
 * or SOURCE_REFUSED, unless the source is lost or fails. Requests may be made before their step is
 * complete; they are answered once it is, those with bytes once all steps within these bytes are,
 * or when the file ends. */
#ifndef UQD_VIEWER_SOURCE_SOURCE_H
#define UQD_VIEWER_SOURCE_SOURCE_H

#include "frame_key.h"
#include "source/bits_map.h"
#include "source/picture.h"
#include "source/uqd_file.h"

#include <stdbool.h>
#include <stdint.h>

/* In the order of their urgency. */
enum source_purpose {
    SOURCE_PREVIEW,    /* to be seen until the one for the screen has come */
    SOURCE_SCREEN,     /* to be seen now */
    SOURCE_FILMSTRIP,  /* small pictures */
    SOURCE_BACKGROUND, /* for the curve, and in advance */
    SOURCE_N_UQD_PURPOSES,
    /* Of a source of other codecs. */
    SOURCE_PEER_SCREEN = SOURCE_N_UQD_PURPOSES,
    SOURCE_PEER_BACKGROUND,
    SOURCE_N_PURPOSES
};

enum source_event_type {
    SOURCE_NOTHING,
    SOURCE_LOSSLESS,         /* the last step is; of a solid file the header alone does not tell */
    SOURCE_STEP_NAME,        /* step, text */
    SOURCE_STEP,             /* step: number of complete steps */
    SOURCE_STEP_PROGRESS,    /* done: of the step that is being decoded */
    SOURCE_PICTURE_PROGRESS, /* key, done: of a picture for the screen */
    SOURCE_END,              /* text: what is wrong with the rest of the file; empty if nothing */
    SOURCE_PICTURE,          /* purpose, key, picture, psnr; of another codec also size, and text:
                                the setting with which its file was made */
    SOURCE_REFUSED,          /* purpose, key, text */
    SOURCE_BITS,             /* step, bits; text if bits is NULL */
    SOURCE_LOST,             /* text */
    SOURCE_FAILED,           /* text; unavailable if another source may do better */
};

struct source_event {
    enum source_event_type type;
    enum source_purpose purpose;
    struct frame_key key;
    struct picture *picture; /* the receiver's reference */
    struct bits_map *bits;   /* the receiver's reference */
    double psnr;             /* against the reference picture, NaN without one */
    double ms_ssim;          /* the same; NaN also if it was not wanted */
    uint64_t size;           /* bytes of the file of another codec */
    uint32_t step;
    double done; /* 0 to 1 */
    bool unavailable;
    unsigned
        generation; /* of the source when the request was taken; the receiver has no use for it */
    char text[512];
};

struct source_config {
    const struct uqd_file *file;  /* borrowed for the life of the source */
    uint32_t threads;             /* of the library */
    uint32_t daemon_timeout;      /* milliseconds that the daemon may be silent while something is
                                     expected of it; then it hangs. 0: for ever */
    struct picture *reference;    /* to measure full-size pictures against, or NULL */
    void (*notify)(void *cookie); /* called from any thread when an event waits */
    void *cookie;
};

struct source;

/* NULL if there is no memory or no thread. */
struct source *source_local_new(const struct source_config *config);

/* Through the session bus. A source without a bus or a daemon answers SOURCE_FAILED with
 * unavailable set. NULL also if the program was built without D-Bus. */
struct source *source_daemon_new(const struct source_config *config);

/* What other codecs make of the reference picture in so many bytes as the key says. Pictures come
 * in full size. Requests are answered once there is a reference; one that is refused because of its
 * bytes always will be. Its purposes are those for peers. */
struct source *source_peer_new(const struct source_config *config);

/* Stops the work and waits for the thread. NULL is allowed. */
void source_free(struct source *source);

void source_request(struct source *source, enum source_purpose purpose,
                    const struct frame_key *key);

/* Asks where the bits of a step went, which is told when nothing else is to be done. Answered like
 * the requests above, by SOURCE_BITS in any case. */
void source_request_bits(struct source *source, uint32_t step);

/* Whether MS-SSIM is measured, too, from now on, which takes much longer than PSNR; not of pictures
 * above SOURCE_MAX_MS_SSIM_PIXELS. */
#define SOURCE_MAX_MS_SSIM_PIXELS (2u << 20)
void source_set_ms_ssim(struct source *source, bool on);

/* Drops all requests and what was answered; what is being made is never told. For sources of other
 * codecs. */
void source_forget(struct source *source);

/* Measures pictures against this one from now on; NULL: against none. */
void source_set_reference(struct source *source, struct picture *reference);

/* Takes the next event; its type is SOURCE_NOTHING if there is none. */
void source_take(struct source *source, struct source_event *event);

#endif
