/* The tables of the program `uqd` and what its commands share. */
#ifndef UQD_CLI_PROGRAM_H
#define UQD_CLI_PROGRAM_H

#include "options.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_SIGNAL = 128, /* plus the number of the signal */
};

extern const struct program uqd_program;
extern const struct command encode_command, decode_command, info_command, compare_command;

/* Prints which kernels compute the network where uqd_cpu_features says `features`. */
void print_kernels(FILE *out, const char *features);

/* Prints "uqd: <the message>" and returns EXIT_FAILED, or EXIT_SIGNAL plus the number of the
 * signal that interrupted the work; then there is nothing to print. */
int report_failure(const struct message *message);

/* For a wrong command line: prints the message and where the help is. Returns EXIT_USAGE. */
int report_usage(const struct command *command, const struct message *message);

/* The exit code for a result of options_parse that is not an operand. */
int report_options(const struct command *command, int result, const struct message *message);

#endif
