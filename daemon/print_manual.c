/* Prints the manual page of uqdd; run while building. */
#include "arguments.h"

#include <stdio.h>

int main(void)
{
    options_print_manual(stdout, &uqdd_program);
    return fflush(stdout) != 0 || ferror(stdout);
}
