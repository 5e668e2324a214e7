/* What is wanted in a pane: the step or bytes, the mode, mixture, codec, map, and following. */
#include "session/pane.h"

/* Maps that tell of a UQD file. */
static bool is_own_map(enum map_kind map)
{
    return map == MAP_BITS || map == MAP_VARIANCE;
}

/* What tells of the file itself has no place beside another codec. */
static void settle(struct exhibit *wanted)
{
    if (!wanted->codec)
        return;
    wanted->mix = 0;
    wanted->map = is_own_map(wanted->map) ? MAP_OFF : wanted->map;
}

static void change(struct pane *pane)
{
    settle(&pane->wanted);
    pane->wanted.original = false;
    measurements_forget_refusals(&pane->progress->measurements);
}

static void go(struct pane *pane, uint32_t position)
{
    uint32_t n = progress_n_positions(pane->progress);
    if (n == 0)
        return;
    pane->wanted.position = position < n ? position : n - 1;
    pane->wanted.bytes = 0;
    pane->following = position >= n;
    change(pane);
}

void pane_select(struct pane *pane, uint32_t position)
{
    pane->awaited = PANE_NOTHING_AWAITED;
    go(pane, position);
}

void pane_await(struct pane *pane, uint32_t step)
{
    pane->awaited = step;
    pane->following = true;
    pane_follow_progress(pane);
}

static void pin(const struct progress *progress, struct exhibit *exhibit)
{
    if (progress->partial && exhibit->position == progress->n_complete && !exhibit->bytes)
        exhibit->bytes = progress->file->size;
}

void pane_pin(struct pane *pane)
{
    pin(pane->progress, &pane->wanted);
    pin(pane->progress, &pane->exhibit);
}

void pane_select_bytes(struct pane *pane, uint64_t bytes)
{
    const struct progress *progress = pane->progress;
    uint32_t position = progress_position_at(progress, bytes);
    if (bytes >= progress_available(progress)) {
        pane_select(pane, UINT32_MAX);
    } else if (progress_bytes(progress, position) == bytes) {
        pane_select(pane, position);
    } else {
        pane->awaited = PANE_NOTHING_AWAITED;
        pane->wanted.position = position;
        pane->wanted.bytes = bytes > 0 ? bytes : 1;
        pane->following = false;
        change(pane);
    }
}

void pane_set_mode(struct pane *pane, enum uqd_mode mode, uint64_t seed)
{
    pane->wanted.mode = mode;
    pane->wanted.seed = seed;
    pane->wanted.mix = 0;
    pane->wanted.codec = pane->codec_before_map = CODEC_UQD;
    pane->peeking = false;
    progress_choose_seed(pane->progress, seed);
    change(pane);
}

void pane_peek(struct pane *pane, bool on)
{
    struct exhibit *wanted = &pane->wanted;
    if (on == pane->peeking)
        return;
    pane->peeking = on;
    if (on) {
        pane->mode_after = wanted->mode;
        pane->mix_after = wanted->mix;
        pane->codec_after = wanted->codec;
        if (!wanted->codec)
            wanted->mode =
                wanted->mode == UQD_MODE_DENOISED ? UQD_MODE_ANCESTRAL : UQD_MODE_DENOISED;
        wanted->mix = 0;
        wanted->codec = CODEC_UQD;
    } else {
        wanted->mode = pane->mode_after;
        wanted->mix = pane->mix_after;
        wanted->codec = pane->codec_after;
    }
    change(pane);
}

void pane_set_mix(struct pane *pane, uint32_t percent)
{
    pane->wanted.mode = percent > 0 ? UQD_MODE_ANCESTRAL : UQD_MODE_DENOISED;
    pane->wanted.mix = percent < 100 ? percent : 0;
    pane->wanted.codec = pane->codec_before_map = CODEC_UQD;
    pane->peeking = false;
    change(pane);
}

uint32_t pane_mix(const struct pane *pane)
{
    const struct exhibit *wanted = &pane->wanted;
    return wanted->mix ? wanted->mix : wanted->mode == UQD_MODE_ANCESTRAL ? 100 : 0;
}

void pane_take_mode(struct pane *pane, const struct exhibit *other)
{
    pane->wanted.mode = other->mode;
    pane->wanted.seed = other->seed;
    pane->wanted.mix = other->mix;
    pane->wanted.map = other->map;
    settle(&pane->wanted);
}

void pane_set_codec(struct pane *pane, enum codec codec, bool cut)
{
    struct exhibit *wanted = &pane->wanted;
    wanted->codec = codec;
    wanted->cut = cut;
    pane->codec_before_map = CODEC_UQD;
    pane->peeking = false;
    change(pane);
}

void pane_set_original(struct pane *pane, bool on)
{
    pane->wanted.original = on;
}

void pane_set_map(struct pane *pane, enum map_kind map)
{
    struct exhibit *wanted = &pane->wanted;
    if (is_own_map(map) && (wanted->codec || pane->peeking))
        pane->codec_before_map = wanted->codec ? wanted->codec : pane->codec_after;
    wanted->map = map;
    wanted->codec = is_own_map(map)          ? CODEC_UQD
                    : pane->codec_before_map ? pane->codec_before_map
                                             : wanted->codec;
    if (is_own_map(map))
        pane->codec_after = CODEC_UQD;
    else
        pane->codec_before_map = CODEC_UQD;
    change(pane);
}

/* A step that is awaited is gone to once it is there; if it never will be, the last one is next to
 * it. */
static void follow(struct pane *pane)
{
    uint32_t n = progress_n_positions(pane->progress);
    if (pane->awaited != PANE_NOTHING_AWAITED && (pane->awaited < n || pane->progress->ended))
        pane_select(pane, pane->awaited);
    else
        go(pane, UINT32_MAX);
}

void pane_follow_progress(struct pane *pane)
{
    bool original = pane->wanted.original;
    bool beyond =
        pane->progress->ended && pane->wanted.position >= progress_n_positions(pane->progress);
    if (pane->following || beyond)
        follow(pane);
    pane->wanted.original = original && pane->progress->reference;
}
