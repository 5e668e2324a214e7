#include "schedule.h"

#include <math.h>

#define THUMB_SIDE 256 /* enough for a filmstrip on a dense display */

uint32_t schedule_thumb_reduce(const struct uqd_info *info)
{
    uint32_t longer = info->width > info->height ? info->width : info->height;
    uint32_t reduce = 0;
    while (reduce < 6 && uqd_reduced_side(longer, reduce + 1) >= THUMB_SIDE)
        reduce++;
    return reduce;
}

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
    if (!state->filmstrip)
        return false;
    for (uint32_t position = 0; position < state_n_positions(state); position++) {
        if (state_has_thumb(state, position) || position == state->position ||
            refused(state, position, state->mode))
            continue;
        *key = state_key(state, position, state->mode);
        key->reduce = schedule_thumb_reduce(&state->file->info);
        return true;
    }
    return false;
}

/* Whether the distortion of a mode is unknown at a position. */
static bool unmeasured(const struct state *state, uint32_t position, enum uqd_mode mode)
{
    if (isnan(state_psnr(state, mode, position)))
        return true;
    return mode == UQD_MODE_ANCESTRAL && state->steps[position].measured_seed != state->seed;
}

static bool next_for_curve(const struct state *state, enum uqd_mode mode, struct frame_key *key)
{
    for (uint32_t position = 0; position < state_n_positions(state); position++)
        if (unmeasured(state, position, mode) && !refused(state, position, mode)) {
            *key = state_key(state, position, mode);
            return true;
        }
    return false;
}

/* Pictures of the mode that would fit into the cache together with the other modes' ones. */
static bool next_in_advance(const struct state *state, struct frames *frames, enum uqd_mode mode,
                            struct frame_key *key)
{
    const struct uqd_info *info = &state->file->info;
    size_t all = (size_t)info->width * info->height * info->channels * state_n_positions(state) * 3;
    if (all > frames->limit || state_n_positions(state) * 3 > FRAMES_MAX)
        return false;
    for (uint32_t position = 0; position < state_n_positions(state); position++) {
        *key = state_key(state, position, mode);
        if (!frames_find(frames, key) && !refused(state, position, mode))
            return true;
    }
    return false;
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
