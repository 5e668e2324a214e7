#include "session/frames.h"

static void drop(struct frames *frames, unsigned index)
{
    frames->size -= picture_size(frames->entries[index].picture);
    picture_unref(frames->entries[index].picture);
    frames->entries[index] = frames->entries[--frames->n_entries];
}

static bool is_before(const struct frame_entry *a, const struct frame_entry *b)
{
    return a->shown != b->shown ? b->shown : a->used < b->used;
}

/* The entry to be dropped next; there must be one. */
static unsigned find_next_to_drop(const struct frames *frames)
{
    unsigned next = 0;
    for (unsigned i = 1; i < frames->n_entries; i++)
        if (is_before(&frames->entries[i], &frames->entries[next]))
            next = i;
    return next;
}

static bool is_full(const struct frames *frames, size_t size)
{
    return frames->n_entries == FRAMES_MAX || size > frames->limit ||
           frames->size > frames->limit - size;
}

void frames_clear(struct frames *frames)
{
    while (frames->n_entries > 0)
        drop(frames, frames->n_entries - 1);
}

struct frame_entry *frames_find(struct frames *frames, const struct frame_key *key)
{
    for (unsigned i = 0; i < frames->n_entries; i++)
        if (frame_key_equal(&frames->entries[i].key, key))
            return &frames->entries[i];
    return NULL;
}

struct frame_entry *frames_find_sharp(struct frames *frames, const struct frame_key *key)
{
    struct frame_entry *found = NULL;
    for (unsigned i = 0; i < frames->n_entries; i++) {
        struct frame_entry *entry = &frames->entries[i];
        if (frame_key_same_content(&entry->key, key) && entry->key.reduce <= key->reduce &&
            (!found || entry->key.reduce > found->key.reduce))
            found = entry;
    }
    return found;
}

struct frame_entry *frames_find_coarse(struct frames *frames, const struct frame_key *key)
{
    struct frame_entry *found = NULL;
    for (unsigned i = 0; i < frames->n_entries; i++) {
        struct frame_entry *entry = &frames->entries[i];
        if (frame_key_same_content(&entry->key, key) && entry->key.reduce > key->reduce &&
            (!found || entry->key.reduce < found->key.reduce))
            found = entry;
    }
    return found;
}

struct frame_entry *frames_expect(struct frames *frames, const struct frame_key *key)
{
    struct frame_entry *entry = frames_find_sharp(frames, key);
    if (entry && !entry->shown)
        entry->used = ++frames->clock;
    return entry;
}

struct frame_entry *frames_use(struct frames *frames, const struct frame_key *key)
{
    struct frame_entry *entry = frames_find(frames, key);
    if (entry) {
        entry->shown = true;
        entry->used = ++frames->clock;
    }
    return entry;
}

void frames_add(struct frames *frames, const struct frame_key *key, struct picture *picture,
                double psnr, enum frame_worth worth)
{
    struct frame_entry entry = {*key, picture_ref(picture), psnr, worth == FRAME_SHOWN,
                                ++frames->clock};
    struct frame_entry *same = frames_find(frames, key);
    if (same) {
        entry.shown |= same->shown;
        drop(frames, (unsigned)(same - frames->entries));
    }
    while (frames->n_entries > 0 && is_full(frames, picture_size(picture))) {
        unsigned next = find_next_to_drop(frames);
        bool allowed = frames->entries[next].shown ? entry.shown : worth != FRAME_BY_THE_WAY;
        if (!allowed) {
            picture_unref(picture);
            return;
        }
        drop(frames, next);
    }
    frames->size += picture_size(picture);
    frames->entries[frames->n_entries++] = entry;
}

bool frames_have_room(const struct frames *frames, unsigned n, size_t size)
{
    size_t taken = 0;
    unsigned n_taken = 0;
    for (unsigned i = 0; i < frames->n_entries; i++)
        if (frames->entries[i].shown) {
            taken += picture_size(frames->entries[i].picture);
            n_taken++;
        }
    return n_taken + n <= FRAMES_MAX && taken <= frames->limit &&
           (size == 0 || (frames->limit - taken) / size >= n);
}
