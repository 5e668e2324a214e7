#include "sdl/textures.h"

#include <stdlib.h>
#include <string.h>

static void clear_entry(struct texture_entry *entry)
{
    free(entry->pixels);
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

static bool same_size(const struct view_rect *a, const struct view_rect *b)
{
    return a->width == b->width && a->height == b->height;
}

static bool same_part(const struct view_rect *a, const struct view_rect *b)
{
    return a->x == b->x && a->y == b->y && same_size(a, b);
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
static struct texture_entry *find_unused(struct textures *textures, const struct rect *port)
{
    for (size_t i = 0; i < textures->n_entries; i++) {
        struct texture_entry *entry = &textures->entries[i];
        if (is_unused(textures, entry) && entry->width == port->w && entry->height == port->h)
            return entry;
    }
    return NULL;
}

/* One that shows another part of the same picture and was not drawn yet in this frame. */
static struct texture_entry *find_moved(struct textures *textures,
                                        const struct placed_picture *placed,
                                        const struct view_rect *part)
{
    for (size_t i = 0; i < textures->n_entries; i++) {
        struct texture_entry *entry = &textures->entries[i];
        if (entry->used != textures->frame && same_size(&entry->part, part) &&
            placed_picture_same_pixels(&entry->placed, placed))
            return entry;
    }
    return NULL;
}

/* As large as the viewport: while a picture is zoomed, its part changes with each frame, and memory
 * that is new costs as much as drawing does. */
static struct texture_entry *add(struct textures *textures, const struct rect *port)
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
    struct texture_entry entry = {
        .texture = SDL_CreateTexture(textures->renderer, SDL_PIXELFORMAT_ARGB8888,
                                     SDL_TEXTUREACCESS_STREAMING, port->w, port->h),
        .pixels = malloc((size_t)port->w * (size_t)port->h * sizeof *entry.pixels),
        .width = port->w,
        .height = port->h};
    if (!entry.texture || !entry.pixels) {
        clear_entry(&entry);
        return NULL;
    }
    textures->entries[textures->n_entries] = entry;
    return &textures->entries[textures->n_entries++];
}

/* ---- Filling ------------------------------------------------------------------------------- */

/* Renders a rectangle of the entry, which may be empty. */
static int render(struct texture_entry *entry, int x, int y, int width, int height)
{
    size_t columns = (size_t)entry->part.width;
    struct view_rect part = {entry->part.x + x, entry->part.y + y, width, height};
    if (width <= 0 || height <= 0)
        return 0;
    return placed_picture_render(&entry->placed, &part, entry->pixels + (size_t)y * columns + x,
                                 columns * sizeof *entry->pixels);
}

/* Moves the pixels that both parts have and renders the others: rows above or below, then columns
 * beside what moved. */
static int move(struct texture_entry *entry, const struct view_rect *part)
{
    int width = part->width, height = part->height;
    int dx = entry->part.x - part->x, dy = entry->part.y - part->y;
    int rows = height - abs(dy), columns = width - abs(dx);
    entry->part = *part;
    if (rows <= 0 || columns <= 0)
        return render(entry, 0, 0, width, height);
    for (int i = 0; i < rows; i++) {
        int y = dy > 0 ? height - 1 - i : i; /* none is overwritten before it was read */
        uint32_t *to = entry->pixels + (ptrdiff_t)y * width + (dx > 0 ? dx : 0);
        uint32_t *from = entry->pixels + (ptrdiff_t)(y - dy) * width + (dx < 0 ? -dx : 0);
        memmove(to, from, (size_t)columns * sizeof *to);
    }
    int top = dy > 0 ? dy : 0;
    if (render(entry, 0, dy > 0 ? 0 : rows, width, abs(dy)))
        return -1;
    return render(entry, dx > 0 ? 0 : columns, top, abs(dx), rows);
}

static int upload(const struct texture_entry *entry)
{
    void *pixels;
    int pitch;
    size_t width = (size_t)entry->part.width;
    SDL_Rect used = {0, 0, entry->part.width, entry->part.height};
    if (SDL_LockTexture(entry->texture, &used, &pixels, &pitch))
        return -1;
    for (int y = 0; y < entry->part.height; y++) {
        uint32_t *row = (uint32_t *)((uint8_t *)pixels + (ptrdiff_t)y * pitch);
        memcpy(row, entry->pixels + (size_t)y * width, width * sizeof *row);
        placed_picture_lay(&entry->placed, &entry->part, y, row);
    }
    SDL_UnlockTexture(entry->texture);
    return 0;
}

/* Afterwards the entry has a reference to this picture and to no other. */
static void set_picture(struct texture_entry *entry, const struct placed_picture *placed)
{
    struct picture *before = entry->placed.picture;
    entry->placed = placed ? *placed : (struct placed_picture){0};
    if (placed)
        picture_ref(placed->picture);
    picture_unref(before);
}

static struct texture_entry *get(struct textures *textures, const struct rect *port,
                                 const struct placed_picture *placed, const struct view_rect *part)
{
    struct texture_entry *entry = find(textures, placed, part);
    int status;
    if (entry)
        return entry;
    if ((entry = find_moved(textures, placed, part))) {
        set_picture(entry, placed);
        status = move(entry, part);
    } else if ((entry = find_unused(textures, port)) || (entry = add(textures, port))) {
        set_picture(entry, placed);
        entry->part = *part;
        status = render(entry, 0, 0, part->width, part->height);
    } else {
        return NULL;
    }
    if (status || upload(entry)) {
        set_picture(entry, NULL); /* so that nothing finds it */
        return NULL;
    }
    return entry;
}

void textures_draw(struct textures *textures, const struct rect *port,
                   const struct placed_picture *placed)
{
    struct view_rect part = placed_picture_part(placed, port);
    if (part.width <= 0 || part.height <= 0)
        return;
    struct texture_entry *entry = get(textures, port, placed, &part);
    if (!entry)
        return;
    entry->used = textures->frame;
    SDL_Rect from = {0, 0, part.width, part.height};
    SDL_Rect to = {port->x + placed->place.x + part.x, port->y + placed->place.y + part.y,
                   part.width, part.height};
    SDL_RenderCopy(textures->renderer, entry->texture, &from, &to);
}
