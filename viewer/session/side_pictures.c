/* The pictures of a side: what arrives, what the cache has, and what is asked for. */
#include "session/schedule.h"
#include "session/side.h"

#include <math.h>

/* ---- Arrivals ------------------------------------------------------------------------------ */

void side_finish_request(struct side *side, const struct source_event *event)
{
    if (frame_key_equal(&side->requests[event->purpose].key, &event->key))
        side->requests[event->purpose].asked = false;
}

void side_forget_requests(struct side *side)
{
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        side->requests[purpose].asked = false;
}

/* The lossless picture is the original: from now on pictures can be measured. */
static void adopt_reference(struct side *side, const struct source_event *event)
{
    uint32_t last = side->file.info.n_steps - 1;
    if (side->state.reference || !side->file.info.lossless || event->key.step != last ||
        event->key.reduce)
        return;
    side->state.reference = picture_ref(event->picture);
    source_set_reference(side->source, event->picture);
}

/* How much to keep a picture that arrived. */
static enum frame_worth judge(const struct state *state, const struct frame_key *key)
{
    uint32_t position = state_key_position(state, key);
    struct frame_key expected = state_key(state, position, state->mode);
    if (!frame_key_equal(&expected, key))
        return FRAME_BY_THE_WAY;
    return position == state->position ? FRAME_SHOWN : FRAME_EXPECTED;
}

void side_take_picture(struct side *side, struct source_event *event)
{
    struct state *state = &side->state;
    side_finish_request(side, event);
    state_measure(state, &event->key, event->psnr);
    state_set_thumb(state, &event->key, event->picture);
    if (event->key.reduce == 0) {
        enum frame_worth worth = judge(state, &event->key);
        frames_add(&side->frames, &event->key, event->picture, event->psnr, worth);
        if (worth == FRAME_SHOWN)
            state_show(state, &event->key, event->picture, event->psnr);
        adopt_reference(side, event);
    }
    picture_unref(event->picture);
}

/* ---- The cache ----------------------------------------------------------------------------- */

/* Shows the wanted picture if it is in the cache. */
static bool show_cached(struct side *side)
{
    struct state *state = &side->state;
    struct frame_key key = state_key(state, state->position, state->mode);
    if (state_n_positions(state) == 0 || state_is_shown(state))
        return false;
    struct frame_entry *entry = frames_use(&side->frames, &key);
    if (!entry)
        return false;
    state_show(state, &key, entry->picture, entry->psnr);
    return true;
}

/* Makes a small picture from one in the cache. */
static bool adopt_thumb(struct side *side, uint32_t position)
{
    struct state *state = &side->state;
    struct frame_key key = state_key(state, position, state->mode);
    if (state_has_thumb(state, position))
        return false;
    struct frame_entry *entry = frames_find(&side->frames, &key);
    if (!entry)
        return false;
    state_set_thumb(state, &key, entry->picture);
    return true;
}

/* Takes the distortion from a picture in the cache, which may be older than the reference. */
static bool adopt_measure(struct side *side, uint32_t position, enum uqd_mode mode)
{
    struct state *state = &side->state;
    struct frame_key key = state_key(state, position, mode);
    if (state_is_measured(state, mode, position))
        return false;
    struct frame_entry *entry = frames_find(&side->frames, &key);
    if (!entry)
        return false;
    if (isnan(entry->psnr) && state->reference)
        entry->psnr = picture_psnr(entry->picture, state->reference);
    state_measure(state, &key, entry->psnr);
    return !isnan(entry->psnr);
}

/* Whatever can be had from the cache need not be asked for. */
static bool adopt_cached(struct side *side)
{
    bool changed = false;
    for (uint32_t position = 0; position < state_n_positions(&side->state); position++) {
        changed |= adopt_thumb(side, position);
        for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++)
            changed |= adopt_measure(side, position, (enum uqd_mode)mode);
    }
    return changed;
}

/* ---- Requests ------------------------------------------------------------------------------ */

void side_ask(struct side *side, enum source_purpose purpose, const struct frame_key *key)
{
    side->requests[purpose].asked = true;
    side->requests[purpose].key = *key;
    source_request(side->source, purpose, key);
}

/* Whether a picture is asked for already, for the same purpose or a more urgent one. */
static bool is_coming(const struct side *side, int purpose, const struct frame_key *key)
{
    for (; purpose >= 0; purpose--)
        if (side->requests[purpose].asked && frame_key_equal(key, &side->requests[purpose].key))
            return true;
    return false;
}

static bool is_missing(struct side *side, int purpose, bool filmstrip, struct frame_key *key)
{
    if (purpose == SOURCE_FILMSTRIP && !filmstrip)
        return false;
    return schedule_next(&side->state, &side->frames, (enum source_purpose)purpose, key);
}

/* What is done in the background would only be broken off for the next small picture. */
bool side_request_pictures(struct side *side, bool filmstrip)
{
    bool changed = false;
    if (!side->source)
        return false;
    changed |= show_cached(side);
    changed |= adopt_cached(side);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        struct frame_key key;
        if (purpose == SOURCE_BACKGROUND && side->requests[SOURCE_FILMSTRIP].asked)
            continue;
        if (is_missing(side, purpose, filmstrip, &key) && !is_coming(side, purpose, &key)) {
            side_ask(side, (enum source_purpose)purpose, &key);
            changed = true;
        }
    }
    return changed;
}

bool side_is_idle(struct side *side, bool filmstrip)
{
    const struct state *state = &side->state;
    if (state->lost || state->failed)
        return true;
    if (!state->ended)
        return false;
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        struct frame_key key;
        if (side->requests[purpose].asked || is_missing(side, purpose, filmstrip, &key))
            return false;
    }
    return true;
}
