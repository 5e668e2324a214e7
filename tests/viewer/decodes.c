#include "decodes.h"

#include "app/app.h"
#include "image_file.h"
#include "sdl/window.h"
#include "stage.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { MAX_SHOWN = 256, MAX_ARGUMENTS = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* sources have threads */
static struct frame_key shown[MAX_SHOWN];
static unsigned n_shown, n_decoded, n_again, n_before_export;

static void count(const struct frame_key *key)
{
    if (key->reduce)
        return;
    pthread_mutex_lock(&lock);
    unsigned i = 0;
    while (i < n_shown && !frame_key_equal(&shown[i], key))
        i++;
    n_decoded++;
    n_again += i < n_shown;
    pthread_mutex_unlock(&lock);
}

/* ---- Instead of the real ones -------------------------------------------------------------- */

int __real_uqd_decoder_picture(struct uqd_decoder *decoder,
                               const struct uqd_picture_request *request, uint8_t *pixels,
                               size_t stride);
int __wrap_uqd_decoder_picture(struct uqd_decoder *decoder,
                               const struct uqd_picture_request *request, uint8_t *pixels,
                               size_t stride);

/* What is cancelled is not decoded. */
int __wrap_uqd_decoder_picture(struct uqd_decoder *decoder,
                               const struct uqd_picture_request *request, uint8_t *pixels,
                               size_t stride)
{
    struct frame_key key = {.step = request->step,
                            .mode = request->mode,
                            .seed = request->seed,
                            .reduce = request->reduce,
                            .bytes = request->bytes};
    int status = __real_uqd_decoder_picture(decoder, request, pixels, stride);
    if (status == UQD_OK)
        count(&key);
    return status;
}

bool __real_pane_offer(struct pane *pane, const struct frame_key *key, struct picture *picture,
                       double psnr);
bool __wrap_pane_offer(struct pane *pane, const struct frame_key *key, struct picture *picture,
                       double psnr);

/* What is offered and wanted is on the screen, or a part of it. */
bool __wrap_pane_offer(struct pane *pane, const struct frame_key *key, struct picture *picture,
                       double psnr)
{
    pthread_mutex_lock(&lock);
    if (pane_wants(pane, key) && n_shown < MAX_SHOWN)
        shown[n_shown++] = *key;
    pthread_mutex_unlock(&lock);
    return __real_pane_offer(pane, key, picture, psnr);
}

int __real_image_write(const char *path, enum image_format format, const struct pixels *pixels,
                       struct message *message);
int __wrap_image_write(const char *path, enum image_format format, const struct pixels *pixels,
                       struct message *message);

int __wrap_image_write(const char *path, enum image_format format, const struct pixels *pixels,
                       struct message *message)
{
    pthread_mutex_lock(&lock);
    n_before_export = n_decoded;
    pthread_mutex_unlock(&lock);
    return __real_image_write(path, format, pixels, message);
}

#ifdef WITH_DAEMON
#include "source/bus_calls.h"

DBusMessage *__real_bus_new_get_frame(const struct bus_job *job, enum source_purpose purpose,
                                      const struct frame_key *key);
DBusMessage *__wrap_bus_new_get_frame(const struct bus_job *job, enum source_purpose purpose,
                                      const struct frame_key *key);

DBusMessage *__wrap_bus_new_get_frame(const struct bus_job *job, enum source_purpose purpose,
                                      const struct frame_key *key)
{
    count(key);
    return __real_bus_new_get_frame(job, purpose, key);
}
#endif

/* ---- Running ------------------------------------------------------------------------------- */

void decodes_begin(void)
{
    pthread_mutex_lock(&lock);
    n_shown = n_decoded = n_again = n_before_export = 0;
    pthread_mutex_unlock(&lock);
}

void decodes_run(const char *script, const char *const arguments[])
{
    char program[] = "uqd-view", path[] = "decodes.txt", option[] = "--script";
    char timeout[] = "--daemon-timeout", never[] = "0";
    char copies[MAX_ARGUMENTS][64];
    char *argv[MAX_ARGUMENTS + 6] = {program, option, path, timeout, never};
    int argc = 5;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(script, file);
    assert_int_equal(fclose(file), 0);
    for (int i = 0; arguments[i]; i++) {
        assert_true(i < MAX_ARGUMENTS);
        snprintf(copies[i], sizeof copies[i], "%s", arguments[i]);
        argv[argc++] = copies[i];
    }
    decodes_begin();
    assert_int_equal(app_main(argc, argv, sdl_window_open), 0);
}

unsigned decodes_all(void)
{
    return n_decoded;
}

unsigned decodes_again(void)
{
    return n_again;
}

unsigned decodes_since_export(void)
{
    return n_decoded - n_before_export;
}
