/* Completions of command lines, made from the tables of options.h: one function for each shell, and
 * what they share. What a value is, is told by the name that the table has for it. */
#ifndef UQD_COMMON_COMPLETE_H
#define UQD_COMMON_COMPLETE_H

#include "options.h"

void complete_print_bash(FILE *out, const struct program *program);
void complete_print_zsh(FILE *out, const struct program *program);
void complete_print_fish(FILE *out, const struct program *program);

enum value_kind {
    VALUE_NONE,          /* the option is a flag */
    VALUE_OTHER,         /* nothing to choose from */
    VALUE_WORDS,         /* those of the row's argument */
    VALUE_WORDS_OR_NONE, /* the same, only behind an equals sign */
    VALUE_FILE,
    VALUE_DIRECTORY,
};

enum value_kind complete_value(const struct option_row *row);

/* "uqd" if the first operands of the command are such files, else NULL. */
const char *complete_suffix(const struct command *command);

/* The words of a choice, with blanks between them. */
void complete_print_words(FILE *out, const struct option_row *row);

/* The program's name as that of a function. */
void complete_print_function(FILE *out, const struct program *program);

/* Text inside of single quotes, with a backslash before every character of `special`. */
void complete_print_quoted(FILE *out, const char *text, const char *special);

#endif
