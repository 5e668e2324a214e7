#include "thumbnail.h"

#include "ask.h"
#include "file.h"
#include "finish.h"
#include "image_file.h"
#include "input.h"
#include "location.h"
#include "model_file.h"
#include "output.h"
#include "render.h"

#define SOFTWARE "uqd-thumbnailer " UQD_VERSION

/* cookie: where the one model is kept that is loaded. */
static int find_model(void *cookie, uint64_t id, const struct uqd_model **model,
                      struct message *message)
{
    struct uqd_model **loaded = cookie;
    const int result = model_load_by_id(id, loaded, NULL, message);
    *model = *loaded;
    return result != 0 ? -1 : 0;
}

/* 0, 1 if the file has changed meanwhile, or -1 with a message. */
static int make(const struct thumbnail_request *request, const struct location *location,
                struct pixels *pixels, struct message *message)
{
    struct render_request wanted = {.edge = request->size,
                                    .elsewhere = request->use_daemon ? ask_daemon : NULL,
                                    .milliseconds_left = request->milliseconds_left,
                                    .cookie = request->cookie};
    struct uqd_model *model = NULL;
    const struct input_models models = {find_model, &model};
    struct uqd_decoder_settings settings;
    struct input input;
    uqd_decoder_settings_default(&settings);
    settings.threads = request->threads;
    settings.progress = render_progress;
    settings.cookie = &wanted;
    int result = input_open(&input, location->path, &settings, &models, message);
    if (result == 0)
        result = render(&input, &wanted, pixels, message);
    if (result == 0)
        result = thumbnail_finish(&input, location->uri, SOFTWARE, pixels, message);
    if (result == 0)
        result = input_has_changed(&input);
    input_close(&input);
    uqd_model_free(model);
    return result;
}

int thumbnail_make(const struct thumbnail_request *request, struct message *message)
{
    struct location location;
    struct pixels pixels = {0};
    int result = location_read(&location, request->input, message);
    if (result == 0 && file_is_same(location.path, request->output))
        result = message_set(message, "%s: is the input itself", request->output);
    if (result == 0)
        result = make(request, &location, &pixels, message);
    if (result == 1) { /* once more; a file that still changes is given up to its next change */
        pixels_free(&pixels);
        pixels = (struct pixels){0};
        result = make(request, &location, &pixels, message);
    }
    if (result >= 0)
        result = output_write(request->output, &pixels, message);
    pixels_free(&pixels);
    location_free(&location);
    return result;
}
