#include "session/pane.h"

#include "session/compose.h"

#include <math.h>

static void keep(struct picture **kept, struct picture *picture)
{
    if (picture)
        picture_ref(picture);
    picture_unref(*kept);
    *kept = picture;
}

static void drop_parts(struct pane *pane)
{
    for (unsigned i = 0; i < pane->n_parts; i++)
        picture_unref(pane->parts[i].picture);
    pane->n_parts = 0;
}

void pane_init(struct pane *pane, struct progress *progress, const struct settings *settings)
{
    *pane = (struct pane){.progress = progress,
                          .wanted = {.mode = settings->mode, .seed = settings->seed},
                          .following = true,
                          .awaited = PANE_NOTHING_AWAITED,
                          .shown_psnr = NAN};
    progress_choose_seed(progress, settings->seed);
}

void pane_clear(struct pane *pane)
{
    drop_parts(pane);
    picture_unref(pane->shown);
    picture_unref(pane->values);
    *pane = (struct pane){0};
}

void pane_forget(struct pane *pane)
{
    drop_parts(pane);
    keep(&pane->shown, NULL);
    keep(&pane->values, NULL);
    pane->shown_psnr = NAN;
}

void pane_set_progress(struct pane *pane, struct progress *progress)
{
    pane_forget(pane);
    pane->progress = progress;
    progress_choose_seed(progress, pane->wanted.seed);
    pane->wanted.bytes = 0;
    pane->wanted.original &= progress->reference != NULL;
    if (!pane->following && pane->wanted.position >= progress_n_positions(progress))
        pane_await(pane, pane->wanted.position);
    else
        pane_follow_progress(pane);
}

/* ---- What is shown ------------------------------------------------------------------------- */

bool pane_has_position(const struct pane *pane)
{
    return progress_n_positions(pane->progress) > 0;
}

bool pane_is_shown(const struct pane *pane)
{
    return pane->shown && exhibit_equal(&pane->wanted, &pane->exhibit) &&
           (pane->exhibit.original || pane->shown_reduce <= pane->reduce);
}

struct exhibit pane_described(const struct pane *pane)
{
    return pane->shown ? pane->exhibit : pane->wanted;
}

bool pane_is_part(const struct pane *pane, const struct exhibit *exhibit)
{
    const struct progress *progress = pane->progress;
    return exhibit->bytes || (progress->partial && exhibit->position == progress->n_complete);
}

uint64_t pane_described_bytes(const struct pane *pane)
{
    struct exhibit exhibit = pane_described(pane);
    struct frame_key key = exhibit_key(pane->progress, &exhibit);
    uint64_t size = exhibit.codec ? progress_file_size(pane->progress, &key) : 0;
    return size > 0 ? size : exhibit_bytes(pane->progress, &exhibit);
}

double pane_described_psnr(const struct pane *pane)
{
    struct exhibit exhibit = pane_described(pane);
    if (exhibit.original)
        return INFINITY;
    if (exhibit.mix)
        return pane->shown_psnr;
    struct frame_key key = exhibit_key(pane->progress, &exhibit);
    double known = progress_psnr(pane->progress, &key);
    return isnan(known) ? pane->shown_psnr : known;
}

/* ---- Parts --------------------------------------------------------------------------------- */

/* The parts of what is wanted, or of what comes back after the original. */
static unsigned list_parts(const struct pane *pane, struct frame_key keys[EXHIBIT_MAX_PARTS])
{
    struct exhibit exhibit = pane->wanted;
    exhibit.original = false;
    if (!pane_has_position(pane))
        return 0;
    return exhibit_parts(pane->progress, &exhibit, pane->reduce, keys);
}

/* Brings the list of parts up to what is wanted, and keeps those that are still needed. */
static void renew_parts(struct pane *pane)
{
    struct frame_key keys[EXHIBIT_MAX_PARTS];
    struct pane_part old[EXHIBIT_MAX_PARTS];
    unsigned n_old = pane->n_parts;
    for (unsigned i = 0; i < n_old; i++)
        old[i] = pane->parts[i];
    pane->n_parts = list_parts(pane, keys);
    for (unsigned i = 0; i < pane->n_parts; i++) {
        pane->parts[i] = (struct pane_part){.key = keys[i]};
        for (unsigned k = 0; k < n_old; k++)
            if (frame_key_equal(&keys[i], &old[k].key))
                keep(&pane->parts[i].picture, old[k].picture);
    }
    for (unsigned i = 0; i < n_old; i++)
        picture_unref(old[i].picture);
}

/* How often the pictures that the wanted one is made of are halved: those of other codecs never. */
static uint32_t parts_reduce(const struct pane *pane)
{
    return pane->wanted.codec ? 0 : pane->reduce;
}

static bool has_part(const struct pane *pane, const struct frame_key *key)
{
    for (unsigned i = 0; i < pane->n_parts; i++)
        if (frame_key_equal(&pane->parts[i].key, key))
            return pane->parts[i].picture != NULL;
    return false;
}

double pane_done(const struct pane *pane)
{
    const struct progress *progress = pane->progress;
    struct frame_key keys[EXHIBIT_MAX_PARTS];
    unsigned n = list_parts(pane, keys);
    double done = 0;
    for (unsigned i = 0; i < n; i++) {
        if (has_part(pane, &keys[i]))
            done += 1;
        else if (frame_key_equal(&keys[i], &progress->picture_key))
            done += progress->picture_done;
    }
    return n > 0 ? done / n : 0;
}

bool pane_wants(const struct pane *pane, const struct frame_key *key)
{
    struct frame_key keys[EXHIBIT_MAX_PARTS];
    unsigned n = list_parts(pane, keys);
    for (unsigned i = 0; i < n; i++)
        if (frame_key_equal(&keys[i], key))
            return true;
    return false;
}

bool pane_missing(const struct pane *pane, struct frame_key *key)
{
    if (!pane_has_position(pane) || pane_is_shown(pane))
        return false;
    for (unsigned i = 0; i < pane->n_parts; i++) {
        *key = pane->parts[i].key;
        if (!pane->parts[i].picture)
            return !progress_is_refused(pane->progress, key);
    }
    return false;
}

static void show(struct pane *pane, const struct composed *composed, uint32_t reduce)
{
    keep(&pane->shown, composed->picture);
    keep(&pane->values, composed->values);
    pane->legend = composed->legend;
    pane->exhibit = pane->wanted;
    pane->shown_reduce = reduce;
    pane->shown_psnr = composed->psnr;
}

/* A mixture that was there before the reference gets its number. Whether it did. */
static bool measure_mixture(struct pane *pane)
{
    const struct picture *reference = pane->progress->reference;
    if (!pane->shown || !pane->exhibit.mix || pane->values || pane->shown_reduce ||
        !isnan(pane->shown_psnr) || !reference || pane->exhibit.original)
        return false;
    pane->shown_psnr = picture_psnr(pane->shown, reference);
    return !isnan(pane->shown_psnr);
}

/* Whether the window should not wait for it. */
static bool takes_long(const struct pane *pane)
{
    const struct exhibit *wanted = &pane->wanted;
    const struct picture *part = pane->parts[0].picture;
    return pane->composer && !wanted->original && (wanted->mix || wanted->map != MAP_OFF) &&
           (uint64_t)part->width * part->height > WORKER_PIXELS_AT_ONCE;
}

/* Orders what is wanted once. Takes over the ingredients. */
static bool order(struct pane *pane, struct ingredients *ingredients)
{
    bool ordered = pane->ordered && exhibit_equal(&pane->order, &pane->wanted) &&
                   pane->order_reduce == parts_reduce(pane);
    if (ordered) {
        ingredients_clear(ingredients);
        return false;
    }
    pane->ordered = true;
    pane->order = pane->wanted;
    pane->order_reduce = parts_reduce(pane);
    pane->composing = composer_order(pane->composer, pane->number, ingredients);
    return false;
}

static bool take_order(struct pane *pane)
{
    struct composed composed;
    struct exhibit exhibit;
    uint32_t reduce;
    if (!pane->composer ||
        !composer_take(pane->composer, pane->number, &composed, &exhibit, &reduce))
        return false;
    bool current = exhibit_equal(&exhibit, &pane->wanted) && reduce == parts_reduce(pane);
    bool useful = current && composed.picture;
    if (exhibit_equal(&exhibit, &pane->order) && reduce == pane->order_reduce)
        pane->composing = false;
    if (useful)
        show(pane, &composed, reduce);
    composed_clear(&composed);
    return useful;
}

/* At once. Takes over the ingredients. */
static bool show_composed(struct pane *pane, struct ingredients *ingredients)
{
    struct composed composed = compose(ingredients);
    bool any = composed.picture != NULL;
    if (any)
        show(pane, &composed, parts_reduce(pane));
    ingredients_clear(ingredients);
    composed_clear(&composed);
    return any;
}

bool pane_is_refused(const struct pane *pane)
{
    struct frame_key keys[EXHIBIT_MAX_PARTS];
    unsigned n = list_parts(pane, keys);
    bool refused = !progress_expects_reference(pane->progress);
    for (unsigned i = 0; i < n; i++)
        refused |= progress_is_refused(pane->progress, &keys[i]);
    return pane->wanted.codec && !pane->wanted.original && refused;
}

/* So few bytes give no picture. */
static bool show_nothing(struct pane *pane)
{
    bool changed = pane->shown != NULL;
    pane_forget(pane);
    return changed;
}

bool pane_update(struct pane *pane)
{
    bool taken = take_order(pane);
    struct picture *pictures[EXHIBIT_MAX_PARTS];
    renew_parts(pane);
    if (pane_is_refused(pane))
        return show_nothing(pane);
    if (pane_is_shown(pane)) {
        pane->ordered = pane->composing = false;
        return measure_mixture(pane) || taken;
    }
    if (pane->n_parts == 0 && !pane->wanted.original)
        return false;
    for (unsigned i = 0; i < pane->n_parts; i++) {
        pictures[i] = pane->parts[i].picture;
        if (!pictures[i] && !pane->wanted.original)
            return false;
    }
    struct ingredients ingredients;
    ingredients_gather(&ingredients, pane->progress, &pane->wanted, pictures, pane->n_parts,
                       parts_reduce(pane));
    return takes_long(pane) ? order(pane, &ingredients) : show_composed(pane, &ingredients);
}

/* One picture by itself may as well be sharper than needed. */
static bool serves(const struct pane *pane, const struct pane_part *part,
                   const struct frame_key *key)
{
    if (frame_key_equal(&part->key, key))
        return true;
    return pane->n_parts == 1 && pane->wanted.map == MAP_OFF && key->reduce < part->key.reduce &&
           frame_key_same_content(&part->key, key);
}

bool pane_serves(const struct pane *pane, const struct frame_key *key)
{
    for (unsigned i = 0; i < pane->n_parts; i++)
        if (serves(pane, &pane->parts[i], key))
            return true;
    return false;
}

bool pane_offer(struct pane *pane, const struct frame_key *key, struct picture *picture,
                double psnr)
{
    bool wanted = false;
    renew_parts(pane);
    for (unsigned i = 0; i < pane->n_parts; i++)
        if (serves(pane, &pane->parts[i], key)) {
            keep(&pane->parts[i].picture, picture);
            wanted = true;
        }
    if (!wanted || !pane_update(pane))
        return false;
    if (pane->n_parts == 1 && !isnan(psnr))
        pane->shown_psnr = psnr;
    return true;
}

bool pane_offer_coarse(struct pane *pane, const struct frame_key *key, struct picture *picture)
{
    bool better = !exhibit_equal(&pane->wanted, &pane->exhibit) || !pane->shown ||
                  key->reduce < pane->shown_reduce;
    if (pane->n_parts != 1 || pane->wanted.map != MAP_OFF ||
        !frame_key_same_content(key, &pane->parts[0].key) || !better)
        return false;
    show(pane, &(struct composed){.picture = picture, .psnr = NAN}, key->reduce);
    return true;
}
