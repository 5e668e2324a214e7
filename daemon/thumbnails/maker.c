#include "thumbnails/maker.h"

#include "input.h"
#include "location.h"
#include "monotonic.h"
#include "thumbnail_info.h"
#include "thumbnail_texts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* After so many milliseconds a thumbnail is as good as it is. */
enum { PATIENCE_MS = 20000 };

/* For so many more a worker may be silent; it looks at the time between pieces of its work. */
enum { GRACE_MS = 3000 };

#define SOFTWARE "uqdd " UQD_VERSION

static int fail(struct maker *maker, enum thumbnail_error error)
{
    maker->error = error;
    return -1;
}

/* ---- Stopping ---- */

void maker_init(struct maker *maker)
{
    thumbnailing_init(&maker->thumbnailing);
}

void maker_end(struct maker *maker)
{
    thumbnailing_end(&maker->thumbnailing);
}

void maker_expect(struct maker *maker)
{
    thumbnailing_expect(&maker->thumbnailing);
}

void maker_stop(struct maker *maker)
{
    thumbnailing_stop(&maker->thumbnailing);
}

void maker_stand_back(struct maker *maker)
{
    thumbnailing_stand_back(&maker->thumbnailing);
}

static bool is_stopped(const struct maker *maker)
{
    return atomic_load_explicit(&maker->thumbnailing.stopped, memory_order_relaxed);
}

/* ---- One attempt ---- */

/* Whether a change of the file from now on shows in the second of its time. Otherwise one that is
 * still being written could be taken for what it is at the end: thumbnails and notes of failures
 * know seconds only. A file that is written anew is empty at first, and while the kernel makes it
 * so it has its old time. */
static bool is_settled(const struct input *input)
{
    return input->status.st_size > 0 && time(NULL) > input->status.st_mtim.tv_sec;
}

/* Any failure of reading and decoding, which is to be noted if it is that of the data and will
 * stay. */
static int fail_input(struct maker *maker, const struct input *input, bool will_stay)
{
    struct message message;

    if (is_stopped(maker) || input->fault == INPUT_FAULT_OTHER)
        return fail(maker, THUMBNAIL_ERR_OTHER);
    if (input->fault == INPUT_FAULT_FILE)
        return fail(maker, THUMBNAIL_ERR_CONNECTION);
    /* Where even this cannot be noted, the file is looked at again next time. */
    if (will_stay)
        cache_store_failure(maker->cache, maker->uri, input->status.st_mtim.tv_sec, &message);
    return fail(maker, THUMBNAIL_ERR_DATA);
}

/* 0, or -1 without memory. */
static int add_texts(const struct maker *maker, const struct input *input, struct thumbnailed *made)
{
    const struct thumbnail_texts texts = {maker->uri, &input->status, made->width, made->height,
                                          SOFTWARE};

    if (thumbnail_texts_add(&made->pixels, &texts) < 0)
        return -1;
    return made->coarse ? thumbnail_text_add(&made->pixels, THUMBNAIL_COARSE, "1") : 0;
}

/* 0, MAKER_COARSE, or -1 with a message and the fault. */
static int make_picture(struct maker *maker, struct input *input, struct thumbnailed *made)
{
    const struct thumbnailing_order order = {
        .file = input->fd,
        .name = input->name,
        .edge = maker->flavor->edge,
        .coarse = maker->stage == STAGE_COARSE,
        .settings = maker->settings,
        .milliseconds = maker->end - monotonic_ms(),
        .grace = GRACE_MS,
    };

    if (thumbnailing_run(&maker->thumbnailing, maker->workers, &order, made, &input->fault,
                         &maker->message) < 0)
        return -1;
    if (add_texts(maker, input, made) < 0)
        return message_set(&maker->message, "%s: there is not enough memory", input->name);
    return made->coarse ? MAKER_COARSE : 0;
}

/* What was made before the time was over for another reason is not wanted. */
static int keep(struct maker *maker, const struct pixels *pixels)
{
    if (is_stopped(maker)) {
        message_set(&maker->message, "the thumbnail is not wanted any more");
        return fail(maker, THUMBNAIL_ERR_OTHER);
    }
    if (cache_store(maker->cache, maker->flavor, maker->uri, pixels, &maker->message) < 0)
        return fail(maker, THUMBNAIL_ERR_SAVE);
    return 0;
}

/* What the last attempt made of a file that has changed meanwhile is kept only if its time tells
 * that it is not that of the file. */
static bool may_keep(struct maker *maker, const struct input *input, const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && status.st_mtim.tv_sec != input->status.st_mtim.tv_sec)
        return true;
    message_set(&maker->message, "%s: changes all the time", path);
    fail(maker, THUMBNAIL_ERR_CONNECTION);
    return false;
}

/* As maker_run, once; *changed if the file has changed meanwhile, and then nothing is kept unless
 * this is the last attempt. */
static int attempt(struct maker *maker, const char *path, bool is_last, bool *changed)
{
    struct thumbnailed made = {.coarse = false};
    struct input input;
    bool settled;
    int status;

    status = input_open_file(&input, path, &maker->message);
    if (status == 0)
        status = make_picture(maker, &input, &made);
    settled = is_settled(&input);
    *changed = input.fd >= 0 && input_has_changed(&input);
    if (status < 0)
        fail_input(maker, &input, settled && !*changed);
    else if (*changed && is_last && !may_keep(maker, &input, path))
        status = -1;
    else if ((is_last || !*changed) && keep(maker, &made.pixels) < 0)
        status = -1;
    pixels_free(&made.pixels);
    input_close(&input);
    return status;
}

/* ---- All of it ---- */

/* A file that changes while it is read is read once more; one that changes again then has its
 * thumbnail of a moment, which the time in it makes invalid. */
static int make(struct maker *maker, const char *path)
{
    bool changed;
    int status = attempt(maker, path, false, &changed);

    if (changed && !is_stopped(maker))
        status = attempt(maker, path, true, &changed);
    return status;
}

/* What is known without looking into the file. 0 if that is not enough, 1 if the thumbnail is there
 * already, or -1 with the error and message. */
static int look(struct maker *maker, const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0) {
        message_set(&maker->message, "%s: cannot be opened: %s", path, strerror(errno));
        return fail(maker, THUMBNAIL_ERR_CONNECTION);
    }
    if (cache_has(maker->cache, path)) {
        message_set(&maker->message, "%s: is a thumbnail itself", path);
        return fail(maker, THUMBNAIL_ERR_THUMBNAIL);
    }
    if (cache_has_failed(maker->cache, maker->uri, status.st_mtim.tv_sec)) {
        message_set(&maker->message, "%s: could not be decoded before and has not changed since",
                    path);
        return fail(maker, THUMBNAIL_ERR_DATA);
    }
    if (maker->stage == STAGE_FINE ||
        !cache_is_valid(maker->cache, maker->flavor, maker->uri, status.st_mtim.tv_sec))
        return 0;
    /* A daemon that was killed may have left a coarse one. */
    if (cache_is_settled(maker->cache, maker->flavor, maker->uri, status.st_mtim.tv_sec) &&
        !cache_is_coarse(maker->cache, maker->flavor, maker->uri))
        return 1;
    maker->stage = STAGE_WHOLE; /* a coarse one would be no better than what is there */
    return 0;
}

int maker_run(struct maker *maker)
{
    struct location location;
    int status = location_read(&location, maker->uri, &maker->message);

    maker->end = monotonic_ms() + PATIENCE_MS;
    if (status < 0)
        fail(maker, THUMBNAIL_ERR_UNSUPPORTED);
    else
        status = look(maker, location.path);
    if (status == 0)
        status = make(maker, location.path);
    else if (status > 0)
        status = 0;
    location_free(&location);
    return status;
}
