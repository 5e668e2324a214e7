#include "room.h"

#include "source/private.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 40, HEIGHT = 20 };

/* ---- A source that does nothing ------------------------------------------------------------ */

struct mute {
    struct source base;
    pthread_cond_t called;
};

static void run(struct source *source)
{
    struct mute *mute = (struct mute *)source;
    pthread_mutex_lock(&source->lock);
    while (!source->quit)
        pthread_cond_wait(&mute->called, &source->lock);
    pthread_mutex_unlock(&source->lock);
}

static void wake(struct source *source)
{
    pthread_cond_signal(&((struct mute *)source)->called);
}

static void destroy(struct source *source)
{
    pthread_cond_destroy(&((struct mute *)source)->called);
    free(source);
}

static void notify(void *cookie)
{
    (void)cookie;
}

static struct source *make_source(const struct uqd_file *file)
{
    const struct source_config config = {.file = file, .notify = notify};
    struct mute *mute = calloc(1, sizeof *mute);
    assert_non_null(mute);
    mute->base.run = run;
    mute->base.wake = wake;
    mute->base.destroy = destroy;
    pthread_cond_init(&mute->called, NULL);
    struct source *source = source_start(&mute->base, &config);
    assert_non_null(source);
    return source;
}

/* ---- The room ------------------------------------------------------------------------------ */

void room_open_steps(struct room *room, const struct uqd_file_step *steps, uint32_t n_steps)
{
    struct document *document = &room->document;
    memset(room, 0, sizeof *room);
    document->file = (struct uqd_file){.name = "test.uqd",
                                       .fd = -1,
                                       .size = steps[n_steps - 1].bytes,
                                       .info = {.width = WIDTH,
                                                .height = HEIGHT,
                                                .channels = 1,
                                                .n_steps = n_steps,
                                                .lossless = 1,
                                                .file_size = steps[n_steps - 1].bytes}};
    document->file.steps = malloc(n_steps * sizeof *steps);
    assert_non_null(document->file.steps);
    memcpy(document->file.steps, steps, n_steps * sizeof *steps);
    document->frames.limit = 1 << 20;
    assert_int_equal(progress_init(&document->progress, &document->file), 0);
    document->source = make_source(&document->file);
    room_add_pane(room);
}

void room_open(struct room *room, uint64_t file_size)
{
    static const struct uqd_file_step steps[ROOM_N_STEPS] = {
        {100, 20}, {200, 25}, {400, 30}, {800, 40}, {1600, INFINITY}};
    room_open_steps(room, steps, ROOM_N_STEPS);
    room->document.file.size = file_size;
}

void room_close(struct room *room)
{
    for (unsigned i = 0; i < room->n_panes; i++)
        pane_clear(&room->panes[i]);
    document_free_sources(&room->document);
    document_close(&room->document);
}

struct pane *room_add_pane(struct room *room)
{
    const struct settings settings = {.mode = UQD_MODE_DENOISED};
    struct pane *pane = &room->panes[room->n_panes++];
    pane_init(pane, &room->document.progress, &settings);
    pane_follow_progress(pane);
    return pane;
}

static void take(struct room *room, const struct source_event *event)
{
    progress_take(&room->document.progress, event);
    for (unsigned i = 0; i < room->n_panes; i++)
        pane_follow_progress(&room->panes[i]);
}

void room_complete(struct room *room, uint32_t n_steps)
{
    for (uint32_t i = 1; i <= n_steps; i++)
        take(room, &(struct source_event){.type = SOURCE_STEP, .step = i});
}

void room_end(struct room *room, const char *trouble)
{
    struct source_event event = {.type = SOURCE_END};
    strcpy(event.text, trouble);
    take(room, &event);
}

void room_open_peers(struct room *room)
{
    struct frame_key key = room_key(ROOM_N_STEPS - 1, UQD_MODE_DENOISED, 0);
    room->document.progress.reference = room_picture(room, &key);
    room->document.peers = make_source(&room->document.file);
}

/* ---- Pictures ------------------------------------------------------------------------------ */

static struct schedule make_schedule(struct room *room)
{
    struct pane *panes[SCHEDULE_MAX_PANES];
    for (unsigned i = 0; i < room->n_panes; i++)
        panes[i] = &room->panes[i];
    return document_schedule(&room->document, panes, room->n_panes);
}

bool room_next(struct room *room, enum source_purpose purpose, struct frame_key *key)
{
    struct schedule schedule = make_schedule(room);
    document_request_pictures(&room->document, &schedule, true);
    return schedule_next(&schedule, purpose, key);
}

struct frame_key room_key(uint32_t step, enum uqd_mode mode, uint64_t seed)
{
    return (struct frame_key){.step = step, .mode = mode, .seed = seed};
}

uint8_t room_value(const struct frame_key *key)
{
    uint32_t place = key->step == UQD_STEP_LATEST ? 7 : key->step;
    return (uint8_t)(10 + 20 * place + 50 * (key->mode == UQD_MODE_ANCESTRAL) + 3 * key->seed +
                     key->reduce + (key->mode == UQD_MODE_FLOW ? 30 : 0));
}

struct picture *room_picture(const struct room *room, const struct frame_key *key)
{
    const struct uqd_info *info = &room->document.file.info;
    struct picture *picture =
        picture_new(uqd_reduced_side(info->width, key->reduce),
                    uqd_reduced_side(info->height, key->reduce), info->channels);
    assert_non_null(picture);
    memset(picture_pixels(picture), room_value(key), picture_size(picture));
    return picture;
}

bool room_deliver(struct room *room, enum source_purpose purpose, struct frame_key *key)
{
    struct document *document = &room->document;
    struct schedule schedule = make_schedule(room);
    document_request_pictures(document, &schedule, true);
    if (!document->requests[purpose].asked)
        return false;
    *key = document->requests[purpose].key;
    bool measured = document->progress.reference && key->reduce == 0;
    struct source_event event = {.type = SOURCE_PICTURE,
                                 .purpose = purpose,
                                 .key = *key,
                                 .picture = room_picture(room, key),
                                 .psnr = measured ? 33 : NAN};
    if (key->codec) {
        event.size = key->bytes - key->bytes / 10;
        strcpy(event.text, "quality 71");
    }
    document_take_picture(document, &schedule, &event);
    document_request_pictures(document, &schedule, true);
    return true;
}

unsigned room_rest(struct room *room, unsigned limit)
{
    struct frame_key key;
    unsigned n = 0;
    while (room_deliver(room, SOURCE_PREVIEW, &key) || room_deliver(room, SOURCE_SCREEN, &key) ||
           room_deliver(room, SOURCE_FILMSTRIP, &key) ||
           room_deliver(room, SOURCE_BACKGROUND, &key))
        if (++n > limit)
            fail_msg("pictures are asked for without an end, at last step %u, mode %u, seed %u",
                     (unsigned)key.step, (unsigned)key.mode, (unsigned)key.seed);
    struct schedule schedule = make_schedule(room);
    if (room->document.progress.ended)
        assert_true(document_is_idle(&room->document, &schedule, true));
    return n;
}
