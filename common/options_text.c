#include "options_text.h"

#include "complete.h"

#include <string.h>

static const struct text {
    const char *name;
    void (*print)(FILE *out, const struct program *program);
} texts[] = {
    {"manual", options_print_manual},
    {"bash", complete_print_bash},
    {"zsh", complete_print_zsh},
    {"fish", complete_print_fish},
};

int options_print_text(const struct program *program, int argc, char **argv)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (argc == 2 && strcmp(argv[1], texts[i].name) == 0) {
            texts[i].print(stdout, program);
            return fflush(stdout) != 0 || ferror(stdout);
        }
    fprintf(stderr, "usage: print_text manual|bash|zsh|fish\n");
    return 2;
}
