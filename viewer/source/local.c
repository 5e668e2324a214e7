/* Pictures decoded by the library in a thread of this process. The thread does one thing at a time,
 * the most urgent first: a picture for the screen, small or sharp, one of the filmstrip, the next
 * step, a picture in the background, a map of bits. The library asks between pieces of work whether
 * to go on; background work gives way to everything else and starts again later. */
#include "model_file.h"
#include "monotonic.h"
#include "source/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CHUNK             (256u << 10)
#define DECODING_NICENESS 5

/* Those after the first in the order of enum source_purpose. */
enum work { WORK_DECODE, WORK_PREVIEW, WORK_SCREEN, WORK_FILMSTRIP, WORK_BACKGROUND, WORK_BITS };

struct local {
    struct source source;
    pthread_cond_t changed;
    struct uqd_model *model;
    struct uqd_decoder *decoder;
    uint64_t offset;      /* of the next byte to feed */
    bool has_told_steps;  /* their names, and whether the last is lossless */
    bool ended;           /* nothing more can be decoded */
    enum work work;       /* what the library is doing, for the progress callback, ... */
    struct frame_key key; /* ... of a picture which one, ... */
    int64_t told;         /* ... and when it was last told how far it has come, milliseconds */
};

static void begin(struct local *local, enum work work)
{
    local->work = work;
    local->told = monotonic_ms();
}

/* What nobody waits for is not told. */
static void tell_progress(struct local *local, double done)
{
    int64_t now = monotonic_ms();
    if ((local->work != WORK_DECODE && local->work != WORK_SCREEN) ||
        now < local->told + SOURCE_PROGRESS_MS)
        return;
    local->told = now;
    source_post_progress(&local->source, local->work == WORK_SCREEN ? &local->key : NULL, done);
}

/* Bytes of the file up to the end of the last complete step. */
static uint64_t decoded(const struct local *local)
{
    struct uqd_step_info last = {.bytes = 0};
    uint32_t complete = uqd_decoder_steps_complete(local->decoder);
    if (complete == 0 || uqd_decoder_step_info(local->decoder, complete - 1, &last) != UQD_OK)
        return 0;
    return last.bytes;
}

/* Whether a request can be answered now, be it by a refusal. */
static bool ready(const struct local *local, const struct source_request *request)
{
    const struct frame_key *key = &request->key;
    if (!request->waiting)
        return false;
    if (local->ended)
        return true;
    if (key->step == UQD_STEP_LATEST)
        return key->bytes <= decoded(local);
    return key->step < uqd_decoder_steps_complete(local->decoder);
}

/* Whether what the library does now should be cancelled, in favour of more urgent requests or a
 * newer one. Called by the library in our thread. */
static int on_progress(void *cookie, double done)
{
    struct local *local = cookie;
    struct source *source = &local->source;
    tell_progress(local, done);
    pthread_mutex_lock(&source->lock);
    bool stop = source->quit;
    for (int work = WORK_PREVIEW; work <= (int)local->work && work < WORK_BITS; work++)
        stop |= ready(local, &source->requests[work - WORK_PREVIEW]);
    stop |= local->work == WORK_BITS && source->bits.waiting;
    pthread_mutex_unlock(&source->lock);
    return stop;
}

static int open_decoder(struct local *local, struct message *message)
{
    const struct source_config *config = &local->source.config;
    struct uqd_decoder_settings settings;
    int status = model_load_by_id(config->file->info.model_id, &local->model, NULL, message);
    if (status != 0)
        return -1;
    uqd_decoder_settings_default(&settings);
    settings.threads = config->threads;
    settings.progress = on_progress;
    settings.cookie = local;
    status = uqd_decoder_new(&local->decoder, local->model, &settings);
    if (status != UQD_OK)
        return message_set(message, "%s: %s", config->file->name, uqd_status_text(status));
    return 0;
}

static void end(struct local *local, const char *text)
{
    local->ended = true;
    source_post_text(&local->source, SOURCE_END, text);
}

static void end_damaged(struct local *local, int status)
{
    char text[256];
    snprintf(text, sizeof text, "step %u: %s", (unsigned)uqd_decoder_steps_complete(local->decoder),
             uqd_status_text(status));
    end(local, text);
}

/* What the header and the model tell together, once the decoder has the header. */
static void tell_steps(struct local *local)
{
    struct uqd_info info;
    struct uqd_step_info step_info;
    if (uqd_decoder_info(local->decoder, &info) == UQD_OK && info.lossless)
        source_post_text(&local->source, SOURCE_LOSSLESS, "");
    for (uint32_t step = 0; uqd_decoder_step_info(local->decoder, step, &step_info) == UQD_OK;
         step++)
        source_post_step(&local->source, SOURCE_STEP_NAME, step, step_info.name);
    local->has_told_steps = true;
}

/* Gives the decoder more of the file, or ends where there is no more. */
static void feed(struct local *local)
{
    uint8_t *chunk = malloc(CHUNK);
    ssize_t n =
        chunk ? pread(local->source.config.file->fd, chunk, CHUNK, (off_t)local->offset) : -1;
    int status = n > 0 ? uqd_decoder_feed(local->decoder, chunk, (size_t)n) : UQD_OK;
    if (n < 0)
        end(local, strerror(errno));
    else if (n == 0)
        end(local, "");
    else if (status < 0)
        end_damaged(local, status);
    else
        local->offset += (uint64_t)n;
    if (n > 0 && status == UQD_OK && !local->has_told_steps)
        tell_steps(local);
    free(chunk);
}

static void decode_next_step(struct local *local)
{
    begin(local, WORK_DECODE);
    int status = uqd_decoder_advance(local->decoder);
    if (status == UQD_OK)
        source_post_step(&local->source, SOURCE_STEP, uqd_decoder_steps_complete(local->decoder),
                         "");
    else if (status == UQD_NEED_DATA)
        feed(local);
    else if (status == UQD_END)
        end(local, "");
    else if (status != UQD_ERR_CANCELLED)
        end_damaged(local, status);
}

static void draw(struct local *local, enum source_purpose purpose, const struct frame_key *key)
{
    struct source *source = &local->source;
    const struct uqd_info *info = &source->config.file->info;
    const struct uqd_picture_request request = {.struct_size = sizeof request,
                                                .step = key->step,
                                                .mode = key->mode,
                                                .seed = key->seed,
                                                .reduce = key->reduce,
                                                .bytes = key->bytes};
    struct picture *picture =
        picture_new(uqd_reduced_side(info->width, key->reduce),
                    uqd_reduced_side(info->height, key->reduce), info->channels);
    int status = UQD_ERR_NOMEM;
    begin(local, (enum work)(WORK_PREVIEW + purpose));
    local->key = *key;
    if (picture)
        status =
            uqd_decoder_picture(local->decoder, &request, picture_pixels(picture), picture->stride);
    if (status == UQD_OK) {
        source_post_picture(source, purpose, key, picture);
        return;
    }
    picture_unref(picture);
    if (status != UQD_ERR_CANCELLED) {
        source_post_refused(source, purpose, key, uqd_status_text(status));
        return;
    }
    pthread_mutex_lock(&source->lock);
    if (!source->requests[purpose].waiting)
        source->requests[purpose] = (struct source_request){true, *key};
    pthread_mutex_unlock(&source->lock);
}

/* Tells where the bits of a step went, or begins anew later if something came between. */
static void tell_bits(struct local *local, uint32_t step)
{
    struct source *source = &local->source;
    const struct uqd_info *info = &source->config.file->info;
    struct bits_map *map =
        bits_map_new(uqd_reduced_side(info->width, 3), uqd_reduced_side(info->height, 3));
    int status = UQD_ERR_NOMEM;
    begin(local, WORK_BITS);
    if (map)
        status = uqd_decoder_step_bits(local->decoder, step, map->bits,
                                       (size_t)map->width * map->height);
    if (status == UQD_OK) {
        source_post_bits(source, step, map, "");
        return;
    }
    bits_map_unref(map);
    if (status != UQD_ERR_CANCELLED) {
        source_post_bits(source, step, NULL, uqd_status_text(status));
        return;
    }
    pthread_mutex_lock(&source->lock);
    if (!source->bits.waiting)
        source->bits = (struct source_bits_request){true, step};
    pthread_mutex_unlock(&source->lock);
}

/* Takes the most urgent request of a picture that can be answered. */
static bool take_request(struct local *local, enum work *work, struct frame_key *key)
{
    struct source *source = &local->source;
    for (int purpose = 0; purpose < SOURCE_N_UQD_PURPOSES; purpose++) {
        struct source_request *request = &source->requests[purpose];
        if (purpose == SOURCE_BACKGROUND && !local->ended)
            break;
        if (!ready(local, request))
            continue;
        request->waiting = false;
        *work = (enum work)(WORK_PREVIEW + purpose);
        *key = request->key;
        return true;
    }
    return false;
}

/* Takes the most urgent work, waiting for it. False when the source is to end. */
static bool take_work(struct local *local, enum work *work, struct frame_key *key)
{
    struct source *source = &local->source;
    bool found = false;
    pthread_mutex_lock(&source->lock);
    while (!found && !source->quit) {
        found = take_request(local, work, key);
        if (!found && !local->ended) {
            *work = WORK_DECODE;
            found = true;
        } else if (!found && source->bits.waiting) {
            source->bits.waiting = false;
            *work = WORK_BITS;
            key->step = source->bits.step;
            found = true;
        }
        if (!found)
            pthread_cond_wait(&local->changed, &source->lock);
    }
    pthread_mutex_unlock(&source->lock);
    return found;
}

/* The thread that draws goes first. Threads of OpenMP have the priority of the one that starts
 * them; without the right to change it all is as before. */
static void give_way(void)
{
    setpriority(PRIO_PROCESS, (id_t)gettid(), DECODING_NICENESS);
}

static void local_run(struct source *source)
{
    struct local *local = (struct local *)source;
    struct message message;
    enum work work;
    struct frame_key key;
    give_way();
    if (open_decoder(local, &message)) {
        source_post_text(source, SOURCE_FAILED, message.text);
        return;
    }
    while (take_work(local, &work, &key)) {
        if (work == WORK_DECODE)
            decode_next_step(local);
        else if (work == WORK_BITS)
            tell_bits(local, key.step);
        else
            draw(local, (enum source_purpose)(work - WORK_PREVIEW), &key);
    }
}

static void local_wake(struct source *source)
{
    pthread_cond_signal(&((struct local *)source)->changed);
}

static void local_destroy(struct source *source)
{
    struct local *local = (struct local *)source;
    uqd_decoder_free(local->decoder);
    uqd_model_free(local->model);
    pthread_cond_destroy(&local->changed);
    free(local);
}

struct source *source_local_new(const struct source_config *config)
{
    struct local *local = calloc(1, sizeof *local);
    if (!local)
        return NULL;
    pthread_cond_init(&local->changed, NULL);
    local->source.run = local_run;
    local->source.wake = local_wake;
    local->source.destroy = local_destroy;
    return source_start(&local->source, config);
}
