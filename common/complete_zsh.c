/* For zsh: a function that compinit finds by its first line. */
#include "complete.h"
#include "options_rows.h"

#define SPECIAL "\\[]:" /* in an explanation */

static void print_action(FILE *out, const struct option_row *row, enum value_kind kind)
{
    fputs(kind == VALUE_WORDS_OR_NONE ? "::" : ":", out);
    if (kind == VALUE_WORDS || kind == VALUE_WORDS_OR_NONE)
        fputs("value", out);
    else
        complete_print_quoted(out, row->argument, SPECIAL);
    putc(':', out);
    if (kind == VALUE_FILE)
        fputs("_files", out);
    else if (kind == VALUE_DIRECTORY)
        fputs("_files -/", out);
    else if (kind == VALUE_OTHER)
        putc(' ', out);
    else {
        putc('(', out);
        complete_print_words(out, row);
        putc(')', out);
    }
}

static void print_row(FILE *out, const struct option_row *row)
{
    const enum value_kind kind = complete_value(row);
    const char *equals = kind == VALUE_NONE ? "" : kind == VALUE_WORDS_OR_NONE ? "=-" : "=";
    fputs(" \\\n        ", out);
    if (row->letter)
        fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter,
                kind == VALUE_NONE ? "" : "+", row->name, equals);
    else
        fprintf(out, "'--%s%s[", row->name, equals);
    complete_print_quoted(out, row->help, SPECIAL);
    putc(']', out);
    if (kind != VALUE_NONE)
        print_action(out, row, kind);
    putc('\'', out);
}

static void print_command(FILE *out, const struct command *command)
{
    const struct option_row *row;
    const char *suffix = complete_suffix(command);
    fputs("        _arguments -s -S", out);
    for (size_t i = 0; (row = options_row_at(command, i)); i++)
        print_row(out, row);
    if (suffix)
        fprintf(out, " \\\n        '*:file:_files -g \"*.%s\"'", suffix);
    else if (command->max_operands > 0)
        fputs(" \\\n        '*:file:_files'", out);
    putc('\n', out);
}

/* The first word is a command, and the others are its own. */
static void print_commands(FILE *out, const struct program *program)
{
    fputs("    local curcontext=$curcontext state line\n"
          "    _arguments -C '(-h --help)'{-h,--help}'[print this help and exit]' \\\n"
          "        '--version[print the version and exit]' '1:command:((",
          out);
    for (size_t i = 0; i < program->n_commands; i++) {
        fprintf(out, "%s%s\\:\"", i > 0 ? " " : "", program->commands[i]->name);
        complete_print_quoted(out, program->commands[i]->summary, SPECIAL "\"()");
        putc('"', out);
    }
    fputs("))' '*::argument:->arguments'\n    case $state:$words[1] in\n", out);
    for (size_t i = 0; i < program->n_commands; i++) {
        fprintf(out, "    arguments:%s)\n", program->commands[i]->name);
        print_command(out, program->commands[i]);
        fputs("        ;;\n", out);
    }
    fputs("    esac\n", out);
}

void complete_print_zsh(FILE *out, const struct program *program)
{
    fprintf(out, "#compdef %s\n# Made from the tables of options.\n", program->name);
    complete_print_function(out, program);
    fputs("()\n{\n", out);
    if (program->commands[0]->name)
        print_commands(out, program);
    else
        print_command(out, program->commands[0]);
    fputs("}\n", out);
    complete_print_function(out, program);
    fputs(" \"$@\"\n", out);
}
