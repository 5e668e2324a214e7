/* Prints the manual page and the completions of uqdctl; run while building. */
#include "options_text.h"
#include "program.h"

int main(int argc, char **argv)
{
    return options_print_text(&ctl_program, argc, argv);
}
