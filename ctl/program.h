/* The tables of the program `uqdctl` and what its commands share. */
#ifndef UQD_CTL_PROGRAM_H
#define UQD_CTL_PROGRAM_H

#include "options.h"

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

extern const struct program ctl_program;

/* Prints "uqdctl: <the message>" and returns EXIT_FAILED. */
int report_failure(const struct message *message);

/* For a wrong command line: prints the message and where the help is. Returns EXIT_USAGE. */
int report_usage(const struct command *command, const struct message *message);

/* The exit code for a result of options_parse that is not an operand. */
int report_options(const struct command *command, int result, const struct message *message);

#endif
