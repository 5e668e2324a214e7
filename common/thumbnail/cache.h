/* The thumbnails of a user on disk, as the Thumbnail Managing Standard 0.9 of freedesktop.org
 * describes them: one PNG file for each file and flavor, known by its URI and the time of its last
 * change. Any thread may call these functions. */
#ifndef UQD_COMMON_THUMBNAIL_CACHE_H
#define UQD_COMMON_THUMBNAIL_CACHE_H

#include "image_file.h"
#include "message.h"

#include <stdbool.h>
#include <stdint.h>

/* Sizes of thumbnails. */
struct flavor {
    const char *name; /* and of its directory */
    uint32_t edge;    /* pixels that a thumbnail fits in both directions */
};

/* From small to large, ending with a NULL name. */
#define N_FLAVORS 4
extern const struct flavor flavors[N_FLAVORS + 1];

/* NULL if there is none of that name. */
const struct flavor *flavor_find(const char *name);

struct cache {
    char *root; /* NULL if the user has neither a cache nor a home */
};

/* 0, or -1 without memory. */
int cache_open(struct cache *cache);

void cache_close(struct cache *cache);

/* Whether a file belongs to this cache, or to one that lies beside pictures: of thumbnails no
 * thumbnails are made. */
bool cache_has(const struct cache *cache, const char *path);

/* The path of a thumbnail, whether it is there or not, malloc'ed; NULL without memory. The cache
 * must have a root. */
char *cache_path(const struct cache *cache, const struct flavor *flavor, const char *uri);

/* Whether the thumbnail is there and shows the file as it was at that time. */
bool cache_is_valid(const struct cache *cache, const struct flavor *flavor, const char *uri,
                    int64_t mtime);

/* Whether a thumbnail that is valid was written in a later second than the file. Otherwise the file
 * may have changed since, in the same second. */
bool cache_is_settled(const struct cache *cache, const struct flavor *flavor, const char *uri,
                      int64_t mtime);

/* Writes a thumbnail under a temporary name and renames it. The picture has the texts of
 * thumbnail_texts_add. 0, or -1 with a message. */
int cache_store(const struct cache *cache, const struct flavor *flavor, const char *uri,
                const struct pixels *pixels, struct message *message);

/* The same in two parts: writes a PNG file under a temporary name beside its place. Both names are
 * malloc'ed. 0, or -1 with nothing left. */
struct cache_file {
    char *temporary, *path;
};
int cache_prepare(const struct cache *cache, const struct flavor *flavor, const char *uri,
                  const uint8_t *data, size_t size, struct cache_file *file);

/* Puts the file in its place. Frees the names. */
void cache_put(struct cache_file *file);

/* The thumbnail need not be there. */
void cache_remove(const struct cache *cache, const struct flavor *flavor, const char *uri);

/* The same, if it is a coarse one. */
void cache_remove_coarse(const struct cache *cache, const struct flavor *flavor, const char *uri);

/* Whether the thumbnail, if there is one, is coarse. */
bool cache_is_coarse(const struct cache *cache, const struct flavor *flavor, const char *uri);

/* ---- Failures ---- */

/* Where they are noted, below the root. */
extern const char cache_failures[];

/* Notes that this version of the program cannot make a thumbnail of the file as it was at that
 * time. 0, or -1 with a message. */
int cache_store_failure(const struct cache *cache, const char *uri, int64_t mtime,
                        struct message *message);

bool cache_has_failed(const struct cache *cache, const char *uri, int64_t mtime);

void cache_remove_failure(const struct cache *cache, const char *uri);

#endif
