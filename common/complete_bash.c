/* For bash, with nothing but what it has built in: bash-completion, which finds the file by its
 * name, is needed only for that. */
#include "complete.h"
#include "options_rows.h"

/* Those with the suffix, if there is one; where there are none, all: what is in a file need not be
 * in its name. */
static const char files[] =
    "_files()\n"
    "{\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    [ -z \"$2\" ] ||\n"
    "        mapfile -t COMPREPLY < <(compgen -f -X \"!*.$2\" -- \"$1\"; compgen -d -- \"$1\")\n"
    "    [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n"
    "}\n";

static const char directories[] = "_directories()\n"
                                  "{\n"
                                  "    compopt -o filenames 2>/dev/null\n"
                                  "    mapfile -t COMPREPLY < <(compgen -d -- \"$1\")\n"
                                  "}\n";

static const char begin[] =
    "()\n"
    "{\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local joined='' options='' suffix='' operands=yes\n"
    "    COMPREPLY=()\n"
    "    # --name=value is three words.\n"
    "    if [ \"$word\" = = ]; then\n"
    "        word='' joined=yes\n"
    "    elif [ \"$before\" = = ]; then\n"
    "        before=${COMP_WORDS[COMP_CWORD - 2]} joined=yes\n"
    "    fi\n";

static void print_value(FILE *out, const struct program *program, const struct option_row *row)
{
    const enum value_kind kind = complete_value(row);
    if (kind == VALUE_NONE)
        return;
    fputs("        ", out);
    if (row->letter)
        fprintf(out, "-%c | ", row->letter);
    fprintf(out, "--%s)\n            ", row->name);
    if (kind == VALUE_FILE || kind == VALUE_DIRECTORY) {
        complete_print_function(out, program);
        fprintf(out, "%s \"$word\"\n            ", kind == VALUE_FILE ? "_files" : "_directories");
    } else if (kind != VALUE_OTHER) {
        fputs(kind == VALUE_WORDS ? "" : "[ -z \"$joined\" ] || ", out);
        fputs("mapfile -t COMPREPLY < <(compgen -W '", out);
        complete_print_words(out, row);
        fputs("' -- \"$word\")\n            ", out);
    }
    fprintf(out, "%sreturn\n            ;;\n",
            kind == VALUE_WORDS_OR_NONE ? "[ -z \"$joined\" ] || " : "");
}

static void print_command(FILE *out, const struct program *program, const struct command *command)
{
    const struct option_row *row;
    const char *suffix = complete_suffix(command);
    fprintf(out, "    %s)\n        case $before in\n", command->name ? command->name : "*");
    for (size_t i = 0; (row = options_row_at(command, i)); i++)
        print_value(out, program, row);
    fputs("        esac\n        options='", out);
    for (size_t i = 0; (row = options_row_at(command, i)); i++)
        fprintf(out, "%s--%s", i > 0 ? " " : "", row->name);
    fprintf(out, "'\n        suffix='%s'\n", suffix ? suffix : "");
    if (command->max_operands == 0)
        fputs("        operands=''\n", out);
    fputs("        ;;\n", out);
}

/* The first word is a command. */
static void print_commands(FILE *out, const struct program *program)
{
    fputs("    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        mapfile -t COMPREPLY < <(compgen -W '",
          out);
    for (size_t i = 0; i < program->n_commands; i++)
        fprintf(out, "%s ", program->commands[i]->name);
    fputs("--help --version' -- \"$word\")\n        return\n    fi\n", out);
}

void complete_print_bash(FILE *out, const struct program *program)
{
    fprintf(out, "# Completions of %s for bash; made from its tables of options.\n", program->name);
    complete_print_function(out, program);
    fputs(files, out);
    complete_print_function(out, program);
    fputs(directories, out);
    complete_print_function(out, program);
    fputs(begin, out);
    if (program->commands[0]->name)
        print_commands(out, program);
    fputs("    case ${COMP_WORDS[1]} in\n", out);
    for (size_t i = 0; i < program->n_commands; i++)
        print_command(out, program, program->commands[i]);
    fputs("    esac\n"
          "    if [[ $word == -* ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
          "    elif [ -n \"$operands\" ]; then\n"
          "        ",
          out);
    complete_print_function(out, program);
    fputs("_files \"$word\" \"$suffix\"\n    fi\n}\ncomplete -F ", out);
    complete_print_function(out, program);
    fprintf(out, " %s\n", program->name);
}
