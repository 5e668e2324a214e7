#include "session/commands.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct viewer_command viewer_commands[N_COMMANDS] = {
    [COMMAND_STEP] = {"step",
                      {ARGUMENT_STEP},
                      "N|next|previous|first|last",
                      "show a step; the first is step 0",
                      {{"Right PageDown Space", "next", "next step"},
                       {"Left PageUp Backspace", "previous", "previous step"},
                       {"Home", "first", "first step"},
                       {"End", "last", "last step there is, and follow new ones"},
                       {"Wheel_Down", "next", NULL},
                       {"Wheel_Up", "previous", NULL},
                       {"Strip.Drag", "STEP", NULL}}},
    [COMMAND_BYTES] = {"bytes",
                       {ARGUMENT_BYTES},
                       "N",
                       "show the file as if it ended after so many bytes",
                       {{"Scrubber.Drag Plot.Drag", "BYTES", NULL}}},
    [COMMAND_UNIT] = {"unit",
                      {ARGUMENT_UNIT},
                      "steps|bytes|bpp|psnr|next",
                      "in what the scrubber counts",
                      {{"J", "next", "scrub by steps, bytes, bits per pixel, PSNR"}}},
    [COMMAND_PLAY] = {"play",
                      {ARGUMENT_SWITCH},
                      "[on|off]",
                      "go through the steps by itself",
                      {{"P", "", "play the steps, or stop"}, {"Button.Play", "", NULL}}},
    [COMMAND_MODE] = {"mode",
                      {ARGUMENT_MODE},
                      "denoised|ancestral|flow|next",
                      "choose the reconstruction",
                      {{"D 1", "denoised", "the network's estimate: the highest PSNR"},
                       {"A 2", "ancestral", "the missing detail sampled, by seed"},
                       {"F 3", "flow", "the missing detail at its most central values"},
                       {"M Tab", "next", "next reconstruction"},
                       {"Button.Denoised", "denoised", NULL},
                       {"Button.Ancestral", "ancestral", NULL},
                       {"Button.Flow", "flow", NULL}}},
    [COMMAND_PEEK] = {"peek",
                      {ARGUMENT_SWITCH},
                      "[on|off]",
                      "show the other mode: ancestral for denoised, and denoised for others",
                      {{"N", "on", "the other mode while the key is down"},
                       {"Release+N", "off", NULL}}},
    [COMMAND_SEED] = {"seed",
                      {ARGUMENT_SEED},
                      "N|new",
                      "show an ancestral sample",
                      {{"S", "new", "another ancestral sample"}, {"Button.New_Seed", "new", NULL}}},
    [COMMAND_MIX] = {"mix",
                     {ARGUMENT_PERCENT},
                     "PERCENT|more|less",
                     "between denoised (0) and ancestral (100): distortion against realism",
                     {{"Ctrl+Right", "more", "towards the ancestral picture"},
                      {"Ctrl+Left", "less", "towards the denoised picture"},
                      {"Mix.Drag", "PERCENT", NULL}}},
    [COMMAND_ORIGINAL] = {"original",
                          {ARGUMENT_SWITCH},
                          "[on|off]",
                          "show the reference picture",
                          {{"O", "", "flip between step and original"},
                           {"R", "on", "the original while the key is down"},
                           {"Release+R", "off", NULL}}},
    [COMMAND_FILE] = {"file",
                      {ARGUMENT_FILE_NUMBER},
                      "N|next|previous|other",
                      "several files: choose the one that is shown and that commands are for",
                      {{"Ctrl+PageDown", "next", "next file"},
                       {"Ctrl+PageUp", "previous", "previous file"}}},
    [COMMAND_OPEN] =
        {"open", {ARGUMENT_SOME_FILE}, "FILE", "show one more file", {{NULL, NULL, NULL}}},
    [COMMAND_PANE] = {"pane",
                      {ARGUMENT_PANE},
                      "N|other",
                      "several panes: choose the one that commands are for",
                      {{"X Return", "other", "go to the other pane (or click on it)"},
                       {"Picture.Press", "PANE", NULL}}},
    [COMMAND_LINK] = {"link",
                      {ARGUMENT_SWITCH},
                      "[on|off]",
                      "several panes: the others follow to the same rate",
                      {{"L", "", "let the other panes follow to the same rate, or stay"}}},
    [COMMAND_COMPARE] = {"compare",
                         {ARGUMENT_COMPARISON},
                         "side|wipe|flicker|difference|off|next",
                         "with another file, or the original, or the other mode",
                         {{"5", "side", "compare side by side"},
                          {"6", "wipe", "by a line that follows the pointer"},
                          {"7", "flicker", "in place: hold Z"},
                          {"8", "difference", "by what differs"},
                          {"4", "off", "one picture alone"}}},
    [COMMAND_WIPE] = {"wipe",
                      {ARGUMENT_SHARE},
                      "SHARE",
                      "where the line of the wipe is, from 0 to 1",
                      {{"Wipe.Motion", "SHARE", NULL}}},
    [COMMAND_FLICKER] = {"flicker",
                         {ARGUMENT_SWITCH},
                         "[on|off]",
                         "show the picture that is compared with",
                         {{"Z", "on", "the other picture while the key is down"},
                          {"Release+Z", "off", NULL}}},
    [COMMAND_ABSOLUTE] = {"absolute",
                          {ARGUMENT_SWITCH},
                          "[on|off]",
                          "differences without their sign",
                          {{"*", "", "differences without their sign"}}},
    [COMMAND_GAIN] = {"gain",
                      {ARGUMENT_GAIN},
                      "FACTOR|larger|smaller",
                      "amplify differences",
                      {{"]", "larger", "amplify differences more"}, {"[", "smaller", "or less"}}},
    [COMMAND_MAP] = {"map",
                     {ARGUMENT_MAP},
                     "bits|variance|change|error|off|next",
                     "show a map in place of the picture; the same once more: off",
                     {{"U", "bits", "where the bits of the step went"},
                      {"V", "variance", "what the decoder makes up"},
                      {"Y", "change", "what the step changed"},
                      {"E", "error", "where it differs from the original"}}},
    [COMMAND_GRID] = {"grid",
                      {ARGUMENT_SWITCH},
                      "[on|off]",
                      "pixels with their values, from 16 times on",
                      {{"G", "", "pixel grid and values at large zooms"}}},
    [COMMAND_LOUPE] = {"loupe",
                       {ARGUMENT_SWITCH},
                       "[on|off]",
                       "magnify what is under the pointer",
                       {{"K", "", "loupe"}}},
    [COMMAND_HISTOGRAM] = {"histogram",
                           {ARGUMENT_SWITCH},
                           "[on|off]",
                           "of what is to be seen",
                           {{"I", "", "histogram"}}},
    [COMMAND_ZOOM] = {"zoom",
                      {ARGUMENT_ZOOM, ARGUMENT_COORDINATE, ARGUMENT_COORDINATE},
                      "FACTOR|in|out [X Y]",
                      "enlarge or reduce; X Y is the point of the viewport that stays",
                      {{"= + Keypad_+", "in", "zoom in (wheel)"},
                       {"- Keypad_-", "out", "zoom out (wheel)"},
                       {"0 Keypad_0", "1", "one display pixel per picture pixel"},
                       {"Picture.Wheel_Up", "in X Y", NULL},
                       {"Picture.Wheel_Down", "out X Y", NULL}}},
    [COMMAND_FIT] = {"fit",
                     {ARGUMENT_NONE},
                     "",
                     "show the whole picture",
                     {{"W", "", "the whole picture (double click)"},
                      {"Picture.Double_Click", "", NULL}}},
    [COMMAND_PAN] = {"pan",
                     {ARGUMENT_DISTANCE, ARGUMENT_DISTANCE},
                     "DX DY",
                     "move the picture",
                     {{"Shift+Left", "64 0", "move the picture (Shift and arrows, or drag)"},
                      {"Shift+Right", "-64 0", NULL},
                      {"Shift+Up Up", "0 64", NULL},
                      {"Shift+Down Down", "0 -64", NULL},
                      {"Picture.Drag", "DX DY", NULL}}},
    [COMMAND_FILMSTRIP] = {"filmstrip",
                           {ARGUMENT_SWITCH},
                           "[on|off]",
                           "small pictures of all steps",
                           {{"T", "", "show or hide the filmstrip"}}},
    [COMMAND_CURVE] = {"curve",
                       {ARGUMENT_SWITCH},
                       "[on|off]",
                       "the panel with the curve",
                       {{"C", "", "show or hide the curve"}}},
    [COMMAND_BLANK] = {"blank",
                       {ARGUMENT_SWITCH},
                       "[on|off]",
                       "an empty grey screen",
                       {{"B .", "", "blank the screen"}}},
    [COMMAND_FULLSCREEN] = {"fullscreen",
                            {ARGUMENT_SWITCH},
                            "[on|off]",
                            "use the whole screen",
                            {{"F11 F5", "", "full screen"}}},
    [COMMAND_TEXT] = {"text",
                      {ARGUMENT_SCALE},
                      "FACTOR|larger|smaller",
                      "size of texts and controls",
                      {{"Ctrl+= Ctrl++", "larger", "larger texts"},
                       {"Ctrl+-", "smaller", "smaller texts"},
                       {"Ctrl+0", "1", "normal texts"}}},
    [COMMAND_HELP] = {"help",
                      {ARGUMENT_SWITCH},
                      "[on|off]",
                      "this list",
                      {{"H F1 ?", "", "this list, page by page"}, {"Button.Help", "", NULL}}},
    [COMMAND_BACK] = {"back",
                      {ARGUMENT_NONE},
                      "",
                      "leave help, blank or full screen",
                      {{"Escape", "", "leave help, blank screen, full screen"},
                       {"Curtain.Press", "", NULL}}},
    [COMMAND_SCREENSHOT] = {"screenshot",
                            {ARGUMENT_FILE},
                            "[FILE]",
                            "write the window to a PNG file",
                            {{"F12", "", "write the window to a PNG file"}}},
    [COMMAND_METRIC] = {"metric",
                        {ARGUMENT_METRIC},
                        "psnr|ms-ssim|butteraugli|next",
                        "what the plot shows: PSNR, or what an imported table has",
                        {{"Ctrl+M", "next", "plot another metric"}}},
    [COMMAND_IMPORT] = {"import",
                        {ARGUMENT_SOME_FILE},
                        "FILE.csv",
                        "plot curves from a table: label, bpp, psnr, ms_ssim, butteraugli",
                        {{NULL, NULL, NULL}}},
    [COMMAND_EXPORT] = {"export",
                        {ARGUMENT_SOME_FILE},
                        "FILE.png|FILE.csv",
                        "write the picture itself, or the curves",
                        {{NULL, NULL, NULL}}},
    [COMMAND_RESIZE] = {"resize",
                        {ARGUMENT_LENGTH, ARGUMENT_LENGTH},
                        "WIDTH HEIGHT",
                        "set the size of the window",
                        {{NULL, NULL, NULL}}},
    [COMMAND_WAIT] = {"wait",
                      {ARGUMENT_WAIT, ARGUMENT_STEP_NUMBER},
                      "idle|step N",
                      "scripts: until it is shown",
                      {{NULL, NULL, NULL}}},
    [COMMAND_PAUSE] =
        {"pause", {ARGUMENT_TIME}, "MS", "scripts: for so many milliseconds", {{NULL, NULL, NULL}}},
    [COMMAND_QUIT] = {"quit", {ARGUMENT_NONE}, "", "end the viewer", {{"Q Ctrl+Q", "", "quit"}}},
};

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
    [WORD_IDLE] = "idle",
    [WORD_STEP] = "step",
};

#define BIT(word) (UINT64_C(1) << (word))

enum number_kind { NUMBER_NONE, NUMBER_INTEGER, NUMBER_REAL, NUMBER_TEXT };

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
    [ARGUMENT_STEP_NUMBER] = {"a step", NUMBER_INTEGER, 0, 1e6, 0, true},
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
    [ARGUMENT_SWITCH] = {"on or off", NUMBER_NONE, 0, 0,
                         BIT(WORD_ON) | BIT(WORD_OFF) | BIT(WORD_TOGGLE), true},
    [ARGUMENT_ZOOM] = {"a zoom", NUMBER_REAL, 1e-3, 1e3, BIT(WORD_IN) | BIT(WORD_OUT), false},
    [ARGUMENT_SCALE] = {"a size", NUMBER_REAL, 0.5, 4, BIT(WORD_LARGER) | BIT(WORD_SMALLER), false},
    [ARGUMENT_DISTANCE] = {"a distance", NUMBER_REAL, -1e6, 1e6, 0, false},
    [ARGUMENT_COORDINATE] = {"a place", NUMBER_REAL, -1e6, 1e6, 0, true},
    [ARGUMENT_LENGTH] = {"a length", NUMBER_REAL, 64, 16384, 0, false},
    [ARGUMENT_FILE] = {"a file", NUMBER_TEXT, 0, 0, 0, true},
    [ARGUMENT_SOME_FILE] = {"a file", NUMBER_TEXT, 0, 0, 0, false},
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
