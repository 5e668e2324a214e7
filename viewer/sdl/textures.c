#include "sdl/textures.h"

#include <stdlib.h>

static void clear_entry(struct texture_entry *entry)
{
    SDL_DestroyTexture(entry->texture);
    picture_unref(entry->placed.picture);
}

/* Whether neither this frame nor the one before drew it. */
static bool is_unused(const struct textures *textures, const struct texture_entry *entry)
{
    return textures->frame - entry->used >= 2;
}

void textures_begin(struct textures *textures)
{
    size_t n = 0;
    textures->frame++;
    for (size_t i = 0; i < textures->n_entries; i++) {
        struct texture_entry *entry = &textures->entries[i];
        /* What the last frame but one drew may still lend its texture to this one. */
        if (textures->frame - entry->used > 2)
            clear_entry(entry);
        else
            textures->entries[n++] = *entry;
    }
    textures->n_entries = n;
}

void textures_clear(struct textures *textures)
{
    for (size_t i = 0; i < textures->n_entries; i++)
        clear_entry(&textures->entries[i]);
    free(textures->entries);
    textures->entries = NULL;
    textures->n_entries = textures->allocated = 0;
}

/* ---- Entries ------------------------------------------------------------------------------- */

static bool same_part(const struct view_rect *a, const struct view_rect *b)
{
    return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}

static struct texture_entry *find(struct textures *textures, const struct placed_picture *placed,
                                  const struct view_rect *part)
{
    for (size_t i = 0; i < textures->n_entries; i++) {
        struct texture_entry *entry = &textures->entries[i];
        if (same_part(&entry->part, part) && placed_picture_equal(&entry->placed, placed))
            return entry;
    }
    return NULL;
}

/* One that can be filled anew without making a texture. */
static struct texture_entry *find_unused(struct textures *textures, const struct view_rect *part)
{
    for (size_t i = 0; i < textures->n_entries; i++) {
        struct texture_entry *entry = &textures->entries[i];
        if (is_unused(textures, entry) && entry->part.width == part->width &&
            entry->part.height == part->height)
            return entry;
    }
    return NULL;
}

static struct texture_entry *add(struct textures *textures, const struct view_rect *part)
{
    if (textures->n_entries == textures->allocated) {
        size_t allocated = 2 * textures->allocated + 16;
        struct texture_entry *entries =
            realloc(textures->entries, allocated * sizeof *textures->entries);
        if (!entries)
            return NULL;
        textures->entries = entries;
        textures->allocated = allocated;
    }
    SDL_Texture *texture =
        SDL_CreateTexture(textures->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING,
                          part->width, part->height);
    if (!texture)
        return NULL;
    struct texture_entry *entry = &textures->entries[textures->n_entries++];
    *entry = (struct texture_entry){.texture = texture};
    return entry;
}

/* 0, or -1 if there is no memory: then nothing finds the entry. */
static int fill(struct texture_entry *entry, const struct placed_picture *placed,
                const struct view_rect *part)
{
    void *pixels;
    int pitch;
    picture_unref(entry->placed.picture);
    entry->placed = (struct placed_picture){0};
    entry->part = *part;
    if (SDL_LockTexture(entry->texture, NULL, &pixels, &pitch))
        return -1;
    int result = placed_picture_render(placed, part, pixels, (size_t)pitch);
    SDL_UnlockTexture(entry->texture);
    if (result == 0) {
        entry->placed = *placed;
        picture_ref(placed->picture);
    }
    return result;
}

static struct texture_entry *get(struct textures *textures, const struct placed_picture *placed,
                                 const struct view_rect *part)
{
    struct texture_entry *entry = find(textures, placed, part);
    if (entry)
        return entry;
    entry = find_unused(textures, part);
    if (!entry)
        entry = add(textures, part);
    return entry && fill(entry, placed, part) == 0 ? entry : NULL;
}

void textures_draw(struct textures *textures, const struct rect *port,
                   const struct placed_picture *placed)
{
    struct view_rect part = placed_picture_part(placed, port);
    if (part.width <= 0 || part.height <= 0)
        return;
    struct texture_entry *entry = get(textures, placed, &part);
    if (!entry)
        return;
    entry->used = textures->frame;
    SDL_Rect to = {port->x + placed->place.x + part.x, port->y + placed->place.y + part.y,
                   part.width, part.height};
    SDL_RenderCopy(textures->renderer, entry->texture, NULL, &to);
}
