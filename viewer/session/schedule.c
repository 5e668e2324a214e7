#include "session/schedule.h"

static bool refused(const struct state *state, uint32_t position, enum uqd_mode mode)
{
    return state->steps[position].refused[mode];
}

static bool is_wanted(const struct state *state, struct frames *frames, uint32_t position,
                      struct frame_key *key)
{
    *key = state_key(state, position, state->mode);
    return !frames_find(frames, key) && !refused(state, position, state->mode);
}

/* While the latest step is followed, the next one is asked for in advance: so it is drawn as soon
 * as it is there, before the source turns to the step after it. */
static bool next_for_screen(const struct state *state, struct frames *frames, struct frame_key *key)
{
    if (state_n_positions(state) > 0 && !state_is_shown(state))
        return is_wanted(state, frames, state->position, key);
    return state->following && !state->ended && state->n_complete < state->file->info.n_steps &&
           is_wanted(state, frames, state->n_complete, key);
}

/* The position on the screen gets its small picture from the large one. */
static bool next_for_filmstrip(const struct state *state, struct frame_key *key)
{
    for (uint32_t position = 0; position < state_n_positions(state); position++) {
        if (state_has_thumb(state, position) || position == state->position ||
            refused(state, position, state->mode))
            continue;
        *key = state_key(state, position, state->mode);
        key->reduce = state_thumb_reduce(state);
        return true;
    }
    return false;
}

static bool next_for_curve(const struct state *state, enum uqd_mode mode, struct frame_key *key)
{
    for (uint32_t position = 0; position < state_n_positions(state); position++)
        if (!state_is_measured(state, mode, position) && !refused(state, position, mode)) {
            *key = state_key(state, position, mode);
            return true;
        }
    return false;
}

/* Pictures of the mode, if all of them can be kept besides those that were shown. */
static bool next_in_advance(const struct state *state, struct frames *frames, enum uqd_mode mode,
                            struct frame_key *key)
{
    const struct uqd_info *info = &state->file->info;
    size_t size = (size_t)info->width * info->height * info->channels;
    unsigned unseen = 0;
    bool found = false;
    for (uint32_t position = state_n_positions(state); position-- > 0;) {
        struct frame_key wanted = state_key(state, position, mode);
        const struct frame_entry *entry = frames_find(frames, &wanted);
        unseen += !entry || !entry->shown;
        if (entry || refused(state, position, mode))
            continue;
        *key = wanted;
        found = true;
    }
    return found && frames_have_room(frames, unseen, size);
}

static bool next_in_background(const struct state *state, struct frames *frames,
                               struct frame_key *key)
{
    uint32_t last = state->file->info.n_steps - 1;
    if (!state->ended)
        return false;
    if (!state->reference && state->file->info.lossless && state->n_complete == last + 1 &&
        !refused(state, last, UQD_MODE_DENOISED)) {
        *key = state_key(state, last, UQD_MODE_DENOISED);
        return true;
    }
    if (next_in_advance(state, frames, state->mode, key))
        return true;
    if (!state->reference)
        return false;
    return next_for_curve(state, state->mode, key) ||
           next_for_curve(state, UQD_MODE_DENOISED, key) ||
           next_for_curve(state, UQD_MODE_ANCESTRAL, key);
}

bool schedule_next(const struct state *state, struct frames *frames, enum source_purpose purpose,
                   struct frame_key *key)
{
    if (state->lost || state->failed)
        return false;
    switch (purpose) {
    case SOURCE_SCREEN:
        return next_for_screen(state, frames, key);
    case SOURCE_FILMSTRIP:
        return next_for_filmstrip(state, key);
    case SOURCE_BACKGROUND:
        return next_in_background(state, frames, key);
    case SOURCE_N_PURPOSES:
        break;
    }
    return false;
}
