#include "thumbnails/upkeep.h"

#include "file.h"
#include "location.h"
#include "thumbnail_info.h"
#include "thumbnail_retell.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Larger than any thumbnail is. */
enum { MAX_FILE = 1 << 24 };

/* What is moved: read before anything is overwritten, so that files may take each other's names. */
struct moves {
    struct cache_file *files;
    size_t n_files, capacity;
    char **gone; /* paths of thumbnails that are others' now */
    size_t n_gone, gone_capacity;
};

static bool is_stopped(struct upkeep *upkeep)
{
    return atomic_load_explicit(&upkeep->stop, memory_order_relaxed);
}

/* The array of n elements with room for one more; NULL without memory, and then it is unchanged. */
static void *grow(void *array, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity)
        return array;
    array = reallocarray(array, 2 * n + 16, size);
    if (array)
        *capacity = 2 * n + 16;
    return array;
}

/* ---- One thumbnail ---- */

/* What is known of a file by its URI: false if it is not there. */
static bool look_up(const char *uri, struct stat *status)
{
    struct location location;
    struct message message;
    bool found = location_read(&location, uri, &message) == 0 && stat(location.path, status) == 0;

    location_free(&location);
    return found;
}

/* The thumbnail at the path gets another one beside it, for a file of that URI and time. False if
 * it does not. */
static bool prepare(struct moves *moves, const struct cache *cache, const struct flavor *flavor,
                    const char *path, const char *uri, int64_t mtime)
{
    struct message message;
    struct cache_file *files =
        grow(moves->files, moves->n_files, &moves->capacity, sizeof moves->files[0]);
    uint8_t *data, *retold;
    size_t size, retold_size;
    bool prepared = false;

    if (!files)
        return false;
    moves->files = files;
    if (file_read_regular(path, MAX_FILE, &data, &size, &message) < 0)
        return false;
    if (thumbnail_retell(data, size, uri, mtime, &retold, &retold_size) == 0) {
        prepared = cache_prepare(cache, flavor, uri, retold, retold_size,
                                 &moves->files[moves->n_files]) == 0;
        moves->n_files += prepared;
        free(retold);
    }
    free(data);
    return prepared;
}

/* The thumbnail at the path is not that of its file any more. */
static void forget(struct moves *moves, const char *path)
{
    char **gone = grow(moves->gone, moves->n_gone, &moves->gone_capacity, sizeof moves->gone[0]);
    char *copy = gone ? strdup(path) : NULL;

    if (gone)
        moves->gone = gone;
    if (copy)
        moves->gone[moves->n_gone++] = copy;
}

/* Does what has been prepared. */
static void finish_moves(struct moves *moves)
{
    for (size_t i = 0; i < moves->n_gone; i++) {
        unlink(moves->gone[i]);
        free(moves->gone[i]);
    }
    for (size_t i = 0; i < moves->n_files; i++)
        cache_put(&moves->files[i]);
    free(moves->gone);
    free(moves->files);
}

/* ---- All thumbnails of a flavor ---- */

/* Whether a URI is that of the base, or of something below it; *rest is what comes then. */
static bool lies_in(const char *uri, const char *base, const char **rest)
{
    size_t length = strlen(base);

    while (length > 0 && base[length - 1] == '/')
        length--;
    *rest = uri + length;
    return length > 0 && strncmp(uri, base, length) == 0 && (**rest == '\0' || **rest == '/');
}

/* Whether a thumbnail that says this shows the file that is now at the URI: one that was moved has
 * the time that it had; what was copied is still where it was. */
static bool shows(const struct upkeep *upkeep, const struct thumbnail_info *info, const char *uri,
                  struct stat *status)
{
    struct stat original;

    if (info->is_coarse || !look_up(uri, status))
        return false;
    if (upkeep->kind == UPKEEP_MOVE)
        return info->mtime == status->st_mtim.tv_sec;
    return look_up(info->uri, &original) && info->mtime == original.st_mtim.tv_sec;
}

/* A file of that URI has become, or was copied to, the one of the other URI. */
static void move_to(const struct upkeep *upkeep, const struct cache *cache,
                    const struct flavor *flavor, const char *path,
                    const struct thumbnail_info *info, const char *uri, struct moves *moves)
{
    struct stat status;
    bool moved = false;

    if (strcmp(info->uri, uri) == 0)
        return;
    if (shows(upkeep, info, uri, &status))
        moved = prepare(moves, cache, flavor, path, uri, status.st_mtim.tv_sec);
    if (upkeep->kind == UPKEEP_MOVE && (moved || !look_up(info->uri, &status)))
        forget(moves, path);
}

static void visit_move(const struct upkeep *upkeep, const struct cache *cache,
                       const struct flavor *flavor, const char *path,
                       const struct thumbnail_info *info, size_t i, struct moves *moves)
{
    const char *rest, *to = upkeep->to[i];
    size_t length = strlen(to);
    char *uri;

    if (!lies_in(info->uri, upkeep->from[i], &rest))
        return;
    while (length > 0 && to[length - 1] == '/')
        length--;
    if (asprintf(&uri, "%.*s%s", (int)length, to, rest) < 0)
        return;
    move_to(upkeep, cache, flavor, path, info, uri, moves);
    free(uri);
}

static void visit_cleanup(const struct upkeep *upkeep, const char *path,
                          const struct thumbnail_info *info)
{
    const char *rest;

    for (size_t i = 0; i < upkeep->n; i++) {
        if (lies_in(info->uri, upkeep->from[i], &rest) &&
            (upkeep->since == 0 || info->mtime <= upkeep->since)) {
            unlink(path);
            return;
        }
    }
}

/* Visits one file of the cache; i is which of the URIs is moved. */
static void visit(struct upkeep *upkeep, const struct cache *cache, const struct flavor *flavor,
                  const char *path, size_t i, struct moves *moves)
{
    struct thumbnail_info info;

    if (thumbnail_info_read(&info, path) < 0)
        return;
    if (upkeep->kind == UPKEEP_CLEANUP)
        visit_cleanup(upkeep, path, &info);
    else
        visit_move(upkeep, cache, flavor, path, &info, i, moves);
    thumbnail_info_free(&info);
}

/* Visits what is in the directory of a flavor, or in that of failures: then there is no flavor. New
 * files may be found or not: what they are of lies elsewhere. */
static void visit_all(struct upkeep *upkeep, const struct cache *cache, const struct flavor *flavor,
                      size_t i, struct moves *moves)
{
    char *name, *path;
    DIR *directory;
    struct dirent *entry;

    if (asprintf(&name, "%s/%s", cache->root, flavor ? flavor->name : cache_failures) < 0)
        return;
    directory = opendir(name);
    while (directory && !is_stopped(upkeep) && (entry = readdir(directory))) {
        size_t length = strlen(entry->d_name);

        if (length < 4 || strcmp(entry->d_name + length - 4, ".png") != 0 ||
            asprintf(&path, "%s/%s", name, entry->d_name) < 0)
            continue;
        visit(upkeep, cache, flavor, path, i, moves);
        free(path);
    }
    if (directory)
        closedir(directory);
    free(name);
}

/* ---- What is asked ---- */

static void move_one(struct upkeep *upkeep, const struct cache *cache, const struct flavor *flavor,
                     size_t i, struct moves *moves)
{
    struct stat status;
    char *path;

    if (look_up(upkeep->to[i], &status) && S_ISDIR(status.st_mode)) {
        visit_all(upkeep, cache, flavor, i, moves);
        return;
    }
    path = cache_path(cache, flavor, upkeep->from[i]);
    if (path)
        visit(upkeep, cache, flavor, path, i, moves);
    free(path);
}

static void move_flavor(struct upkeep *upkeep, const struct cache *cache,
                        const struct flavor *flavor)
{
    struct moves moves = {0};

    for (size_t i = 0; i < upkeep->n && !is_stopped(upkeep); i++)
        move_one(upkeep, cache, flavor, i, &moves);
    finish_moves(&moves);
}

static void delete_all(const struct upkeep *upkeep, const struct cache *cache)
{
    for (size_t i = 0; i < upkeep->n; i++) {
        for (const struct flavor *flavor = flavors; flavor->name; flavor++)
            cache_remove(cache, flavor, upkeep->from[i]);
        cache_remove_failure(cache, upkeep->from[i]);
    }
}

static void clean_up(struct upkeep *upkeep, const struct cache *cache)
{
    for (const struct flavor *flavor = flavors; flavor->name; flavor++)
        visit_all(upkeep, cache, flavor, 0, NULL);
    visit_all(upkeep, cache, NULL, 0, NULL);
}

void upkeep_run(struct upkeep *upkeep, const struct cache *cache)
{
    if (!cache->root)
        return;
    if (upkeep->kind == UPKEEP_DELETE)
        delete_all(upkeep, cache);
    else if (upkeep->kind == UPKEEP_CLEANUP)
        clean_up(upkeep, cache);
    else {
        for (const struct flavor *flavor = flavors; flavor->name; flavor++)
            move_flavor(upkeep, cache, flavor);
    }
}
