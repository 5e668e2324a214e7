/* Texts made from the tables of options.h: --help, --version and the manual page. */
#include "options_rows.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const struct option_row standard_rows[] = {
    {"help", 'h', OPTION_FLAG, NULL, 0, "print this help and exit", NULL},
    {"version", 0, OPTION_FLAG, NULL, 0, "print the version and exit", NULL},
};

enum { N_STANDARD_ROWS = sizeof standard_rows / sizeof *standard_rows };

const struct option_row *options_row_at(const struct command *command, size_t i)
{
    if (i < command->n_rows)
        return &command->rows[i];
    i -= command->n_rows;
    return i < N_STANDARD_ROWS ? &standard_rows[i] : NULL;
}

/* ---- Help ---------------------------------------------------------------------------------- */

/* "-o, --output FILE", without the letter "    --seed N". */
static void format_row(char *text, size_t size, const struct option_row *row)
{
    char letter[5] = "    ";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    bool optional = row->type == OPTION_CHOICE_OR_FIRST;
    snprintf(text, size, "%s--%s%s%s%s", letter, row->name,
             optional        ? "[="
             : row->argument ? " "
                             : "",
             row->argument ? row->argument : "", optional ? "]" : "");
}

static int widest_row(const struct command *command)
{
    char text[128];
    size_t widest = 0;
    const struct option_row *row;
    for (size_t i = 0; (row = options_row_at(command, i)); i++) {
        format_row(text, sizeof text, row);
        if (strlen(text) > widest)
            widest = strlen(text);
    }
    return (int)widest;
}

static void print_rows(FILE *out, const struct command *command)
{
    char text[128];
    int width = widest_row(command);
    const struct option_row *row;
    if (command->n_rows == 0 || !command->rows[0].group)
        fprintf(out, "\nOptions:\n");
    for (size_t i = 0; (row = options_row_at(command, i)); i++) {
        if (row->group)
            fprintf(out, "\n%s:\n", row->group);
        format_row(text, sizeof text, row);
        fprintf(out, "  %-*s  %s\n", width, text, row->help);
    }
}

static void print_command_help(FILE *out, const struct program *program,
                               const struct command *command)
{
    fprintf(out, "Usage: %s%s%s [OPTIONS] %s\n", program->name, command->name ? " " : "",
            command->name ? command->name : "", command->synopsis);
    fprintf(out, "%c%s.\n", toupper((unsigned char)command->summary[0]), command->summary + 1);
    print_rows(out, command);
}

void options_print_help(FILE *out, const struct program *program, const struct command *command)
{
    if (command) {
        print_command_help(out, program, command);
        return;
    }
    fprintf(out, "Usage: %s COMMAND [OPTIONS] ...\n", program->name);
    fprintf(out, "%c%s.\n\nCommands:\n", toupper((unsigned char)program->summary[0]),
            program->summary + 1);
    for (size_t i = 0; i < program->n_commands; i++)
        fprintf(out, "  %-10s %s\n", program->commands[i]->name, program->commands[i]->summary);
    fprintf(out, "\n\"%s COMMAND --help\" describes the options of a command.\n", program->name);
    if (program->print_details)
        fprintf(out, "\"%s --version --verbose\" prints the version and what this machine runs.\n",
                program->name);
}

void options_print_version(FILE *out, const struct program *program)
{
    fprintf(out, "%s %s\n", program->name, program->version);
}

/* ---- Manual -------------------------------------------------------------------------------- */

/* Text with what roff would interpret escaped. */
static void print_escaped(FILE *out, const char *text, size_t length)
{
    int line_start = 1;
    for (size_t i = 0; i < length; i++) {
        if (line_start && (text[i] == '.' || text[i] == '\''))
            fputs("\\&", out);
        if (text[i] == '\\')
            fputs("\\e", out);
        else if (text[i] == '-')
            fputs("\\-", out);
        else
            putc(text[i], out);
        line_start = text[i] == '\n';
    }
}

static void print_escaped_text(FILE *out, const char *text)
{
    print_escaped(out, text, strlen(text));
}

/* Paragraphs, with lines that begin with two spaces kept as they are. What follows a title needs no
 * macro. */
static void print_paragraphs(FILE *out, const char *text)
{
    bool is_verbatim = false, is_below_blank = false;
    for (const char *line = text; *line;) {
        const size_t length = strcspn(line, "\n");
        const bool indented = strncmp(line, "  ", 2) == 0;
        if (is_verbatim && !indented)
            fputs(".RE\n.fi\n", out);
        if (is_below_blank && length > 0)
            fputs(".PP\n", out);
        if (indented && !is_verbatim)
            fputs(".nf\n.RS 4\n", out);
        print_escaped(out, line + 2 * indented, length - 2 * (size_t)indented);
        if (length > 0)
            putc('\n', out);
        is_verbatim = indented;
        is_below_blank = length == 0;
        line += length + (line[length] == '\n');
    }
    if (is_verbatim)
        fputs(".RE\n.fi\n", out);
}

static void print_manual_rows(FILE *out, const struct command *command)
{
    const struct option_row *row;
    for (size_t i = 0; (row = options_row_at(command, i)); i++) {
        fputs(".TP\n", out);
        if (row->letter)
            fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
        fputs("\\fB\\-\\-", out);
        print_escaped_text(out, row->name);
        fputs("\\fR", out);
        if (row->type == OPTION_CHOICE_OR_FIRST)
            fprintf(out, "[=\\fI%s\\fR]", row->argument);
        else if (row->argument)
            fprintf(out, " \\fI%s\\fR", row->argument);
        putc('\n', out);
        print_escaped_text(out, row->help);
        putc('\n', out);
    }
}

static void print_synopsis(FILE *out, const struct program *program, const struct command *command)
{
    fprintf(out, ".B %s%s%s\n[OPTIONS]%s", program->name, command->name ? " " : "",
            command->name ? command->name : "", command->synopsis[0] ? " " : "");
    print_escaped_text(out, command->synopsis);
    putc('\n', out);
}

static void print_command_manual(FILE *out, const struct program *program,
                                 const struct command *command)
{
    if (command->name) {
        fprintf(out, ".SS %s\n", command->name);
        print_synopsis(out, program, command);
        fprintf(out, ".PP\n%c%s.\n", toupper((unsigned char)command->summary[0]),
                command->summary + 1);
    }
    if (command->description) {
        fputs(command->name ? ".PP\n" : "", out);
        print_paragraphs(out, command->description);
    }
    print_manual_rows(out, command);
}

static void print_title(FILE *out, const struct program *program)
{
    fputs(".TH ", out);
    for (const char *c = program->name; *c; c++)
        putc(toupper((unsigned char)*c), out);
    fprintf(out, " 1 \"" UQD_RELEASE_DATE "\" \"%s %s\" \"User Commands\"\n", program->name,
            program->version);
}

void options_print_manual(FILE *out, const struct program *program)
{
    print_title(out, program);
    fprintf(out, ".SH NAME\n%s \\- %s\n.SH SYNOPSIS\n", program->name, program->summary);
    for (size_t i = 0; i < program->n_commands; i++) {
        fputs(i > 0 ? ".br\n" : "", out);
        print_synopsis(out, program, program->commands[i]);
    }
    fputs(".SH DESCRIPTION\n", out);
    print_paragraphs(out, program->description);
    fprintf(out, ".SH %s\n", program->commands[0]->name ? "COMMANDS" : "OPTIONS");
    for (size_t i = 0; i < program->n_commands; i++)
        print_command_manual(out, program, program->commands[i]);
    for (size_t i = 0; i < program->n_sections; i++) {
        fprintf(out, ".SH %s\n", program->sections[i].title);
        print_paragraphs(out, program->sections[i].text);
    }
}
