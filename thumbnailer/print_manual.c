/* Prints the manual page of uqd-thumbnailer; run while building. */
#include "arguments.h"

#include <stdio.h>

int main(void)
{
    options_print_manual(stdout, &thumbnailer_program);
    return fflush(stdout) != 0 || ferror(stdout);
}
