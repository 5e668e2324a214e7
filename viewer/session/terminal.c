#include "session/terminal.h"

#include <stddef.h>
#include <string.h>

enum terminal_mode terminal_named(const char *name)
{
    static const char *const names[] = {"auto", "kitty", "sixel", "blocks", "ascii"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return (enum terminal_mode)(TERMINAL_AUTO + i);
    return TERMINAL_OFF;
}
