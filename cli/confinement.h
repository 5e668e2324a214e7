/* How the commands confine themselves before they read what others made. */
#ifndef UQD_CLI_CONFINEMENT_H
#define UQD_CLI_CONFINEMENT_H

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a command works on; outputs may be NULL if n_outputs is 0. */
struct confinement {
    char *const *inputs;
    size_t n_inputs;
    char *const *outputs;
    size_t n_outputs;
    bool loads_models; /* that the inputs name */
};

/* From now on nothing but these can be opened. 0, or -1 with a message if the system refuses that;
 * a build that cannot is no failure. */
int confinement_begin(const struct confinement *confinement, struct message *message);

/* From now on nothing can be opened but the outputs, by any thread. Otherwise the same. */
int confinement_end_reading(const struct confinement *confinement, struct message *message);

/* Prints what of it this build has, in a line. */
void confinement_print(FILE *out);

#endif
