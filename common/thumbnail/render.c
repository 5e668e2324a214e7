#include "render.h"

#include "scale.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Pictures that are halved so often need no run of the network over the whole picture, which
     * takes a hundred times as long as everything before it. */
    CHEAP_REDUCE = 3,
    /* Of such a picture, so many 16ths of the wanted pixels along a side are as good as all. */
    NEARLY = 15,
    /* So many bits for each pixel of a photograph, and what is missing hardly shows. */
    BITS_PER_PIXEL = 2,
    /* Of the time that is left after the first step, this part is for the picture alone. */
    RESERVED_PART = 4,
};

/* ---- What to decode ------------------------------------------------------------------------ */

static uint32_t choose_reduce(const struct uqd_info *info, uint32_t longer)
{
    const uint32_t side = info->width > info->height ? info->width : info->height;
    const uint32_t reduce = scale_halvings(info->width, info->height, longer);
    const uint64_t cheap = uqd_reduced_side(side, CHEAP_REDUCE);
    if (reduce == CHEAP_REDUCE - 1 && cheap * 16 >= (uint64_t)longer * NEARLY)
        return CHEAP_REDUCE;
    return reduce;
}

struct render_plan render_plan(const struct uqd_info *info, uint32_t edge)
{
    struct render_plan plan = {.width = info->width, .height = info->height};
    scale_fit(&plan.width, &plan.height, edge);
    plan.reduce = choose_reduce(info, plan.width > plan.height ? plan.width : plan.height);
    plan.enough = (uint64_t)plan.width * plan.height * BITS_PER_PIXEL / 8;
    return plan;
}

bool render_is_enough(const struct input *input, const struct render_plan *plan, uint32_t step)
{
    struct uqd_step_info info;
    int shows;
    return step + 1 >= input->info.n_steps ||
           uqd_decoder_step_info(input->decoder, step, &info) != UQD_OK ||
           info.bytes >= plan->enough ||
           uqd_decoder_step_shows(input->decoder, step + 1, plan->reduce, &shows) != UQD_OK ||
           !shows;
}

static bool is_over(const struct render_request *request)
{
    return request->milliseconds_left(request->cookie) <= request->reserve;
}

int render_progress(void *cookie, double done)
{
    (void)done;
    return is_over(cookie);
}

/* ---- Decoding ------------------------------------------------------------------------------ */

/* Any status of the library. */
static int make_picture(const struct input *input, uint32_t step, uint32_t reduce,
                        struct pixels *pixels)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    request.reduce = reduce;
    pixels->width = uqd_reduced_side(input->info.width, reduce);
    pixels->height = uqd_reduced_side(input->info.height, reduce);
    pixels->channels = input->info.channels;
    const size_t stride = (size_t)pixels->width * pixels->channels;
    pixels->data = malloc(stride * pixels->height);
    int status = UQD_ERR_NOMEM;
    if (pixels->data)
        status = uqd_decoder_picture(input->decoder, &request, pixels->data, stride);
    if (status != UQD_OK)
        pixels_free(pixels);
    return status;
}

/* Decodes one more step. 0 with *status, that of the library, or -1 with a message. */
static int advance(struct input *input, uint32_t step, int *status, struct message *message)
{
    struct uqd_step_info info;
    *status = uqd_decoder_step_info(input->decoder, step, &info);
    if (*status == UQD_OK && input_feed(input, info.bytes, message) < 0)
        return -1;
    if (*status == UQD_OK)
        *status = uqd_decoder_advance(input->decoder);
    return 0;
}

static uint32_t coarse_reduce(const struct render_plan *plan)
{
    return plan->reduce > CHEAP_REDUCE ? plan->reduce : CHEAP_REDUCE;
}

/* Decodes the steps that are worth it. After the first one a coarse picture is made, unless it is
 * the wanted one: what comes then may take too long. */
static int advance_all(struct input *input, struct render_request *request,
                       const struct render_plan *plan, struct pixels *coarse, int *status,
                       struct message *message)
{
    uint32_t step = 0;
    for (;;) {
        *status = is_over(request) ? UQD_ERR_CANCELLED : UQD_OK;
        if (*status == UQD_OK && advance(input, step, status, message) < 0)
            return -1;
        if (*status != UQD_OK)
            return 0;
        const bool enough = render_is_enough(input, plan, step);
        if (step == 0 && (!enough || plan->reduce < CHEAP_REDUCE))
            *status = make_picture(input, 0, coarse_reduce(plan), coarse);
        if (*status != UQD_OK || enough)
            return 0;
        if (step == 0)
            request->reserve = request->milliseconds_left(request->cookie) / RESERVED_PART;
        step++;
    }
}

static int failed(struct input *input, int status, struct message *message)
{
    if (status == UQD_ERR_CANCELLED)
        return message_set(message, "%s: no picture was ready within the time", input->name);
    if (status != UQD_ERR_CORRUPT)
        return input_failed(input, status, message);
    input->fault = INPUT_FAULT_DATA;
    return message_set(message, "%s: its first step is damaged and nothing before it is a picture",
                       input->name);
}

/* Whether there are pictures in spite of the status. */
static bool is_usable(int status, uint32_t n_complete)
{
    return status == UQD_OK || status == UQD_NEED_DATA ||
           ((status == UQD_ERR_CORRUPT || status == UQD_ERR_CANCELLED) && n_complete > 0);
}

static int decode(struct input *input, struct render_request *request,
                  const struct render_plan *plan, struct pixels *pixels, struct message *message)
{
    struct pixels coarse = {0};
    int status;
    request->reserve = 0;
    if (advance_all(input, request, plan, &coarse, &status, message) < 0) {
        pixels_free(&coarse);
        return -1;
    }
    request->reserve = 0;
    const uint32_t n_complete = uqd_decoder_steps_complete(input->decoder);
    if (is_usable(status, n_complete)) {
        const uint32_t step = status == UQD_NEED_DATA ? UQD_STEP_LATEST : n_complete - 1;
        status =
            is_over(request) ? UQD_ERR_CANCELLED : make_picture(input, step, plan->reduce, pixels);
    }
    if (status == UQD_OK) {
        pixels_free(&coarse);
        return 0;
    }
    *pixels = coarse;
    return coarse.data ? 0 : failed(input, status, message);
}

/* ---- All of it ----------------------------------------------------------------------------- */

/* Scales the picture to the planned size. */
static int fit(const struct input *input, const struct render_plan *plan, struct pixels *pixels,
               struct message *message)
{
    if ((pixels->width == plan->width && pixels->height == plan->height) ||
        scale_pixels(pixels, plan->width, plan->height) == 0)
        return 0;
    pixels_free(pixels);
    return message_set(message, "%s: there is not enough memory for the picture", input->name);
}

/* Half of the time is left for decoding here. */
static bool have_elsewhere(const struct input *input, const struct render_request *request,
                           const struct render_plan *plan, struct pixels *pixels)
{
    const int64_t left = request->milliseconds_left(request->cookie);
    return request->elsewhere && left > 0 && request->elsewhere(input, plan, left / 2, pixels) == 0;
}

int render(struct input *input, struct render_request *request, struct pixels *pixels,
           struct message *message)
{
    const struct render_plan plan = render_plan(&input->info, request->edge);
    *pixels = (struct pixels){0};
    if (!have_elsewhere(input, request, &plan, pixels) &&
        decode(input, request, &plan, pixels, message) < 0)
        return -1;
    return fit(input, &plan, pixels, message);
}

bool render_has_coarse(const struct render_plan *plan)
{
    return plan->reduce < CHEAP_REDUCE;
}

int render_coarse(struct input *input, struct render_request *request, struct pixels *pixels,
                  struct message *message)
{
    const struct render_plan plan = render_plan(&input->info, request->edge);
    int status;
    *pixels = (struct pixels){0};
    request->reserve = 0;
    if (advance(input, 0, &status, message) < 0)
        return -1;
    if (is_usable(status, 0))
        status = make_picture(input, UQD_STEP_LATEST, coarse_reduce(&plan), pixels);
    if (status != UQD_OK)
        return failed(input, status, message);
    return fit(input, &plan, pixels, message);
}
