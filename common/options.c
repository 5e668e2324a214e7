#include "options.h"

#include <uqd/uqd.h>

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* getopt_long reports long options by these values, beyond any letter: the row's index follows. */
enum { LONG_BASE = 256, LONG_HELP = 0x10000, LONG_VERSION, MAX_ROWS = 64 };

/* The tables that getopt_long wants. */
struct getopt_tables {
    struct option longs[MAX_ROWS + 3];
    char letters[2 * MAX_ROWS + 4];
};

static void fill_tables(struct getopt_tables *tables, const struct command *command)
{
    char *letter = tables->letters;
    struct option *entry = tables->longs;
    *letter++ = ':'; /* report a missing argument as ':' */
    *letter++ = 'h';
    for (size_t i = 0; i < command->n_rows && i < MAX_ROWS; i++) {
        const struct option_row *row = &command->rows[i];
        int takes = row->type == OPTION_FLAG              ? no_argument
                    : row->type == OPTION_CHOICE_OR_FIRST ? optional_argument
                                                          : required_argument;
        *entry++ = (struct option){row->name, takes, NULL, LONG_BASE + (int)i};
        if (row->letter) {
            *letter++ = row->letter;
            if (takes == required_argument)
                *letter++ = ':';
        }
    }
    *entry++ = (struct option){"help", no_argument, NULL, LONG_HELP};
    *entry++ = (struct option){"version", no_argument, NULL, LONG_VERSION};
    *entry = (struct option){0};
    *letter = '\0';
}

static const struct option_row *find_row(const struct command *command, int code)
{
    if (code >= LONG_BASE && code < LONG_BASE + (int)command->n_rows)
        return &command->rows[code - LONG_BASE];
    for (size_t i = 0; i < command->n_rows; i++)
        if (code != 0 && command->rows[i].letter == code)
            return &command->rows[i];
    return NULL;
}

static int parse_number(const struct option_row *row, const char *text, uint64_t max,
                        uint64_t *number, struct message *message)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end)
        return message_set(message, "--%s: \"%s\" is not a whole number", row->name, text);
    if (errno || value > max)
        return message_set(message, "--%s: %s is more than the largest value, %llu", row->name,
                           text, (unsigned long long)max);
    *number = value;
    return 0;
}

static int parse_region(const struct option_row *row, const char *text, struct uqd_region *region,
                        struct message *message)
{
    uint32_t *const numbers[] = {&region->x, &region->y, &region->width, &region->height};
    const char *rest = text;
    for (size_t i = 0; i < 4; i++) {
        char *end;
        errno = 0;
        const unsigned long long value = strtoull(rest, &end, 10);
        if (rest[0] < '0' || rest[0] > '9' || errno || value > UINT32_MAX ||
            *end != (i < 3 ? ',' : '\0'))
            return message_set(message, "--%s: \"%s\" is not %s, four numbers from 0 on", row->name,
                               text, row->argument);
        *numbers[i] = (uint32_t)value;
        rest = end + 1;
    }
    if (region->width == 0 || region->height == 0)
        return message_set(message, "--%s: %s has no pixels", row->name, text);
    return 0;
}

static int parse_choice(const struct option_row *row, const char *text, int *choice,
                        struct message *message)
{
    size_t length = strlen(text);
    int index = 0;
    for (const char *word = row->argument; word; index++) {
        size_t word_length = strcspn(word, "|");
        if (word_length == length && memcmp(word, text, length) == 0) {
            *choice = index;
            return 0;
        }
        word = word[word_length] ? word + word_length + 1 : NULL;
    }
    return message_set(message, "--%s: \"%s\" is not one of %s", row->name, text, row->argument);
}

static int store(const struct option_row *row, const char *text, void *settings,
                 struct message *message)
{
    void *member = (char *)settings + row->offset;
    uint64_t number = 0;
    int status;
    switch (row->type) {
    case OPTION_FLAG:
        *(int *)member = 1;
        return 0;
    case OPTION_TEXT:
        *(const char **)member = text;
        return 0;
    case OPTION_U32:
        status = parse_number(row, text, UINT32_MAX, &number, message);
        if (status == 0)
            *(uint32_t *)member = (uint32_t)number;
        return status;
    case OPTION_U64:
        return parse_number(row, text, UINT64_MAX, member, message);
    case OPTION_PERCENT:
        status = parse_number(row, text, 100, &number, message);
        if (status == 0)
            *(int *)member = (int)number;
        return status;
    case OPTION_REGION:
        return parse_region(row, text, member, message);
    case OPTION_CHOICE_OR_FIRST:
        if (!text) {
            *(int *)member = 0;
            return 0;
        }
        return parse_choice(row, text, member, message);
    case OPTION_CHOICE:
        return parse_choice(row, text, member, message);
    }
    return -1;
}

/* The argument that getopt_long has just stumbled over. */
static int bad_option(const struct command *command, int kind, char **argv, struct message *message)
{
    const struct option_row *row = find_row(command, optopt);
    const char *text = argv[optind - 1];
    if (row && kind == ':')
        return message_set(message, "--%s: the value %s is missing", row->name, row->argument);
    if (row || optopt >= LONG_HELP)
        return message_set(message, "%s: this option takes no value", text);
    if (optopt)
        return message_set(message, "-%c: there is no such option", optopt);
    return message_set(message, "%s: there is no such option", text);
}

static int check_operands(const struct command *command, int argc, char **argv,
                          struct message *message)
{
    unsigned n_operands = (unsigned)(argc - optind);
    if (n_operands < command->min_operands)
        return message_set(message, "an operand is missing: the form is %s", command->synopsis);
    if (n_operands <= command->max_operands)
        return optind;
    const char *operand = argv[optind + (int)command->max_operands];
    if (command->max_operands == 0)
        return message_set(message, "%s: there should be no operand", operand);
    return message_set(message, "%s: is one operand too many: the form is %s", operand,
                       command->synopsis);
}

int options_parse(const struct program *program, const struct command *command, int argc,
                  char **argv, void *settings, struct message *message)
{
    struct getopt_tables tables;
    int code;
    fill_tables(&tables, command);
    opterr = 0;
    optind = 0; /* glibc and musl: begin anew */
    while ((code = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
        if (code == LONG_HELP || code == 'h') {
            options_print_help(stdout, program, command);
            return OPTIONS_PRINTED;
        }
        if (code == LONG_VERSION) {
            options_print_version(stdout, program);
            return OPTIONS_PRINTED;
        }
        if (code == '?' || code == ':')
            return bad_option(command, code, argv, message);
        if (store(find_row(command, code), optarg, settings, message) < 0)
            return OPTIONS_USAGE;
    }
    return check_operands(command, argc, argv, message);
}
