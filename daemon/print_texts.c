/* Prints the manual page and the completions of uqdd; run while building. */
#include "arguments.h"
#include "options_text.h"

int main(int argc, char **argv)
{
    return options_print_text(&uqdd_program, argc, argv);
}
