#include "workers/wire.h"

#include "utf8.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* The ancillary part of a message, aligned. */
union ancillary {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(WIRE_MAX_FDS * sizeof(int))];
};

static void attach(struct msghdr *message, union ancillary *ancillary, const int *fds,
                   unsigned n_fds)
{
    struct cmsghdr *header;

    memset(ancillary, 0, sizeof *ancillary);
    message->msg_control = ancillary->bytes;
    message->msg_controllen = CMSG_SPACE(n_fds * sizeof *fds);
    header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(n_fds * sizeof *fds);
    memcpy(CMSG_DATA(header), fds, n_fds * sizeof *fds);
}

int wire_send(int socket, const void *data, size_t size, const int *fds, unsigned n_fds)
{
    const char *at = data;
    union ancillary ancillary;
    ssize_t n;

    assert(size > 0 && n_fds <= WIRE_MAX_FDS);
    while (size > 0) {
        struct iovec part = {(void *)at, size};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

        if (n_fds > 0)
            attach(&message, &ancillary, fds, n_fds);
        do {
            n = sendmsg(socket, &message, MSG_NOSIGNAL);
        } while (n < 0 && errno == EINTR);
        if (n < 0)
            return -1;
        at += n;
        size -= (size_t)n;
        n_fds = 0; /* they went with the first part */
    }
    return 0;
}

int wire_receive(int socket, void *data, size_t size)
{
    char *at = data;
    ssize_t n;

    while (size > 0) {
        do {
            n = read(socket, at, size);
        } while (n < 0 && errno == EINTR);
        if (n == 0)
            errno = 0;
        if (n <= 0)
            return -1;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static void close_all(const int *fds, unsigned n_fds)
{
    for (unsigned i = 0; i < n_fds; i++)
        close(fds[i]);
}

/* Keeps as many of the descriptors that came as are wanted. */
static void take_fds(struct msghdr *message, int *fds, unsigned max_fds, unsigned *n_fds)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        int came[WIRE_MAX_FDS];
        unsigned n;

        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        n = (unsigned)((header->cmsg_len - CMSG_LEN(0)) / sizeof came[0]);
        assert(n <= WIRE_MAX_FDS);
        memcpy(came, CMSG_DATA(header), n * sizeof came[0]);
        for (unsigned i = 0; i < n; i++) {
            if (*n_fds < max_fds)
                fds[(*n_fds)++] = came[i];
            else
                close(came[i]);
        }
    }
}

int wire_receive_fds(int socket, void *data, size_t size, int *fds, unsigned max_fds,
                     unsigned *n_fds)
{
    union ancillary ancillary;
    struct iovec part = {data, size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = ancillary.bytes,
                             .msg_controllen = sizeof ancillary};
    ssize_t n;

    *n_fds = 0;
    do {
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        errno = 0;
    if (n <= 0)
        return -1;
    take_fds(&message, fds, max_fds, n_fds);
    if ((size_t)n < size && wire_receive(socket, (char *)data + n, size - (size_t)n) < 0) {
        close_all(fds, *n_fds);
        *n_fds = 0;
        return -1;
    }
    return 0;
}

void wire_settle_text(char *text, size_t size)
{
    text[size - 1] = '\0';
    if (!utf8_is_valid(text, strlen(text)))
        text[0] = '\0';
}
