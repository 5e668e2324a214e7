/* The files that a command makes, one of each input. */
#ifndef UQD_CLI_OUTPUTS_H
#define UQD_CLI_OUTPUTS_H

#include "message.h"

#include <stddef.h>

/* What the user says of them; members of the options of a command. */
struct output_options {
    const char *output;    /* NULL: not given */
    const char *directory; /* NULL: not given */
    int force;
};

/* Rows for a table of options, ROW being its macro and `to` the member. */
#define OUTPUT_ROWS(ROW, argument, help)                                                           \
    ROW("output", 'o', OPTION_TEXT, argument, to.output, help, "Files"),                           \
        ROW("output-dir", 0, OPTION_TEXT, "DIR", to.directory,                                     \
            "write there, under the name of each input", NULL),                                    \
        ROW("force", 'f', OPTION_FLAG, NULL, to.force,                                             \
            "overwrite a write-protected file, or the input itself", NULL)

struct outputs {
    char **inputs; /* the caller's */
    char **paths;  /* malloc'ed, of the same number */
    size_t count;
    int force;
};

/* Names the outputs; in a directory they end in `suffix` instead of the extension of the input. 0,
 * or -1 with a message if the command line is wrong: two outputs would have one name, say. Needs
 * outputs_free in both cases. */
int outputs_name(struct outputs *outputs, char **inputs, size_t count,
                 const struct output_options *options, const char *suffix, struct message *message);

/* Whether the directory of the options, if there is one, is a directory. 0, or -1 with a
 * message. */
int outputs_check_directory(const struct output_options *options, struct message *message);

/* Whether output `index` may be written: it is no directory, and unless forced not write-protected
 * and none of the inputs. What else is wrong with it shows when it is written. 0, or -1 with a
 * message. */
int outputs_check(const struct outputs *outputs, size_t index, struct message *message);

void outputs_free(struct outputs *outputs);

#endif
