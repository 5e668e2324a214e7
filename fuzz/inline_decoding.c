/* Files decoded in this process: the daemon's side of workers without any, so that the same calls
 * give the same, and fast. Linked in the place of decoding.c, thumbnailing.c and workers.c of
 * daemon/workers. */
#include "workers/decoding.h"
#include "workers/thumbnailing.h"

#include "decode/models.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct workers {
    struct models *models;
};

/* A decoding, and what would be in its worker. */
struct inlined {
    struct decoding decoding;
    struct decode_control control;
    struct file_decoder *file;
};

static struct inlined *inlined_of(struct decoding *decoding)
{
    return (struct inlined *)decoding; /* its first member */
}

/* ---- Workers ---- */

struct workers *workers_new(const char *program)
{
    struct workers *workers = calloc(1, sizeof *workers);
    (void)program;
    if (workers != NULL)
        workers->models = models_new();
    return workers;
}

void workers_free(struct workers *workers)
{
    models_free(workers->models);
    free(workers);
}

bool workers_posture(struct workers *workers, struct confine_posture *posture)
{
    (void)workers;
    memset(posture, 0, sizeof *posture);
    return false;
}

/* ---- A file ---- */

struct decoding *decoding_new(int fd, int reference_fd, const struct decode_settings *settings)
{
    struct inlined *inlined = calloc(1, sizeof *inlined);
    if (inlined == NULL)
        abort();
    input_begin(&inlined->decoding.input, fd, settings->max_bytes);
    inlined->file = file_decoder_new(fd, reference_fd, settings, &inlined->control);
    return &inlined->decoding;
}

void decoding_free(struct decoding *decoding)
{
    if (decoding == NULL)
        return;
    file_decoder_free(inlined_of(decoding)->file);
    free(decoding);
}

static int publish(struct decoding *decoding, int status)
{
    const struct file_decoder *file = inlined_of(decoding)->file;
    decoding->input.offset = file->input.offset;
    decoding->decoded = file->decoded;
    decoding->steps_complete = file->steps_complete;
    decoding->ended = file->ended;
    return status;
}

static int find_model(void *cookie, uint64_t id, const struct uqd_model **model,
                      struct failure *failure)
{
    return models_get(cookie, id, model, failure);
}

int decoding_open(struct decoding *decoding, struct workers *workers, struct failure *failure)
{
    const struct file_models models = {find_model, workers->models};
    struct file_decoder *file = inlined_of(decoding)->file;
    file->follows = decoding->follows;
    const int status = file_decoder_open(file, &models, failure);
    if (status == UQD_OK) {
        decoding->info = file->info;
        decoding->shown = file->shown;
        decoding->icc = (uint8_t *)file->icc.data;
        decoding->icc_size = (uint32_t)file->icc.size;
        decoding->steps = file->steps;
        decoding->has_reference = file->reference.data != NULL;
        strncpy(decoding->model_name, file->model_name, sizeof decoding->model_name - 1);
    }
    return publish(decoding, status);
}

int decoding_advance(struct decoding *decoding, struct failure *failure)
{
    inlined_of(decoding)->file->follows = decoding->follows;
    return publish(decoding, file_decoder_advance(inlined_of(decoding)->file, failure));
}

int decoding_render(struct decoding *decoding, struct frame *frame, struct failure *failure)
{
    return file_decoder_render(inlined_of(decoding)->file, frame, failure);
}

/* ---- Thumbnails: the same small picture for every file ---- */

void thumbnailing_init(struct thumbnailing *thumbnailing)
{
    atomic_init(&thumbnailing->stopped, false);
}

void thumbnailing_end(struct thumbnailing *thumbnailing)
{
    (void)thumbnailing;
}

void thumbnailing_expect(struct thumbnailing *thumbnailing)
{
    atomic_store(&thumbnailing->stopped, false);
}

void thumbnailing_stand_back(struct thumbnailing *thumbnailing)
{
    (void)thumbnailing;
}

void thumbnailing_stop(struct thumbnailing *thumbnailing)
{
    atomic_store(&thumbnailing->stopped, true);
}

int thumbnailing_run(struct thumbnailing *thumbnailing, struct workers *workers,
                     const struct thumbnailing_order *order, struct thumbnailed *made,
                     enum input_fault *fault, struct message *message)
{
    (void)workers;
    memset(made, 0, sizeof *made);
    if (atomic_load(&thumbnailing->stopped)) {
        *fault = INPUT_FAULT_OTHER;
        return message_set(message, "%s: is not wanted", order->name);
    }
    made->pixels = (struct pixels){.width = 4, .height = 3, .channels = 4};
    made->pixels.data = calloc(4 * 3, 4);
    made->width = 8;
    made->height = 6;
    made->coarse = order->coarse;
    return made->pixels.data != NULL ? 0 : message_set(message, "no memory");
}

/* ---- Meanwhile ---- */

void decoding_expect(struct decoding *decoding)
{
    atomic_store(&inlined_of(decoding)->control.stop, false);
}

void decoding_call_back(struct decoding *decoding)
{
    atomic_store(&inlined_of(decoding)->control.stop, true);
}

void decoding_kill(struct decoding *decoding)
{
    decoding_call_back(decoding);
}

double decoding_progress(const struct decoding *decoding)
{
    (void)decoding;
    return 0;
}

void decoding_stand_back(struct decoding *decoding)
{
    (void)decoding;
}

void decoding_refresh(struct decoding *decoding)
{
    (void)decoding;
}

void decoding_sleep(struct decoding *decoding)
{
    (void)decoding;
}

bool decoding_sleeps(const struct decoding *decoding)
{
    (void)decoding;
    return false;
}
