/* Runs the program that UQD_TEST_PROGRAM names, with the arguments of this one, where there are no
 * threads but the first. */
#include "refuse_filters.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *program = getenv("UQD_TEST_PROGRAM");
    (void)argc;
    if (program == NULL || refuse_threads() < 0)
        return 2;
    execv(program, argv);
    perror(program);
    return 2;
}
