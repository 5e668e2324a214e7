#include "message.h"

#include "escape.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char gap[] = "...";

/* What is kept of a text that does not fit, and the gap between. */
enum {
    MAX_LENGTH = sizeof((struct message *)0)->text - 1,
    HEAD = MAX_LENGTH / 3,
    TAIL = MAX_LENGTH - HEAD - (sizeof gap - 1),
};

static size_t shown_length(const char *text)
{
    char shown[ESCAPE_MAX];
    size_t length = 0;
    while (*text)
        length += escape_next(&text, shown);
    return length;
}

/* Letters and escapes stay whole. */
static void set_text(struct message *message, const char *text)
{
    size_t length = shown_length(text), at = 0;
    int is_whole = length <= MAX_LENGTH, has_gap = 0;
    char *to = message->text;
    while (*text) {
        char shown[ESCAPE_MAX];
        size_t size = escape_next(&text, shown);
        if (is_whole || at + size <= HEAD || at + TAIL >= length) {
            memcpy(to, shown, size);
            to += size;
        } else if (!has_gap) {
            memcpy(to, gap, sizeof gap - 1);
            to += sizeof gap - 1;
            has_gap = 1;
        }
        at += size;
    }
    *to = '\0';
}

int message_set(struct message *message, const char *format, ...)
{
    char beginning[MAX_LENGTH + 1];
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (!text) { /* for lack of memory, which the message may tell */
        va_start(arguments, format);
        vsnprintf(beginning, sizeof beginning, format, arguments);
        va_end(arguments);
    }
    set_text(message, text ? text : beginning);
    free(text);
    return -1;
}

void message_print(FILE *out, const char *program, const struct message *message)
{
    fprintf(out, "%s: %s\n", program, message->text);
}
