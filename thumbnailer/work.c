#include "work.h"

#include "ask.h"
#include "confine.h"
#include "file.h"
#include "image_file.h"
#include "image_formats.h"
#include "model_file.h"
#include "picture.h"
#include "thumbnail_texts.h"
#include "words.h"

#include <stdlib.h>

#define SOFTWARE "uqd-thumbnailer " UQD_VERSION

/* The worker's end of the sockets: a process works on one thumbnail. */
static int program = -1;

/* ---- Confinement --------------------------------------------------------------------------- */

/* Before the header is read, which says which model is needed: models can be opened, and nothing
 * else. */
static int confine_to_models(struct message *message)
{
    struct confine_posture posture;
    struct model_places models;
    int result = model_places_find(&models, message);
    const struct confine_needs needs = {.read = (const char *const *)models.paths,
                                        .n_read = models.count};
    if (result == 0)
        result = confine_self(&needs, &posture, message);
    model_places_free(&models);
    return result < 0 ? -1 : 0;
}

/* Before the picture is read: everything is open. */
static int confine_to_nothing(struct message *message)
{
    static const struct confine_needs none;
    struct confine_posture posture;
    return confine_self(&none, &posture, message) < 0 ? -1 : 0;
}

/* ---- The picture --------------------------------------------------------------------------- */

/* cookie: where the one model is kept that is loaded. */
static int find_model(void *cookie, uint64_t id, const struct uqd_model **model,
                      struct message *message)
{
    struct uqd_model **loaded = cookie;
    const int result = model_load_by_id(id, loaded, NULL, message);
    *model = *loaded;
    return result != 0 ? -1 : confine_to_nothing(message);
}

/* Asks the program, which asks the daemon: what a render_request calls `elsewhere`. */
static int ask_program(const struct input *input, const struct render_plan *plan,
                       int64_t milliseconds, struct pixels *pixels)
{
    struct daemon_frame frame;
    int32_t answer;
    if (ask_which(input, plan, &frame) < 0)
        return -1;
    const struct word word = {.type = WORD_ASK,
                              .width = input->info.width,
                              .height = input->info.height,
                              .channels = input->info.channels,
                              .step = frame.step,
                              .reduce = frame.reduce,
                              .milliseconds = milliseconds};
    if (file_write_all(program, &word, sizeof word) < 0 ||
        words_receive(program, &answer, sizeof answer) < 0 || answer != 0)
        return -1;
    pixels->width = uqd_reduced_side(input->info.width, frame.reduce);
    pixels->height = uqd_reduced_side(input->info.height, frame.reduce);
    pixels->channels = input->info.channels;
    const size_t size = (size_t)pixels->width * pixels->channels * pixels->height;
    pixels->data = malloc(size);
    if (pixels->data && words_receive(program, pixels->data, size) == 0)
        return 0;
    pixels_free(pixels);
    return -1;
}

static int add_texts(const struct input *input, const struct location *location,
                     struct pixels *pixels, struct message *message)
{
    const struct thumbnail_texts texts = {location->uri, &input->status, input->info.width,
                                          input->info.height, SOFTWARE};
    if (thumbnail_texts_add(pixels, &texts) == 0)
        return 0;
    return message_set(message, "%s: there is not enough memory for the picture", input->name);
}

static int make_pixels(struct input *input, const struct thumbnail_request *request,
                       const struct location *location, struct pixels *pixels,
                       struct message *message)
{
    struct render_request wanted = {.edge = request->size,
                                    .elsewhere = request->use_daemon ? ask_program : NULL,
                                    .milliseconds_left = request->milliseconds_left,
                                    .cookie = request->cookie};
    struct uqd_model *model = NULL;
    const struct input_models models = {find_model, &model};
    const struct picture_settings settings = {.threads = request->threads, .models = &models};
    int result = picture_make(input, &settings, &wanted, pixels, message);
    if (result == 0)
        result = add_texts(input, location, pixels, message);
    uqd_decoder_free(input->decoder); /* before its model */
    input->decoder = NULL;
    uqd_model_free(model);
    return result;
}

static int make_file(struct input *input, const struct thumbnail_request *request,
                     const struct location *location, uint8_t **data, size_t *size,
                     struct message *message)
{
    struct pixels pixels = {0};
    int result = confine_to_models(message);
    if (result == 0)
        result = make_pixels(input, request, location, &pixels, message);
    if (result == 0)
        result = png_write(request->output, &pixels, data, size, message);
    pixels_free(&pixels);
    return result;
}

void work(int fd, struct input *input, const struct thumbnail_request *request,
          const struct location *location)
{
    struct word word = {.type = WORD_FAILED};
    struct message message;
    uint8_t *data = NULL;
    size_t size = 0;
    program = fd;
    if (make_file(input, request, location, &data, &size, &message) == 0) {
        word.type = input_has_changed(input) ? WORD_CHANGED : WORD_DONE;
        word.size = size;
    }
    /* If the program has gone there is nobody to be told. */
    if (file_write_all(program, &word, sizeof word) == 0)
        file_write_all(program, data ? (const void *)data : &message, data ? size : sizeof message);
    free(data);
}
