/* For fish: a line for each option. */
#include "complete.h"
#include "options_rows.h"

/* Begins a line, which counts for a command only if it has a name. */
static void begin(FILE *out, const struct program *program, const struct command *command)
{
    fprintf(out, "complete -c %s", program->name);
    if (command->name)
        fprintf(out, " -n '__fish_seen_subcommand_from %s'", command->name);
}

static void print_row(FILE *out, const struct option_row *row)
{
    const enum value_kind kind = complete_value(row);
    if (row->letter)
        fprintf(out, " -s %c", row->letter);
    fprintf(out, " -l %s", row->name);
    if (kind == VALUE_FILE)
        fputs(" -r -F", out);
    else if (kind == VALUE_DIRECTORY)
        fputs(" -x -a '(__fish_complete_directories)'", out);
    else if (kind == VALUE_OTHER)
        fputs(" -x", out);
    else if (kind != VALUE_NONE) {
        fputs(kind == VALUE_WORDS ? " -x -a '" : " -f -a '", out);
        complete_print_words(out, row);
        putc('\'', out);
    }
    fputs(" -d '", out);
    complete_print_quoted(out, row->help, "\\");
    fputs("'\n", out);
}

static void print_command(FILE *out, const struct program *program, const struct command *command)
{
    const struct option_row *row;
    const char *suffix = complete_suffix(command);
    for (size_t i = 0; (row = options_row_at(command, i)); i++) {
        begin(out, program, command);
        print_row(out, row);
    }
    if (command->max_operands > 0 && !suffix)
        return;
    begin(out, program, command);
    if (suffix)
        fprintf(out, " -k -x -a '(__fish_complete_suffix .%s)'\n", suffix);
    else
        fputs(" -f\n", out);
}

void complete_print_fish(FILE *out, const struct program *program)
{
    fprintf(out, "# Completions of %s for fish; made from its tables of options.\n", program->name);
    if (program->commands[0]->name) {
        fprintf(out, "complete -c %s -n __fish_use_subcommand -f\n", program->name);
        fprintf(
            out,
            "complete -c %s -n __fish_use_subcommand -s h -l help -d 'print this help and exit'\n",
            program->name);
        fprintf(
            out,
            "complete -c %s -n __fish_use_subcommand -l version -d 'print the version and exit'\n",
            program->name);
    }
    for (size_t i = 0; i < program->n_commands; i++) {
        const struct command *command = program->commands[i];
        if (command->name) {
            fprintf(out, "complete -c %s -n __fish_use_subcommand -a %s -d '", program->name,
                    command->name);
            complete_print_quoted(out, command->summary, "\\");
            fputs("'\n", out);
        }
        print_command(out, program, command);
    }
}
