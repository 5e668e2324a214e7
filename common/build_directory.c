#include "build_directory.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What Meson keeps in every build directory, and no installation has. */
#define MARK "meson-private"

/* The malloc'ed path of NAME beside the directory of the program (e.g. build/cli/uqd), or NULL if
 * it is not there. */
static char *find_beside(const char *directory, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/../%s", directory, name) < 0)
        return NULL;
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return NULL;
}

char *build_directory_path(const char *name)
{
    char directory[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", directory, sizeof directory - 1);
    if (length <= 0)
        return NULL;
    directory[length] = '\0';
    *strrchr(directory, '/') = '\0';
    char *mark = find_beside(directory, MARK);
    char *path = mark ? find_beside(directory, name) : NULL;
    free(mark);
    return path;
}
