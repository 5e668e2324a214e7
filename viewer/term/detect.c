#include "term/detect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Answers ------------------------------------------------------------------------------- */

/* "?62;4;22": whether 4 is in the list. */
static bool has_attribute(const char *list, int attribute)
{
    for (list++; *list; list += strspn(list, ";")) {
        char *end;
        if (strtol(list, &end, 10) == attribute && end != list)
            return true;
        list = end + strcspn(end, ";");
    }
    return false;
}

static void take_answer(const char *text, char final, struct term_answers *answers)
{
    int mode, state, height, width;
    if (final == 'c' && text[0] == '?') {
        answers->done = true;
        answers->sixel = has_attribute(text, 4);
    }
    if (final == 'u' && text[0] == '?')
        answers->key_events = true;
    if (final == 'y' && sscanf(text, "?%d;%d", &mode, &state) == 2 && mode == 2026)
        answers->synchronised = state == 1 || state == 2;
    if (final == 't' && sscanf(text, "6;%d;%d", &height, &width) == 2 && height > 0 &&
        height < 1000 && width > 0 && width < 1000) {
        answers->cell_width = width;
        answers->cell_height = height;
    }
}

/* The end of a sequence whose parameters begin at i; its final byte, or size if it is not there. */
static size_t find_final(const char *bytes, size_t size, size_t i)
{
    while (i < size && bytes[i] >= 0x20 && bytes[i] < 0x40)
        i++;
    return i;
}

/* "1$r0;48:2::1:2:3m" or "1+r524742=8": the colour that was asked about, or the capability RGB. */
static bool says_true_colour(const char *bytes, size_t size)
{
    static const char capability[] = "1+r524742", style[] = "1$r";
    static const char *const colours[] = {"48:2:1:2:3", "48:2::1:2:3", "48;2;1;2;3"};
    if (size >= sizeof capability - 1 && !memcmp(bytes, capability, sizeof capability - 1))
        return true;
    if (size < sizeof style - 1 || memcmp(bytes, style, sizeof style - 1) != 0)
        return false;
    for (size_t i = sizeof style - 1; i < size && bytes[i] != 27; i++)
        for (size_t j = 0; j < sizeof colours / sizeof *colours; j++)
            if (size - i >= strlen(colours[j]) &&
                !memcmp(bytes + i, colours[j], strlen(colours[j])))
                return true;
    return false;
}

void detect_answers(const char *bytes, size_t size, struct term_answers *answers)
{
    static const char ok[] = "\33_Gi=31;OK";
    *answers = (struct term_answers){0};
    for (size_t i = 0; i + 2 < size; i++) {
        if (size - i >= sizeof ok - 1 && !memcmp(bytes + i, ok, sizeof ok - 1))
            answers->kitty = true;
        if (bytes[i] == 27 && bytes[i + 1] == 'P')
            answers->true_colour |= says_true_colour(bytes + i + 2, size - i - 2);
        if (bytes[i] != 27 || bytes[i + 1] != '[')
            continue;
        size_t end = find_final(bytes, size, i + 2), length = end - i - 2;
        char text[128];
        if (end == size || length >= sizeof text)
            continue;
        memcpy(text, bytes + i + 2, length);
        text[length] = '\0';
        take_answer(text, bytes[end], answers);
    }
}

/* ---- Environment --------------------------------------------------------------------------- */

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

struct term_environment detect_environment(void)
{
    const char *locale = variable("LC_ALL");
    locale = locale ? locale : variable("LC_CTYPE");
    locale = locale ? locale : variable("LANG");
    return (struct term_environment){.term = variable("TERM"),
                                     .colorterm = variable("COLORTERM"),
                                     .tmux = variable("TMUX"),
                                     .wish = variable("UQD_VIEW_TERMINAL"),
                                     .locale = locale};
}

/* Whether tmux or screen is in between, also at the other end of ssh. They take a string of
 * another program's protocol for a title, or hand it on to a terminal that they draw on. */
static bool is_in_between(const struct term_environment *environment)
{
    const char *term = environment->term;
    return environment->tmux ||
           (term && (!strncmp(term, "tmux", 4) || !strncmp(term, "screen", 6)));
}

/* A picture of kitty's protocol, with the title kept for terminals that take it for one; whether a
 * colour of 24 bits stays as it was set, and whether the terminal's description has such; mode
 * 2026, the keyboard protocol, the size of a cell; and last what every terminal answers. */
const char *detect_questions(const struct term_environment *environment)
{
#define QUESTIONS "\33[?2026$p\33[?u\33[16t\33[c"
    return is_in_between(environment)
               ? QUESTIONS
               : "\33[22;2t\33_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\33\\\33[23;2t"
                 "\33[48;2;1;2;3m\33P$qm\33\\\33[0m\33P+q524742\33\\" QUESTIONS;
#undef QUESTIONS
}

bool detect_is_dumb(const struct term_environment *environment)
{
    return !environment->term || !strcmp(environment->term, "dumb");
}

static bool holds(const char *text, const char *part)
{
    return text && strcasestr(text, part) != NULL;
}

/* Whether it shows letters beyond ASCII, as it has to for half blocks. */
static bool has_blocks(const struct term_environment *environment)
{
    const char *term = environment->term;
    bool utf8 = holds(environment->locale, "utf-8") || holds(environment->locale, "utf8");
    return utf8 && term && strcmp(term, "dumb") != 0 && strncmp(term, "vt", 2) != 0;
}

struct term_look detect_look(enum terminal_mode option, const struct term_environment *environment,
                             const struct term_answers *answers)
{
    struct term_look look = {.mode = option};
    look.true_colour = holds(environment->colorterm, "truecolor") ||
                       holds(environment->colorterm, "24bit") || answers->true_colour ||
                       holds(environment->term, "direct");
    if (look.mode == TERMINAL_OFF || look.mode == TERMINAL_AUTO)
        look.mode = environment->wish ? terminal_named(environment->wish) : TERMINAL_AUTO;
    if (look.mode == TERMINAL_OFF || look.mode == TERMINAL_AUTO)
        look.mode = answers->kitty            ? TERMINAL_KITTY
                    : answers->sixel          ? TERMINAL_SIXEL
                    : has_blocks(environment) ? TERMINAL_BLOCKS
                                              : TERMINAL_ASCII;
    look.through_tmux = look.mode == TERMINAL_KITTY && environment->tmux;
    /* Whoever shows such pictures shows all colours. */
    look.true_colour |= term_is_graphic(&look) && !environment->tmux;
    return look;
}
