#include "thumbnails/upkeep.h"

#include "image_file.h"
#include "location.h"
#include "thumbnail_info.h"
#include "thumbnail_texts.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any thumbnail has. */
enum { MAX_PIXELS = 2048 * 2048 };

static bool is_stopped(struct upkeep *upkeep)
{
    return atomic_load_explicit(&upkeep->stop, memory_order_relaxed);
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

static int retell(struct pixels *pixels, const char *uri, int64_t mtime)
{
    thumbnail_text_remove(pixels, "Thumb::URI");
    thumbnail_text_remove(pixels, "Thumb::MTime");
    return thumbnail_text_add(pixels, "Thumb::URI", uri) < 0 ||
                   thumbnail_number_add(pixels, "Thumb::MTime", mtime) < 0 ||
                   pixels_expand(pixels, 4) != 0
               ? -1
               : 0;
}

/* Copies the thumbnail at the path to that of another file, which is there by now. */
static void copy_to(const struct cache *cache, const struct flavor *flavor, const char *path,
                    const char *uri)
{
    const struct image_read_options options = {.reduce_depth = 1, .max_pixels = MAX_PIXELS};
    struct pixels pixels;
    struct message message;
    struct stat status;

    if (!look_up(uri, &status) || image_read(path, &options, &pixels, &message) < 0)
        return;
    if (retell(&pixels, uri, status.st_mtim.tv_sec) == 0)
        cache_store(cache, flavor, uri, &pixels, &message);
    pixels_free(&pixels);
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

static void visit_move(struct upkeep *upkeep, const struct cache *cache,
                       const struct flavor *flavor, const char *path,
                       const struct thumbnail_info *info, size_t i)
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
    copy_to(cache, flavor, path, uri);
    free(uri);
    if (upkeep->kind == UPKEEP_MOVE)
        unlink(path);
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
                  const char *path, size_t i)
{
    struct thumbnail_info info;

    if (thumbnail_info_read(&info, path) < 0)
        return;
    if (upkeep->kind == UPKEEP_CLEANUP)
        visit_cleanup(upkeep, path, &info);
    else
        visit_move(upkeep, cache, flavor, path, &info, i);
    thumbnail_info_free(&info);
}

/* Visits what is in the directory of a flavor, or in that of failures: then there is no flavor. New
 * files may be found or not: what they are of lies elsewhere. */
static void visit_all(struct upkeep *upkeep, const struct cache *cache, const struct flavor *flavor,
                      size_t i)
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
        visit(upkeep, cache, flavor, path, i);
        free(path);
    }
    if (directory)
        closedir(directory);
    free(name);
}

/* ---- What is asked ---- */

static void move_one(struct upkeep *upkeep, const struct cache *cache, const struct flavor *flavor,
                     size_t i)
{
    struct stat status;
    char *path;

    if (look_up(upkeep->to[i], &status) && S_ISDIR(status.st_mode)) {
        visit_all(upkeep, cache, flavor, i);
        return;
    }
    path = cache_path(cache, flavor, upkeep->from[i]);
    if (path)
        visit(upkeep, cache, flavor, path, i);
    free(path);
}

void upkeep_run(struct upkeep *upkeep, const struct cache *cache)
{
    if (!cache->root)
        return;
    for (const struct flavor *flavor = flavors; flavor->name; flavor++) {
        if (upkeep->kind == UPKEEP_CLEANUP)
            visit_all(upkeep, cache, flavor, 0);
        for (size_t i = 0; i < upkeep->n && !is_stopped(upkeep); i++) {
            if (upkeep->kind == UPKEEP_DELETE)
                cache_remove(cache, flavor, upkeep->from[i]);
            else if (upkeep->kind != UPKEEP_CLEANUP)
                move_one(upkeep, cache, flavor, i);
        }
    }
    if (upkeep->kind == UPKEEP_CLEANUP)
        visit_all(upkeep, cache, NULL, 0);
    for (size_t i = 0; upkeep->kind == UPKEEP_DELETE && i < upkeep->n; i++)
        cache_remove_failure(cache, upkeep->from[i]);
}
