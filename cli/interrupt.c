#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t arrived;

/* Readable once a signal has arrived: whatever thread it came to, and just before a wait as well,
 * that wait ends. -1: there is none, and most waits end by EINTR. */
static int wakeup[2] = {-1, -1};

static void remember(int signal_number)
{
    const int error = errno;
    arrived = signal_number;
    if (wakeup[1] >= 0 && write(wakeup[1], "", 1) < 0)
        arrived = signal_number; /* full: it is readable already */
    errno = error;
}

void interrupt_install(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = remember, .sa_flags = (int)SA_RESETHAND};
    struct sigaction present;
    if (wakeup[0] < 0 && pipe2(wakeup, O_CLOEXEC | O_NONBLOCK) < 0)
        wakeup[0] = wakeup[1] = -1;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], NULL, &present) == 0 && present.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

int interrupt_signal(void)
{
    return arrived;
}

int interrupt_wait(int fd, short events)
{
    struct pollfd fds[] = {{.fd = fd, .events = events}, {.fd = wakeup[0], .events = POLLIN}};
    while (!arrived && poll(fds, 2, -1) < 0 && errno == EINTR)
        continue;
    return arrived;
}
