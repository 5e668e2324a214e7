#include "session/schedule.h"

#include <math.h>

#define MAX_CURVE_PIXELS                                                                           \
    (4u << 20) /* of pictures whose curves of other modes are measured unasked */

/* Three levels of the wavelet are one run of the network: without its largest, a picture costs a
 * sixtieth. Below so many pixels the sharp picture is there as soon. */
#define PREVIEW_REDUCE     3
#define MIN_PREVIEW_PIXELS (4u << 20)

struct frame_key schedule_strip_key(const struct pane *pane, uint32_t position)
{
    struct exhibit exhibit = pane->wanted;
    exhibit.position = position;
    exhibit.bytes = 0;
    exhibit.codec = CODEC_UQD;
    return exhibit_key(pane->progress, &exhibit);
}

/* The same as the pane would show it. */
static struct frame_key pane_key(const struct pane *pane, uint32_t position, enum uqd_mode mode)
{
    struct frame_key key = progress_key(pane->progress, position, mode, pane->wanted.seed);
    key.reduce = pane->reduce;
    return key;
}

static bool is_missing(const struct schedule *schedule, const struct frame_key *key)
{
    return !frames_find_sharp(schedule->frames, key) &&
           !progress_is_refused(schedule->progress, key);
}

/* While the latest step is followed, the next one is asked for in advance: so it is drawn as soon
 * as it is there, before the source turns to the step after it. */
static bool in_advance(const struct schedule *schedule, const struct pane *pane,
                       struct frame_key *key)
{
    const struct progress *progress = schedule->progress;
    if (!pane->following || pane->wanted.codec || progress->ended ||
        progress->n_complete >= progress->file->info.n_steps)
        return false;
    *key = schedule_strip_key(pane, progress->n_complete);
    key->reduce = pane->reduce;
    return is_missing(schedule, key);
}

static bool next_for_screen(const struct schedule *schedule, struct frame_key *key)
{
    for (unsigned i = 0; i < schedule->n_panes; i++)
        if (!schedule->panes[i]->wanted.codec && pane_missing(schedule->panes[i], key))
            return true;
    for (unsigned i = 0; i < schedule->n_panes; i++)
        if (in_advance(schedule, schedule->panes[i], key))
            return true;
    return false;
}

/* Of a large picture that is missing on the screen, a small one; what is made of several pictures
 * is not made of small ones. */
static bool next_for_preview(const struct schedule *schedule, struct frame_key *key)
{
    const struct uqd_info *info = &schedule->progress->file->info;
    if ((uint64_t)info->width * info->height < MIN_PREVIEW_PIXELS)
        return false;
    for (unsigned i = 0; i < schedule->n_panes; i++) {
        const struct pane *pane = schedule->panes[i];
        bool plain = pane->wanted.map == MAP_OFF && !pane->wanted.mix && !pane->wanted.codec;
        if (!plain || pane->reduce >= PREVIEW_REDUCE ||
            (!pane_missing(pane, key) && !in_advance(schedule, pane, key)))
            continue;
        key->reduce = PREVIEW_REDUCE;
        if (is_missing(schedule, key))
            return true;
    }
    return false;
}

/* The picture on the screen makes its small picture itself. */
static bool comes_from_screen(const struct pane *pane, uint32_t position)
{
    const struct exhibit *wanted = &pane->wanted;
    return wanted->position == position && !wanted->bytes && !wanted->codec &&
           wanted->map != MAP_VARIANCE && !wanted->original &&
           pane->reduce <= progress_thumb_reduce(pane->progress);
}

static bool next_for_filmstrip(const struct schedule *schedule, struct frame_key *key)
{
    const struct progress *progress = schedule->progress;
    const struct pane *pane = schedule->n_panes > 0 ? schedule->panes[0] : NULL;
    for (uint32_t position = 0; pane && position < progress_n_positions(progress); position++) {
        *key = schedule_strip_key(pane, position);
        if (progress_has_thumb(progress, position, key) || comes_from_screen(pane, position))
            continue;
        key->reduce = progress_thumb_reduce(progress);
        if (!progress_is_refused(progress, key))
            return true;
    }
    return false;
}

/* ---- In the background --------------------------------------------------------------------- */

static bool next_for_curve(const struct schedule *schedule, enum uqd_mode mode, uint64_t seed,
                           struct frame_key *key)
{
    const struct progress *progress = schedule->progress;
    for (uint32_t position = 0; position < progress_n_positions(progress); position++) {
        *key = progress_key(progress, position, mode, seed);
        if (!progress_is_measured(progress, key) && !progress_is_refused(progress, key))
            return true;
    }
    return false;
}

/* What is shown is measured in full size, even if a smaller picture is enough for the screen. */
static bool next_for_numbers(const struct schedule *schedule, const struct pane *pane,
                             struct frame_key *key)
{
    *key = exhibit_key(schedule->progress, &pane->wanted);
    return pane_has_position(pane) && !pane->wanted.mix && !pane->wanted.codec &&
           !pane->wanted.original && !progress_is_measured(schedule->progress, key) &&
           !progress_is_refused(schedule->progress, key);
}

/* Whole curves would take minutes where pictures are large. */
static bool next_for_curves(const struct schedule *schedule, struct frame_key *key)
{
    const struct uqd_info *info = &schedule->progress->file->info;
    bool small = (uint64_t)info->width * info->height <= MAX_CURVE_PIXELS;
    for (unsigned i = 0; i < schedule->n_panes; i++) {
        const struct exhibit *wanted = &schedule->panes[i]->wanted;
        if (next_for_numbers(schedule, schedule->panes[i], key) ||
            next_for_curve(schedule, UQD_MODE_DENOISED, wanted->seed, key))
            return true;
        if (small && (next_for_curve(schedule, wanted->mode, wanted->seed, key) ||
                      next_for_curve(schedule, UQD_MODE_ANCESTRAL, wanted->seed, key)))
            return true;
    }
    return false;
}

static size_t reduced_size(const struct schedule *schedule, uint32_t reduce)
{
    const struct uqd_info *info = &schedule->progress->file->info;
    return (size_t)uqd_reduced_side(info->width, reduce) * uqd_reduced_side(info->height, reduce) *
           info->channels;
}

/* What the next change of the mode is likely to show. */
static struct frame_key other_mode_key(const struct pane *pane)
{
    const struct exhibit *wanted = &pane->wanted;
    enum uqd_mode other =
        wanted->mode == UQD_MODE_DENOISED ? UQD_MODE_ANCESTRAL : UQD_MODE_DENOISED;
    struct frame_key key =
        wanted->bytes ? progress_key_at(pane->progress, wanted->bytes, other, wanted->seed)
                      : progress_key(pane->progress, wanted->position, other, wanted->seed);
    key.reduce = pane->reduce;
    return key;
}

bool schedule_expects(const struct schedule *schedule, const struct frame_key *key)
{
    uint32_t position = progress_key_position(schedule->progress, key);
    for (unsigned i = 0; i < schedule->n_panes; i++) {
        const struct pane *pane = schedule->panes[i];
        struct frame_key own = pane_key(pane, position, pane->wanted.mode);
        struct frame_key strip = schedule_strip_key(pane, position), other = other_mode_key(pane);
        strip.reduce = pane->reduce;
        if (frame_key_equal(&own, key) || frame_key_equal(&strip, key) ||
            frame_key_equal(&other, key))
            return true;
    }
    return false;
}

/* Pictures that are to be kept before they are shown, and one of them that is missing. */
struct unseen {
    unsigned n;
    bool found;
    struct frame_key missing;
};

static void expect(const struct schedule *schedule, const struct frame_key *key,
                   struct unseen *unseen)
{
    struct frame_entry *entry = frames_expect(schedule->frames, key);
    unseen->n += !entry || !entry->shown;
    if (entry || progress_is_refused(schedule->progress, key))
        return;
    unseen->missing = *key;
    unseen->found = true;
}

/* Of all positions, the first one is missing most. */
static void expect_all(const struct schedule *schedule, const struct pane *pane,
                       struct unseen *unseen)
{
    for (uint32_t position = progress_n_positions(schedule->progress); position-- > 0;) {
        struct frame_key key = pane_key(pane, position, pane->wanted.mode);
        expect(schedule, &key, unseen);
    }
}

/* If all of them can be kept besides what was shown: else they would push each other out. */
static bool next_unseen(const struct schedule *schedule, struct frame_key *key)
{
    struct unseen unseen = {0};
    size_t size = reduced_size(schedule, schedule->panes[0]->reduce);
    for (unsigned i = 0; !unseen.found && i < schedule->n_panes; i++) {
        struct frame_key other = other_mode_key(schedule->panes[i]);
        expect(schedule, &other, &unseen);
    }
    for (unsigned i = 0; !unseen.found && i < schedule->n_panes; i++)
        expect_all(schedule, schedule->panes[i], &unseen);
    *key = unseen.missing;
    return unseen.found && frames_have_room(schedule->frames, unseen.n, size);
}

static bool next_in_background(const struct schedule *schedule, struct frame_key *key)
{
    const struct progress *progress = schedule->progress;
    uint32_t last = progress->file->info.n_steps - 1;
    if (!progress->ended || schedule->n_panes == 0)
        return false;
    *key = progress_key(progress, last, UQD_MODE_DENOISED, 0);
    if (!progress->reference && !progress->reference_given && progress->is_lossless &&
        progress->n_complete == last + 1 && !progress_is_refused(progress, key))
        return true;
    if (next_unseen(schedule, key))
        return true;
    return progress->reference && next_for_curves(schedule, key);
}

/* ---- Other codecs -------------------------------------------------------------------------- */

static bool next_of_peers(const struct schedule *schedule, struct frame_key *key)
{
    for (unsigned i = 0; i < schedule->n_panes; i++)
        if (schedule->panes[i]->wanted.codec && pane_missing(schedule->panes[i], key))
            return true;
    return false;
}

/* What a codec that is shown makes of the bytes of every step. */
static bool next_for_peer_curves(const struct schedule *schedule, struct frame_key *key)
{
    const struct progress *progress = schedule->progress;
    const struct uqd_info *info = &progress->file->info;
    bool small = (uint64_t)info->width * info->height <= MAX_CURVE_PIXELS;
    for (unsigned i = 0; small && i < schedule->n_panes; i++) {
        struct exhibit exhibit = schedule->panes[i]->wanted;
        exhibit.bytes = 0;
        for (exhibit.position = 0; exhibit.codec && exhibit.position < info->n_steps;
             exhibit.position++) {
            *key = exhibit_key(progress, &exhibit);
            if (!progress_is_measured(progress, key) && !progress_is_refused(progress, key))
                return true;
        }
    }
    return false;
}

bool schedule_next(const struct schedule *schedule, enum source_purpose purpose,
                   struct frame_key *key)
{
    bool of_peer = purpose >= SOURCE_N_UQD_PURPOSES;
    if (of_peer ? !schedule->progress->reference
                : schedule->progress->lost || schedule->progress->failed)
        return false;
    switch (purpose) {
    case SOURCE_PREVIEW:
        return next_for_preview(schedule, key);
    case SOURCE_SCREEN:
        return next_for_screen(schedule, key);
    case SOURCE_FILMSTRIP:
        return next_for_filmstrip(schedule, key);
    case SOURCE_BACKGROUND:
        return next_in_background(schedule, key);
    case SOURCE_PEER_SCREEN:
        return next_of_peers(schedule, key);
    case SOURCE_PEER_BACKGROUND:
        return next_for_peer_curves(schedule, key);
    case SOURCE_N_PURPOSES:
        break;
    }
    return false;
}
