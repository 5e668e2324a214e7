#include "session/exhibit.h"

#include <stdio.h>

bool exhibit_is_cut(const struct exhibit *exhibit)
{
    return exhibit->codec && exhibit->cut && codec_can_be_cut(exhibit->codec);
}

bool exhibit_equal(const struct exhibit *a, const struct exhibit *b)
{
    bool seeded = a->mode == UQD_MODE_ANCESTRAL || a->mix || a->map == MAP_VARIANCE;
    if (a->original || b->original)
        return a->original == b->original;
    if (a->position != b->position || a->bytes != b->bytes || a->map != b->map ||
        a->codec != b->codec)
        return false;
    if (a->codec)
        return exhibit_is_cut(a) == exhibit_is_cut(b);
    return a->mode == b->mode && (!seeded || a->seed == b->seed) && a->mix == b->mix;
}

static struct frame_key key_of(const struct progress *progress, const struct exhibit *exhibit,
                               enum uqd_mode mode, uint64_t seed)
{
    return exhibit->bytes ? progress_key_at(progress, exhibit->bytes, mode, seed)
                          : progress_key(progress, exhibit->position, mode, seed);
}

struct frame_key exhibit_key(const struct progress *progress, const struct exhibit *exhibit)
{
    enum uqd_mode mode = exhibit->mix ? UQD_MODE_DENOISED : exhibit->mode;
    if (exhibit->codec)
        return (struct frame_key){.step = UQD_STEP_LATEST,
                                  .bytes = exhibit_bytes(progress, exhibit),
                                  .codec = exhibit->codec,
                                  .cut = exhibit_is_cut(exhibit)};
    return key_of(progress, exhibit, mode, exhibit->seed);
}

uint64_t exhibit_bytes(const struct progress *progress, const struct exhibit *exhibit)
{
    return exhibit->bytes ? exhibit->bytes : progress_bytes(progress, exhibit->position);
}

static unsigned add_seeds(const struct progress *progress, const struct exhibit *exhibit,
                          struct frame_key *parts)
{
    for (unsigned i = 0; i < EXHIBIT_N_SEEDS; i++)
        parts[i] = key_of(progress, exhibit, UQD_MODE_ANCESTRAL, exhibit->seed + i);
    return EXHIBIT_N_SEEDS;
}

/* The same a step before, or the picture itself where there is none. */
static struct frame_key key_before(const struct progress *progress, const struct exhibit *exhibit)
{
    struct exhibit before = *exhibit;
    before.bytes = 0;
    before.position -= before.position > 0;
    return exhibit_key(progress, &before);
}

unsigned exhibit_parts(const struct progress *progress, const struct exhibit *exhibit,
                       uint32_t reduce, struct frame_key parts[EXHIBIT_MAX_PARTS])
{
    unsigned n = 0;
    if (exhibit->original)
        return 0;
    if (exhibit->map == MAP_VARIANCE) {
        n = add_seeds(progress, exhibit, parts);
    } else {
        parts[n++] = exhibit_key(progress, exhibit);
        if (exhibit->mix)
            parts[n++] = key_of(progress, exhibit, UQD_MODE_ANCESTRAL, exhibit->seed);
        if (exhibit->map == MAP_CHANGE)
            parts[n++] = key_before(progress, exhibit);
    }
    for (unsigned i = 0; i < n && !exhibit->codec; i++)
        parts[i].reduce = reduce;
    return n;
}

const char *exhibit_mode_name(const struct exhibit *exhibit, struct text_line *line)
{
    if (exhibit->original)
        snprintf(line->text, sizeof line->text, "original");
    else if (exhibit->codec)
        snprintf(line->text, sizeof line->text, "%s%s", codec_title(exhibit->codec),
                 exhibit_is_cut(exhibit) ? ", cut" : "");
    else if (exhibit->mix)
        snprintf(line->text, sizeof line->text, "mix %u %%", (unsigned)exhibit->mix);
    else
        snprintf(line->text, sizeof line->text, "%s", mode_name(exhibit->mode));
    return line->text;
}

const char *map_name(enum map_kind map)
{
    static const char *const names[N_MAPS] = {"off", "bits", "variance", "change", "error"};
    return names[map];
}
