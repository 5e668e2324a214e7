/* Pictures of other codecs at so many bytes, made in a thread of this process: of the files that
 * each makes for just as many, or of its progressive file, cut there, which is made once. The
 * thread does one thing at a time, for the screen first; what it makes gives way to newer requests.
 */
#include "codecs/codecs.h"
#include "source/private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICENESS 5

struct peer {
    struct source source;
    pthread_cond_t changed;
    struct picture *original; /* of which the files are made; a reference of its own */
    struct codec_file progressive[N_CODECS]; /* of the original; no data: not made yet */
    enum source_purpose purpose;             /* what is being made, ... */
    struct frame_key key;                    /* ... and which, ... */
    unsigned generation;                     /* ... as it was asked for */
};

/* Whether a request can be answered better by going on. */
static bool is_served(const struct peer *peer, const struct source_request *request)
{
    return peer->key.cut && request->key.cut && request->key.codec == peer->key.codec;
}

/* Whether what is being made is to be dropped, for a newer request or a more urgent one. May be
 * called from any thread. */
static bool is_cancelled(void *cookie)
{
    struct peer *peer = cookie;
    struct source *source = &peer->source;
    pthread_mutex_lock(&source->lock);
    bool stop = source->quit || source->reference != peer->original ||
                source->generation != peer->generation;
    for (int purpose = SOURCE_PEER_SCREEN; purpose <= (int)peer->purpose; purpose++) {
        const struct source_request *request = &source->requests[purpose];
        stop |= request->waiting && !is_served(peer, request);
    }
    pthread_mutex_unlock(&source->lock);
    return stop;
}

static uint32_t n_threads(const struct peer *peer)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (peer->source.config.threads > 0)
        return peer->source.config.threads;
    return processors > 0 ? (uint32_t)processors : 1;
}

/* ---- Making -------------------------------------------------------------------------------- */

/* The file that the picture is to be decoded from, which the caller frees if it is not one that is
 * kept. 0, an enum codec_condition, or -1 with a message. */
static int make_file(struct peer *peer, struct codec_file *made, const struct codec_file **file,
                     struct message *message)
{
    enum codec codec = (enum codec)peer->key.codec;
    struct codec_file *progressive = &peer->progressive[codec];
    struct uqd_image original = picture_image(peer->original);
    *file = peer->key.cut ? progressive : made;
    if (!peer->key.cut)
        return codec_make(codec, &original, peer->key.bytes, n_threads(peer), is_cancelled, peer,
                          made, message);
    if (progressive->data)
        return 0;
    return codec_make_progressive(codec, &original, n_threads(peer), is_cancelled, peer,
                                  progressive, message);
}

static int make_picture(struct peer *peer, struct source_event *event, struct message *message)
{
    const struct picture *original = peer->original;
    struct codec_file made = {0};
    const struct codec_file *file;
    int status = make_file(peer, &made, &file, message);
    if (status == 0) {
        event->size = file->size < peer->key.bytes ? file->size : peer->key.bytes;
        snprintf(event->text, sizeof event->text, "%s", file->setting);
        event->picture = picture_new(original->width, original->height, original->channels);
        status = event->picture ? 0 : message_set(message, "there is no memory for the picture");
    }
    if (status == 0) {
        struct uqd_image shape = picture_image(event->picture);
        status = codec_decode((enum codec)peer->key.codec, file->data, (size_t)event->size,
                              n_threads(peer), &shape, picture_pixels(event->picture), message);
    }
    codec_file_free(&made);
    if (status) {
        picture_unref(event->picture);
        event->picture = NULL;
    }
    return status;
}

static void put_back(struct peer *peer)
{
    struct source *source = &peer->source;
    pthread_mutex_lock(&source->lock);
    if (!source->requests[peer->purpose].waiting && source->generation == peer->generation)
        source->requests[peer->purpose] = (struct source_request){true, peer->key};
    pthread_mutex_unlock(&source->lock);
}

static void refuse(struct peer *peer, struct source_event *event, const char *text)
{
    event->type = SOURCE_REFUSED;
    snprintf(event->text, sizeof event->text, "%s", text);
    source_post(&peer->source, event);
}

static void answer(struct peer *peer)
{
    struct source_event event = {.type = SOURCE_PICTURE,
                                 .purpose = peer->purpose,
                                 .key = peer->key,
                                 .generation = peer->generation};
    struct message message = {.text = ""};
    bool opaque = peer->key.codec == CODEC_JPEG && picture_has_alpha(peer->original);
    int status = opaque ? message_set(&message, "it has no transparency")
                        : make_picture(peer, &event, &message);
    if (status == 0)
        source_post_measured(&peer->source, &event);
    else if (status == CODEC_CANCELLED)
        put_back(peer);
    else
        refuse(peer, &event,
               status < 0                      ? message.text
               : status == CODEC_TOO_FEW_BYTES ? "even its smallest file is larger"
                                               : "no picture yet");
}

/* ---- The thread ---------------------------------------------------------------------------- */

/* Files of another original are of no use. Called with the lock held. */
static void take_original(struct peer *peer)
{
    struct source *source = &peer->source;
    if (source->reference == peer->original)
        return;
    for (int codec = 0; codec < N_CODECS; codec++)
        codec_file_free(&peer->progressive[codec]);
    picture_unref(peer->original);
    peer->original = picture_ref(source->reference);
}

static bool take_request(struct peer *peer)
{
    struct source *source = &peer->source;
    for (int purpose = SOURCE_PEER_SCREEN; source->reference && purpose < SOURCE_N_PURPOSES;
         purpose++) {
        struct source_request *request = &source->requests[purpose];
        if (!request->waiting)
            continue;
        request->waiting = false;
        peer->purpose = (enum source_purpose)purpose;
        peer->key = request->key;
        peer->generation = source->generation;
        take_original(peer);
        return true;
    }
    return false;
}

/* Waits for a request. False when the source is to end. */
static bool await_request(struct peer *peer)
{
    struct source *source = &peer->source;
    bool found = false;
    pthread_mutex_lock(&source->lock);
    while (!source->quit && !(found = take_request(peer)))
        pthread_cond_wait(&peer->changed, &source->lock);
    found &= !source->quit;
    pthread_mutex_unlock(&source->lock);
    return found;
}

static void peer_run(struct source *source)
{
    struct peer *peer = (struct peer *)source;
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    while (await_request(peer))
        answer(peer);
}

static void peer_wake(struct source *source)
{
    pthread_cond_signal(&((struct peer *)source)->changed);
}

static void peer_destroy(struct source *source)
{
    struct peer *peer = (struct peer *)source;
    for (int codec = 0; codec < N_CODECS; codec++)
        codec_file_free(&peer->progressive[codec]);
    picture_unref(peer->original);
    pthread_cond_destroy(&peer->changed);
    free(peer);
}

struct source *source_peer_new(const struct source_config *config)
{
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    pthread_cond_init(&peer->changed, NULL);
    peer->source.run = peer_run;
    peer->source.wake = peer_wake;
    peer->source.destroy = peer_destroy;
    return source_start(&peer->source, config);
}
