#include "model_file.h"

#include "build_directory.h"
#include "file.h"
#include "released_models.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL_SUFFIX  ".uqdm"
#define DEFAULT_MODEL "lattice"

enum { MAX_DIRECTORIES = 32, MAX_UNUSABLE = 16, MODEL_HEAD = 80 };

/* Directories that may hold models, in the order of the search. */
struct directories {
    char *paths[MAX_DIRECTORIES];
    size_t count;
};

int model_load(const char *path, struct uqd_model **model, struct message *message)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return message_set(message, "%s: cannot be opened: %s", path, strerror(errno));
    const int status = uqd_model_open(model, fd), error = errno;
    close(fd);
    if (status == UQD_ERR_ARG) /* the library keeps a descriptor of its own, and there is none */
        return message_set(message, "%s: cannot be opened: %s", path, strerror(error));
    if (status < 0)
        return message_set(message, "%s: cannot be used as a model: %s", path,
                           uqd_status_text(status));
    return 0;
}

/* ---- The search path ----------------------------------------------------------------------- */

/* Appends a malloc'ed path, which the list frees. NULL is allowed. */
static void add_path(struct directories *list, char *path)
{
    if (path && list->count < MAX_DIRECTORIES)
        list->paths[list->count++] = path;
    else
        free(path);
}

/* Appends the directory `base` (its first length bytes) with the suffix. Relative bases are
 * ignored, as the XDG specification demands. */
static void add_directory(struct directories *list, const char *base, size_t length,
                          const char *suffix)
{
    char *path;
    if (length == 0 || base[0] != '/')
        return;
    if (asprintf(&path, "%.*s%s", (int)length, base, suffix) >= 0)
        add_path(list, path);
}

static void add_data_directories(struct directories *list, const char *bases)
{
    while (*bases) {
        size_t length = strcspn(bases, ":");
        add_directory(list, bases, length, "/uqd/models");
        bases += length + (bases[length] == ':');
    }
}

static const char *environment(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static void find_directories(struct directories *list)
{
    const char *own = environment("UQD_MODELS", NULL);
    const char *data_home = environment("XDG_DATA_HOME", NULL);
    const char *home = environment("HOME", NULL);
    *list = (struct directories){.count = 0};
    add_path(list, own ? strdup(own) : NULL);
    if (data_home)
        add_directory(list, data_home, strlen(data_home), "/uqd/models");
    else if (home)
        add_directory(list, home, strlen(home), "/.local/share/uqd/models");
    /* Before what is installed, which may be of another version. */
    add_path(list, build_directory_path("models"));
    add_data_directories(list, environment("XDG_DATA_DIRS", "/usr/local/share:/usr/share"));
    add_directory(list, UQD_MODEL_DIR, strlen(UQD_MODEL_DIR), "");
}

static void free_directories(struct directories *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
}

/* ---- Looking into the directories ---------------------------------------------------------- */

static int has_suffix(const char *name)
{
    size_t length = strlen(name), suffix = strlen(MODEL_SUFFIX);
    return length > suffix && strcmp(name + length - suffix, MODEL_SUFFIX) == 0;
}

/* A file that has the model which is looked for. */
struct candidate {
    char *path; /* malloc'ed; NULL: none has been found */
    uint32_t revision;
};

/* Looks at one file's header: 1 with its revision if it is of that id, 0, or -1 with errno if the
 * system has run out of something. */
static int has_id(const char *path, uint64_t id, uint32_t *revision)
{
    uint8_t head[MODEL_HEAD];
    uint64_t found;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return file_is_exhausted(errno) ? -1 : 0;
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    return n == MODEL_HEAD && uqd_model_peek_id(head, sizeof head, &found) == UQD_OK &&
           found == id && uqd_model_peek_revision(head, sizeof head, revision) == UQD_OK;
}

/* Of two files of one directory, whose entries have no order of their own, the first by name counts
 * as the earlier one. */
static int is_better(const struct candidate *candidate, const struct candidate *best,
                     int same_directory)
{
    if (!best->path || candidate->revision != best->revision)
        return !best->path || candidate->revision > best->revision;
    return same_directory && strcmp(candidate->path, best->path) < 0;
}

/* Takes the candidate's path over. */
static void offer(struct candidate *best, struct candidate *candidate, int same_directory)
{
    const int taken = candidate->path && is_better(candidate, best, same_directory);
    free(taken ? best->path : candidate->path);
    if (taken)
        *best = *candidate;
}

/* What is looked for. */
struct search {
    uint64_t id;
    char *unusable[MAX_UNUSABLE]; /* malloc'ed paths of files that say that they have it */
    size_t n_unusable;
};

static int is_unusable(const struct search *search, const char *path)
{
    for (size_t i = 0; i < search->n_unusable; i++)
        if (strcmp(search->unusable[i], path) == 0)
            return 1;
    return 0;
}

/* Looks at one file: 0, or -1 with errno. */
static int check_entry(const char *directory, const char *name, const struct search *search,
                       struct candidate *best)
{
    struct candidate candidate;
    if (!has_suffix(name))
        return 0;
    if (asprintf(&candidate.path, "%s/%s", directory, name) < 0) {
        errno = ENOMEM;
        return -1;
    }
    int result = is_unusable(search, candidate.path)
                     ? 0
                     : has_id(candidate.path, search->id, &candidate.revision);
    int error = errno;
    if (result > 0)
        offer(best, &candidate, 1);
    else
        free(candidate.path);
    errno = error;
    return result < 0 ? -1 : 0;
}

/* Looks at a directory: 0, or -1 with errno if the system has run out of something. */
static int find_id(const char *directory, const struct search *search, struct candidate *best)
{
    struct candidate here = {0};
    DIR *dir = opendir(directory);
    const struct dirent *entry;
    int result = 0;
    if (!dir)
        return file_is_exhausted(errno) ? -1 : 0;
    while (result == 0 && (entry = readdir(dir)))
        result = check_entry(directory, entry->d_name, search, &here);
    int error = errno;
    closedir(dir);
    offer(best, &here, 0);
    errno = error;
    return result;
}

/* The malloc'ed path of the model of that name if the directory has it, or NULL. */
static char *find_name(const char *directory, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s%s", directory, name, MODEL_SUFFIX) < 0)
        return NULL;
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static int load_installed(const char *name, struct uqd_model **model, struct message *message)
{
    struct directories list;
    char *path = NULL;
    find_directories(&list);
    for (size_t i = 0; i < list.count && !path; i++)
        path = find_name(list.paths[i], name);
    int result = path ? model_load(path, model, message)
                      : message_set(message,
                                    "the model %s%s is not installed: it is neither in "
                                    "$UQD_MODELS nor in uqd/models of a data directory nor in %s",
                                    name, MODEL_SUFFIX, UQD_MODEL_DIR);
    free(path);
    free_directories(&list);
    return result;
}

int model_load_default(struct uqd_model **model, struct message *message)
{
    return load_installed(DEFAULT_MODEL, model, message);
}

int model_load_named(const char *name, struct uqd_model **model, struct message *message)
{
    return strchr(name, '/') || has_suffix(name) ? model_load(name, model, message)
                                                 : load_installed(name, model, message);
}

static int not_installed(uint64_t id, struct message *message)
{
    const struct released_model *released = released_model(id);
    if (released)
        message_set(
            message,
            "the model %08llx is not installed: it is %s%s of UQD %s, in the package %s, and "
            "no *%s of it is in $UQD_MODELS, in uqd/models of a data directory or in %s",
            (unsigned long long)id, released->name, MODEL_SUFFIX, released->release,
            released->package, MODEL_SUFFIX, UQD_MODEL_DIR);
    else
        message_set(message,
                    "the model %08llx is not installed: no such *%s is "
                    "in $UQD_MODELS, in uqd/models of a data directory or in %s",
                    (unsigned long long)id, MODEL_SUFFIX, UQD_MODEL_DIR);
    return MODEL_NOT_INSTALLED;
}

/* The best file that has the model: 0 with its malloc'ed path, MODEL_NOT_INSTALLED, or -1. */
static int find_best(const struct search *search, char **path, struct message *message)
{
    struct directories list;
    struct candidate best = {0};
    int result = 0;
    find_directories(&list);
    for (size_t i = 0; i < list.count && result == 0; i++)
        result = find_id(list.paths[i], search, &best);
    if (result < 0)
        message_set(message, "the model %08llx cannot be looked for: %s",
                    (unsigned long long)search->id, strerror(errno));
    free_directories(&list);
    if (result == 0 && !best.path)
        return not_installed(search->id, message);
    if (result < 0)
        free(best.path);
    else
        *path = best.path;
    return result;
}

int model_load_by_id(uint64_t id, struct uqd_model **model, char **path, struct message *message)
{
    struct search search = {.id = id};
    struct message first;
    char *found;
    int result;
    while ((result = find_best(&search, &found, message)) == 0 &&
           model_load(found, model, message) < 0) {
        if (search.n_unusable == 0)
            first = *message;
        search.unusable[search.n_unusable++] = found;
        if (search.n_unusable == MAX_UNUSABLE)
            break;
    }
    if (search.n_unusable == MAX_UNUSABLE ||
        (result == MODEL_NOT_INSTALLED && search.n_unusable > 0)) {
        *message = first;
        result = -1;
    }
    for (size_t i = 0; i < search.n_unusable; i++)
        free(search.unusable[i]);
    if (result == 0 && path)
        *path = found;
    else if (result == 0)
        free(found);
    return result;
}

/* ---- Places -------------------------------------------------------------------------------- */

/* Takes the malloc'ed path over. */
static int add_place(struct model_places *places, char *path)
{
    char **grown = path ? realloc(places->paths, (places->count + 1) * sizeof *grown) : NULL;
    if (!grown) {
        free(path);
        return -1;
    }
    places->paths = grown;
    grown[places->count++] = path;
    return 0;
}

/* What lies in the directory itself is reached by the directory. */
static int add_links(struct model_places *places, const char *directory)
{
    DIR *dir = opendir(directory);
    const struct dirent *entry;
    int result = 0;
    while (dir && result == 0 && (entry = readdir(dir))) {
        char *path;
        if (entry->d_type == DT_REG || entry->d_type == DT_DIR || !has_suffix(entry->d_name))
            continue;
        if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
            path = NULL;
        result = add_place(places, path);
    }
    if (dir)
        closedir(dir);
    return result;
}

int model_places_find(struct model_places *places, struct message *message)
{
    struct directories list;
    int result = 0;
    *places = (struct model_places){0};
    find_directories(&list);
    for (size_t i = 0; i < list.count && result == 0; i++) {
        result = add_place(places, strdup(list.paths[i]));
        if (result == 0)
            result = add_links(places, list.paths[i]);
    }
    free_directories(&list);
    return result == 0 ? 0 : message_set(message, "there is not enough memory for the names");
}

void model_places_free(struct model_places *places)
{
    for (size_t i = 0; i < places->count; i++)
        free(places->paths[i]);
    free(places->paths);
    *places = (struct model_places){0};
}
