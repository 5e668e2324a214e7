/* What image_read tells of a file that it cannot keep. */
#ifndef UQD_TESTS_NOTES_H
#define UQD_TESTS_NOTES_H

struct notes {
    unsigned n;
    char text[8][512];
};

/* The note of struct image_read_options; the cookie is a struct notes. */
void notes_add(void *cookie, const char *sentence);

/* Fails the test unless there are n notes and one of them begins with the part; NULL if n is 0. */
void notes_assert(const struct notes *notes, unsigned n, const char *part);

#endif
