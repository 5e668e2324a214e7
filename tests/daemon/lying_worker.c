/* A spawner and worker in one process that tells the daemon a lie, the one that $UQD_TEST_LIE
 * names: what a worker might do that a file has taken over. Apart from that it has opened a picture
 * of 40x30 with three steps. If it is silent it has written a byte to the descriptor that
 * $UQD_TEST_READY names. */
#include "workers/spawner.h"
#include "workers/wire.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *lie;

static bool tells(const char *name)
{
    return strcmp(lie, name) == 0;
}

static void send_all(int socket, const void *data, size_t size)
{
    if (wire_send(socket, data, size, NULL, 0) < 0)
        _exit(1);
}

static void say_hello(int socket)
{
    const int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    struct wire_hello hello;

    memset(&hello, 0, sizeof hello);
    hello.process = getpid();
    if (tells("no hello"))
        _exit(0);
    if (tells("half a hello")) {
        send_all(socket, &hello, sizeof hello / 2);
        _exit(0);
    }
    if (tells("not confined")) {
        hello.status = -1;
        memset(hello.message.text, 0xff, sizeof hello.message.text);
    }
    if (wire_send(socket, &hello, sizeof hello, &self, self >= 0) < 0)
        _exit(1);
}

static struct wire_reply plain_reply(void)
{
    struct wire_reply reply;

    memset(&reply, 0, sizeof reply);
    return reply;
}

static void send_opened(int socket)
{
    struct wire_opened opened;

    memset(&opened, 0, sizeof opened);
    opened.info.width = tells("no width") ? 0 : 40;
    opened.info.height = tells("a great height") ? UINT32_MAX : 30;
    opened.info.channels = tells("many channels") ? 5 : 3;
    opened.info.n_steps = tells("many steps") ? UINT32_MAX : 3;
    opened.info.lossless = 7;
    opened.icc_size = tells("a large profile") ? UINT32_MAX : 0;
    memset(opened.model_name, 0xff, sizeof opened.model_name);
    send_all(socket, &opened, sizeof opened);
    for (unsigned i = 0; i < 3; i++) {
        struct wire_step step;

        memset(&step, 0xff, sizeof step);
        send_all(socket, &step, sizeof step);
    }
}

static void answer_open(int socket)
{
    struct wire_reply reply = plain_reply();

    if (tells("gone"))
        _exit(0);
    if (tells("a status"))
        reply.status = 77;
    if (tells("a kind of failure"))
        reply.failure.kind = (enum failure_kind)999;
    if (tells("a text")) {
        reply.status = -1;
        memset(reply.failure.text, 0xff, sizeof reply.failure.text);
    }
    send_all(socket, &reply, sizeof reply);
    if (reply.status == 0)
        send_opened(socket);
}

static void answer_advance(int socket, uint32_t *steps)
{
    struct wire_reply reply = plain_reply();

    *steps += tells("no progress") ? 0 : tells("too many steps") ? 100 : 1;
    reply.steps_complete = *steps;
    send_all(socket, &reply, sizeof reply);
}

static int make_memory(size_t size, int seals)
{
    int fd = memfd_create("lie", MFD_ALLOW_SEALING);

    if (fd < 0 || ftruncate(fd, (off_t)size) < 0 || fcntl(fd, F_ADD_SEALS, seals) < 0)
        _exit(1);
    return fd;
}

static void answer_render(int socket, uint32_t steps)
{
    const int sealed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    struct wire_reply reply = plain_reply();
    struct wire_frame frame;
    int pipes[2], fd;

    reply.steps_complete = steps;
    send_all(socket, &reply, sizeof reply);
    memset(&frame, 0, sizeof frame);
    if (tells("a pipe") && pipe(pipes) == 0)
        fd = pipes[0];
    else if (tells("open memory"))
        fd = make_memory(3600, F_SEAL_SHRINK);
    else if (tells("a region"))
        fd = make_memory(600, sealed);
    else if (tells("a part of a region"))
        fd = make_memory(599, sealed);
    else
        fd = make_memory(tells("too little memory") ? 3599 : 3600, sealed);
    if (wire_send(socket, &frame, sizeof frame, &fd, !tells("no memory")) < 0)
        _exit(1);
    close(fd);
}

/* ---- Thumbnails ---- */

/* With a descriptor of its process it can be ended whatever it does. */
static void fall_silent(void)
{
    const int ready = atoi(getenv("UQD_TEST_READY"));

    if (write(ready, "", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void fail_thumbnail(struct wire_thumbnail *said)
{
    said->status = -1;
    said->fault = tells("a fault") ? 99 : 2;
    if (tells("a text"))
        memset(said->message.text, 0xff, sizeof said->message.text);
    else if (tells("a long text"))
        memset(said->message.text, 'x', sizeof said->message.text);
    else if (!tells("no text"))
        strcpy(said->message.text, "it is damaged");
}

static void answer_thumbnail(int socket)
{
    static uint8_t pixels[40 * 30 * 4];
    struct wire_thumbnail_order order;
    struct wire_thumbnail said;

    if (wire_receive(socket, &order, sizeof order) < 0 || tells("gone"))
        _exit(0);
    if (tells("silence"))
        fall_silent();
    memset(&said, 0, sizeof said);
    said.width = tells("no width") ? 0 : 40;
    said.height = tells("a great height") ? UINT32_MAX : 30;
    if (tells("a status"))
        said.status = 77;
    if (tells("a fault") || tells("bad data") || strstr(lie, "text"))
        fail_thumbnail(&said);
    send_all(socket, &said, sizeof said);
    if (said.status < 0)
        return;
    send_all(socket, pixels, sizeof pixels - tells("few pixels"));
    if (tells("few pixels"))
        _exit(0);
}

/* ---- All of it ---- */

static void serve(int socket)
{
    struct wire_request request;
    uint32_t steps = 0;

    say_hello(socket);
    while (wire_receive(socket, &request, sizeof request) == 0) {
        if (request.kind == WIRE_OPEN)
            answer_open(socket);
        else if (request.kind == WIRE_ADVANCE)
            answer_advance(socket, &steps);
        else if (request.kind == WIRE_THUMBNAIL)
            answer_thumbnail(socket);
        else
            answer_render(socket, steps);
    }
}

int main(void)
{
    struct wire_spawn spawn;
    int fds[WIRE_MAX_FDS];
    unsigned n_fds;

    lie = getenv("UQD_TEST_LIE");
    if (!lie || wire_receive_fds(SPAWNER_SOCKET, &spawn, sizeof spawn, fds, WIRE_MAX_FDS, &n_fds))
        return 1;
    close(SPAWNER_SOCKET);
    serve(fds[SPAWN_SOCKET]);
    return 0;
}
