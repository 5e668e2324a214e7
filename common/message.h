/* One-sentence error messages of the programs. */
#ifndef UQD_COMMON_MESSAGE_H
#define UQD_COMMON_MESSAGE_H

struct message {
    char text[512]; /* a clear sentence that names the file and the cause, without newline */
};

/* Formats the message, truncating it to fit. Always returns -1, so that a failing function can
 * end with `return message_set(...)`. */
int message_set(struct message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
