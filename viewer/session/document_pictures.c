/* The pictures of a document: what arrives, what the cache has, and what is asked for. */
#include "session/document.h"

#include <math.h>

/* ---- Arrivals ------------------------------------------------------------------------------ */

void document_finish_request(struct document *document, const struct source_event *event)
{
    if (frame_key_equal(&document->requests[event->purpose].key, &event->key))
        document->requests[event->purpose].asked = false;
}

void document_forget_requests(struct document *document)
{
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        document->requests[purpose].asked = false;
    document->bits_asked = false;
}

void document_take_bits(struct document *document, struct source_event *event)
{
    document->bits_asked = false;
    progress_take_bits(&document->progress, event->step, event->bits);
}

/* The lossless picture is the original: from now on pictures can be measured. */
static void adopt_reference(struct document *document, const struct source_event *event)
{
    struct progress *progress = &document->progress;
    uint32_t last = document->file.info.n_steps - 1;
    if (progress->reference || progress->reference_given || !progress->is_lossless ||
        event->key.step != last || event->key.reduce)
        return;
    progress->reference = picture_ref(event->picture);
    document_spread_reference(document);
}

/* How much to keep a picture that arrived. */
static enum frame_worth judge(const struct schedule *schedule, enum source_purpose purpose,
                              const struct frame_key *key)
{
    if (purpose == SOURCE_PREVIEW)
        return FRAME_SHOWN;
    for (unsigned i = 0; i < schedule->n_panes; i++)
        if (pane_wants(schedule->panes[i], key))
            return FRAME_SHOWN;
    return schedule_expects(schedule, key) ? FRAME_EXPECTED : FRAME_BY_THE_WAY;
}

static void set_thumb(struct document *document, const struct schedule *schedule,
                      const struct frame_key *key, struct picture *picture)
{
    struct progress *progress = &document->progress;
    for (uint32_t position = 0; schedule->n_panes > 0 && position < progress_n_positions(progress);
         position++) {
        struct frame_key wanted = schedule_strip_key(schedule->panes[0], position);
        if (frame_key_same_content(&wanted, key))
            progress_set_thumb(progress, position, key, picture);
    }
}

static void offer(const struct schedule *schedule, const struct frame_key *key,
                  struct picture *picture, double psnr)
{
    for (unsigned i = 0; i < schedule->n_panes; i++)
        pane_offer(schedule->panes[i], key, picture, psnr);
}

void document_take_picture(struct document *document, const struct schedule *schedule,
                           struct source_event *event)
{
    document_finish_request(document, event);
    progress_measure(&document->progress, &event->key, event->psnr);
    progress_measure_ms_ssim(&document->progress, &event->key, event->ms_ssim);
    if (event->key.codec)
        measurements_set_file(&document->progress.measurements, &event->key, event->size,
                              event->text);
    set_thumb(document, schedule, &event->key, event->picture);
    frames_add(&document->frames, &event->key, event->picture, event->psnr,
               judge(schedule, event->purpose, &event->key));
    offer(schedule, &event->key, event->picture, event->psnr);
    adopt_reference(document, event);
    picture_unref(event->picture);
}

/* ---- The cache ----------------------------------------------------------------------------- */

/* Shows a coarser picture of what is missing: the filmstrip has one, whatever it was made from. */
static bool show_coarse(struct document *document, struct pane *pane, const struct frame_key *key)
{
    const struct progress *progress = &document->progress;
    const struct progress_step *step = &progress->steps[progress_key_position(progress, key)];
    struct frame_entry *coarse = frames_find_coarse(&document->frames, key);
    if (coarse)
        return pane_offer_coarse(pane, &coarse->key, coarse->picture);
    if (!step->thumb)
        return false;
    struct frame_key small = step->thumb_key;
    small.reduce = progress_thumb_reduce(progress);
    return pane_offer_coarse(pane, &small, step->thumb);
}

/* Shows what the cache has of the wanted picture, a coarser one if need be. */
static bool show_cached(struct document *document, struct pane *pane)
{
    struct frame_key key;
    bool changed = pane_update(pane);
    while (pane_missing(pane, &key)) {
        struct frame_entry *entry = frames_find_sharp(&document->frames, &key);
        if (!entry)
            break;
        if (!pane_serves(pane, &entry->key))
            break;
        frames_use(&document->frames, &entry->key);
        changed |= pane_offer(pane, &entry->key, entry->picture, entry->psnr);
    }
    if (pane_missing(pane, &key))
        changed |= show_coarse(document, pane, &key);
    return changed;
}

/* Makes a small picture from one in the cache. */
static bool adopt_thumb(struct document *document, const struct pane *pane, uint32_t position)
{
    struct frame_key key = schedule_strip_key(pane, position);
    if (progress_has_thumb(&document->progress, position, &key))
        return false;
    key.reduce = progress_thumb_reduce(&document->progress);
    struct frame_entry *entry = frames_find_sharp(&document->frames, &key);
    if (entry)
        progress_set_thumb(&document->progress, position, &entry->key, entry->picture);
    return entry != NULL;
}

/* The picture on the screen may be in the cache no more. */
static bool adopt_shown(struct document *document, const struct pane *pane)
{
    struct frame_key key = schedule_strip_key(pane, pane->wanted.position);
    bool plain = pane->shown && !pane->values && !pane->exhibit.mix && !pane->exhibit.original &&
                 !pane->exhibit.codec && !pane->exhibit.bytes &&
                 exhibit_equal(&pane->exhibit, &pane->wanted);
    if (!plain || progress_has_thumb(&document->progress, pane->wanted.position, &key))
        return false;
    key.reduce = pane->shown_reduce;
    progress_set_thumb(&document->progress, pane->wanted.position, &key, pane->shown);
    return true;
}

/* Measures pictures in the cache that are older than the reference. */
static bool adopt_measurements(struct document *document)
{
    struct progress *progress = &document->progress;
    struct frames *frames = &document->frames;
    bool changed = false;
    for (unsigned i = 0; progress->reference && i < frames->n_entries; i++) {
        struct frame_entry *entry = &frames->entries[i];
        if (entry->key.reduce || !isnan(entry->psnr))
            continue;
        entry->psnr = picture_psnr(entry->picture, progress->reference);
        progress_measure(progress, &entry->key, entry->psnr);
        changed = true;
    }
    return changed;
}

/* Whatever can be had from the cache need not be asked for. */
static bool adopt_cached(struct document *document, const struct schedule *schedule)
{
    bool changed = adopt_measurements(document);
    for (unsigned i = 0; i < schedule->n_panes; i++)
        changed |= show_cached(document, schedule->panes[i]);
    for (uint32_t position = 0;
         schedule->n_panes > 0 && position < progress_n_positions(&document->progress); position++)
        changed |= adopt_thumb(document, schedule->panes[0], position);
    if (schedule->n_panes > 0 && pane_has_position(schedule->panes[0]))
        changed |= adopt_shown(document, schedule->panes[0]);
    return changed;
}

/* ---- Requests ------------------------------------------------------------------------------ */

void document_ask(struct document *document, enum source_purpose purpose,
                  const struct frame_key *key)
{
    document->requests[purpose].asked = true;
    document->requests[purpose].key = *key;
    if (purpose == SOURCE_SCREEN)
        document->progress.picture_done = 0;
    source_request(purpose < SOURCE_N_UQD_PURPOSES ? document->source : document->peers, purpose,
                   key);
}

/* Whether a picture is asked for already, for the same purpose or a more urgent one. */
static bool is_coming(const struct document *document, int purpose, const struct frame_key *key)
{
    for (; purpose >= 0; purpose--)
        if (document->requests[purpose].asked &&
            frame_key_equal(key, &document->requests[purpose].key))
            return true;
    return false;
}

static bool is_missing(const struct schedule *schedule, int purpose, bool filmstrip,
                       struct frame_key *key)
{
    if (purpose == SOURCE_FILMSTRIP && !filmstrip)
        return false;
    return schedule_next(schedule, (enum source_purpose)purpose, key);
}

/* The step whose bits a pane wants to map and that are not known. False if there is none. */
static bool bits_missing(const struct schedule *schedule, uint32_t *step)
{
    const struct progress *progress = schedule->progress;
    for (unsigned i = 0; i < schedule->n_panes; i++) {
        *step = schedule->panes[i]->wanted.position;
        if (schedule->panes[i]->wanted.map == MAP_BITS && *step < progress->n_complete &&
            !progress->steps[*step].bits && !progress->steps[*step].bits_refused)
            return true;
    }
    return false;
}

static void ask_bits(struct document *document, const struct schedule *schedule)
{
    uint32_t step;
    if (document->bits_asked || !bits_missing(schedule, &step))
        return;
    document->bits_asked = true;
    source_request_bits(document->source, step);
}

/* What is done in the background would only be broken off for the next small picture. */
bool document_request_pictures(struct document *document, const struct schedule *schedule,
                               bool filmstrip)
{
    if (!document->source)
        return false;
    bool changed = adopt_cached(document, schedule);
    ask_bits(document, schedule);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        struct frame_key key;
        if (purpose == SOURCE_BACKGROUND && document->requests[SOURCE_FILMSTRIP].asked)
            continue;
        if (purpose >= SOURCE_N_UQD_PURPOSES && !document->peers)
            continue;
        if (is_missing(schedule, purpose, filmstrip, &key) && !is_coming(document, purpose, &key)) {
            document_ask(document, (enum source_purpose)purpose, &key);
            changed = true;
        }
    }
    return changed;
}

bool document_is_idle(struct document *document, const struct schedule *schedule, bool filmstrip)
{
    const struct progress *progress = &document->progress;
    if (!document->source || progress->lost || progress->failed)
        return true;
    uint32_t step;
    for (unsigned i = 0; i < schedule->n_panes; i++)
        if (schedule->panes[i]->composing)
            return false;
    if (!progress->ended || document->reference || document->bits_asked ||
        bits_missing(schedule, &step))
        return false;
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        struct frame_key key;
        if (document->requests[purpose].asked || is_missing(schedule, purpose, filmstrip, &key))
            return false;
    }
    return true;
}

/* ---- Who is served ------------------------------------------------------------------------- */

struct schedule document_schedule(struct document *document, struct pane *const panes[],
                                  unsigned n_panes)
{
    struct schedule schedule = {.progress = &document->progress, .frames = &document->frames};
    for (unsigned i = 0; i < n_panes && schedule.n_panes < SCHEDULE_MAX_PANES; i++)
        if (panes[i]->progress == &document->progress)
            schedule.panes[schedule.n_panes++] = panes[i];
    return schedule;
}
