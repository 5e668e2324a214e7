/* Prints the manual page of uqdctl; run while building. */
#include "program.h"

#include <stdio.h>

int main(void)
{
    options_print_manual(stdout, &ctl_program);
    return fflush(stdout) != 0 || ferror(stdout);
}
