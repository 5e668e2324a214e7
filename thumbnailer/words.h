/* What the program and the worker that decodes for it say to each other, over a pair of sockets. */
#ifndef UQD_THUMBNAILER_WORDS_H
#define UQD_THUMBNAILER_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* What the worker says. The program answers only WORD_ASK: with an int32_t, which is 0 if the bytes
 * of that picture follow. */
enum word_type {
    WORD_ASK,     /* for a picture of the daemon */
    WORD_DONE,    /* size bytes of a PNG file follow */
    WORD_CHANGED, /* the same, but the input has changed meanwhile */
    WORD_FAILED,  /* a struct message follows */
};

struct word {
    uint32_t type; /* an enum word_type */
    /* Of WORD_ASK: the file's picture, which one of it, and how long that may take. */
    uint32_t width, height, channels, step, reduce;
    int64_t milliseconds;
    uint64_t size; /* of WORD_DONE and WORD_CHANGED */
};

/* All the bytes, which file_write_all sends. 0, or -1 if the other one has gone. */
int words_receive(int fd, void *data, size_t size);

#endif
