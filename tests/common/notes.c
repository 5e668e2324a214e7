#include "notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void notes_add(void *cookie, const char *sentence)
{
    struct notes *notes = cookie;
    if (notes->n < sizeof notes->text / sizeof *notes->text)
        snprintf(notes->text[notes->n], sizeof *notes->text, "%s", sentence);
    notes->n++;
}

void notes_assert(const struct notes *notes, unsigned n, const char *part)
{
    if (notes->n != n)
        fail_msg("%u notes, the first \"%s\"", notes->n, notes->text[0]);
    for (unsigned i = 0; i < n; i++)
        if (strncmp(notes->text[i], part, strlen(part)) == 0)
            return;
    if (n > 0)
        fail_msg("\"%s\" instead of \"%s\"", notes->text[0], part);
}
