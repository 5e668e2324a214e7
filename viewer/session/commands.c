#include "session/commands.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool command_needs_panes(enum command_id id)
{
    return id == COMMAND_PANE || id == COMMAND_LINK;
}

static const char *const word_names[N_WORDS] = {
    [WORD_NEXT] = "next",
    [WORD_PREVIOUS] = "previous",
    [WORD_FIRST] = "first",
    [WORD_LAST] = "last",
    [WORD_OTHER] = "other",
    [WORD_DENOISED] = "denoised",
    [WORD_ANCESTRAL] = "ancestral",
    [WORD_FLOW] = "flow",
    [WORD_NEW] = "new",
    [WORD_ON] = "on",
    [WORD_OFF] = "off",
    [WORD_TOGGLE] = "toggle",
    [WORD_IN] = "in",
    [WORD_OUT] = "out",
    [WORD_LARGER] = "larger",
    [WORD_SMALLER] = "smaller",
    [WORD_MORE] = "more",
    [WORD_LESS] = "less",
    [WORD_SIDE] = "side",
    [WORD_WIPE] = "wipe",
    [WORD_FLICKER] = "flicker",
    [WORD_DIFFERENCE] = "difference",
    [WORD_BITS] = "bits",
    [WORD_VARIANCE] = "variance",
    [WORD_CHANGE] = "change",
    [WORD_ERROR] = "error",
    [WORD_STEPS] = "steps",
    [WORD_BYTES] = "bytes",
    [WORD_RATE] = "bpp",
    [WORD_PSNR] = "psnr",
    [WORD_MS_SSIM] = "ms-ssim",
    [WORD_BUTTERAUGLI] = "butteraugli",
    [WORD_RESTART] = "restart",
    [WORD_JPEG] = "jpeg",
    [WORD_WEBP] = "webp",
    [WORD_JXL] = "jxl",
    [WORD_AVIF] = "avif",
    [WORD_JP2] = "jp2",
    [WORD_LOOP] = "loop",
    [WORD_IDLE] = "idle",
    [WORD_STEP] = "step",
};

#define BIT(word) (UINT64_C(1) << (word))

enum number_kind { NUMBER_NONE, NUMBER_INTEGER, NUMBER_REAL, NUMBER_SCALED, NUMBER_TEXT };

static const struct {
    const char *what; /* for messages */
    enum number_kind number;
    double low, high; /* range of the number */
    uint64_t words;
    bool optional;
} types[] = {
    [ARGUMENT_NONE] = {"", NUMBER_NONE, 0, 0, 0, true},
    [ARGUMENT_STEP] = {"a step", NUMBER_INTEGER, 0, 1e6,
                       BIT(WORD_NEXT) | BIT(WORD_PREVIOUS) | BIT(WORD_FIRST) | BIT(WORD_LAST),
                       false},
    [ARGUMENT_STEP_NUMBER] = {"a step", NUMBER_INTEGER, 0, 1e6, BIT(WORD_LAST), true},
    [ARGUMENT_BYTES] = {"a number of bytes", NUMBER_INTEGER, 1, 1e15, 0, false},
    [ARGUMENT_UNIT] = {"a unit", NUMBER_NONE, 0, 0,
                       BIT(WORD_STEPS) | BIT(WORD_BYTES) | BIT(WORD_RATE) | BIT(WORD_PSNR) |
                           BIT(WORD_NEXT),
                       false},
    [ARGUMENT_METRIC] = {"a metric", NUMBER_NONE, 0, 0,
                         BIT(WORD_PSNR) | BIT(WORD_MS_SSIM) | BIT(WORD_BUTTERAUGLI) |
                             BIT(WORD_NEXT),
                         false},
    [ARGUMENT_FILE_NUMBER] = {"a file", NUMBER_INTEGER, 1, 64,
                              BIT(WORD_NEXT) | BIT(WORD_PREVIOUS) | BIT(WORD_OTHER), false},
    [ARGUMENT_PANE] = {"a pane", NUMBER_INTEGER, 1, 4, BIT(WORD_OTHER), false},
    [ARGUMENT_PERCENT] = {"a percentage", NUMBER_INTEGER, 0, 100, BIT(WORD_MORE) | BIT(WORD_LESS),
                          false},
    [ARGUMENT_CODEC] = {"a codec", NUMBER_NONE, 0, 0,
                        BIT(WORD_JPEG) | BIT(WORD_WEBP) | BIT(WORD_JXL) | BIT(WORD_AVIF) |
                            BIT(WORD_JP2) | BIT(WORD_OFF) | BIT(WORD_NEXT),
                        false},
    [ARGUMENT_COMPARISON] = {"a comparison", NUMBER_NONE, 0, 0,
                             BIT(WORD_OFF) | BIT(WORD_SIDE) | BIT(WORD_WIPE) | BIT(WORD_FLICKER) |
                                 BIT(WORD_DIFFERENCE) | BIT(WORD_NEXT),
                             false},
    [ARGUMENT_SHARE] = {"a share from 0 to 1", NUMBER_REAL, 0, 1, 0, false},
    [ARGUMENT_GAIN] = {"a factor from 1 to 64", NUMBER_REAL, 1, 64,
                       BIT(WORD_LARGER) | BIT(WORD_SMALLER), false},
    [ARGUMENT_MAP] = {"a map", NUMBER_NONE, 0, 0,
                      BIT(WORD_OFF) | BIT(WORD_BITS) | BIT(WORD_VARIANCE) | BIT(WORD_CHANGE) |
                          BIT(WORD_ERROR) | BIT(WORD_NEXT),
                      false},
    [ARGUMENT_MODE] = {"a mode", NUMBER_NONE, 0, 0,
                       BIT(WORD_DENOISED) | BIT(WORD_ANCESTRAL) | BIT(WORD_FLOW) | BIT(WORD_NEXT),
                       false},
    [ARGUMENT_SEED] = {"a seed", NUMBER_INTEGER, 0, 0x1p64, BIT(WORD_NEW), false},
    [ARGUMENT_TOGGLE] = {"toggle", NUMBER_NONE, 0, 0, BIT(WORD_TOGGLE), true},
    [ARGUMENT_SWITCH] = {"on or off", NUMBER_NONE, 0, 0,
                         BIT(WORD_ON) | BIT(WORD_OFF) | BIT(WORD_TOGGLE), true},
    [ARGUMENT_PAGE] = {"on, off or a page", NUMBER_NONE, 0, 0,
                       BIT(WORD_ON) | BIT(WORD_OFF) | BIT(WORD_TOGGLE) | BIT(WORD_NEXT) |
                           BIT(WORD_PREVIOUS) | BIT(WORD_FIRST) | BIT(WORD_LAST),
                       true},
    [ARGUMENT_ZOOM] = {"a zoom", NUMBER_REAL, 1e-3, 1e3, BIT(WORD_IN) | BIT(WORD_OUT), false},
    [ARGUMENT_SCALE] = {"a size", NUMBER_REAL, 0.5, 4, BIT(WORD_LARGER) | BIT(WORD_SMALLER), false},
    [ARGUMENT_DISTANCE] = {"a distance", NUMBER_REAL, -1e6, 1e6, 0, false},
    [ARGUMENT_COORDINATE] = {"a place", NUMBER_REAL, -1e6, 1e6, 0, true},
    [ARGUMENT_LENGTH] = {"a length", NUMBER_REAL, 64, 16384, 0, false},
    [ARGUMENT_FILE] = {"a file", NUMBER_TEXT, 0, 0, 0, true},
    [ARGUMENT_SOME_FILE] = {"a file", NUMBER_TEXT, 0, 0, 0, false},
    [ARGUMENT_TEXT] = {"a text", NUMBER_TEXT, 0, 0, 0, true},
    [ARGUMENT_BANDWIDTH] = {"a number of bits per second", NUMBER_SCALED, 1, 1e12,
                            BIT(WORD_OFF) | BIT(WORD_RESTART), false},
    [ARGUMENT_SPEED] = {"a factor from 0.01 to 1000", NUMBER_REAL, 0.01, 1000, 0, false},
    [ARGUMENT_TALK] = {"a file", NUMBER_TEXT, 0, 0,
                       BIT(WORD_NEXT) | BIT(WORD_PREVIOUS) | BIT(WORD_FIRST) | BIT(WORD_LAST) |
                           BIT(WORD_OFF),
                       true},
    [ARGUMENT_AUTOPLAY] = {"on, off or loop", NUMBER_NONE, 0, 0,
                           BIT(WORD_ON) | BIT(WORD_OFF) | BIT(WORD_TOGGLE) | BIT(WORD_LOOP), true},
    [ARGUMENT_TIME] = {"a time in milliseconds", NUMBER_INTEGER, 0, 600000, 0, false},
    [ARGUMENT_WAIT] = {"idle or step", NUMBER_NONE, 0, 0, BIT(WORD_IDLE) | BIT(WORD_STEP), false},
};

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* Copies the next blank-separated token; returns its length, 0 at the end of the line. */
static size_t take_token(const char **line, char *token, size_t size)
{
    const char *begin = skip_blanks(*line);
    size_t length = strcspn(begin, " \t\r\n");
    *line = begin + length;
    snprintf(token, size, "%.*s", (int)(length < size ? length : size - 1), begin);
    return length;
}

static enum word find_word(const char *token, uint64_t allowed)
{
    for (int word = 1; word < N_WORDS; word++)
        if (allowed & BIT(word) && !strcmp(token, word_names[word]))
            return (enum word)word;
    return WORD_NONE;
}

/* What follows a number as in 56k; moves behind it. */
static double scale_of(char **end)
{
    static const char letters[] = "kMG";
    const char *letter = **end ? strchr(letters, **end) : NULL;
    double scale = 1;
    if (!letter)
        return 1;
    for (const char *at = letters; at <= letter; at++)
        scale *= 1000;
    (*end)++;
    return scale;
}

static bool parse_number(const char *token, enum argument_type type, struct argument *argument)
{
    char *end;
    errno = 0;
    if (types[type].number == NUMBER_INTEGER) {
        if (*token < '0' || *token > '9')
            return false;
        argument->integer = strtoull(token, &end, 10);
        argument->number = (double)argument->integer;
    } else {
        argument->number = strtod(token, &end);
        if (types[type].number == NUMBER_SCALED)
            argument->number *= scale_of(&end);
    }
    return !errno && end != token && !*end && argument->number >= types[type].low &&
           argument->number <= types[type].high;
}

static int parse_argument(const struct viewer_command *command, enum argument_type type,
                          const char **line, struct command_call *call, struct argument *argument,
                          struct message *message)
{
    char token[sizeof call->file];
    if (types[type].number == NUMBER_TEXT) {
        snprintf(call->file, sizeof call->file, "%s", skip_blanks(*line));
        size_t length = strlen(call->file);
        while (length > 0 && strchr(" \t\r\n", call->file[length - 1]))
            call->file[--length] = '\0';
        *line += strlen(*line);
        if (length == 0 && !types[type].optional)
            return message_set(message, "`%s` needs %s: %s %s", command->name, types[type].what,
                               command->name, command->usage);
        argument->given = length > 0;
        argument->word = find_word(call->file, types[type].words);
        return 0;
    }
    if (!take_token(line, token, sizeof token)) {
        if (types[type].optional)
            return 0;
        return message_set(message, "`%s` needs %s: %s %s", command->name, types[type].what,
                           command->name, command->usage);
    }
    argument->given = true;
    argument->word = find_word(token, types[type].words);
    if (argument->word != WORD_NONE)
        return 0;
    if (types[type].number == NUMBER_NONE || !parse_number(token, type, argument))
        return message_set(message, "`%s` is not %s: %s %s", token, types[type].what, command->name,
                           command->usage);
    return 0;
}

static const struct viewer_command *find_command(const char *name)
{
    for (int i = 0; i < N_COMMANDS; i++)
        if (!strcmp(name, viewer_commands[i].name))
            return &viewer_commands[i];
    return NULL;
}

int command_parse(const char *line, struct command_call *call, struct message *message)
{
    char name[64], rest[64];
    memset(call, 0, sizeof *call);
    if (!take_token(&line, name, sizeof name) || name[0] == '#')
        return 1;
    const struct viewer_command *command = find_command(name);
    if (!command)
        return message_set(message, "there is no command `%s`", name);
    call->id = (enum command_id)(command - viewer_commands);
    int status = 0;
    for (int i = 0; status == 0 && i < COMMAND_N_ARGUMENTS && command->types[i]; i++)
        status =
            parse_argument(command, command->types[i], &line, call, &call->arguments[i], message);
    if (status < 0)
        return status;
    if (take_token(&line, rest, sizeof rest))
        return message_set(message, "`%s` is too much for `%s %s`", rest, command->name,
                           command->usage);
    if (call->id == COMMAND_ZOOM && call->arguments[1].given && !call->arguments[2].given)
        return message_set(message, "`zoom` about a point needs X and Y");
    if (call->id == COMMAND_WAIT &&
        (call->arguments[0].word == WORD_STEP) != call->arguments[1].given)
        return message_set(message, "`wait` is either `wait idle` or `wait step N`");
    return 0;
}

int command_keys_contain(const char *keys, const char *key)
{
    char token[32];
    while (take_token(&keys, token, sizeof token))
        if (!strcmp(token, key))
            return 1;
    return 0;
}

/* ---- Bindings ------------------------------------------------------------------------------ */

/* A word of a binding's arguments, or the number that it stands for. */
static void expand_word(const char *word, const struct command_pointer *pointer, char *out,
                        size_t size)
{
    if (!strcmp(word, "X") || !strcmp(word, "DX"))
        snprintf(out, size, "%.9g", word[0] == 'D' ? pointer->dx : pointer->x);
    else if (!strcmp(word, "Y") || !strcmp(word, "DY"))
        snprintf(out, size, "%.9g", word[0] == 'D' ? pointer->dy : pointer->y);
    else if (!strcmp(word, "PANE") || !strcmp(word, "STEP"))
        snprintf(out, size, "%d", word[0] == 'P' ? pointer->pane : pointer->step);
    else if (!strcmp(word, "PERCENT"))
        snprintf(out, size, "%d", pointer->percent);
    else if (!strcmp(word, "BYTES"))
        snprintf(out, size, "%llu", (unsigned long long)pointer->bytes);
    else if (!strcmp(word, "SHARE"))
        snprintf(out, size, "%.6f", pointer->share);
    else
        snprintf(out, size, "%s", word);
}

static void write_line(const struct viewer_command *command, const char *arguments,
                       const struct command_pointer *pointer, char *line, size_t size)
{
    static const struct command_pointer nowhere;
    char word[32], number[32];
    size_t length = (size_t)snprintf(line, size, "%s", command->name);
    while (length < size && take_token(&arguments, word, sizeof word)) {
        expand_word(word, pointer ? pointer : &nowhere, number, sizeof number);
        length += (size_t)snprintf(line + length, size - length, " %s", number);
    }
}

const char *command_for_key(const char *key, const struct command_pointer *pointer, char *line,
                            size_t line_size)
{
    for (int i = 0; i < N_COMMANDS; i++)
        for (const struct command_binding *b = viewer_commands[i].bindings;
             b < viewer_commands[i].bindings + COMMAND_N_BINDINGS && b->keys; b++)
            if (command_keys_contain(b->keys, key)) {
                write_line(&viewer_commands[i], b->arguments, pointer, line, line_size);
                return line;
            }
    return NULL;
}
