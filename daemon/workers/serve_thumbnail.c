#include "workers/serve_thumbnail.h"

#include "monotonic.h"
#include "picture.h"
#include "workers/confined.h"
#include "workers/wire.h"

#include <string.h>

/* ---- Time ---- */

struct patience {
    const struct decode_control *control;
    int64_t end; /* milliseconds of the monotonic clock */
};

static int64_t milliseconds_left(void *cookie)
{
    const struct patience *patience = cookie;

    if (atomic_load_explicit(&patience->control->stop, memory_order_relaxed))
        return 0;
    return patience->end - monotonic_ms();
}

/* ---- The picture ---- */

static int find_model(void *cookie, uint64_t id, const struct uqd_model **model,
                      struct message *message)
{
    struct failure failure;
    int status = confined_find_model(cookie, id, model, &failure);

    return status < 0 ? message_set(message, "%s", failure.text) : 0;
}

static void make(const struct thumbnail_server *server, const struct wire_thumbnail_order *order,
                 struct pixels *pixels, struct wire_thumbnail *said)
{
    const struct input_models models = {find_model, server->models};
    const struct picture_settings settings = {
        .threads = server->threads, .coarse = order->coarse, .models = &models};
    struct patience patience = {server->control, monotonic_ms() + order->milliseconds};
    struct render_request request = {
        .edge = order->edge, .milliseconds_left = milliseconds_left, .cookie = &patience};
    struct input input;

    input_take(&input, server->file, order->name);
    said->status = picture_make(&input, &settings, &request, pixels, &said->message);
    said->fault = input.fault;
    said->width = input.info.width;
    said->height = input.info.height;
    input_close(&input);
}

int serve_thumbnail(const struct thumbnail_server *server)
{
    struct wire_thumbnail_order order;
    struct wire_thumbnail said;
    struct pixels pixels;
    int status;

    if (wire_receive(server->socket, &order, sizeof order) < 0)
        return -1;
    memset(&said, 0, sizeof said);
    make(server, &order, &pixels, &said);
    status = wire_send(server->socket, &said, sizeof said, NULL, 0);
    if (status == 0 && said.status == 0)
        status = wire_send(server->socket, pixels.data,
                           (size_t)pixels.width * pixels.channels * pixels.height, NULL, 0);
    pixels_free(&pixels);
    return status;
}
