/* One-sentence error messages of the programs. */
#ifndef UQD_COMMON_MESSAGE_H
#define UQD_COMMON_MESSAGE_H

#include <stdio.h>

struct message {
    char text[512]; /* a clear sentence that names the file and the cause, without newline */
};

/* Formats the message. What a terminal would not show is escaped as in escape.h. Of a longer text
 * the middle is left out: its beginning names a file, and its end the cause. Always returns -1, so
 * that a failing function can end with `return message_set(...)`. */
int message_set(struct message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints the line "program: the message". */
void message_print(FILE *out, const char *program, const struct message *message);

#endif
