#include "source/daemon_start.h"

#include "build_directory.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

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
    char installed[] = UQD_DAEMON;
    char *built = build_directory_path("daemon/uqdd");
    pid_t process;
    const int status = start_detached(&process, built ? built : installed);
    free(built);
    return status < 0 ? status : process;
}
