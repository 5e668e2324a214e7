#include "frames.h"

static void drop(struct frames *frames, unsigned index)
{
    frames->size -= picture_size(frames->entries[index].picture);
    picture_unref(frames->entries[index].picture);
    frames->entries[index] = frames->entries[--frames->n_entries];
}

static void drop_oldest(struct frames *frames)
{
    unsigned oldest = 0;
    for (unsigned i = 1; i < frames->n_entries; i++)
        if (frames->entries[i].used < frames->entries[oldest].used)
            oldest = i;
    drop(frames, oldest);
}

void frames_clear(struct frames *frames)
{
    while (frames->n_entries > 0)
        drop(frames, frames->n_entries - 1);
}

struct frame_entry *frames_find(struct frames *frames, const struct frame_key *key)
{
    for (unsigned i = 0; i < frames->n_entries; i++)
        if (frame_key_equal(&frames->entries[i].key, key)) {
            frames->entries[i].used = ++frames->clock;
            return &frames->entries[i];
        }
    return NULL;
}

void frames_add(struct frames *frames, const struct frame_key *key, struct picture *picture,
                double psnr)
{
    struct frame_entry *same = frames_find(frames, key);
    if (same)
        drop(frames, (unsigned)(same - frames->entries));
    while (frames->n_entries > 0 && (frames->n_entries == FRAMES_MAX ||
                                     frames->size + picture_size(picture) > frames->limit))
        drop_oldest(frames);
    frames->size += picture_size(picture);
    frames->entries[frames->n_entries++] =
        (struct frame_entry){*key, picture_ref(picture), psnr, ++frames->clock};
}
