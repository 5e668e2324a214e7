/* Prints the manual page and the completions of uqd-thumbnailer; run while building. */
#include "arguments.h"
#include "options_text.h"

int main(int argc, char **argv)
{
    return options_print_text(&thumbnailer_program, argc, argv);
}
