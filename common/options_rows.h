/* The rows of a command as texts list them; see options.h. */
#ifndef UQD_COMMON_OPTIONS_ROWS_H
#define UQD_COMMON_OPTIONS_ROWS_H

#include "options.h"

/* Row i of a command with --help and --version behind its own rows, NULL after the last. */
const struct option_row *options_row_at(const struct command *command, size_t i);

#endif
