#include "output.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A descriptor of the file if it is there, regular and empty; or -1. */
static int open_empty(const char *path)
{
    struct stat status;
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* After a failure the file is empty again. Closes the descriptor. */
static int fill(int fd, const char *path, const uint8_t *data, size_t size, struct message *message)
{
    int result = 0;
    if (file_write_all(fd, data, size) < 0) {
        result = message_set(message, "%s: cannot be written: %s", path, strerror(errno));
        (void)!ftruncate(fd, 0);
    }
    if (close(fd) < 0 && result == 0)
        result = message_set(message, "%s: cannot be written: %s", path, strerror(errno));
    return result;
}

static int write_file(const char *path, const uint8_t *data, size_t size, struct message *message)
{
    const int fd = open_empty(path);
    return fd >= 0 ? fill(fd, path, data, size, message) : file_write(path, data, size, message);
}

/* Whoever stops this program does so before or after writing, so that nothing half is left. */
int output_write(const char *path, const uint8_t *data, size_t size, struct message *message)
{
    sigset_t stopping, before;
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGTERM);
    sigaddset(&stopping, SIGINT);
    sigaddset(&stopping, SIGHUP);
    sigprocmask(SIG_BLOCK, &stopping, &before);
    const int result = write_file(path, data, size, message);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}
