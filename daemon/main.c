/* uqdd: decodes UQD files for other programs on the same bus. */
#include "arguments.h"
#include "daemon.h"
#include "wait_policy.h"
#include "workers/spawner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

/* The signals that end the daemon are read from a descriptor. They are blocked before any thread
 * exists, so that all threads inherit that. What cannot be written, to a pipe or beyond a limit of
 * files' sizes, is an error like a full disk. What ends of its children is reaped by the kernel. -1
 * with errno on failure. */
static int open_signals(void)
{
    sigset_t set;

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
        signal(SIGCHLD, SIG_IGN) == SIG_ERR)
        return -1;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int main(int argc, char *argv[])
{
    wait_policy_passive(argv);
    if (argc == 2 && strcmp(argv[1], SPAWNER_ARGUMENT) == 0)
        return spawner_run();
    struct arguments arguments;
    int status = arguments_read(&arguments, argc, argv);
    int signal_fd;

    umask(077); /* thumbnails are their user's own */
    if (status < 0)
        return EXIT_USAGE;
    if (status == ARGUMENTS_PRINTED)
        return EXIT_SUCCESS;
    signal_fd = open_signals();
    if (signal_fd < 0) {
        fprintf(stderr, "uqdd: cannot receive signals: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    status = daemon_run(&arguments, signal_fd);
    close(signal_fd);
    return status < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
