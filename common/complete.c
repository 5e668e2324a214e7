#include "complete.h"

#include <string.h>

enum value_kind complete_value(const struct option_row *row)
{
    switch (row->type) {
    case OPTION_FLAG:
        return VALUE_NONE;
    case OPTION_CHOICE:
        return VALUE_WORDS;
    case OPTION_CHOICE_OR_FIRST:
        return VALUE_WORDS_OR_NONE;
    case OPTION_TEXT:
        break;
    default:
        return VALUE_OTHER;
    }
    if (strcmp(row->argument, "DIR") == 0)
        return VALUE_DIRECTORY;
    /* A model has a name or is a file. */
    return strcmp(row->argument, "FILE") == 0 || strcmp(row->argument, "MODEL") == 0 ||
                   strchr(row->argument, '.')
               ? VALUE_FILE
               : VALUE_OTHER;
}

const char *complete_suffix(const struct command *command)
{
    const char *suffix = strstr(command->synopsis, ".uqd");
    return suffix && suffix < command->synopsis + strcspn(command->synopsis, " ") ? "uqd" : NULL;
}

void complete_print_words(FILE *out, const struct option_row *row)
{
    for (const char *c = row->argument; *c; c++)
        putc(*c == '|' ? ' ' : *c, out);
}

void complete_print_function(FILE *out, const struct program *program)
{
    putc('_', out);
    for (const char *c = program->name; *c; c++)
        putc(*c == '-' ? '_' : *c, out);
}

void complete_print_quoted(FILE *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", out);
        else if (strchr(special, *text))
            putc('\\', out);
        putc(*text, out);
    }
}
