#include "daemon_start.h"

#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* The daemon in the build directory that holds this program, e.g. build/viewer/uqd-view. */
static void find_in_build(char *path, size_t size)
{
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    path[0] = '\0';
    if (length <= 0)
        return;
    own[length] = '\0';
    char *slash = strrchr(own, '/');
    *slash = '\0';
    if ((size_t)snprintf(path, size, "%s/../daemon/uqdd", own) >= size || access(path, X_OK))
        path[0] = '\0';
}

/* It outlives this program, so it must not hold on to our terminal or pipes. */
static int start_detached(pid_t *process, char *path)
{
    char *const arguments[] = {path, NULL};
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    if (posix_spawnattr_init(&attributes))
        return -1;
    if (posix_spawn_file_actions_init(&files)) {
        posix_spawnattr_destroy(&attributes);
        return -1;
    }
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    int failed = 0;
    for (int fd = 0; fd < 3; fd++)
        failed |= posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    if (!failed)
        failed = posix_spawn(process, path, &files, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failed ? -1 : 0;
}

pid_t daemon_start(void)
{
    char path[PATH_MAX];
    pid_t process;
    find_in_build(path, sizeof path);
    if (!path[0])
        snprintf(path, sizeof path, "%s", UQD_DAEMON);
    return start_detached(&process, path) ? -1 : process;
}
