#include "workers/serve.h"

#include "decode/file_decoder.h"
#include "workers/confined.h"
#include "workers/serve_thumbnail.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct server {
    int socket;
    struct models *models;
    struct file_decoder *file;
    struct thumbnail_server thumbnail;
};

/* ---- The beginning ---- */

/* With it the daemon can end this process and no other, whatever has become of its number. */
static int open_self(void)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, getpid(), 0);
#else
    return -1;
#endif
}

/* 0, or -1 if the process is to end. */
static int say_hello(int socket, uint64_t max_memory)
{
    struct wire_hello hello;
    int self = open_self(), status;

    memset(&hello, 0, sizeof hello);
    hello.process = getpid();
    hello.status = confined_to_models(max_memory, &hello.posture, &hello.message);
    status = wire_send(socket, &hello, sizeof hello, &self, self >= 0);
    if (self >= 0)
        close(self);
    return hello.status < 0 ? -1 : status;
}

/* ---- Answers ---- */

static struct wire_reply reply_of(const struct file_decoder *file, int status,
                                  const struct failure *failure)
{
    struct wire_reply reply;

    memset(&reply, 0, sizeof reply);
    reply.status = status;
    reply.offset = file->input.offset;
    reply.decoded = file->decoded;
    reply.steps_complete = file->steps_complete;
    reply.ended = file->ended;
    if (status < 0) {
        reply.failure.kind = failure->kind;
        snprintf(reply.failure.text, sizeof reply.failure.text, "%s", failure->text);
    }
    return reply;
}

static int send_reply(const struct server *server, const struct wire_reply *reply)
{
    return wire_send(server->socket, reply, sizeof *reply, NULL, 0);
}

static int send_steps(const struct server *server)
{
    const struct file_decoder *file = server->file;

    for (uint32_t i = 0; i < file->info.n_steps; i++) {
        struct wire_step step;

        memset(&step, 0, sizeof step);
        step.bytes = file->steps[i].bytes;
        step.psnr = file->steps[i].psnr;
        snprintf(step.name, sizeof step.name, "%s", file->steps[i].name);
        if (wire_send(server->socket, &step, sizeof step, NULL, 0) < 0)
            return -1;
    }
    return 0;
}

static int send_opened(const struct server *server)
{
    const struct file_decoder *file = server->file;
    struct wire_opened opened;

    memset(&opened, 0, sizeof opened);
    opened.info = file->info;
    opened.has_reference = file->reference.data != NULL;
    opened.icc_size = (uint32_t)file->icc.size;
    snprintf(opened.model_name, sizeof opened.model_name, "%s", file->model_name);
    if (wire_send(server->socket, &opened, sizeof opened, NULL, 0) < 0 || send_steps(server) < 0)
        return -1;
    return file->icc.size > 0 ? wire_send(server->socket, file->icc.data, file->icc.size, NULL, 0)
                              : 0;
}

static int find_model(void *cookie, uint64_t id, const struct uqd_model **model,
                      struct failure *failure)
{
    return confined_find_model(cookie, id, model, failure);
}

static int open_file(const struct server *server)
{
    const struct file_models models = {find_model, server->models};
    struct failure failure;
    int status = file_decoder_open(server->file, &models, &failure);
    struct wire_reply reply = reply_of(server->file, status, &failure);

    if (send_reply(server, &reply) < 0)
        return -1;
    return status == UQD_OK ? send_opened(server) : 0;
}

static int advance(const struct server *server)
{
    struct failure failure;
    int status = file_decoder_advance(server->file, &failure);
    struct wire_reply reply = reply_of(server->file, status, &failure);

    return send_reply(server, &reply);
}

static int send_frame(const struct server *server, const struct frame *frame)
{
    struct wire_frame sent;

    memset(&sent, 0, sizeof sent);
    sent.bytes = frame->bytes;
    sent.measured = frame->measured;
    sent.mse = frame->mse;
    sent.psnr = frame->psnr;
    sent.ms_ssim = frame->ms_ssim;
    return wire_send(server->socket, &sent, sizeof sent, &frame->fd, 1);
}

static int render(const struct server *server, const struct frame_key *key)
{
    struct frame frame = {.key = *key, .fd = -1};
    struct failure failure;
    int status = file_decoder_render(server->file, &frame, &failure);
    struct wire_reply reply = reply_of(server->file, status, &failure);
    int sent;

    sent = send_reply(server, &reply);
    if (sent == 0 && status == 0)
        sent = send_frame(server, &frame);
    frame_close(&frame);
    return sent;
}

static int answer(const struct server *server, const struct wire_request *request)
{
    server->file->follows = request->follows;
    server->file->input.most = request->most;
    switch (request->kind) {
    case WIRE_OPEN:
        return open_file(server);
    case WIRE_ADVANCE:
        return advance(server);
    case WIRE_THUMBNAIL:
        return serve_thumbnail(&server->thumbnail);
    default:
        return render(server, &request->key);
    }
}

void serve_file(const struct wire_spawn *spawn, const int *fds, unsigned n_fds,
                struct models *models)
{
    struct server server = {.socket = fds[SPAWN_SOCKET], .models = models};
    struct wire_request request;
    struct decode_control *control =
        mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fds[SPAWN_CONTROL], 0);

    if (control == MAP_FAILED || say_hello(server.socket, spawn->settings.max_memory) < 0 ||
        n_fds <= SPAWN_FILE)
        return;
    server.thumbnail = (struct thumbnail_server){server.socket, fds[SPAWN_FILE], control,
                                                 spawn->settings.threads, models};
    server.file =
        file_decoder_new(fds[SPAWN_FILE], n_fds > SPAWN_REFERENCE ? fds[SPAWN_REFERENCE] : -1,
                         &spawn->settings, control);
    while (server.file && wire_receive(server.socket, &request, sizeof request) == 0 &&
           answer(&server, &request) == 0)
        continue;
}
