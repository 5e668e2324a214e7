#include "workers/thumbnailing.h"

#include "picture.h"
#include "utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* That of every thumbnail. */
enum { CHANNELS = 4 };

/* ---- Stopping ---- */

void thumbnailing_init(struct thumbnailing *thumbnailing)
{
    atomic_init(&thumbnailing->stopped, false);
    pthread_mutex_init(&thumbnailing->mutex, NULL);
    thumbnailing->stands_back = false;
    thumbnailing->worker = NULL;
}

void thumbnailing_end(struct thumbnailing *thumbnailing)
{
    pthread_mutex_destroy(&thumbnailing->mutex);
}

void thumbnailing_expect(struct thumbnailing *thumbnailing)
{
    atomic_store(&thumbnailing->stopped, false);
    pthread_mutex_lock(&thumbnailing->mutex);
    thumbnailing->stands_back = false;
    pthread_mutex_unlock(&thumbnailing->mutex);
}

void thumbnailing_stop(struct thumbnailing *thumbnailing)
{
    atomic_store(&thumbnailing->stopped, true);
    pthread_mutex_lock(&thumbnailing->mutex);
    if (thumbnailing->worker)
        worker_kill(thumbnailing->worker);
    pthread_mutex_unlock(&thumbnailing->mutex);
}

void thumbnailing_stand_back(struct thumbnailing *thumbnailing)
{
    pthread_mutex_lock(&thumbnailing->mutex);
    thumbnailing->stands_back = true;
    if (thumbnailing->worker)
        worker_stand_back(thumbnailing->worker); /* nothing as long as it has not started */
    pthread_mutex_unlock(&thumbnailing->mutex);
}

/* What was told before the worker had started. */
static void stand_back_if_told(struct thumbnailing *thumbnailing)
{
    pthread_mutex_lock(&thumbnailing->mutex);
    if (thumbnailing->stands_back)
        worker_stand_back(thumbnailing->worker);
    pthread_mutex_unlock(&thumbnailing->mutex);
}

/* Lets others end the worker from now on, or if it is NULL no more. */
static void show_worker(struct thumbnailing *thumbnailing, struct worker *worker)
{
    pthread_mutex_lock(&thumbnailing->mutex);
    thumbnailing->worker = worker;
    pthread_mutex_unlock(&thumbnailing->mutex);
}

/* ---- What is said to the worker ---- */

static int lose(const struct thumbnailing_order *order, struct message *message)
{
    /* Of reading, at the time that it may take. */
    const bool late = errno == EAGAIN || errno == EWOULDBLOCK;

    return message_set(message, "%s: the process that decoded the file %s", order->name,
                       late ? "did not go on, and was ended" : "has ended unexpectedly");
}

static int send_order(const struct worker *worker, const struct thumbnailing_order *order)
{
    struct wire_request request;
    struct wire_thumbnail_order sent;

    memset(&request, 0, sizeof request);
    request.kind = WIRE_THUMBNAIL;
    memset(&sent, 0, sizeof sent);
    sent.edge = order->edge;
    sent.coarse = order->coarse;
    sent.milliseconds = order->milliseconds;
    snprintf(sent.name, sizeof sent.name, "%s", order->name);
    return wire_send(worker->socket, &request, sizeof request, NULL, 0) < 0
               ? -1
               : wire_send(worker->socket, &sent, sizeof sent, NULL, 0);
}

/* ---- What is heard of it ---- */

static bool is_text(const struct message *message)
{
    const size_t length = strnlen(message->text, sizeof message->text);

    return length > 0 && length < sizeof message->text && utf8_is_valid(message->text, length);
}

static bool is_sensible(const struct wire_thumbnail *said)
{
    if (said->status < 0)
        return said->fault <= INPUT_FAULT_DATA && is_text(&said->message);
    return said->status == 0 && said->width >= 1 && said->width <= UQD_MAX_SIDE &&
           said->height >= 1 && said->height <= UQD_MAX_SIDE;
}

/* The pixels follow, as many as a thumbnail of a picture of that size has. 0, or -1 if they do not
 * come. */
static int hear_pixels(const struct worker *worker, const struct thumbnailing_order *order,
                       const struct wire_thumbnail *said, struct thumbnailed *made)
{
    const struct uqd_info info = {.width = said->width, .height = said->height};
    const struct render_plan plan = render_plan(&info, order->edge);
    const struct picture_settings settings = {.coarse = order->coarse};
    const size_t size = (size_t)plan.width * plan.height * CHANNELS;

    *made = (struct thumbnailed){
        .pixels = {.width = plan.width,
                   .height = plan.height,
                   .channels = CHANNELS,
                   .data = malloc(size)},
        .width = said->width,
        .height = said->height,
        .coarse = picture_is_coarse(&settings, &plan),
    };
    if (made->pixels.data && wire_receive(worker->socket, made->pixels.data, size) == 0)
        return 0;
    pixels_free(&made->pixels);
    return -1;
}

static int hear(const struct worker *worker, const struct thumbnailing_order *order,
                struct thumbnailed *made, enum input_fault *fault, struct message *message)
{
    struct wire_thumbnail said;

    errno = 0;
    if (wire_receive(worker->socket, &said, sizeof said) < 0 || !is_sensible(&said))
        return lose(order, message);
    if (said.status < 0) {
        *fault = (enum input_fault)said.fault;
        *message = said.message;
        return -1;
    }
    return hear_pixels(worker, order, &said, made) < 0 ? lose(order, message) : 0;
}

/* ---- All of it ---- */

static int start(struct thumbnailing *thumbnailing, struct worker *worker, struct workers *workers,
                 const struct thumbnailing_order *order, struct message *message)
{
    const int64_t patience = (order->milliseconds > 0 ? order->milliseconds : 0) + order->grace;
    struct failure failure;

    if (worker_start(worker, workers, order->settings, order->file, -1, &failure) < 0)
        return message_set(message, "%s: %s", order->name, failure.text);
    stand_back_if_told(thumbnailing);
    if (worker_limit_time(worker, patience) < 0 || send_order(worker, order) < 0)
        return lose(order, message);
    return 0;
}

int thumbnailing_run(struct thumbnailing *thumbnailing, struct workers *workers,
                     const struct thumbnailing_order *order, struct thumbnailed *made,
                     enum input_fault *fault, struct message *message)
{
    struct worker worker;
    int status = worker_prepare(&worker);

    *fault = INPUT_FAULT_OTHER;
    if (status < 0) {
        message_set(message, "%s: no process can be started to decode it: %s", order->name,
                    strerror(errno));
    } else {
        show_worker(thumbnailing, &worker);
        /* What is stopped after this has the worker ended. */
        if (atomic_load(&thumbnailing->stopped))
            status = message_set(message, "%s: is not wanted any more", order->name);
        if (status == 0)
            status = start(thumbnailing, &worker, workers, order, message);
        if (status == 0)
            status = hear(&worker, order, made, fault, message);
        show_worker(thumbnailing, NULL);
    }
    worker_end(&worker);
    return status;
}
