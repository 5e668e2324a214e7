#include "objects/growth.h"

#include <assert.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

/* A name that goes changes the number of links, an attribute. */
#define EVENTS (IN_MODIFY | IN_ATTRIB)

/* ---- Telling ---- */

/* All of them if events have been lost. */
static void mark(struct growth *growth, const struct inotify_event *event)
{
    for (struct growth_watch *watch = growth->first; watch; watch = watch->next) {
        if (watch->id == event->wd || (event->mask & IN_Q_OVERFLOW))
            watch->due = true;
    }
}

static struct growth_watch *find_due(const struct growth *growth)
{
    struct growth_watch *watch = growth->first;

    while (watch && !watch->due)
        watch = watch->next;
    return watch;
}

/* Whoever is told may end any watch, so the list is searched anew after each. */
static void tell(struct growth *growth)
{
    struct growth_watch *watch;

    while ((watch = find_due(growth))) {
        watch->due = false;
        watch->changed(watch->cookie);
    }
}

/* One read a turn: a program that writes without end does not keep the daemon here. */
static void ready(void *cookie)
{
    _Alignas(struct inotify_event) char buffer[4096];
    struct growth *growth = cookie;
    ssize_t n = read(growth->fd, buffer, sizeof buffer);

    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *event = (const void *)(buffer + at);

        mark(growth, event);
        at += (ssize_t)(sizeof *event + event->len);
    }
    tell(growth);
}

/* ---- Watching ---- */

void growth_begin(struct growth *growth, struct loop *loop)
{
    *growth = (struct growth){.begun = true, .fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    if (growth->fd >= 0)
        loop_add_fd(loop, growth->fd, ready, growth);
}

void growth_end(struct growth *growth)
{
    assert(!growth->first);
    if (growth->begun && growth->fd >= 0)
        close(growth->fd);
    growth->begun = false;
}

void growth_watch(struct growth *growth, struct growth_watch *watch, int fd)
{
    char path[32];

    if (growth->fd < 0 || watch->running)
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    watch->id = inotify_add_watch(growth->fd, path, EVENTS);
    if (watch->id < 0)
        return;
    watch->running = true;
    watch->due = false;
    watch->next = growth->first;
    growth->first = watch;
}

static bool is_watched(const struct growth *growth, int id)
{
    const struct growth_watch *watch = growth->first;

    while (watch && watch->id != id)
        watch = watch->next;
    return watch;
}

void growth_unwatch(struct growth *growth, struct growth_watch *watch)
{
    struct growth_watch **at = &growth->first;

    if (!watch->running)
        return;
    while (*at != watch)
        at = &(*at)->next;
    *at = watch->next;
    watch->running = false;
    if (!is_watched(growth, watch->id))
        inotify_rm_watch(growth->fd, watch->id);
}
