#include "picture.h"

#include "finish.h"

bool picture_is_coarse(const struct picture_settings *settings, const struct render_plan *plan)
{
    return settings->coarse && render_has_coarse(plan);
}

static int make(struct input *input, const struct picture_settings *settings,
                struct render_request *request, struct pixels *pixels, struct message *message)
{
    const struct render_plan plan = render_plan(&input->info, request->edge);
    const int result = picture_is_coarse(settings, &plan)
                           ? render_coarse(input, request, pixels, message)
                           : render(input, request, pixels, message);
    return result == 0 ? thumbnail_finish(input, pixels, message) : result;
}

int picture_make(struct input *input, const struct picture_settings *settings,
                 struct render_request *request, struct pixels *pixels, struct message *message)
{
    struct uqd_decoder_settings decoder;
    uqd_decoder_settings_default(&decoder);
    decoder.threads = settings->threads;
    decoder.progress = render_progress;
    decoder.cookie = request;
    *pixels = (struct pixels){0};
    if (input_start(input, &decoder, settings->models, message) < 0)
        return -1;
    const int result = make(input, settings, request, pixels, message);
    if (result < 0)
        pixels_free(pixels);
    return result;
}
