#include "cache.h"

#include "file.h"
#include "image_formats.h"
#include "thumbnail_info.h"
#include "thumbnail_texts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char cache_failures[] = "fail/uqd-" UQD_VERSION;

const struct flavor flavors[N_FLAVORS + 1] = {
    {"normal", 128}, {"large", 256}, {"x-large", 512}, {"xx-large", 1024}, {NULL, 0},
};

const struct flavor *flavor_find(const char *name)
{
    for (const struct flavor *flavor = flavors; flavor->name; flavor++) {
        if (strcmp(flavor->name, name) == 0)
            return flavor;
    }
    return NULL;
}

/* ---- Where it is ---- */

int cache_open(struct cache *cache)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = 0;

    cache->root = NULL;
    if (base && *base == '/')
        length = asprintf(&cache->root, "%s/thumbnails", base);
    else if (home && *home == '/')
        length = asprintf(&cache->root, "%s/.cache/thumbnails", home);
    if (length >= 0)
        return 0;
    cache->root = NULL;
    return -1;
}

void cache_close(struct cache *cache)
{
    free(cache->root);
    cache->root = NULL;
}

static bool lies_below(const char *path, const char *directory)
{
    char real_path[PATH_MAX], real_directory[PATH_MAX];
    size_t length;

    if (!realpath(path, real_path) || !realpath(directory, real_directory))
        return false;
    length = strlen(real_directory);
    return strncmp(real_path, real_directory, length) == 0 && real_path[length] == '/';
}

bool cache_has(const struct cache *cache, const char *path)
{
    return strstr(path, "/.sh_thumbnails/") || (cache->root && lies_below(path, cache->root));
}

/* Malloc'ed; NULL without memory. */
static char *path_in(const struct cache *cache, const char *directory, const char *uri)
{
    char name[MD5_DIGEST_STRING_LENGTH], *path;

    MD5Data((const uint8_t *)uri, strlen(uri), name);
    return asprintf(&path, "%s/%s/%s.png", cache->root, directory, name) < 0 ? NULL : path;
}

char *cache_path(const struct cache *cache, const struct flavor *flavor, const char *uri)
{
    return path_in(cache, flavor->name, uri);
}

/* ---- What is there ---- */

static bool is_of(const struct cache *cache, const char *directory, const char *uri, int64_t mtime)
{
    struct thumbnail_info info;
    char *path = cache->root ? path_in(cache, directory, uri) : NULL;
    bool valid = false;

    if (path && thumbnail_info_read(&info, path) == 0) {
        valid = strcmp(info.uri, uri) == 0 && info.mtime == mtime;
        thumbnail_info_free(&info);
    }
    free(path);
    return valid;
}

bool cache_is_valid(const struct cache *cache, const struct flavor *flavor, const char *uri,
                    int64_t mtime)
{
    return is_of(cache, flavor->name, uri, mtime);
}

bool cache_is_settled(const struct cache *cache, const struct flavor *flavor, const char *uri,
                      int64_t mtime)
{
    char *path = cache->root ? cache_path(cache, flavor, uri) : NULL;
    struct stat status;
    bool settled = path && stat(path, &status) == 0 && status.st_mtim.tv_sec > mtime;

    free(path);
    return settled;
}

bool cache_has_failed(const struct cache *cache, const char *uri, int64_t mtime)
{
    return is_of(cache, cache_failures, uri, mtime);
}

static void remove_from(const struct cache *cache, const char *directory, const char *uri)
{
    char *path = cache->root ? path_in(cache, directory, uri) : NULL;

    if (path)
        unlink(path);
    free(path);
}

void cache_remove(const struct cache *cache, const struct flavor *flavor, const char *uri)
{
    remove_from(cache, flavor->name, uri);
}

bool cache_is_coarse(const struct cache *cache, const struct flavor *flavor, const char *uri)
{
    struct thumbnail_info info;
    char *path = cache->root ? cache_path(cache, flavor, uri) : NULL;
    bool coarse = false;

    if (path && thumbnail_info_read(&info, path) == 0) {
        coarse = info.is_coarse;
        thumbnail_info_free(&info);
    }
    free(path);
    return coarse;
}

void cache_remove_coarse(const struct cache *cache, const struct flavor *flavor, const char *uri)
{
    if (cache_is_coarse(cache, flavor, uri))
        cache_remove(cache, flavor, uri);
}

void cache_remove_failure(const struct cache *cache, const char *uri)
{
    remove_from(cache, cache_failures, uri);
}

/* ---- Writing ---- */

/* Makes the directories on the way to a file, readable by the user alone. */
static int make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        int status;

        *slash = '\0';
        status = mkdir(path, 0700);
        *slash = '/';
        if (status < 0 && errno != EEXIST)
            return -1;
    }
    return 0;
}

/* The file has the mode 0600. 0, or -1 with errno and nothing left. */
static int write_temporary(char *path, const uint8_t *data, size_t size, char **temporary)
{
    int fd, status, saved;

    if (make_directories(path) < 0 || asprintf(temporary, "%s.XXXXXX", path) < 0)
        return -1;
    fd = mkostemp(*temporary, O_CLOEXEC);
    status = fd < 0 ? -1 : file_write_all(fd, data, size);
    if (fd >= 0 && close(fd) < 0)
        status = -1;
    if (status == 0)
        return 0;
    saved = errno;
    if (fd >= 0)
        unlink(*temporary);
    free(*temporary);
    errno = saved;
    return -1;
}

/* No program sees half of the file. 0, or -1 with errno and nothing left. */
static int write_file(char *path, const uint8_t *data, size_t size)
{
    char *temporary;
    int status = write_temporary(path, data, size, &temporary), saved;

    if (status < 0)
        return -1;
    status = rename(temporary, path);
    saved = errno;
    if (status < 0)
        unlink(temporary);
    free(temporary);
    errno = saved;
    return status;
}

int cache_prepare(const struct cache *cache, const struct flavor *flavor, const char *uri,
                  const uint8_t *data, size_t size, struct cache_file *file)
{
    file->path = cache->root ? cache_path(cache, flavor, uri) : NULL;
    if (file->path && write_temporary(file->path, data, size, &file->temporary) == 0)
        return 0;
    free(file->path);
    return -1;
}

void cache_put(struct cache_file *file)
{
    if (rename(file->temporary, file->path) < 0)
        unlink(file->temporary);
    free(file->temporary);
    free(file->path);
}

static int store(const struct cache *cache, const char *directory, const char *uri,
                 const struct pixels *pixels, struct message *message)
{
    uint8_t *data = NULL;
    size_t size;
    char *path;
    int result;

    if (!cache->root)
        return message_set(message, "there is neither a cache directory nor a home");
    path = path_in(cache, directory, uri);
    if (!path)
        return message_set(message, "there is not enough memory for a path");
    result = png_write(path, pixels, &data, &size, message);
    if (result == 0 && write_file(path, data, size) < 0)
        result = message_set(message, "%s: cannot be written: %s", path, strerror(errno));
    free(data);
    free(path);
    return result;
}

int cache_store(const struct cache *cache, const struct flavor *flavor, const char *uri,
                const struct pixels *pixels, struct message *message)
{
    return store(cache, flavor->name, uri, pixels, message);
}

int cache_store_failure(const struct cache *cache, const char *uri, int64_t mtime,
                        struct message *message)
{
    struct pixels pixels = {.width = 1, .height = 1, .channels = 4, .data = calloc(1, 4)};
    int result = -1;

    if (!pixels.data || thumbnail_text_add(&pixels, "Thumb::URI", uri) < 0 ||
        thumbnail_number_add(&pixels, "Thumb::MTime", mtime) < 0)
        message_set(message, "there is not enough memory to note a failure");
    else
        result = store(cache, cache_failures, uri, &pixels, message);
    pixels_free(&pixels);
    return result;
}
