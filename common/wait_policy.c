#include "wait_policy.h"

#include <stdlib.h>
#include <unistd.h>

void wait_policy_passive(char **argv)
{
    if (getenv("OMP_WAIT_POLICY") != NULL || setenv("OMP_WAIT_POLICY", "passive", 1) != 0)
        return;
    /* By its real path, from which the process has its name. Where any of this fails the program
     * goes on and is only slower. */
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return;
    path[length] = '\0';
    execv(path, argv);
}
