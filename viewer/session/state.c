#include "session/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THUMB_SIDE 256 /* enough for a filmstrip on a dense display */

int state_init(struct state *state, const struct uqd_file *file, const struct settings *settings)
{
    *state = (struct state){
        .file = file,
        .steps = calloc(file->info.n_steps + (size_t)1, sizeof *state->steps),
        .following = true,
        .mode = settings->mode,
        .seed = settings->seed,
        .shown_psnr = NAN,
    };
    if (!state->steps)
        return -1;
    for (uint32_t i = 0; i <= file->info.n_steps; i++)
        for (int mode = 0; mode < STATE_N_MODES; mode++)
            state->steps[i].measured[mode] = NAN;
    return 0;
}

void state_clear(struct state *state)
{
    for (uint32_t i = 0; state->steps && i <= state->file->info.n_steps; i++)
        picture_unref(state->steps[i].thumb);
    free(state->steps);
    picture_unref(state->reference);
    picture_unref(state->shown);
    *state = (struct state){0};
}

uint32_t state_n_positions(const struct state *state)
{
    return state->n_complete + (state->partial ? 1 : 0);
}

struct frame_key state_key(const struct state *state, uint32_t position, enum uqd_mode mode)
{
    bool cut_end = state->partial && position == state->n_complete;
    return (struct frame_key){
        .step = cut_end ? UQD_STEP_LATEST : position,
        .mode = mode,
        .seed = mode == UQD_MODE_ANCESTRAL ? state->seed : 0,
    };
}

uint32_t state_key_position(const struct state *state, const struct frame_key *key)
{
    return key->step == UQD_STEP_LATEST ? state->n_complete : key->step;
}

bool state_is_shown(const struct state *state)
{
    struct frame_key wanted = state_key(state, state->position, state->mode);
    return state->shown && frame_key_equal(&wanted, &state->shown_key);
}

struct frame_key state_described(const struct state *state)
{
    if (state->shown && state_key_position(state, &state->shown_key) < state_n_positions(state))
        return state->shown_key;
    return state_key(state, state->position, state->mode);
}

double state_described_psnr(const struct state *state)
{
    struct frame_key key = state_described(state);
    uint32_t position = state_key_position(state, &key);
    bool other_seed =
        key.mode == UQD_MODE_ANCESTRAL && state->steps[position].measured_seed != key.seed;
    return other_seed ? state->shown_psnr : state_psnr(state, key.mode, position);
}

uint64_t state_bytes(const struct state *state, uint32_t position)
{
    if (state->partial && position == state->n_complete)
        return state->file->size;
    return state->file->steps[position].bytes;
}

double state_rate(const struct state *state, uint32_t position)
{
    const struct uqd_info *info = &state->file->info;
    return (double)state_bytes(state, position) * 8 / info->width / info->height;
}

uint32_t state_nearest(const struct state *state, uint64_t bytes)
{
    uint32_t nearest = 0;
    double least = INFINITY;
    for (uint32_t position = 0; position < state_n_positions(state); position++) {
        double own = (double)state_bytes(state, position), ratio = own / (double)bytes;
        ratio = ratio < 1 ? 1 / ratio : ratio;
        if (ratio <= least) {
            least = ratio;
            nearest = position;
        }
    }
    return nearest;
}

double state_psnr(const struct state *state, enum uqd_mode mode, uint32_t position)
{
    bool cut_end = state->partial && position == state->n_complete;
    double measured = state->steps[position].measured[mode];
    double stored = mode == UQD_MODE_DENOISED && !cut_end ? state->file->steps[position].psnr : NAN;
    if (isnan(stored) || (state->reference_given && !isnan(measured)))
        return measured;
    return stored;
}

bool state_is_measured(const struct state *state, enum uqd_mode mode, uint32_t position)
{
    if (isnan(state_psnr(state, mode, position)))
        return false;
    return mode != UQD_MODE_ANCESTRAL || state->steps[position].measured_seed == state->seed;
}

static void forget_refusals(struct state *state)
{
    for (uint32_t i = 0; i <= state->file->info.n_steps; i++)
        memset(state->steps[i].refused, 0, sizeof state->steps[i].refused);
}

void state_select(struct state *state, uint32_t position)
{
    uint32_t n = state_n_positions(state);
    if (n == 0)
        return;
    state->position = position < n ? position : n - 1;
    state->following = state->position == n - 1;
    state->original = false;
    forget_refusals(state);
}

void state_set_mode(struct state *state, enum uqd_mode mode, uint64_t seed)
{
    state->mode = mode;
    state->seed = seed;
    state->original = false;
    forget_refusals(state);
}

static void end(struct state *state, const char *trouble)
{
    const struct uqd_file *file = state->file;
    uint64_t complete = state->n_complete > 0 ? file->steps[state->n_complete - 1].bytes : 0;
    state->ended = true;
    state->partial = state->n_complete < file->info.n_steps && !*trouble && file->size > complete;
    snprintf(state->trouble, sizeof state->trouble, "%.255s", trouble);
    if (state->following)
        state_select(state, UINT32_MAX);
}

void state_take(struct state *state, const struct source_event *event)
{
    switch (event->type) {
    case SOURCE_STEP_NAME:
        if (event->step < state->file->info.n_steps)
            snprintf(state->steps[event->step].name, sizeof state->steps[0].name, "%.23s",
                     event->text);
        break;
    case SOURCE_STEP:
        if (event->step > state->n_complete && event->step <= state->file->info.n_steps)
            state->n_complete = event->step;
        if (state->following)
            state_select(state, UINT32_MAX);
        break;
    case SOURCE_END:
        state->lost = false;
        end(state, event->text);
        break;
    case SOURCE_LOST:
    case SOURCE_FAILED:
        state->lost = event->type == SOURCE_LOST;
        state->failed = event->type == SOURCE_FAILED;
        snprintf(state->trouble, sizeof state->trouble, "%.255s", event->text);
        break;
    case SOURCE_NOTHING:
    case SOURCE_PICTURE:
    case SOURCE_REFUSED:
        break;
    }
}

static void keep(struct picture **kept, struct picture *picture)
{
    picture_ref(picture);
    picture_unref(*kept);
    *kept = picture;
}

void state_show(struct state *state, const struct frame_key *key, struct picture *picture,
                double psnr)
{
    keep(&state->shown, picture);
    state->shown_key = *key;
    state->shown_psnr = psnr;
}

void state_measure(struct state *state, const struct frame_key *key, double psnr)
{
    if (isnan(psnr) || key->reduce)
        return;
    struct state_step *step = &state->steps[state_key_position(state, key)];
    step->measured[key->mode] = psnr;
    if (key->mode == UQD_MODE_ANCESTRAL)
        step->measured_seed = key->seed;
}

static bool same_content(const struct frame_key *a, const struct frame_key *b)
{
    return a->step == b->step && a->mode == b->mode && a->seed == b->seed;
}

uint32_t state_thumb_reduce(const struct state *state)
{
    const struct uqd_info *info = &state->file->info;
    uint32_t longer = info->width > info->height ? info->width : info->height;
    uint32_t reduce = 0;
    while (reduce < 6 && uqd_reduced_side(longer, reduce + 1) >= THUMB_SIDE)
        reduce++;
    return reduce;
}

bool state_has_thumb(const struct state *state, uint32_t position)
{
    struct frame_key key = state_key(state, position, state->mode);
    const struct state_step *step = &state->steps[position];
    return step->thumb && same_content(&key, &step->thumb_key);
}

void state_set_thumb(struct state *state, const struct frame_key *key, struct picture *picture)
{
    uint32_t position = state_key_position(state, key);
    struct frame_key wanted = state_key(state, position, state->mode);
    struct state_step *step = &state->steps[position];
    if (!same_content(&wanted, key))
        return;
    if (step->thumb && same_content(&step->thumb_key, key) && step->thumb_key.reduce <= key->reduce)
        return;
    uint32_t reduce = key->reduce ? 0 : state_thumb_reduce(state);
    struct picture *small = reduce ? picture_shrink(picture, reduce) : NULL;
    keep(&step->thumb, small ? small : picture);
    step->thumb_key = *key;
    picture_unref(small);
}

bool state_refuse(struct state *state, const struct frame_key *key)
{
    uint32_t position = state_key_position(state, key);
    struct frame_key wanted = state_key(state, position, key->mode);
    if (wanted.step != key->step)
        return false;
    state->steps[position].refused[key->mode] = true;
    return true;
}

/* ---- Words --------------------------------------------------------------------------------- */

const char *state_mode_name(enum uqd_mode mode)
{
    switch (mode) {
    case UQD_MODE_DENOISED:
        return "denoised";
    case UQD_MODE_ANCESTRAL:
        return "ancestral";
    case UQD_MODE_FLOW:
        return "flow";
    }
    return "";
}

const char *state_step_name(const struct state *state, uint32_t position, struct text_line *line)
{
    const char *name = state->steps[position].name;
    const char *part = state->partial && position == state->n_complete ? "part of " : "";
    snprintf(line->text, sizeof line->text, *name ? "%u · %s%s" : "%u", (unsigned)position, part,
             name);
    return line->text;
}

static void describe_end(const struct state *state, struct text_line *line)
{
    struct text_line there, whole;
    const struct uqd_file *file = state->file;
    unsigned n_steps = file->info.n_steps;
    if (state->n_complete == n_steps)
        snprintf(line->text, sizeof line->text, "All %u steps are decoded", n_steps);
    else
        snprintf(line->text, sizeof line->text, "The file ends inside step %u: %s of %s are there",
                 (unsigned)state->n_complete, format_bytes(&there, file->size),
                 format_bytes(&whole, file->info.file_size));
}

const char *state_describe(const struct state *state, bool background, const char *feedback,
                           struct text_line *line)
{
    unsigned n_steps = state->file->info.n_steps;
    if (state->trouble[0])
        snprintf(line->text, sizeof line->text, "%.159s", state->trouble);
    else if (!state->ended)
        snprintf(line->text, sizeof line->text, "Decoding step %u ...",
                 (unsigned)state->n_complete < n_steps ? state->n_complete : n_steps - 1);
    else if (!state_is_shown(state))
        snprintf(line->text, sizeof line->text, "Computing the %s picture of step %u ...",
                 state_mode_name(state->mode), (unsigned)state->position);
    else if (background)
        snprintf(line->text, sizeof line->text, "Measuring in the background ...");
    else if (feedback[0])
        snprintf(line->text, sizeof line->text, "%s", feedback);
    else
        describe_end(state, line);
    return line->text;
}
