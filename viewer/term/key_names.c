#include "term/key_names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHIFT = 1, ALT = 2, CONTROL = 4, LET_GO = 3 };

struct named {
    int code;
    const char *name;
};

/* Final bytes. */
static const struct named letters[] = {
    {'A', "Up"},       {'B', "Down"},     {'C', "Right"},    {'D', "Left"},
    {'F', "End"},      {'H', "Home"},     {'I', "Tab"},      {'M', "Return"},
    {'P', "F1"},       {'Q', "F2"},       {'R', "F3"},       {'S', "F4"},
    {'k', "Keypad_+"}, {'m', "Keypad_-"}, {'p', "Keypad_0"}, {0, NULL},
};

/* First parameters before a tilde. */
static const struct named numbers[] = {
    {1, "Home"}, {2, "Insert"}, {3, "Delete"}, {4, "End"}, {5, "PageUp"}, {6, "PageDown"},
    {7, "Home"}, {8, "End"},    {11, "F1"},    {12, "F2"}, {13, "F3"},    {14, "F4"},
    {15, "F5"},  {17, "F6"},    {18, "F7"},    {19, "F8"}, {20, "F9"},    {21, "F10"},
    {23, "F11"}, {24, "F12"},   {0, NULL},
};

/* Characters, and the numbers of kitty's protocol for keys that write none. */
static const struct named characters[] = {
    {9, "Tab"},          {13, "Return"},     {27, "Escape"},      {32, "Space"},
    {8, "Backspace"},    {127, "Backspace"}, {57399, "Keypad_0"}, {57412, "Keypad_-"},
    {57413, "Keypad_+"}, {57414, "Return"},  {57417, "Left"},     {57418, "Right"},
    {57419, "Up"},       {57420, "Down"},    {57421, "PageUp"},   {57422, "PageDown"},
    {57423, "Home"},     {57424, "End"},     {0, NULL},
};

static const char *find(const struct named *list, int code)
{
    for (; list->name; list++)
        if (list->code == code)
            return list->name;
    return NULL;
}

static bool set(struct input *input, const char *name, int modifiers, int event)
{
    bool up = event == LET_GO;
    if (!name)
        return false;
    input->type = up ? INPUT_KEY_UP : INPUT_KEY;
    snprintf(input->key, sizeof input->key, "%s%s%s%s", !up && modifiers & ALT ? "Alt+" : "",
             !up && modifiers & CONTROL ? "Ctrl+" : "", !up && modifiers & SHIFT ? "Shift+" : "",
             name);
    return true;
}

static bool set_character(struct input *input, int code, int modifiers, int event)
{
    const char *known = find(characters, code);
    char name[2] = {(char)code, '\0'};
    if (known)
        return set(input, known, modifiers, event);
    if (code <= 32 || code >= 127)
        return false;
    if (isupper(code))
        modifiers |= SHIFT;
    name[0] = (char)toupper(code);
    return set(input, name, modifiers, event);
}

bool key_of_character(char byte, bool alt, struct input *input)
{
    int code = (unsigned char)byte, modifiers = alt ? ALT : 0;
    if (code == '\n') /* Ctrl+J, which is Return where it was not told apart */
        code = '\r';
    if (code == 0)
        return set(input, "Space", modifiers | CONTROL, 0);
    if (code < 27 && !find(characters, code))
        return set_character(input, code + 'a' - 1, modifiers | CONTROL, 0);
    return set_character(input, code, modifiers, 0);
}

/* "5;2:3" has the numbers 5 and 2, and the event 3. */
static void read_parameters(const char *text, int numbers_out[3], int *event)
{
    numbers_out[0] = numbers_out[1] = numbers_out[2] = 1;
    *event = 0;
    for (int i = 0; i < 3 && *text; i++) {
        char *end;
        long number = strtol(text, &end, 10);
        if (end != text)
            numbers_out[i] = number >= 0 && number < 1 << 21 ? (int)number : 0;
        if (*end == ':' && i == 1)
            *event = atoi(end + 1);
        end += strcspn(end, ";");
        text = *end ? end + 1 : end;
    }
}

bool key_of_sequence(const char *parameters, char final, struct input *input)
{
    int number[3], event;
    if (*parameters && !isdigit((unsigned char)*parameters) && *parameters != ';')
        return false; /* an answer to a question */
    read_parameters(parameters, number, &event);
    int modifiers = (number[1] - 1) & (SHIFT | ALT | CONTROL);
    if (final == 'Z')
        return set(input, "Tab", SHIFT, 0);
    if (final == 'u')
        return set_character(input, number[0], modifiers, event);
    if (final == '~' && number[0] == 27)
        return set_character(input, number[2], modifiers, event);
    if (final == '~')
        return set(input, find(numbers, number[0]), modifiers, event);
    return set(input, find(letters, final), modifiers, event);
}
