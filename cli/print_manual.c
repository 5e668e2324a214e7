/* Prints the manual page of `uqd`; run while building. */
#include "program.h"

int main(void)
{
    options_print_manual(stdout, &uqd_program);
    return fflush(stdout) != 0 || ferror(stdout);
}
