/* What is made from the tables of a program's options while it is built. */
#ifndef UQD_COMMON_OPTIONS_TEXT_H
#define UQD_COMMON_OPTIONS_TEXT_H

#include "options.h"

/* For main of a program that does nothing else: prints the text that the only argument names,
 * "manual", or "bash", "zsh" or "fish" for completions of that shell. Returns the exit code. */
int options_print_text(const struct program *program, int argc, char **argv);

#endif
