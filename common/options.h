/* Command lines described by tables: one table feeds the parser, the --help text and the manual
 * page.
 *
 * Every command has a settings struct. Its author fills in the defaults and then lets
 * options_parse store what the command line says; each row of the table names a member:
 *
 *     struct settings { const char *output; uint32_t threads; int quiet; };
 *     static const struct option_row rows[] = {
 *         {"output", 'o', OPTION_TEXT, "FILE", offsetof(struct settings, output), "where to"},
 *         {"threads", 0, OPTION_U32, "N", offsetof(struct settings, threads), "how many"},
 *         {"quiet", 'q', OPTION_FLAG, NULL, offsetof(struct settings, quiet), "say less"},
 *     };
 *
 * --help and --version are understood by every command and need no rows. */
#ifndef UQD_COMMON_OPTIONS_H
#define UQD_COMMON_OPTIONS_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_type {
    OPTION_FLAG,    /* int, set to 1 */
    OPTION_TEXT,    /* const char *, points into argv */
    OPTION_U32,     /* uint32_t, decimal */
    OPTION_U64,     /* uint64_t, decimal */
    OPTION_PERCENT, /* int, 0 to 100 */
    OPTION_REGION,  /* struct uqd_region, X,Y,WIDTH,HEIGHT of at least a pixel */
    OPTION_CHOICE,  /* int, the index of one of the words of `argument`, which | separates */
    OPTION_CHOICE_OR_FIRST, /* the same; --name alone means the first word, others stand behind an
                               equals sign, and there is no letter */
};

struct option_row {
    const char *name; /* long name without dashes */
    char letter;      /* short name, or 0 */
    enum option_type type;
    const char *argument; /* name of the value, or the choices "none|universal"; NULL for flags */
    size_t offset;        /* of the member in the settings */
    const char *help;     /* one line, no capital, no full stop */
    const char *group;    /* begins a group of this name in the help; NULL continues one */
};

struct program;

struct command {
    const char *name;        /* "encode"; NULL if the program has no subcommands */
    const char *synopsis;    /* operands and required options, "IN.uqd -o OUT.png" */
    const char *summary;     /* one line, no capital, no full stop */
    const char *description; /* paragraphs for the manual, separated by empty lines; may be NULL */
    const struct option_row *rows;
    size_t n_rows;
    unsigned min_operands, max_operands;
    /* Runs the command with argv[0] being its name; returns the exit code. For the program's own
     * dispatcher; may be NULL. */
    int (*run)(const struct program *program, const struct command *command, int argc, char **argv);
};

/* A section of the manual page besides name, synopsis, description, commands and options. */
struct manual_section {
    const char *title; /* "EXIT STATUS" */
    const char *text;  /* paragraphs separated by empty lines; a line that begins with two spaces
                          is set as it is */
};

struct program {
    const char *name;        /* "uqd" */
    const char *version;     /* "0.1.0" */
    const char *summary;     /* one line, no capital, no full stop */
    const char *description; /* paragraphs for the manual */
    const struct command *const *commands;
    size_t n_commands;
    const struct manual_section *sections;
    size_t n_sections;
    void (*print_details)(FILE *out); /* what --verbose adds to --version; NULL: nothing */
};

enum options_result {
    OPTIONS_USAGE = -1,  /* the command line is wrong: message set, the program exits with 2 */
    OPTIONS_PRINTED = 0, /* help or version was printed: the program exits with 0 */
};

/* Parses the command line of one command; argv[0] is skipped. Reorders argv so that the operands
 * come last. Returns the index of the first operand (at least 1) or an enum options_result. Not
 * thread-safe, for getopt is not. */
int options_parse(const struct program *program, const struct command *command, int argc,
                  char **argv, void *settings, struct message *message);

/* The help text of a command, or of the whole program if command is NULL. */
void options_print_help(FILE *out, const struct program *program, const struct command *command);

void options_print_version(FILE *out, const struct program *program);

/* The manual page in man(7) markup, section 1. */
void options_print_manual(FILE *out, const struct program *program);

#endif
