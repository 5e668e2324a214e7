#include "source/watch.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Milliseconds. */
#define POLL_MS  500 /* between two looks at a file that inotify does not watch */
#define PAUSE_MS 50  /* in which further changes are gathered */

#define FILE_EVENTS (IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF)
#define DIRECTORY_EVENTS                                                                           \
    (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF |         \
     IN_ONLYDIR)

/* What is known of a file at some time. */
struct snapshot {
    bool there;
    dev_t device;
    ino_t inode;
    uint64_t size;
    struct timespec modified;
};

struct watched {
    struct watched *next;
    int id;
    char *path, *directory;
    const char *name; /* in path, behind its directory */
    /* The thread's own: */
    int file_wd, directory_wd; /* -1: inotify does not watch it */
    bool dirty;                /* something may have happened */
    bool in_doubt;             /* only its time was another at the last look */
    /* Guarded by the lock: */
    bool removed;
    bool news;                /* not taken yet */
    bool was_other, was_less; /* since the last event that was taken */
    struct snapshot now, told;
};

struct watch {
    void (*notify)(void *cookie);
    void *cookie;
    int wakeup, inotify; /* inotify is -1 if there is none */
    pthread_t thread;
    pthread_mutex_t lock;
    struct watched *files; /* the caller adds at the front, the thread alone takes out */
    bool quit, notified;
    int last_id;
    struct watched *known; /* the thread's own: where the files began at its last turn */
};

/* ---- What has changed ---------------------------------------------------------------------- */

static struct snapshot make_snapshot(const struct stat *info)
{
    return (struct snapshot){.there = S_ISREG(info->st_mode),
                             .device = info->st_dev,
                             .inode = info->st_ino,
                             .size = (uint64_t)info->st_size,
                             .modified = info->st_mtim};
}

static struct snapshot look_at(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? make_snapshot(&info) : (struct snapshot){.there = false};
}

static bool is_other(const struct snapshot *a, const struct snapshot *b)
{
    return a->there != b->there || a->device != b->device || a->inode != b->inode;
}

static bool is_same_time(const struct snapshot *a, const struct snapshot *b)
{
    return a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec;
}

/* A file that is being written has its new time before its new size: whether the time alone has
 * changed shows the next look. True if it has to be awaited. */
static bool must_look_twice(struct watched *file, const struct snapshot *now)
{
    const struct snapshot *before = &file->now;
    bool in_doubt = before->there && !is_other(before, now) && before->size == now->size &&
                    !is_same_time(before, now) && !file->in_doubt;
    file->in_doubt = in_doubt;
    return in_doubt;
}

/* Goes from one snapshot to the next. A file that was gone or shorter in between is another one
 * now, even if nothing else tells. */
static void take_snapshot(struct watched *file, const struct snapshot *now)
{
    const struct snapshot *before = &file->now;
    if (!before->there && !now->there)
        return;
    if (is_other(before, now) || (before->size == now->size && !is_same_time(before, now)))
        file->was_other = true;
    else if (now->size < before->size)
        file->was_less = true;
    else if (now->size == before->size)
        return;
    file->now = *now;
    file->news = true;
}

/* Since the last event that was taken. */
static enum watch_kind kind_of(const struct watched *file)
{
    const struct snapshot *now = &file->now, *told = &file->told;
    if (!now->there)
        return told->there ? WATCH_GONE : WATCH_NOTHING;
    if (file->was_other || !told->there)
        return WATCH_REPLACED;
    if (file->was_less)
        return now->size < told->size ? WATCH_CUT : WATCH_REPLACED;
    return now->size > told->size ? WATCH_GREW : WATCH_NOTHING;
}

/* ---- inotify ------------------------------------------------------------------------------- */

static bool is_used(const struct watch *watch, int wd)
{
    for (const struct watched *file = watch->known; file; file = file->next)
        if (file->file_wd == wd || file->directory_wd == wd)
            return true;
    return false;
}

/* Files that lie in one directory, or are one, share a watch. */
static void drop_wd(struct watch *watch, int *wd)
{
    int old = *wd;
    *wd = -1;
    if (old >= 0 && !is_used(watch, old))
        inotify_rm_watch(watch->inotify, old);
}

static void set_wd(struct watch *watch, int *wd, const char *path, uint32_t events)
{
    int found = watch->inotify < 0 ? -1 : inotify_add_watch(watch->inotify, path, events);
    if (found != *wd)
        drop_wd(watch, wd);
    *wd = found;
}

/* The watch at the file is on its inode, and has to be set again when there is another. */
static void set_watches(struct watch *watch, struct watched *file)
{
    set_wd(watch, &file->directory_wd, file->directory, DIRECTORY_EVENTS);
    set_wd(watch, &file->file_wd, file->path, FILE_EVENTS);
}

/* Whether somebody has to look from time to time. A file that is not there needs its directory's
 * watch only. */
static bool needs_looks(const struct watched *file)
{
    return file->directory_wd < 0 || (file->now.there && file->file_wd < 0);
}

static void take_inotify_event(struct watch *watch, const struct inotify_event *event)
{
    for (struct watched *file = watch->known; file; file = file->next) {
        bool here = file->directory_wd == event->wd;
        if (event->mask & IN_Q_OVERFLOW || file->file_wd == event->wd ||
            (here && (event->len == 0 || strcmp(event->name, file->name) == 0)))
            file->dirty = true;
        /* The watch is gone by itself, or at a directory that has another name now. */
        if (event->mask & IN_IGNORED && here)
            file->directory_wd = -1;
        if (event->mask & IN_IGNORED && file->file_wd == event->wd)
            file->file_wd = -1;
    }
}

static void read_inotify(struct watch *watch)
{
    _Alignas(struct inotify_event) char buffer[4096];
    ssize_t n;
    while (watch->inotify >= 0 && (n = read(watch->inotify, buffer, sizeof buffer)) > 0) {
        for (char *at = buffer; at < buffer + n;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            take_inotify_event(watch, event);
            at += sizeof *event + event->len;
        }
    }
}

/* ---- The thread ---------------------------------------------------------------------------- */

static void free_watched(struct watched *file)
{
    free(file->path);
    free(file->directory);
    free(file);
}

static void take_out_removed(struct watch *watch)
{
    for (struct watched **at = &watch->files; *at;) {
        struct watched *file = *at;
        if (!file->removed) {
            at = &file->next;
            continue;
        }
        *at = file->next;
        watch->known = watch->files;
        drop_wd(watch, &file->file_wd);
        drop_wd(watch, &file->directory_wd);
        free_watched(file);
    }
}

/* False to end. */
static bool begin_turn(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    take_out_removed(watch);
    watch->known = watch->files;
    bool quit = watch->quit;
    pthread_mutex_unlock(&watch->lock);
    return !quit;
}

/* Files may be slow to look at, so this is done without the lock. */
static void look_again(struct watch *watch, struct watched *file)
{
    set_watches(watch, file);
    struct snapshot now = look_at(file->path);
    file->dirty = must_look_twice(file, &now);
    if (file->dirty)
        return;
    pthread_mutex_lock(&watch->lock);
    take_snapshot(file, &now);
    bool notify = file->news && !file->removed && !watch->notified;
    watch->notified |= notify;
    pthread_mutex_unlock(&watch->lock);
    if (notify)
        watch->notify(watch->cookie);
}

/* Looks at all files that may have changed. Returns for how long none has to be looked at. */
static int look_around(struct watch *watch)
{
    bool again = false, poll_files = false;
    for (struct watched *file = watch->known; file; file = file->next) {
        if (file->dirty || needs_looks(file))
            look_again(watch, file);
        again |= file->dirty;
        poll_files |= needs_looks(file);
    }
    return again ? PAUSE_MS : poll_files ? POLL_MS : -1;
}

/* Whoever writes a file in small pieces is not followed piece by piece: for a moment nothing ends
 * the wait but the caller. */
static void wait_for_events(struct watch *watch, int timeout)
{
    struct pollfd polls[] = {{.fd = watch->wakeup, .events = POLLIN},
                             {.fd = watch->inotify, .events = POLLIN}};
    eventfd_t count;
    poll(polls, 1, PAUSE_MS);
    if (timeout != PAUSE_MS)
        poll(polls, 2, timeout);
    if (polls[0].revents)
        eventfd_read(watch->wakeup, &count);
}

static void *run(void *cookie)
{
    struct watch *watch = cookie;
    while (begin_turn(watch)) {
        read_inotify(watch);
        wait_for_events(watch, look_around(watch));
    }
    return NULL;
}

/* ---- For the caller ------------------------------------------------------------------------ */

static void wake(struct watch *watch)
{
    eventfd_write(watch->wakeup, 1);
}

static void destroy(struct watch *watch)
{
    for (struct watched *file = watch->files; file;) {
        struct watched *next = file->next;
        free_watched(file);
        file = next;
    }
    if (watch->wakeup >= 0)
        close(watch->wakeup);
    if (watch->inotify >= 0)
        close(watch->inotify);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

struct watch *watch_new(void (*notify)(void *cookie), void *cookie)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->notify = notify;
    watch->cookie = cookie;
    pthread_mutex_init(&watch->lock, NULL);
    watch->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    watch->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->wakeup >= 0 && pthread_create(&watch->thread, NULL, run, watch) == 0)
        return watch;
    destroy(watch);
    return NULL;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->quit = true;
    pthread_mutex_unlock(&watch->lock);
    wake(watch);
    pthread_join(watch->thread, NULL);
    destroy(watch);
}

static struct watched *new_watched(const char *path)
{
    struct watched *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    file->file_wd = file->directory_wd = -1;
    file->path = strdup(path);
    const char *slash = file->path ? strrchr(file->path, '/') : NULL;
    file->name = slash ? slash + 1 : file->path;
    /* The slash stays: that of the root directory is all of its name. */
    file->directory = slash ? strndup(file->path, (size_t)(slash + 1 - file->path)) : strdup(".");
    if (file->path && file->directory)
        return file;
    free_watched(file);
    return NULL;
}

int watch_add(struct watch *watch, const char *path, const struct stat *seen)
{
    struct watched *file = new_watched(path);
    if (!file)
        return -1;
    file->now = seen ? make_snapshot(seen) : look_at(path);
    file->told = file->now;
    file->dirty = true;
    pthread_mutex_lock(&watch->lock);
    int id = file->id = ++watch->last_id;
    file->next = watch->files;
    watch->files = file;
    pthread_mutex_unlock(&watch->lock);
    wake(watch);
    return id;
}

void watch_remove(struct watch *watch, int id)
{
    pthread_mutex_lock(&watch->lock);
    for (struct watched *file = watch->files; file; file = file->next)
        file->removed |= file->id == id;
    pthread_mutex_unlock(&watch->lock);
    wake(watch);
}

static void take_news(struct watched *file, struct watch_event *event)
{
    *event = (struct watch_event){
        .id = file->id, .kind = kind_of(file), .size = file->now.there ? file->now.size : 0};
    file->told = file->now;
    file->news = file->was_other = file->was_less = false;
}

void watch_take(struct watch *watch, struct watch_event *event)
{
    *event = (struct watch_event){.kind = WATCH_NOTHING};
    pthread_mutex_lock(&watch->lock);
    watch->notified = false;
    for (struct watched *file = watch->files; file && event->kind == WATCH_NOTHING;
         file = file->next)
        if (file->news && !file->removed)
            take_news(file, event);
    pthread_mutex_unlock(&watch->lock);
}
